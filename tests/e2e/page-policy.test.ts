/** The content security policy under which the built page is served: it is enough for all that the page does, and for no more. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Gateway } from '@vision-light/gateway';
import type { Page } from 'puppeteer-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { servePage } from '../../scripts/serve/page-server.mjs';
import { build, docsStep } from '../../scripts/setup/build-steps.mjs';
import { smallNetwork } from './servers.js';
import { at, isSynced, named, says, someTransaction, visitPage } from './shown-page.js';
import { Stage } from './stage.js';

const HISTORY = 100;
const stage = new Stage();
const { servers } = stage;
let url: string;
let gateway: Gateway;

beforeAll(async () => {
  ({ url, gateway } = await servers.minedPage(smallNetwork('vision-e2e-page-policy'), HISTORY));
});

/** Notes what the policy refuses, from before the page's first element on. */
const watch = `globalThis.violations = [];
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    violations.push(effectiveDirective + ' ' + blockedURI));`;

const violations = (page: Page): Promise<string[]> =>
  page.evaluate('globalThis.violations') as Promise<string[]>;

/** A page whose violations are noted. What its workers are refused, the browser says on the console. */
async function visit(address: string): Promise<{ readonly page: Page; readonly complaints: string[] }> {
  const page = await visitPage(stage, { address: 'about:blank' });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.evaluateOnNewDocument(watch);
  await page.goto(address);
  return { page, complaints };
}

/** Follows a link of the page. Resolves once the view is there, which has the focus then. */
async function open(page: Page, route: string): Promise<void> {
  await page.evaluate((hash) => {
    (document.activeElement as HTMLElement | null)?.blur();
    location.hash = hash;
  }, route);
  await page.waitForFunction(() => document.activeElement?.matches('[data-testid="view"] h1'));
}

describe('the policy of the page', () => {
  it('lets it sync, open every view, prove, diagnose, mine and save a file', async () => {
    const { page, complaints } = await visit(url);
    await isSynced(page);
    const tx = await someTransaction(page);
    const views = ['charts', 'peers', 'forks', 'trust', 'send', 'networks', 'header/7', 'no/such/place'];
    for (const route of [...views, `block/${tx.block}`, `address/${tx.sender}`]) {
      await open(page, `#/${route}`);
      if (route === 'charts') await page.waitForSelector(`${at('chart-spacing')} canvas`, { visible: true });
    }
    await open(page, `#/tx/${tx.id}?block=${tx.block}`);
    await (await named(page, 'button', 'Make a proof')).press('Enter');
    await says(page, at('proof-answer'), /^The proof is made\.$/);
    await (await named(page, 'button', 'Verify it in this page')).press('Enter');
    await says(page, at('proof-answer'), /^The proof holds: block/);
    await open(page, '#/trust');
    await (await named(page, 'button', 'Find out')).press('Enter');
    await says(page, at('diagnosis-answer'), /^(Peers can be met|Nothing stands in the way)/);
    await open(page, '#/networks');
    await (await named(page, 'switch', 'Mine in this page')).press(' ');
    await says(page, at('mining-words'), /^(?!Off)./);
    // Last, for Firefox then shows its list of downloads, which takes the keys.
    await open(page, `#/tx/${tx.id}?block=${tx.block}`);
    await (await named(page, 'button', 'Download as JSON')).press('Enter');
    await says(page, at('proof-answer'), /^Saved as/);
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('lets it reach a signaling server that its address names', async () => {
    const other = await servers.signal();
    const far = await servers.gateway({
      network: smallNetwork('vision-e2e-page-policy'),
      signal: [other.url],
      mine: false,
    });
    expect(far.port).not.toBe(gateway.port);
    const { page } = await visit(`${url}/?signal=${encodeURIComponent(other.url)}`);
    await says(page, at('peers'), /^1$/);
    expect(await violations(page)).toEqual([]);
  });

  it('refuses any other place', async () => {
    const { page } = await visit(url);
    const other = await servers.signal();
    const isRefused = await page.evaluate(
      (address) =>
        fetch(address).then(
          () => false,
          () => true,
        ),
      `${other.url}/healthz`,
    );
    expect(isRefused).toBe(true);
    expect(await violations(page)).toEqual([`connect-src ${other.url}/healthz`]);
  });

  it('refuses a script that somebody has put into the page, in each of its forms', async () => {
    const injected = `<script>globalThis.injected = 'inline'</script>
      <img src="/favicon.svg" alt="" onload="globalThis.injected = 'attribute'" />
      <script src="data:text/javascript,globalThis.injected = 'data'"></script>
      <style>body { background: red }</style>`;
    // As the real server answers, but with more in the page.
    const server = createServer(async (request, response) => {
      const answer = await fetch(`${url}${request.url}`);
      const body = Buffer.from(await answer.arrayBuffer());
      for (const name of ['content-type', 'content-security-policy'])
        response.setHeader(name, answer.headers.get(name) ?? '');
      response.end(request.url === '/' ? String(body).replace('</body>', `${injected}</body>`) : body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.defer(async () => {
      server.closeAllConnections();
      server.close();
    });
    const { page } = await visit(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await isSynced(page);
    expect(await page.evaluate('globalThis.injected')).toBeUndefined();
    // Twice each: the page's own policy and that of the server refuse it.
    expect([...new Set(await violations(page))].sort()).toEqual([
      'script-src-attr inline',
      'script-src-elem data',
      'script-src-elem inline',
      'style-src-elem inline',
    ]);
  });

  it('refuses a text as a script', async () => {
    const { page } = await visit(url);
    const outcomes = await page.evaluate(() => {
      const attempt = (act: () => unknown): string => {
        try {
          act();
          return 'done';
        } catch (error) {
          return String(error).split(':')[0] ?? '';
        }
      };
      return [
        attempt(() => document.body.insertAdjacentHTML('beforeend', '<b>bold</b>')),
        attempt(() => Object.assign(document.createElement('script'), { text: 'injected = 1' })),
      ];
    });
    expect(outcomes).toEqual(['TypeError', 'TypeError']);
  });
});

/** Only there to end what hangs: where lint has not run before, the documentation is written here. */
const DOCS_MS = 300_000;

it(
  'the policy of the API documentation is enough for it',
  async () => {
    await build([docsStep]);
    const server = await servePage({ port: 0 });
    servers.defer(() => server.close());
    const { page } = await visit(`${server.url.replace('localhost', '127.0.0.1')}/docs/`);
    // Its own script has run: until then nothing of it is shown.
    await says(page, 'h1', /Vision Light/);
    await page.waitForSelector('#tsd-search-trigger', { visible: true });
    expect(await violations(page)).toEqual([]);
  },
  DOCS_MS,
);
