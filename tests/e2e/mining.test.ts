/** Mining in real pages: a visitor switches it on and off, others take what the page finds, and it outlives the tab with the node. */
import type { createLightNode, MiningEvent } from '@vision-light/browser-node';
import type { Gateway } from '@vision-light/gateway';
import type { Page } from 'puppeteer-core';
import { beforeAll, expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { at, named, says, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

interface Scope {
  readonly lightNode: Awaited<ReturnType<typeof createLightNode>>;
  found?: number;
}

/** What a page calls itself in its headers. */
const PAGE = 'vision-light page';

const stage = new Stage();
const { servers } = stage;
let signal: string;

beforeAll(async () => {
  signal = (await servers.signal()).url;
});

/** A page, and a gateway that mines nothing: whatever is above genesis was found in pages. */
async function openNetwork(name: string): Promise<{ readonly url: string; readonly gateway: Gateway }> {
  const network = smallNetwork(name);
  const gateway = await servers.gateway({ network, signal: [signal], mine: false });
  return { url: await servers.page(network, [signal]), gateway };
}

/** Names of those who found the blocks from a height on. */
const minersFrom = (gateway: Gateway, height: number): unknown[] =>
  Array.from({ length: gateway.tip.height + 1 - height }, (_, i) => gateway.header(height + i)?.fields.miner);

/** Mines so many blocks in a page, without the switch. */
const mineIn = (page: Page, miner: string, count: number): Promise<readonly MiningEvent['kind'][]> =>
  page.evaluate(
    async (miner, count) => {
      const { lightNode } = globalThis as unknown as Scope;
      const kinds: MiningEvent['kind'][] = [];
      for await (const { kind } of lightNode.mine({ miner })) {
        kinds.push(kind);
        if (kinds.filter((each) => each === 'mined').length >= count) break;
      }
      return kinds;
    },
    miner,
    count,
  );

it('a visitor switches it on and off by keyboard; a gateway and another page take what it finds', async () => {
  const { url, gateway } = await openNetwork('vision-e2e-mining');
  const page = await visitPage(stage, { address: `${url}/#/networks` });
  const mining = await named(page, 'switch', 'Mine in this page');
  expect(await mining.evaluate((each) => each.getAttribute('aria-checked'))).toBe('false');
  await says(page, at('mining-words'), /^Off\.$/);
  expect(gateway.tip.height).toBe(0);

  await mining.press(' ');
  await page.waitForSelector(`${at('mining-switch')}[aria-checked="true"]`);
  await says(page, at('mining-words'), /^On\. .* 2 blocks found, the last one at height 2\.$/);
  await says(page, at('mining-rate'), /^\d[\d,.]*$/);
  await says(page, at('mining-found'), /^[2-9]$/);
  await reaches(gateway, 3);
  expect(new Set(minersFrom(gateway, 1))).toEqual(new Set([PAGE]));
  const other = await visitPage(stage, { address: url });
  await says(other, at('height'), /^[3-9]|\d\d$/);

  // It goes on while the visitor looks at something else, and the head of the page says so.
  await page.bringToFront();
  await page.evaluate(() => {
    location.hash = '#/peers';
  });
  await says(page, at('mining-mark'), /mining/);
  await reaches(gateway, gateway.tip.height + 1);
  await page.goBack();
  await (await named(page, 'switch', 'Mine in this page')).press('Enter');
  await says(page, at('mining-words'), /^Off\.$/);
  await says(page, at('mining-rate'), /^–$/);
  await page.waitForSelector(at('mining-mark'), { hidden: true });

  // With both at it half of them would be of the first page.
  const height = await page.evaluate(() => (globalThis as unknown as Scope).lightNode.tip.height);
  expect(await mineIn(other, 'the other page', 8)).toContain('mined');
  await reaches(gateway, height + 7);
  // One may have been on its way when it was switched off.
  expect(new Set(minersFrom(gateway, height + 2))).toEqual(new Set(['the other page']));

  await (await named(page, 'switch', 'Mine in this page')).press(' ');
  await says(page, at('mining-words'), /^On\./);
  await page.reload();
  await says(page, at('mining-words'), /^Off\.$/);
});

it('a tab goes on when the tab that runs the node is closed', async () => {
  const { url, gateway } = await openNetwork('vision-e2e-mining-tabs');
  const first = await Visitor.open(stage.browser, url);
  const second = await first.openTab(url);
  await second.page.evaluate(() => {
    const scope = globalThis as unknown as Scope;
    scope.found = 0;
    void (async () => {
      for await (const { kind } of scope.lightNode.mine())
        if (kind === 'mined') scope.found = (scope.found ?? 0) + 1;
    })();
  });
  await reaches(gateway, 2);
  await first.page.close();
  await reaches(gateway, gateway.tip.height + 2);
  await second.page.waitForFunction('globalThis.found >= 3', { polling: 50 });
  expect(second.complaints).toEqual([]);
  await second.page.browserContext().close();
});

it('a network that is not mined in pages has no switch', async () => {
  const url = await servers.page('bitcoin-regtest', [signal]);
  const page = await visitPage(stage, { address: `${url}/#/networks` });
  await says(page, at('networks-lead'), /regtest/);
  await page.waitForFunction('globalThis.lightNode !== undefined');
  await page.waitForSelector(at('mining'), { hidden: true });
});
