/** Two gateways that have never met, and pages that meet both: the heavier chain wins, and the change is one event. */
import type { Reorg } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

const stage = new Stage();
const { servers } = stage;

it('ends with every page on the heavier chain, after one reorg', async () => {
  const network = smallNetwork('vision-e2e-fork');
  const [here, there] = await Promise.all([servers.signal(), servers.signal()]);
  const light = await servers.gateway({ network, signal: [here.url], history: 200, minerName: 'light' });
  await reaches(light, 201);
  const url = await servers.page(network, [here.url]);
  const pages = [await Visitor.open(stage.browser, url), await Visitor.open(stage.browser, url)];
  await Promise.all(pages.map((page) => page.reaches(201)));
  await Promise.all(pages.map((page) => page.collect('reorg')));

  // The heavier chain was laid down elsewhere, and is much longer than what the first can mine meanwhile.
  const dataDir = await servers.folder();
  const elsewhere = await servers.gateway({
    network,
    signal: [there.url],
    dataDir,
    history: 2200,
    minerName: 'heavy',
  });
  await reaches(elsewhere, 2200);
  await elsewhere.close();
  // It comes as it is: nothing is mined on it that could make a second reorg look like a first.
  const heavy = await servers.gateway({ network, signal: [here.url], dataDir, mine: false });
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
