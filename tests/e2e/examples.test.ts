/**
 * The examples, each built by its own command or configuration and run in the browser, with the library as it is packed. Only the
 * network and the address of the signaling server are those of the test.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Gateway } from '@vision-light/gateway';
import type { Page } from 'puppeteer-core';
import { build as buildByVite } from 'vite';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import webpack from 'webpack';
import { engine } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { says } from './shown-page.js';
import { Stage } from './stage.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const HISTORY = 20;
const network = smallNetwork('vision-e2e-examples');
const run = promisify(execFile);
const stage = new Stage();
const { servers } = stage;
let signalUrl = '';
let gateway: Gateway;

beforeAll(async () => {
  const signal = await servers.signal();
  signalUrl = signal.url;
  gateway = await servers.gateway({ network, signal: [signal.url], history: HISTORY });
  await reaches(gateway, HISTORY);
});

/** Copies an example into `build`, where it finds the packages, with the test's network. @returns the copy's folder */
async function copyOf(example: string): Promise<string> {
  const folder = path.join(root, 'build/examples', engine, example);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await cp(path.join(root, 'examples', example), folder, { recursive: true });
  let replaced = 0;
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.(html|js|jsx|ts)$/.test(name)) continue;
    const file = path.join(folder, name);
    const text = await readFile(file, 'utf8');
    const own = text
      .replaceAll("'vision-devnet'", JSON.stringify(network))
      .replaceAll('localhost:8081', new URL(signalUrl).host);
    if (own !== text) replaced++;
    await writeFile(file, own);
  }
  if (replaced === 0) throw new Error(`${example} names neither a network nor a signaling server`);
  return folder;
}

/** Builds an example, each in the way that its package.json names. @returns the folder to serve */
const builders = {
  async node(folder: string): Promise<string> {
    await run(process.execPath, ['build.mjs'], { cwd: folder });
    return folder;
  },
  async vite(folder: string): Promise<string> {
    await buildByVite({ root: folder, logLevel: 'warn' });
    return path.join(folder, 'dist');
  },
  async webpack(folder: string): Promise<string> {
    const { default: config } = await import(path.join(folder, 'webpack.config.js'));
    const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
      webpack({ ...config, context: folder }, (error, made) => (error ? reject(error) : resolve(made)));
    });
    expect(stats?.toJson({ all: false, errors: true, warnings: true })).toMatchObject({ errors: [] });
    return path.join(folder, 'public');
  },
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Serves a folder as any web server does. @returns its address */
async function serve(folder: string): Promise<string> {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const file = path.join(folder, pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    const body = await readFile(file).catch(() => undefined);
    response.writeHead(body === undefined ? 404 : 200, {
      'Content-Type': types[path.extname(file)] ?? 'application/octet-stream',
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.defer(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Opens a page of a visitor. What it prints as errors fails the test. */
async function open(address: string): Promise<Page> {
  const context = await stage.browser.createBrowserContext();
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  page.setDefaultTimeout(50_000);
  await page.goto(address);
  return page;
}

/** Resolves once a page shows a height that only a synchronised node knows. */
async function showsChain(page: Page): Promise<void> {
  await page.waitForFunction(
    (least) => Number(document.querySelector('#height')?.textContent) >= least,
    { polling: 50 },
    HISTORY,
  );
}

it.each([
  ['vanilla', 'node', '/'],
  ['vanilla', 'node', '/script.html'],
  ['strict-csp', 'node', '/'],
  ['vite', 'vite', '/'],
  ['webpack', 'webpack', '/'],
  ['react', 'vite', '/'],
] as const)('%s, built by %s, synchronises at %s', async (example, builder, at) => {
  const folder = await builders[builder](await copyOf(example));
  const page = await open((await serve(folder)) + at);
  await showsChain(page);
  const element = await page.$('vision-light-status');
  if (element === null) return;
  await page.waitForFunction(
    (status) => Number(status?.shadowRoot?.querySelector('[part~=height]')?.textContent) > 0,
    { polling: 50 },
    element,
  );
});

it('pay-wall opens its article after three confirmations, and on the next visit at once', async () => {
  const folder = await builders.vite(await copyOf('pay-wall'));
  const page = await open(await serve(folder));
  await page.waitForSelector('#pay:not([disabled])');
  expect(await page.$eval('#article', (article) => article.checkVisibility())).toBe(false);
  await page.click('#pay');
  await says(page, '#progress', /^[0-3] of 3 confirmations$/);
  await says(page, '#article', /what was paid for/);
  expect(await page.$eval('#progress', ({ textContent }) => textContent)).toBe('Paid.');
  await page.reload();
  await says(page, '#article', /what was paid for/);
});
