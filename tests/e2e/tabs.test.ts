/**
 * Several tabs of one origin share one node. When the tab that runs it is killed, closed, frozen or left, another one takes
 * over, and applications see no more of it than a status.
 */

import { randomInt } from 'node:crypto';
import type { Gateway } from '@vision-light/gateway';
import { isVisionFamily, resolveNetwork } from '@vision-light/protocol';
import { defaultLimits, memoryDirectory, type OpenDirectory } from '@vision-light/signal-server';
import type { BrowserContext } from 'puppeteer-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { poison } from '../stored-poison.js';
import { engine, Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const HISTORY = 300;
const stage = new Stage();
const { servers } = stage;
const network = smallNetwork('vision-e2e-tabs');
/** Browsers that are in the room of the signaling server, and how many there have been at once. */
const room = { ids: new Set<string>(), most: 0 };
let gateway: Gateway;
let url: string;
let context: BrowserContext;

/** A directory that counts. */
const countingDirectory: OpenDirectory = async (deliver) => {
  const directory = await memoryDirectory({ ...defaultLimits, randomBelow: randomInt })(deliver);
  return {
    ...directory,
    join: (peer, count) => {
      if (peer.kind === 'browser') room.ids.add(peer.id);
      room.most = Math.max(room.most, room.ids.size);
      return directory.join(peer, count);
    },
    sample: (id, count) => directory.sample(id, count),
    route: (from, to, signal) => directory.route(from, to, signal),
    leave: (id) => {
      room.ids.delete(id);
      return directory.leave(id);
    },
    roomCount: () => directory.roomCount(),
    close: () => directory.close(),
  };
};

beforeAll(async () => {
  const signal = await servers.signal({ openDirectory: countingDirectory });
  const options = { network, signal: [signal.url] };
  gateway = await servers.gateway({ ...options, history: HISTORY });
  const [library] = await Promise.all([buildLibrary(), reaches(gateway, HISTORY)]);
  const pages = await serveLibrary(options, { now: library });
  servers.defer(() => pages.close());
  url = `${pages.url}/now/`;
});

afterEach(() => context.close());

/** What the script before the page's own keeps. */
interface Scope {
  /** Workers that run: only the tab that runs the node has any. */
  readonly workers: Set<Worker>;
  readonly heights: number[];
  readonly phases: string[];
  readonly createKey: typeof import('@vision-light/browser-node').createKey;
  lightNode: Awaited<ReturnType<typeof import('@vision-light/browser-node').createLightNode>>;
}

/** Notes which workers run, and what the application is told from the beginning. */
const WATCH = `(${() => {
  const scope = globalThis as unknown as Scope & { Worker: typeof Worker };
  const workers = new Set<Worker>();
  const heights: number[] = [];
  const phases: string[] = [];
  Object.assign(scope, { workers, heights, phases });
  scope.Worker = class extends Worker {
    constructor(...args: ConstructorParameters<typeof Worker>) {
      super(...args);
      workers.add(this);
    }
    override terminate(): void {
      workers.delete(this);
      super.terminate();
    }
  };
  let handle: Scope['lightNode'];
  Object.defineProperty(scope, 'lightNode', {
    get: () => handle,
    set: (node: Scope['lightNode']) => {
      handle = node;
      heights.push(node.tip.height);
      phases.push(node.status.phase);
      node.subscribe('tip', (tip) => heights.push(tip.height));
      node.subscribe('status', ({ phase }) => {
        if (phases.at(-1) !== phase) phases.push(phase);
      });
    },
  });
}})()`;

/** The page hears nothing of being left, as where Firefox has to close a tab that is to be killed. */
const DEAF = `addEventListener('pagehide', (event) => event.stopImmediatePropagation(), true)`;

const open = (before = ''): Promise<Visitor> => Visitor.openIn(context, url, `${before};${WATCH}`);

async function openThree(): Promise<[Visitor, Visitor, Visitor]> {
  context = await stage.browser.createBrowserContext();
  room.ids.clear();
  room.most = 0;
  // Puppeteer may not see a tab end that is killed.
  const first = await open(`${DEAF};${MUTE}`);
  await first.reaches(HISTORY);
  await isSynced(first);
  return [first, await open(DEAF), await open()];
}

const leads = (tab: Visitor): Promise<boolean> =>
  tab.page.evaluate(() => (globalThis as unknown as Scope).workers.size > 0);

/** Resolves with whichever tab runs the node next. */
function successorOf(...tabs: readonly Visitor[]): Promise<Visitor> {
  const takesOver = async (tab: Visitor): Promise<Visitor> => {
    // Not with each frame: a tab in the background draws none.
    await tab.page.waitForFunction(() => (globalThis as unknown as Scope).workers.size > 0, { polling: 20 });
    return tab;
  };
  return Promise.any(tabs.map(takesOver));
}

/** Resolves once the node answers. @returns when that was */
const answers = (tab: Visitor): Promise<number> =>
  tab.page.evaluate(async () => {
    await (globalThis as unknown as Scope).lightNode.mempool();
    return Date.now();
  });

/** Lets nothing through to the other tabs or from them while `isMute` says so. */
const MUTE = `(${() => {
  const scope = globalThis as unknown as { isMute: boolean; BroadcastChannel: typeof BroadcastChannel };
  scope.isMute = false;
  scope.BroadcastChannel = class extends BroadcastChannel {
    override set onmessage(take: (event: MessageEvent) => void) {
      this.addEventListener('message', (event) => {
        if (!scope.isMute) take(event);
      });
    }
    override postMessage(message: unknown): void {
      if (!scope.isMute) super.postMessage(message);
    }
  };
}})()`;

/**
 * Blocks the page's thread, as a script that computes for long does. Firefox has all tabs of an origin in one thread, so there
 * the page only stops to talk to the others. @returns what lets it go on
 */
async function hang({ page }: Visitor): Promise<() => Promise<void>> {
  const setMute = (isMute: boolean): Promise<void> =>
    page.evaluate((is) => void Object.assign(globalThis, { isMute: is }), isMute);
  if (engine === 'firefox') {
    await setMute(true);
    return () => setMute(false);
  }
  const held = await servers.hold();
  const hung = page.evaluate((address) => {
    const request = new XMLHttpRequest();
    request.open('GET', address, false);
    request.send();
  }, held.url);
  await held.isAsked;
  return async () => {
    held.release();
    await hung;
  };
}

/** Heights never fall, and the last one is the chain's. */
async function lostNothing(tab: Visitor): Promise<void> {
  await tab.reaches(gateway.tip.height + 1);
  await isSynced(tab);
  const { heights } = await told(tab);
  expect(heights).toEqual(heights.toSorted((a, b) => a - b));
  const height = heights.at(-1) ?? 0;
  expect(await tab.hashAt(height)).toBe(gateway.header(height)?.hash);
}

/** What the tab's application was told. */
const told = (tab: Visitor): Promise<{ heights: number[]; phases: string[] }> =>
  tab.page.evaluate(() => {
    const { heights, phases } = globalThis as unknown as Scope;
    return { heights, phases };
  });

const isSynced = (tab: Visitor): Promise<unknown> =>
  tab.page.waitForFunction(() => (globalThis as unknown as Scope).lightNode.status.phase === 'synced', {
    polling: 50,
  });

describe('three tabs', () => {
  it('have one node; one that opens later is shown its tip at once', async () => {
    const [first, second, third] = await openThree();
    expect(await Promise.all([first, second, third].map(leads))).toEqual([true, false, false]);
    for (const tab of [second, third]) {
      const { heights, phases } = await told(tab);
      expect(heights[0]).toBeGreaterThanOrEqual(HISTORY);
      // Each announced block makes a node sync for a moment; one that begins has no peer.
      expect(['synced', 'syncing']).toContain(phases[0]);
      expect(phases).not.toContain('connecting');
      expect(await tab.hashAt(HISTORY)).toBe(await first.hashAt(HISTORY));
    }
    const { height } = await third.tip();
    await Promise.all([second, third].map((tab) => tab.reaches(height + 1)));
    expect(room.most).toBe(1);
  });

  it('of which the one that runs the node is killed: another takes over, and no height is lost', async () => {
    const [first, second, third] = await openThree();
    const { height } = await second.tip();
    const killedAt = Date.now();
    await first.kill();
    const leader = await successorOf(second, third);
    const answeredAt = await answers(leader);
    console.log(`A tab that was killed: another one answered after ${answeredAt - killedAt} ms`);
    const follower = leader === second ? third : second;
    expect(await leads(follower)).toBe(false);
    await Promise.all([second, third].map((tab) => tab.reaches(height + 2)));
    await Promise.all([second, third].map(isSynced));
    for (const tab of [second, third]) {
      const { heights, phases } = await told(tab);
      expect(heights).toEqual(heights.toSorted((a, b) => a - b));
      expect(phases).toContain('connecting');
    }
    expect(room.most).toBe(1);
    // Of two the next one.
    await leader.page.close();
    await follower.reaches((await follower.tip()).height + 2);
    expect(await leads(follower)).toBe(true);
    expect(room.most).toBe(1);
  });
});

describe('a transaction that a tab sends', () => {
  it('while the tab that runs the node is killed: it is mined, and its tab is told', async () => {
    const [first, second] = await openThree();
    const sent = await second.page.evaluateHandle(async () => {
      const { createKey, lightNode } = globalThis as unknown as Scope;
      const key = await createKey();
      const send = async (nonce: bigint) =>
        lightNode.sendTx(await key.sign({ module: 'cash', method: 'transfer', args: '{}', tip: 1n }, nonce));
      const watches = [await send(0n), await send(1n)];
      await watches[0]?.id;
      return watches;
    });
    // One is known to the node, and one may be on its way.
    await first.kill();
    await sent.evaluate((watches) => Promise.all(watches.map((watch) => watch.confirmed(2))));
  });
});

describe('the tab that runs the node', () => {
  it('hangs: another one takes over, and it follows when it goes on', async () => {
    const [first, second, third] = await openThree();
    const goOn = await hang(first);
    const hungAt = Date.now();
    const leader = await successorOf(second, third);
    console.log(`A tab that hung: another one took over after ${Date.now() - hungAt} ms`);
    await Promise.all([second, third].map(lostNothing));
    await goOn();
    await expect.poll(() => leads(first)).toBe(false);
    await lostNothing(first);
    expect(await leads(leader)).toBe(true);
    expect((await told(first)).phases).toContain('connecting');
    expect(first.complaints).toEqual([]);
  });

  it.runIf(engine === 'chromium')(
    'is frozen: another one takes over, and it follows when it is thawed',
    async () => {
      const [first, second, third] = await openThree();
      const session = await first.page.createCDPSession();
      await session.send('Page.setWebLifecycleState', { state: 'frozen' });
      await successorOf(second, third);
      await lostNothing(second);
      expect(room.most).toBe(1);
      const { phases } = await told(first);
      await session.send('Page.setWebLifecycleState', { state: 'active' });
      await lostNothing(first);
      expect(await leads(first)).toBe(false);
      // It did not say that what it had was fresh before it had heard of the node again.
      expect(phases.at(-1)).toBe('connecting');
    },
  );

  it('is left, and comes back from the cache of the browser: another one has taken over, and it follows', async () => {
    context = await stage.browser.createBrowserContext();
    const first = await open(
      `addEventListener('pageshow', (event) => { globalThis.isPersisted = event.persisted })`,
    );
    await first.reaches(HISTORY);
    const second = await open();
    await first.page.goto(new URL('/now/worker.js', url).href);
    await successorOf(second);
    await lostNothing(second);
    await first.page.goBack({ waitUntil: 'domcontentloaded' });
    await first.waitForNode();
    // Firefox looks for connections before it tells the page that it is left, so there the page is loaded anew.
    if (engine === 'chromium') expect(await first.page.evaluate('isPersisted')).toBe(true);
    await lostNothing(first);
    expect(await leads(first)).toBe(false);
  });
});

describe('a database that is damaged while tabs share it', () => {
  it.each(['journal', 'meta'])(
    'in its %s: the next tab to run the node heals it, and no height is lost',
    async (table) => {
      const [first, second, third] = await openThree();
      await first.hasStored(HISTORY);
      const tabs = [second, third];
      await second.collect('error');
      await third.collect('error');
      await second.damageRecord(table, table === 'journal' ? 0 : 'tip');
      await first.kill();
      const leader = await successorOf(second, third);
      await Promise.all(tabs.map(lostNothing));
      for (const tab of tabs)
        await expect
          .poll(async () => (await tab.collected<{ code: string }>('error')).map(({ code }) => code))
          .toEqual(['STORE_CORRUPT']);
      await leader.hasStored(gateway.tip.height);
    },
  );

  it.each([
    ['of another network', resolveNetwork({ ...network, name: 'vision-e2e-elsewhere' }), [['STORE_CORRUPT']]],
    // Every rule holds for it. It has little work, so it gives way to what peers have. The tab that is killed may have put a
    // block of the honest chain on top.
    ['of a branch with little work', resolveNetwork(network), [[], ['STORE_CORRUPT']]],
  ])('with headers %s in its place: it is healed, and no height is lost', async (_, family, codes) => {
    if (!isVisionFamily(family)) throw new Error('not a Vision network');
    const records = poison(family, HISTORY - 100, 4);
    const [first, second, third] = await openThree();
    await first.hasStored(HISTORY);
    const tabs = [second, third];
    for (const tab of tabs) await tab.collect('error');
    await second.putRecords(records, ['journal', 'segments', 'meta']);
    await first.kill();
    const leader = await successorOf(second, third);
    await Promise.all(tabs.map(lostNothing));
    for (const tab of tabs)
      expect(codes).toContainEqual((await tab.collected<{ code: string }>('error')).map(({ code }) => code));
    const { height } = gateway.tip;
    await leader.hasStored(height);
    // What is stored is the honest chain again: it is what a tab has before it has any peer.
    await Promise.all(tabs.map(({ page }) => page.close()));
    const fresh = await open();
    expect((await told(fresh)).heights[0]).toBeGreaterThanOrEqual(height);
    await lostNothing(fresh);
    expect(await fresh.page.$$('[data-code]')).toEqual([]);
  });
});
