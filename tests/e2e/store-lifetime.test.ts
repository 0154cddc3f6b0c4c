/**
 * What is stored does not outlive what the visitor does to it, and what the node says of it does not outlive it: data
 * that are cleared, a database that is deleted, a second tab, and a second release in a second tab.
 */
import { createGateway } from '@vision-light/gateway';
import { beforeAll, describe, expect, it } from 'vitest';
import { engine, Visitor } from './browser.js';
import { buildLibrary, CLEARING_PATH, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

/** One full answer, and the beginning of another. */
const HISTORY = 2100;
const stage = new Stage();
const { servers } = stage;
let now: string;
let later: string;
let tip: { readonly height: number; readonly hash: string };

beforeAll(async () => {
  const network = smallNetwork('vision-e2e-lifetime');
  const signal = await servers.signal();
  // The chain is mined first and stands still afterwards, so that everything can be there.
  const options = { network, signal: [signal.url], dataDir: await servers.folder(), history: HISTORY };
  const miner = await createGateway({ ...options, port: 0, host: '127.0.0.1', historyWaitMs: 0 });
  const [nowBuild, laterBuild] = await Promise.all([
    buildLibrary(),
    buildLibrary(1),
    reaches(miner, HISTORY),
  ]);
  await miner.close();
  const gateway = await servers.gateway({ ...options, mine: false });
  tip = gateway.tip;
  const pages = await serveLibrary({ network, signal: [signal.url] }, { now: nowBuild, later: laterBuild });
  servers.defer(() => pages.close());
  now = `${pages.url}/now/`;
  later = `${pages.url}/later/`;
});

/** A visitor whose page has stored all that there is. */
async function synced(url: string): Promise<Visitor> {
  const visitor = await Visitor.open(stage.browser, url);
  await visitor.hasStored(tip.height);
  await hasBodies(visitor);
  return visitor;
}

/** Resolves once the newest bodies are stored. */
async function hasBodies(visitor: Visitor): Promise<void> {
  await expect.poll(async () => (await visitor.countRecords('bodies')).count).toBeGreaterThan(0);
}

const codesOf = (visitor: Visitor): Promise<(string | undefined)[]> =>
  visitor.page.$$eval('[data-code]', (notices) => notices.map((each) => (each as HTMLElement).dataset.code));

/** At the next visit everything is there, from the disk. */
async function comesBack(visitor: Visitor): Promise<void> {
  const found = await visitor.reload();
  expect([found.height, found.hash]).toEqual([tip.height, tip.hash]);
  expect(await codesOf(visitor)).toEqual([]);
  expect((await visitor.countRecords('bodies')).count).toBeGreaterThan(0);
}

/** Runs what takes the store away, and sees that the page says so and stores everything again. */
async function fillsAgain(visitor: Visitor, take: () => Promise<unknown>): Promise<void> {
  const heights = await visitor.page.evaluateHandle(() => {
    const found: number[] = [];
    (
      globalThis as unknown as {
        lightNode: { subscribe: (type: string, listener: (s: { storedHeight: number }) => void) => void };
      }
    ).lightNode.subscribe('status', ({ storedHeight }) => found.push(storedHeight));
    return found;
  });
  await take();
  // Not with each frame: a tab in the background draws none.
  await visitor.page.waitForFunction((found) => found.includes(0), { polling: 50 }, heights);
  await visitor.hasStored(tip.height);
  await hasBodies(visitor);
  expect(await codesOf(visitor)).toEqual([]);
  await comesBack(visitor);
}

describe('a page whose store is taken away', () => {
  // At whatever moment: the browser ends connections that are being made, and those that are in use. Firefox does not
  // always say that it has: then the next write fails, and a chain at rest has none (docs/decisions/storage.md).
  it.each(engine === 'chromium' ? [1, 2, 3] : [])(
    'by clearing the data of the site: stores everything again, and says so (%i)',
    async () => {
      const visitor = await synced(now);
      await fillsAgain(visitor, () =>
        visitor.page.evaluate(async (url) => void (await fetch(url)), new URL(`/${CLEARING_PATH}`, now).href),
      );
      await visitor.close();
    },
  );

  it('by another tab that deletes the database: stores everything again, and says so', async () => {
    const visitor = await synced(now);
    await fillsAgain(visitor, async () => {
      const other = await visitor.page.browserContext().newPage();
      await other.goto(new URL('/now/worker.js', now).href);
      await other.evaluate(async () => {
        const [{ name = '' } = {}] = await indexedDB.databases();
        await new Promise<void>((resolve, reject) => {
          const request = indexedDB.deleteDatabase(name);
          request.onsuccess = () => resolve();
          request.onerror = () => reject(request.error);
        });
      });
      await other.close();
    });
    await visitor.close();
  });
});

describe('a second tab', () => {
  it('takes over when the first one is closed, and stores what it has', async () => {
    const first = await Visitor.open(stage.browser, now);
    const second = await first.openTab(now);
    // Whether it has anything to write, and is told that it may not, depends on how far the first one was.
    await second.reaches(tip.height);
    await first.page.close();
    await second.hasStored(tip.height);
    await hasBodies(second);
    await comesBack(second);
    await second.close();
  });
});

describe('two releases in two tabs', () => {
  it('the later one second: it takes the store over, and the earlier one says so', async () => {
    const early = await synced(now);
    const late = await early.openTab(later);
    await early.isTold('STORE_UPGRADED');
    await early.page.waitForFunction('lightNode.status.storedHeight === 0', { polling: 50 });
    await late.hasStored(tip.height);
    expect(await codesOf(early)).toEqual(['STORE_UPGRADED']);
    expect(await codesOf(late)).toEqual([]);
    await comesBack(late);
    // Whoever opens the earlier one again is told, and nothing is done to what the later one has.
    await early.reload();
    await early.isTold('STORE_NEWER');
    await early.reaches(tip.height);
    await comesBack(late);
    await early.close();
  });

  it('the earlier one second: it leaves alone what the later one has, and goes on from memory', async () => {
    const late = await synced(later);
    const before = await late.countRecords('bodies');
    const early = await late.openTab(now);
    await early.isTold('STORE_NEWER');
    await early.reaches(tip.height);
    expect(await codesOf(early)).toEqual(['STORE_NEWER']);
    const { count, version } = await late.countRecords('bodies');
    expect(version).toBe(before.version);
    expect(count).toBeGreaterThanOrEqual(before.count);
    expect(await codesOf(late)).toEqual([]);
    // Also when the later one is gone: the earlier one has no right to what it left.
    const closing = early.page.evaluate('lightNode.close()');
    await late.page.goto('about:blank');
    await closing;
    await late.page.goto(later);
    await late.waitForNode();
    await comesBack(late);
    await late.close();
  });
});
