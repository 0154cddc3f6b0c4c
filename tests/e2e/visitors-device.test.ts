/**
 * A page on a visitor's device: frozen and thawed, with data to be saved or a low battery, and with a full disk. Only Chromium
 * lets a test freeze a page, turn the saving of data on, or fill a disk.
 */
import type { Gateway } from '@vision-light/gateway';
import { FOLLOWED_BLOCKS, type Metrics } from '@vision-light/protocol';
import type { CDPSession } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { STALE_PROBABILITY } from '../../packages/protocol/src/limits.js';
import { Visitor } from './browser.js';
import { buildLibrary, serveLibrary } from './library-page.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

/** More than a page keeps bodies of. */
const HISTORY = 2 * FOLLOWED_BLOCKS;
const stage = new Stage();
const { servers } = stage;
const network = smallNetwork('vision-e2e-device');
let gateway: Gateway;
let url: string;
/** The same page, whose node is nobody else's. */
let aloneUrl: string;

type Scope = { lightNode: import('@vision-light/browser-node').LightNodeHandle };

beforeAll(async () => {
  const signal = await servers.signal();
  const options = { network, signal: [signal.url] };
  gateway = await servers.gateway({ ...options, history: HISTORY });
  const [now] = await Promise.all([buildLibrary(), reaches(gateway, HISTORY)]);
  const pages = await serveLibrary(options, { now });
  const alonePages = await serveLibrary({ ...options, options: 'share: false' }, { now });
  for (const each of [pages, alonePages]) servers.defer(() => each.close());
  url = `${pages.url}/now/`;
  aloneUrl = `${alonePages.url}/now/`;
});

const metricsOf = (visitor: Visitor): Promise<Metrics> =>
  visitor.page.evaluate(() => (globalThis as unknown as Scope).lightNode.metrics());

/** Resolves once the page has got so many bodies. */
const hasBodies = (visitor: Visitor, count: number): Promise<unknown> =>
  expect
    .poll(async () => (await metricsOf(visitor)).vision_p2p_blocks_received_total)
    .toBeGreaterThanOrEqual(count);

describe('a page that is frozen while blocks are found', () => {
  it.each([
    ['shares its node', () => url],
    ['has its node for itself', () => aloneUrl],
  ])('and %s: never says that the old tip is fresh, and catches up', async (_how, address) => {
    const visitor = await Visitor.open(stage.browser, address());
    const before = await visitor.reaches(gateway.tip.height);
    await visitor.page.evaluate(() => {
      const { lightNode: node } = globalThis as unknown as Scope;
      const seen: string[] = [];
      Object.assign(globalThis, { seen });
      const look = (): void => {
        const isFresh = node.status.phase === 'synced' && !node.trust().reasons.includes('TIP_STALE');
        seen.push(`${isFresh ? 'fresh' : 'old'} ${node.tip.height}`);
      };
      // Before anything else of this page runs again.
      document.addEventListener('resume', () => {
        look();
        node.subscribe('status', look);
        node.subscribe('trust', look);
        node.subscribe('tip', look);
      });
    });
    const session = await visitor.page.createCDPSession();
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    // So long that nobody would expect no block.
    const { time } = gateway.tip;
    const staleS = -Math.log(STALE_PROBABILITY) * network.targetSpacingS;
    await expect.poll(() => gateway.tip.time - time).toBeGreaterThan(staleS);
    const missed = gateway.tip.height;
    expect(missed).toBeGreaterThan(before.height);
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await visitor.reaches(missed);
    const seen = await visitor.page.evaluate(() => (globalThis as unknown as { seen: string[] }).seen);
    expect(seen[0]).toBe(`old ${before.height}`);
    for (const each of seen)
      if (each.startsWith('fresh')) expect(Number(each.split(' ')[1])).toBeGreaterThanOrEqual(missed);
    expect(visitor.complaints).toEqual([]);
    await visitor.close();
  });
});

describe('a visitor', () => {
  it('who saves data gets all headers and no blocks, until that changes', async () => {
    const context = await stage.browser.createBrowserContext();
    let session: CDPSession | undefined;
    const save = (dataSaverEnabled: boolean): Promise<unknown> | undefined =>
      session?.send('Emulation.setDataSaverOverride', { dataSaverEnabled });
    const visitor = await Visitor.openIn(context, url, undefined, async (page) => {
      session = await page.createCDPSession();
      await save(true);
    });
    await visitor.reaches(HISTORY);
    // Two more blocks have come and gone: none of them was fetched.
    await visitor.reaches(gateway.tip.height + 2);
    expect((await metricsOf(visitor)).vision_p2p_blocks_received_total).toBe(0);
    await save(false);
    await visitor.page.evaluate(() => {
      const { connection } = navigator as unknown as { connection: EventTarget };
      connection.dispatchEvent(new Event('change'));
    });
    await hasBodies(visitor, FOLLOWED_BLOCKS);
    await visitor.close();
  });

  it('whose battery is low gets all headers, and blocks once it is being charged', async () => {
    const context = await stage.browser.createBrowserContext();
    // No browser lets a test empty its battery.
    const visitor = await Visitor.openIn(
      context,
      url,
      `(${String(() => {
        const battery = Object.assign(new EventTarget(), { charging: false, level: 0.2 });
        Object.assign(globalThis, { battery });
        Object.assign(navigator, { getBattery: () => Promise.resolve(battery) });
      })})()`,
    );
    await visitor.reaches(HISTORY);
    await visitor.reaches(gateway.tip.height + 2);
    expect((await metricsOf(visitor)).vision_p2p_blocks_received_total).toBe(0);
    await visitor.page.evaluate(() => {
      const { battery } = globalThis as unknown as { battery: EventTarget & { charging: boolean } };
      battery.charging = true;
      battery.dispatchEvent(new Event('chargingchange'));
    });
    await hasBodies(visitor, FOLLOWED_BLOCKS);
    await visitor.close();
  });
});

describe('a disk that is full', () => {
  /** What the origin may use. @param more  bytes beyond what it uses; undefined for as much as there is */
  async function allow(session: CDPSession, origin: string, more: number | undefined): Promise<void> {
    const { usage } = await session.send('Storage.getUsageAndQuota', { origin });
    await session.send('Storage.overrideQuotaForOrigin', {
      origin,
      ...(more === undefined ? {} : { quotaSize: usage + more }),
    });
  }

  it('keeps no block from being followed: the page says so, goes on from memory, and stores again when there is room', async () => {
    const visitor = await Visitor.open(stage.browser, url);
    await visitor.hasStored(HISTORY);
    await hasBodies(visitor, FOLLOWED_BLOCKS);
    const session = await visitor.page.createCDPSession();
    const { origin } = new URL(url);
    await allow(session, origin, 0);
    await visitor.isTold('STORE_QUOTA');
    console.log(
      await visitor.page.evaluate(async () => {
        const n = (globalThis as unknown as Scope).lightNode;
        return JSON.stringify([n.status, await navigator.storage.estimate()]);
      }),
    );
    await visitor.reaches(gateway.tip.height + 4);
    console.log(
      await visitor.page.evaluate(async () => {
        const n = (globalThis as unknown as Scope).lightNode;
        return JSON.stringify([n.status, await navigator.storage.estimate()]);
      }),
    );
    await allow(session, origin, undefined);
    await visitor.hasStored(gateway.tip.height + 1);
    const { height, hash } = await visitor.tip();
    await visitor.page.reload();
    await visitor.waitForNode();
    expect(await visitor.hashAt(height)).toBe(hash);
    await visitor.close();
  });
});
