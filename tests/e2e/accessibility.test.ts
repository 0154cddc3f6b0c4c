/** Each view of the built page, in light and dark and on a phone: axe finds nothing, and nothing scrolls sideways. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { smallNetwork } from './servers.js';
import { at, isSynced, says, someTransaction, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

type WithAxe = typeof globalThis & { axe: typeof axe };

/** A width between a phone's and a desktop's, at which the layout is neither's alone; and those two. */
const WIDTHS = [360, 820, 1440];
const network = smallNetwork('vision-e2e-accessibility');
const stage = new Stage();
const { servers } = stage;

let url: string;
let axeSource: string;

beforeAll(async () => {
  axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  ({ url } = await servers.minedPage(network, 60));
});

/** The routes of all views, each with what shows that it is filled. */
async function routesOf(page: Page): Promise<readonly (readonly [route: string, filled: string])[]> {
  const { block, id, sender } = await someTransaction(page);
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
    const { violations } = await (globalThis as WithAxe).axe.run(document);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
  });

/** Whatever reaches beyond the right edge, once what follows the width of the page has done so. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    // Observers of sizes are called within a frame, and a chart draws itself after that.
    for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
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
      if (filled === at('peers-all')) {
        await (await page.$(at('join-invite')))?.press('Enter');
        await says(page, at('join-made'), /^VL1/);
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
