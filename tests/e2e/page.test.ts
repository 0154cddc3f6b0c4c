/** What a visitor of the built page is shown, told and able to do, found by test ids and by roles and names. */
import type { Gateway } from '@vision-light/gateway';
import type { ElementHandle, Page } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { engine } from './browser.js';
import { writeRegtestChain } from './regtest-headers.js';
import { smallNetwork } from './servers.js';
import { at, isSynced, named, says, type Visit, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

/** Two full batches: more than a page verifies of what is stored before it shows its tip. */
const HISTORY = 4000;
/** Headers that take a page about a second: enough for a progress bar to be seen on its way in either browser. */
const LONG = 240_000;
const network = smallNetwork('vision-e2e-page');
const stage = new Stage();
const { servers } = stage;

let url: string;
let gateway: Gateway;

beforeAll(async () => {
  ({ url, gateway } = await servers.minedPage(network, HISTORY));
});

const visit = (options: Partial<Visit> = {}): Promise<Page> => visitPage(stage, { address: url, ...options });

const textsOf = (page: Page, selector: string): Promise<string[]> =>
  // biome-ignore lint/performance/useDomNodeTextContent: as above.
  page.$$eval(selector, (found) => found.map((element) => (element as HTMLElement).innerText));

const numberIn = (text: string): number => Number(/[\d,]+/.exec(text)?.[0].replaceAll(',', ''));

/** Height and number of transactions of a block that has some, as the gateway tells it over HTTP. */
async function blockWithTransactions(): Promise<{ readonly height: number; readonly count: number }> {
  for (let height = HISTORY - 1; height > HISTORY - 100; height--) {
    const hash = gateway.header(height)?.hash;
    const response = await fetch(`http://127.0.0.1:${gateway.port}/p2p/get_blocks`, {
      method: 'POST',
      body: JSON.stringify({ hashes: [hash] }),
    });
    const { blocks } = (await response.json()) as { readonly blocks: readonly { readonly raw: string }[] };
    const raw = Buffer.from(blocks[0]?.raw ?? '', 'base64').toString();
    const { txs } = JSON.parse(raw) as { readonly txs: readonly unknown[] };
    if (txs.length > 1) return { height, count: txs.length };
  }
  throw new Error('no block has transactions');
}

/** Searches as a visitor does, by keyboard. */
async function search(page: Page, text: string): Promise<void> {
  const field = await named(page, 'textbox', 'Height, hash, transaction or account');
  // Not by the mouse: where the field is, something else may be by the time of the click, as news moves the page.
  await field.focus();
  await field.evaluate((input) => (input as HTMLInputElement).select());
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

/** Opens a block with transactions, and waits for them. */
async function showBlock(page: Page): Promise<{ readonly height: number; readonly count: number }> {
  const block = await blockWithTransactions();
  await search(page, gateway.header(block.height)?.hash ?? '');
  await says(page, at('block-transactions'), /./);
  return block;
}

describe('a visitor', () => {
  it('is told the network, how many peers of which kind there are, and how the tip grows', async () => {
    const [page] = await Promise.all([visit(), visit()]);
    // Whichever was opened last covers the other one, and a page that nobody sees is not drawn.
    await page.bringToFront();
    expect(await says(page, at('network'), /^vision/)).toBe('vision-e2e-page');
    await says(page, at('peers'), /^2$/);
    expect(await says(page, at('peer-kinds'), /gateway/)).toBe('1 browser · 1 gateway');
    await page.waitForFunction(
      (list) => [...document.querySelectorAll(list)].every((peer) => peer.textContent?.includes(' ms')),
      {},
      `${at('peer-list')} li`,
    );
    const peers = await textsOf(page, `${at('peer-list')} li`);
    expect(peers.map((peer) => peer.split(/\s/)[0]).sort()).toEqual(['Browser', 'Gateway']);
    for (const peer of peers) expect(peer).toMatch(/at [\d,]+\s+[\d,]+ ms$/);
    expect(await page.$(at('peer-empty')).then((note) => note?.isVisible())).toBe(false);

    await isSynced(page);
    const before = numberIn(await says(page, at('height'), /\d/));
    await page.waitForFunction(
      (height, least) => Number(document.querySelector<HTMLElement>(height)?.dataset.value) >= least,
      {},
      at('height'),
      before + 2,
    );
    const [height = '', hash] = await textsOf(page, `${at('height')}, ${at('hash')}`);
    expect(hash).toBe(gateway.header(numberIn(height))?.hash);
  });

  it('sees a bar that fills while headers are verified', async () => {
    const signal = await servers.signal();
    const folder = await servers.folder();
    const headersFile = await writeRegtestChain(folder, LONG, 1);
    const options = { network: 'bitcoin-regtest' as const, signal: [signal.url] };
    await servers.gateway({ ...options, dataDir: folder, headersFile });
    const page = await visit({
      address: await servers.page(options.network, options.signal),
      before: `globalThis.seen = [];
        addEventListener('DOMContentLoaded', () => {
          const bar = document.querySelector('progress');
          const phase = document.querySelector('${at('phase')}');
          const note = () => seen.push([phase.textContent, bar.position]);
          for (const each of [bar, phase]) {
            new MutationObserver(note).observe(each, { attributes: true, childList: true });
          }
        });`,
    });
    await isSynced(page);
    // Not earlier: to find something by its role stops the page in Firefox for three seconds, in which it draws nothing.
    const bar = await named(page, 'progressbar', 'Verified against the best peer');
    const count = await says(page, at('progress-count'), /^(.+) of \1$/);
    expect(numberIn(count)).toBe(LONG);
    expect(await bar.evaluate((element) => (element as HTMLProgressElement).position)).toBe(1);

    const seen = (await page.evaluate('seen')) as [phase: string, position: number][];
    const syncing = seen.filter(([phase]) => phase === 'Syncing').map(([, position]) => position);
    expect(syncing.some((position) => position > 0 && position < 1)).toBe(true);
    const rising = syncing.slice(0, syncing.indexOf(1) + 1 || undefined);
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
  });

  it('sees the newest headers arrive, and reads one in peace', async () => {
    const page = await visit();
    await isSynced(page);
    const rows = `${at('headers')} > li`;
    await page.waitForFunction((row) => document.querySelectorAll(row).length === 12, {}, rows);
    // In one go: while two questions are asked, the list moves on.
    const shown = await page.$$eval(rows, (found) =>
      found.map((row) => [row.querySelector('.row-height')?.textContent, row.getAttribute('data-hash')]),
    );
    const top = numberIn(shown[0]?.[0] ?? '');
    const heights = shown.map((_, index) => top - index);
    expect(shown).toEqual(
      heights.map((height) => [height.toLocaleString('en'), gateway.header(height)?.hash]),
    );
    await page.waitForFunction(
      (row, height) => Number(document.querySelector<HTMLElement>(row)?.dataset.height) > height,
      {},
      rows,
      top,
    );

    // In one go, for the same reason.
    await page.evaluate((row) => document.querySelector<HTMLElement>(row)?.focus(), `${rows} summary`);
    await page.keyboard.press('Enter');
    const opened = `${rows} details[open]`;
    const hash = await says(page, `${opened} [data-field="hash"] dd`, /^[0-9a-f]{64}$/);
    const height = numberIn(await says(page, `${opened} .row-height`, /\d/));
    expect(hash).toBe(gateway.header(height)?.hash);
    await says(page, at('headers-note'), /^held while you read · \d+ newer headers?$/);
    await says(page, `${opened} .row-height`, new RegExp(`^${height.toLocaleString('en')}$`));
  });

  it('is told what is verified and what is not, now and on the next visit', async () => {
    const page = await visit();
    await isSynced(page);
    await (await named(page, 'link', 'What the answers rest on, and what is verified')).press('Enter');
    await named(page, 'region', 'What is verified, and what that means');
    const share = await says(page, at('verified-share'), /headers after genesis/);
    expect(share).toMatch(/^[\d,]+ headers after genesis, every one checked by this browser and none taken/);
    expect(numberIn(share)).toBeGreaterThanOrEqual(HISTORY);
    const rules = (await textsOf(page, `${at('checks')} li`)).map((text) => text.split('.')[0]);
    expect(rules).toEqual(['Proof of work', 'Difficulty', 'Time', 'Linkage', 'Most work']);
    await says(page, '.unchecked', /^Transactions\. They are not executed/);
    await says(page, at('network-caution'), /^A network of its own/);

    await (await named(page, 'link', 'Overview')).press('Enter');
    expect(await says(page, at('storage'), /./)).toBe('Kept');
    await says(page, at('storage-note'), /^4,\d{3} headers on this device$/);
    await page.goBack();
    await page.reload();
    const again = await says(page, at('verified-share'), /earlier/);
    expect(again).toMatch(/ in an earlier (one|visit)\. On loading, what was stored met every rule again/);
  });

  it('searches for a height, walks to the header before, and reads the body of its block', async () => {
    const page = await visit();
    await isSynced(page);
    await search(page, '12 or so');
    await says(
      page,
      at('search-answer'),
      /^This is neither a height, nor a hash of 64 hex digits, nor an address\.$/,
    );
    await search(page, '4,000,000');
    await says(page, at('search-answer'), /^No verified header has the height 4,000,000: the tip is at 4,/);

    const { height, count } = await blockWithTransactions();
    const words = height.toLocaleString('en');
    await search(page, words);
    await says(page, at('search-answer'), new RegExp(`^Verified header at height ${words}\\.$`));
    await says(page, `${at('view-header')} h1`, new RegExp(`^Header ${words}$`));
    const result = `${at('view-header')} [data-field="hash"] dd`;
    expect(await says(page, result, /./)).toBe(gateway.header(height)?.hash);

    await (await named(page, 'link', 'Open its block, with the transactions')).press('Enter');
    const answer = await says(page, at('block-answer'), /^\d/);
    expect(answer).toMatch(
      new RegExp(`^${count} transactions in [\\d,.]+ \\w+, held to what the header commits to\\.`),
    );
    expect((await page.$$(`${at('block-transactions')} li`)).length).toBe(count);

    await page.goBack();
    const before = (height - 1).toLocaleString('en');
    await (await named(page, 'link', `← ${before}`)).press('Enter');
    await says(page, result, new RegExp(`^${gateway.header(height - 1)?.hash}$`));
  });
});

/** Has every worker begin with this script: the page's own policy forbids it to come from anywhere else. */
const inWorkers = (script: string): string => `{
  const own = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) =>
    own(blob.type === 'text/javascript' ? new Blob([${JSON.stringify(script)}, blob], { type: blob.type }) : blob);
}`;

const faults: readonly (Partial<Visit> & {
  readonly what: string;
  readonly code: string;
  readonly sentence: RegExp;
  readonly advice: RegExp;
  readonly phase: 'Not running' | 'Connecting' | 'Synced';
})[] = [
  {
    what: 'an unreachable signaling server',
    address: '/?signal=http://127.0.0.1:9',
    code: 'SIGNAL_UNREACHABLE',
    sentence: /^A signaling server or tracker does not answer/,
    advice: /It keeps trying\.$/,
    phase: 'Connecting',
  },
  {
    what: 'a browser without WebRTC',
    before: 'delete globalThis.RTCPeerConnection',
    code: 'NO_WEBRTC',
    sentence: /^This browser has no WebRTC/,
    advice: /^Browsers reach one another through WebRTC/,
    phase: 'Not running',
  },
  {
    what: 'a browser without WebAssembly',
    before: 'delete globalThis.WebAssembly',
    code: 'NO_WASM',
    sentence: /^This browser does not run WebAssembly/,
    advice: /^The proof of work is checked with WebAssembly/,
    phase: 'Not running',
  },
  {
    what: 'a browser without WebAssembly in workers',
    before: inWorkers('delete self.WebAssembly;'),
    code: 'NO_WASM',
    sentence: /^This browser does not run WebAssembly/,
    advice: /^The proof of work is checked with WebAssembly/,
    phase: 'Not running',
  },
  {
    what: 'a browser that denies storage',
    before: inWorkers(`Object.defineProperty(self, 'indexedDB', {
      get() { throw new DOMException('', 'SecurityError') },
    });`),
    code: 'STORE_DENIED',
    sentence: /^Storage is not available here/,
    advice: /^A private window often has no storage/,
    phase: 'Synced',
  },
];

describe('in plain words', () => {
  it.each(faults)('$what', async ({ address, before, code, sentence, advice, phase }) => {
    const page = await visit({
      address: `${url}${address ?? ''}`,
      ...(before === undefined ? {} : { before }),
    });
    const box = `${at('troubles')}[role="alert"] ${at('error')}[data-code="${code}"]`;
    const words = await says(page, `${box} .trouble-sentence`, sentence);
    // One sentence, and nothing that only a developer can read.
    expect(words).toMatch(/^[A-Z][^()[\]{}<>:/_]*\.$/);
    await says(page, `${box} .trouble-sentence + p`, advice);
    await says(page, `${box} .code-name`, new RegExp(`^${code}`));
    await says(page, at('phase'), new RegExp(`^${phase}$`));
    if (code === 'STORE_DENIED') {
      await says(page, at('storage'), /^In memory$/);
      await says(page, at('storage-note'), /^only, until this page is closed$/);
    }
    // It can be waved away where the node runs all the same.
    const dismiss = await page.$(`${box} ${at('error-dismiss')}`);
    expect(dismiss === null).toBe(phase === 'Not running');
    await dismiss?.click();
    if (dismiss !== null) await page.waitForSelector(box, { hidden: true });
  });
});

/** Whatever reaches beyond the right edge, also where something cuts it off. */
const overflowing = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const wide = [...document.body.querySelectorAll('*')]
      .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > clientWidth + 0.5)
      .map((each) => each.outerHTML.slice(0, 80));
    return scrollWidth > clientWidth ? [...wide, `the page is ${scrollWidth} wide`] : wide;
  });

describe('on a phone of 360 pixels', () => {
  it.each(['light', 'dark'] as const)('nothing scrolls sideways in %s colours', async (scheme) => {
    const page = await visit({ width: 360, scheme });
    await isSynced(page);
    const headers = `${at('headers')} details`;
    // Found and opened in one task: between two, newer headers may push the row out.
    await page.waitForFunction(
      (row) => {
        const details = document.querySelector<HTMLDetailsElement>(row);
        if (details !== null) details.open = true;
        return details !== null;
      },
      {},
      headers,
    );
    await says(page, `${headers}[open] .fields`, /./);
    expect(await overflowing(page)).toEqual([]);
    await showBlock(page);
    expect(await page.evaluate(() => innerWidth)).toBe(360);
    expect(await overflowing(page)).toEqual([]);

    const broken = await visit({ address: `${url}/?signal=http://127.0.0.1:9`, width: 360, scheme });
    await says(broken, at('error'), /./);
    expect(await overflowing(broken)).toEqual([]);
  });

  it('the two schemes differ', async () => {
    const colours = await Promise.all(
      (['light', 'dark'] as const).map(async (scheme) => {
        const page = await visit({ width: 360, scheme });
        return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      }),
    );
    expect(new Set(colours).size).toBe(2);
  });
});

/**
 * The name of a control, as a screen reader gives it. WebDriver BiDi does not tell names. But it finds elements by theirs, so
 * Firefox is asked whether it finds this one by what it says; empty if not.
 */
async function accessibleName(page: Page, control: ElementHandle<HTMLElement>): Promise<string> {
  if (engine === 'chromium') return (await page.accessibility.snapshot({ root: control }))?.name ?? '';
  const read = () =>
    control.evaluate((element) => {
      const label = element instanceof HTMLInputElement ? element.labels?.[0] : undefined;
      // biome-ignore lint/performance/useDomNodeTextContent: what is seen, with a gap between blocks.
      return (element.ariaLabel ?? (label ?? element).innerText).trim().replaceAll(/\s+/g, ' ');
    });
  for (let words = await read(), before = ''; words !== before; before = words, words = await read()) {
    // The control is the first element that is looked at.
    const [found] = await control.$$(`::-p-aria([name="${words}"])`);
    if (await found?.evaluate((element, other) => element === other, control)) return words;
  }
  // Nothing it said meanwhile, as the age of a header goes on.
  return '';
}

it('every control is reached with Tab, has a name, and shows that it has the focus', async () => {
  const page = await visit();
  await isSynced(page);
  // From here on no row comes or goes.
  await (await named(page, 'button', 'Leave the network')).press('Enter');
  await says(page, at('phase'), /^Closed$/);
  const join = await named(page, 'button', 'Join again');

  const controls = await page.$$eval('a[href], button, input, summary, [tabindex="0"]', (found) =>
    found
      .filter((each) => each.checkVisibility())
      .map((each, index) => {
        (each as HTMLElement).dataset.control = String(index);
        return `${index} ${each.outerHTML.slice(0, 60)}`;
      }),
  );
  // The skip link, brand, network and membership, 6 views, the search, 12 headers, 4 cards with a link, the example and its button.
  expect(controls.length).toBeGreaterThan(28);
  // From the top: whoever goes on after the last control leaves the page, which then draws no focus in Firefox.
  await page.evaluate(() => {
    (document.activeElement as HTMLElement).blur();
    getSelection()?.collapse(document.body, 0);
  });
  const reached = new Set<string>();
  const faulty: string[] = [];
  for (let presses = 0; presses < controls.length * 2 && reached.size < controls.length; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluateHandle(() => document.activeElement as HTMLElement);
    const { index, hasOutline, html } = await focused.evaluate((element) => ({
      index: element.dataset.control,
      hasOutline: getComputedStyle(element).outlineStyle !== 'none',
      html: element.outerHTML.slice(0, 60),
    }));
    if (index === undefined) continue;
    reached.add(controls[Number(index)] ?? '');
    const name = await accessibleName(page, focused);
    if (name.trim() === '' || !hasOutline) faulty.push(html);
  }
  expect([...reached].sort()).toEqual([...controls].sort());
  expect(faulty).toEqual([]);

  await join.press('Enter');
  await isSynced(page);
  await named(page, 'button', 'Leave the network');
});
