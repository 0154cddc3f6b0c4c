/** Two gateways that have never met, and pages that meet both: the heavier chain wins, and the change is one event. */
import type { Reorg } from '@vision-light/protocol';
import { beforeAll, expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const stage = new Stage();
const { servers } = stage;
const network = smallNetwork('vision-e2e-fork');
/** Where the heavier chain lies. */
let dataDir: string;

beforeAll(async () => {
  // It is much longer than what the other gateway can mine during the test.
  dataDir = await servers.folder();
  const elsewhere = await servers.gateway({ network, dataDir, history: 2200, minerName: 'heavy' });
  await reaches(elsewhere, 2200);
  await elsewhere.close();
});

it('ends with every page on the heavier chain, after one reorg', async () => {
  const signal = await servers.signal();
  const light = await servers.gateway({ network, signal: [signal.url], history: 200, minerName: 'light' });
  await reaches(light, 201);
  const url = await servers.page(network, [signal.url]);
  const pages = [await Visitor.open(stage.browser, url), await Visitor.open(stage.browser, url)];
  await Promise.all(pages.map((page) => page.reaches(201)));
  await Promise.all(pages.map((page) => page.collect('reorg')));

  // It comes as it is: nothing is mined on it that could make a second reorg look like a first.
  const heavy = await servers.gateway({ network, signal: [signal.url], dataDir, mine: false });
  const { hash, height } = heavy.tip;

  await Promise.all(pages.map((page) => page.reaches(height)));
  for (const page of pages) {
    expect(await page.hashAt(height)).toBe(hash);
    const reorgs = await page.collected<Reorg>('reorg');
    expect(reorgs).toHaveLength(1);
    const [reorg] = reorgs as [Reorg];
    expect(reorg.ancestor.height).toBe(0);
    expect(reorg.disconnected.map((tip) => tip.height)).toEqual(reorg.disconnected.map((_, i) => i + 1));
    expect(reorg.connected.map((tip) => tip.height)).toEqual(reorg.connected.map((_, i) => i + 1));
    expect(reorg.disconnected.length).toBeGreaterThanOrEqual(201);
  }
  await reaches(light, height);
  expect(light.header(height)?.hash).toBe(hash);
});
