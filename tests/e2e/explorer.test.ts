/** The views of the built page, each by its address: what a visitor finds, is shown and can take away. */
import type { Gateway } from '@vision-light/gateway';
import { decodeTxProof } from '@vision-light/protocol';
import { verifyTxProof } from '@vision-light/protocol/verify';
import type { Page } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { reaches, smallNetwork } from './servers.js';
import { at, isSynced, named, says, someTransaction, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

const network = smallNetwork('vision-e2e-explorer');
const HISTORY = 100;
const stage = new Stage();
const { servers } = stage;

let url: string;
let gateway: Gateway;

beforeAll(async () => {
  ({ url, gateway } = await servers.minedPage(network, HISTORY));
});

const open = async (route = ''): Promise<Page> => {
  const page = await visitPage(stage, { address: `${url}/${route}` });
  await isSynced(page);
  return page;
};

/** Follows a link of the page, or what somebody pastes into the address bar. */
const go = (page: Page, route: string) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, route);

const headingOf = (page: Page) => says(page, '[data-testid="view"] h1', /./);

describe('addresses', () => {
  it('open what they say, go back and forward, name the window, and move the focus to the heading', async () => {
    const page = await open('#/header/7');
    const hash = gateway.header(7)?.hash ?? '';
    expect(await headingOf(page)).toBe('Header 7');
    await says(page, '[data-field="hash"] dd', new RegExp(`^${hash}$`));
    await page.waitForFunction(() => document.title.startsWith('Header 7 · '));

    await go(page, `#/block/${hash}`);
    await says(page, `${at('view-block')} h1`, /^Block 7$/);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Block 7');
    await go(page, '#/peers');
    await says(page, `${at('view-peers')} h1`, /^Peers$/);
    await page.goBack();
    await says(page, `${at('view-block')} h1`, /^Block 7$/);
    await page.goForward();
    await says(page, `${at('view-peers')} h1`, /^Peers$/);
    await go(page, '#/');
    await page.waitForSelector(at('view-overview'), { visible: true });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('tagline');
    await page.waitForFunction(() => /^\w+ · Vision Light$/.test(document.title));
  });

  it('that nothing has are told so', async () => {
    const page = await open('#/no/such/place');
    expect(await headingOf(page)).toBe('Nothing has this address');
    await says(page, `${at('view-unknown')} .lead`, /“no\/such\/place”/);
    await go(page, '#/header/999999');
    await says(page, at('header-place'), /^No verified header has the height 999,999: the tip is at \d+\.$/);
    await go(page, `#/block/${'ab'.repeat(32)}`);
    await says(page, at('block-place'), /^No verified header has the hash (ab){32}\.$/);
    await go(page, `#/tx/${'ab'.repeat(32)}`);
    await says(page, at('tx-state'), /^Not known here/);
    await go(page, `#/tx/${'ab'.repeat(32)}?block=${gateway.header(7)?.hash}`);
    await says(page, at('tx-state'), /^The block that is named does not have it/);
    await go(page, '#/address/nobody');
    await says(page, at('address-answer'), /^Only accounts of Vision/);
  });

  it('keep the content in reach of the skip link, without another address', async () => {
    const page = await open('#/peers');
    await (await page.$(at('skip')))?.press('Enter');
    expect(await page.evaluate(() => [location.hash, document.activeElement?.id])).toEqual([
      '#/peers',
      'main',
    ]);
  });
});

it('a header’s proof of work is explained with its own numbers', async () => {
  const page = await open('#/header/50');
  const [target = '', digest = ''] = await page
    .waitForSelector(`${at('work')} .digits`)
    .then(() => page.$$eval(`${at('work')} .digits`, (found) => found.map((each) => each.textContent ?? '')));
  const fields = gateway.header(50)?.fields;
  expect(digest).toBe(fields?.digest);
  expect(BigInt(`0x${target.slice(0, 16)}`)).toBe((2n ** 64n - 1n) / BigInt(fields?.difficulty ?? 0));
  expect(BigInt(`0x${digest.slice(0, 16)}`)).toBeLessThanOrEqual(BigInt(`0x${target.slice(0, 16)}`));
  await says(page, `${at('work')} .checks`, /^Its VisionX hash was computed here/);
});

it('search finds a block, a transaction and an account, and says where it looked in vain', async () => {
  const page = await open();
  const tx = await someTransaction(page);
  const search = async (text: string): Promise<void> => {
    await go(page, '#/');
    const field = await named(page, 'textbox', 'Height, hash, transaction or account');
    await field.evaluate((input) => (input as HTMLInputElement).select());
    await field.type(text);
    await field.press('Enter');
  };
  await search(tx.block);
  await says(page, `${at('view-block')} h1`, /^Block/);
  await search(tx.id);
  await says(page, at('tx-id'), new RegExp(`^${tx.id}$`));
  await says(page, at('search-answer'), /^This is a transaction\.$/);
  await search(tx.sender);
  await says(page, at('address-answer'), /^[\d,]+ transactions? in the newest [\d,]+ blocks/);
  await says(page, at('address-list'), /sends/);
  await search('cd'.repeat(32));
  await says(page, at('search-answer'), /^Nothing has this name: .* in the newest [\d,]+ blocks/);
});

it('a transaction is proven, verified in the page, and its files hold in Node', async () => {
  const page = await open();
  const tx = await someTransaction(page);
  await page.evaluate(() => {
    // The content of what would be saved, by the name of the file.
    const files: Record<string, Promise<string>> = {};
    const blobs = new Map<string, Blob>();
    const create = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => {
      const address = create(blob);
      if (blob instanceof Blob) blobs.set(address, blob);
      return address;
    };
    HTMLAnchorElement.prototype.click = function () {
      const blob = blobs.get(this.href);
      if (blob === undefined) return;
      files[this.download] = blob.arrayBuffer().then((bytes) => [...new Uint8Array(bytes)].join());
    };
    Object.assign(globalThis, { files });
  });
  await go(page, `#/tx/${tx.id}?block=${tx.block}`);
  await says(page, at('tx-state'), /^Confirmed: [\d,]+ confirmations?\.$/);
  await says(page, at('tx-fields'), /sender_pubkey/);
  await (await named(page, 'button', 'Make a proof')).press('Enter');
  await says(page, at('proof-answer'), /^The proof is made\.$/);
  await (await named(page, 'button', 'Verify it in this page')).press('Enter');
  await says(page, at('proof-answer'), /^The proof holds: block/);
  await (await named(page, 'button', 'Download as JSON')).press('Enter');
  await says(page, at('proof-answer'), /^Saved as proof-[0-9a-f]{16}\.json\.$/);
  await (await named(page, 'button', 'Download as bytes')).press('Enter');
  await says(page, at('proof-answer'), /^Saved as proof-[0-9a-f]{16}\.bin\.$/);
  const files = await page.evaluate(async () => {
    const found = (globalThis as unknown as { files: Record<string, Promise<string>> }).files;
    return Promise.all(Object.entries(found).map(async ([name, bytes]) => [name, await bytes] as const));
  });
  const bytesOf = (extension: string) =>
    Uint8Array.from(
      files
        .find(([name]) => name.endsWith(extension))?.[1]
        .split(',')
        .map(Number) ?? [],
    );
  const proof = JSON.parse(new TextDecoder().decode(bytesOf('.json')));
  expect(decodeTxProof(bytesOf('.bin'))).toEqual({ ok: true, proof });
  const anchor = { network, height: proof.anchor, hash: gateway.header(proof.anchor)?.hash ?? '' };
  expect(verifyTxProof(proof, anchor)).toMatchObject({ ok: true, txid: tx.id, blockHash: tx.block });
  // Another header of that height is another anchor.
  const other = { ...anchor, hash: 'ab'.repeat(32) };
  expect(verifyTxProof(proof, other)).toMatchObject({ ok: false });
});

it('charts are drawn, say in a sentence what they show, and have a table', async () => {
  const page = await open('#/charts');
  await page.waitForSelector(`${at('chart-spacing')} canvas`, { visible: true });
  await says(page, `${at('chart-spacing')} .chart-summary`, /^A block came every .* on average/);
  await says(page, `${at('chart-difficulty')} .chart-summary`, /^The difficulty was /);
  const table = `${at('chart-spacing')} details`;
  await (await page.$(`${table} summary`))?.press('Enter');
  await page.waitForFunction((rows) => document.querySelectorAll(rows).length > 5, {}, `${table} tbody tr`);
  expect(await page.$$eval(`${table} thead th`, (cells) => cells.map((cell) => cell.textContent))).toEqual([
    'Heights',
    'Average',
    'Least',
    'Most',
  ]);
});

it('peers are told with what they serve and who they are', async () => {
  const page = await open('#/peers');
  const card = `${at('peers-all')} li[data-kind="gateway"]`;
  await says(page, `${card} [data-field="key"] dd`, /^[0-9a-f]{64}$/);
  await says(page, `${card} [data-field="serves"] dd`, /^headers, the bodies of all blocks, transactions/);
  await says(page, `${card} [data-field="rtt"] dd`, /^[\d,]+ ms$/);
  await says(page, `${card} [data-field="height"] dd`, /^\d+$/);
});

it('trust is told with its reasons and what would mend them, and a diagnosis is made', async () => {
  const page = await open();
  await says(page, at('trust-level'), /^Degraded$/);
  await go(page, '#/trust');
  await says(page, at('trust-view-level'), /^Degraded$/);
  await says(page, `${at('trust-reasons')} [data-code="FEW_PEERS"]`, /What would mend it: three peers/);
  await says(page, at('trust-numbers'), /Signaling servers\s+1 of 1 can be asked/);
  await (await named(page, 'button', 'Find out')).press('Enter');
  await says(page, at('diagnosis-answer'), /^(Peers can be met|Nothing stands in the way)/);
});

it('a fork is drawn as it happens, with its blocks as text beside it', async () => {
  // Where the heavier chain lies: much longer than what the other gateway can mine during the test.
  const dataDir = await servers.folder();
  const forked = smallNetwork('vision-e2e-explorer-fork');
  const elsewhere = await servers.gateway({ network: forked, dataDir, history: 400, minerName: 'heavy' });
  await reaches(elsewhere, 400);
  await elsewhere.close();
  const signal = await servers.signal();
  const light = await servers.gateway({
    network: forked,
    signal: [signal.url],
    history: 20,
    minerName: 'light',
  });
  await reaches(light, 20);
  const address = `${await servers.page(forked, [signal.url])}/#/forks`;
  const page = await visitPage(stage, { address });
  await isSynced(page);
  await says(page, at('forks-lead'), /^No fork in this visit so far/);

  const heavy = await servers.gateway({ network: forked, signal: [signal.url], dataDir, mine: false });
  const card = `${at('forks')} [data-kind="reorg"]`;
  await says(page, card, /^Reorganisation/);
  await says(page, `${card} > p`, /left the chain and [\d,]+ took their place, after height 0\.$/);
  expect(await page.$$eval(`${card} .fork-node`, (nodes) => nodes.length)).toBeGreaterThan(8);
  // The blocks of both branches as text: the first is what the heavier gateway has, the second what it has not.
  const [followed = [], left = []] = await page.$$eval(`${card} .branch`, (branches) =>
    branches.map((branch) => [...branch.querySelectorAll('a')].map((link) => link.title)),
  );
  const heavyHashes = new Set(Array.from({ length: 401 }, (_, height) => heavy.header(height)?.hash));
  expect([followed.length, left.length].every((count) => count > 8)).toBe(true);
  expect(followed.filter((hash) => !heavyHashes.has(hash))).toEqual([]);
  expect(left.filter((hash) => heavyHashes.has(hash))).toEqual([]);
  expect(await page.$eval(`${card} svg`, (svg) => svg.getAttribute('aria-hidden'))).toBe('true');
});

it('a network is chosen by a link, which the address carries', async () => {
  const page = await open('#/networks');
  await says(page, at('networks-lead'), /^This page is on vision-e2e-explorer\.$/);
  await Promise.all([page.waitForNavigation(), (await named(page, 'link', 'Bitcoin signet')).press('Enter')]);
  expect(await page.evaluate(() => location.search)).toBe('?network=bitcoin-signet');
  await says(page, at('network'), /^Bitcoin signet$/);
  await go(page, '#/header/0');
  await says(page, '[data-field="hash"] dd', /^00000008819873e9/);
});
