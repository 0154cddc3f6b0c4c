/** Each view of the built page, in light and dark and on a phone: axe finds nothing, and nothing scrolls sideways. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { createLightNode } from '@vision-light/browser-node';
import type axe from 'axe-core';
import type { Page } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { reaches, smallNetwork } from './servers.js';
import { at, isSynced, says, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

type Handle = Awaited<ReturnType<typeof createLightNode>>;
type WithNode = typeof globalThis & { lightNode: Handle; axe: typeof axe };

/** A width between a phone's and a desktop's, at which the layout is neither's alone; and those two. */
const WIDTHS = [360, 820, 1440];
const network = smallNetwork('vision-e2e-accessibility');
const stage = new Stage();
const { servers } = stage;

let url: string;
let axeSource: string;

beforeAll(async () => {
  axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  const signal = await servers.signal();
  url = await servers.page(network, [signal.url]);
  const gateway = await servers.gateway({ network, signal: [signal.url], history: 60 });
  await reaches(gateway, 60);
});

/** The routes of all views, each with what shows that it is filled. */
async function routesOf(page: Page): Promise<readonly (readonly [route: string, filled: string])[]> {
  const { block, id, sender } = await page.evaluate(async () => {
    const { lightNode } = globalThis as WithNode;
    for (let { height } = lightNode.tip; height > 0; height--) {
      const hash = (await lightNode.header(height))?.hash ?? '';
      const [tx] = (await lightNode.block(hash))?.transactions ?? [];
      if (tx !== undefined) return { id: tx.id, block: hash, sender: String(tx.fields.sender_pubkey) };
    }
    throw new Error('no block has transactions');
  });
  return [
    ['#/', at('headers')],
    ['#/header/50', `${at('work')} .digits`],
    [`#/block/${block}`, at('block-transactions')],
    [`#/tx/${id}?block=${block}`, at('tx-fields')],
    [`#/address/${sender}`, at('address-list')],
    ['#/charts', `${at('chart-spacing')} canvas`],
    ['#/peers', at('peers-all')],
    ['#/forks', at('forks-lead')],
    ['#/trust', at('trust-numbers')],
    ['#/send', at('send')],
    ['#/networks', at('mining-switch')],
    ['#/nothing', at('view-unknown')],
  ];
}

/** What axe finds on the page as it is. */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const { violations } = await (globalThis as WithNode).axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });

/** Whatever reaches beyond the right edge. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth } = document.documentElement;
    return [...document.body.querySelectorAll('*')]
      .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > clientWidth + 0.5)
      .map((each) => each.outerHTML.slice(0, 80));
  });

describe.each(['light', 'dark'] as const)('in %s colours', (scheme) => {
  it('axe finds nothing on any view, and nothing scrolls sideways', async () => {
    const page = await visitPage(stage, { address: url, scheme });
    await isSynced(page);
    await page.evaluate(axeSource);
    for (const [route, filled] of await routesOf(page)) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, route);
      await page.waitForSelector(filled, { visible: true });
      if (filled === at('tx-fields')) {
        await (await page.$(at('proof-make')))?.press('Enter');
        await says(page, at('proof-answer'), /^The proof is made\.$/);
      }
      if (filled === at('mining-switch')) {
        expect(await faults(page), `${route}, switched off, in ${scheme}`).toEqual([]);
        await (await page.$(filled))?.press('Enter');
        await says(page, at('mining-words'), /found/);
      }
      expect(await faults(page), `${route} in ${scheme}`).toEqual([]);
      for (const width of WIDTHS) {
        await page.setViewport({ width, height: 800 });
        expect(await overflowing(page), `${route} at ${width}`).toEqual([]);
      }
    }
  });
});
