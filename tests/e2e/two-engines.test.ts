/** One network of pages in Chromium and in Firefox: each syncs from the other, and both follow the same chain. */
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser, Visitor } from './browser.js';
import { reaches, Servers, smallNetwork } from './servers.js';

const HISTORY = 2500;
const servers = new Servers();
let browsers: readonly [chromium: Browser, firefox: Browser];

beforeAll(async () => {
  browsers = await Promise.all([launchBrowser('chromium'), launchBrowser('firefox')]);
});
afterAll(async () => {
  await Promise.all(browsers.map((browser) => browser.close()));
  await servers.close();
});

it.each([
  ['Firefox', 0, 1],
  ['Chromium', 1, 0],
] as const)('lets a newcomer in %s sync from a page of the other kind alone', async (name, first, second) => {
  const network = smallNetwork(`vision-e2e-${name.toLowerCase()}`);
  const signal = await servers.signal();
  const url = await servers.page(network, [signal.url]);
  const gateway = await servers.gateway({ network, signal: [signal.url], history: HISTORY });
  await reaches(gateway, HISTORY + 1);
  const settled = await Visitor.open(browsers[first], url);
  await settled.reaches(HISTORY + 1);
  await gateway.close();

  const newcomer = await Visitor.open(browsers[second], url);
  const { height } = await settled.tip();
  await newcomer.reaches(height);
  await Promise.all([settled.hasPeers(1, 'browser'), newcomer.hasPeers(1, 'browser')]);
  expect(await newcomer.hashAt(height)).toBe(await settled.hashAt(height));
  expect([...settled.complaints, ...newcomer.complaints]).toEqual([]);
});
