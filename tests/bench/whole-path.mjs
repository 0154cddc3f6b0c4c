/** What the benches of the whole path share: a gateway with a chain in a file, a page that fetches it, and its reload. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createSignalServer } from '@vision-light/signal-server';
import { startScript } from './bench-process.mjs';

/** The first 32,260 headers of Bitcoin's mainnet. */
export const realHeaders = {
  file: fileURLToPath(new URL('../data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url)),
  tipHeight: 32_259,
};

/** What a page is told so that it takes them, all of them, from genesis on. */
export const realHeadersOptions = { network: 'bitcoin-mainnet', minChainwork: '0', checkpoint: false };

/** A gateway that has the real headers, and the signaling server by which it is found. */
export async function serveRealHeaders() {
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
  const gateway = await startGateway(new URL('../../packages/gateway/dist/cli.js', import.meta.url), {
    network: realHeadersOptions.network,
    headersFile: realHeaders.file,
    signalUrl: signal.url,
    dataDir,
    more: ['--min-chainwork', '0'],
  });
  return {
    signalUrl: signal.url,
    async close() {
      gateway.kill('SIGTERM');
      await once(gateway, 'exit');
      await signal.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Of a `getHeaders` message, see PROTOCOL.md. */
const GET_HEADERS_TYPE = 5;

/**
 * A new visitor. The clock starts in the worker, where the first `getHeaders` is sent, and stops on the page, when it
 * hears that the last header is stored.
 *
 * @param {object} [look]
 * @param {(tab: import('puppeteer-core').Page) => Promise<void>} [look.opened]  run before the page is loaded
 * @param {() => void} [look.begun]  run once the node has started and looks for peers
 * @param {(workers: import('puppeteer-core').WebWorker[]) => Promise<void>} [look.ended]  run at the end, while the page is there
 * @returns {Promise<number>} milliseconds
 */
export async function syncMs(browser, url, tipHeight, look = {}) {
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  const workers = [];
  tab.on('workercreated', (worker) => {
    workers.push(worker);
    void worker.evaluate(noteFirstRequest, GET_HEADERS_TYPE).catch(() => undefined);
  });
  await tab.evaluateOnNewDocument((height) => {
    let handle;
    globalThis.storedAt = new Promise((resolve) => {
      Object.defineProperty(globalThis, 'lightNode', {
        get: () => handle,
        set: (node) => {
          handle = node;
          node.subscribe('status', ({ storedHeight }) => {
            if (storedHeight === height) resolve(performance.timeOrigin + performance.now());
          });
        },
      });
    });
  }, tipHeight);
  await look.opened?.(tab);
  await tab.goto(url);
  await tab.waitForFunction('globalThis.lightNode !== undefined', { polling: 10 });
  look.begun?.();
  const storedAt = await tab.evaluate(() => globalThis.storedAt);
  const requests = await Promise.all(workers.map((worker) => worker.evaluate(() => globalThis.requestedAt)));
  const requestedAt = requests.find((at) => at !== undefined);
  if (requestedAt === undefined) throw new Error('no worker was seen to ask for headers');
  await look.ended?.(workers);
  await context.close();
  return storedAt - requestedAt;
}

/** Runs in a worker: notes when the first message of a type leaves by a data channel. */
function noteFirstRequest(type) {
  if (typeof RTCDataChannel === 'undefined') return;
  const { send } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function sendAndNote(bytes) {
    // A message begins with its length, then its type; what is asked for comes first in its frame.
    if (bytes[4] === type) globalThis.requestedAt ??= performance.timeOrigin + performance.now();
    return send.call(this, bytes);
  };
}

/**
 * Reloads a page that has stored the whole chain.
 *
 * @returns {Promise<number[]>} milliseconds from the start of navigation to the first verified tip
 */
export async function reloadTimes(browser, url, tipHeight, rounds) {
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  await tab.goto(url);
  await tab.waitForFunction((height) => globalThis.lightNode?.status.storedHeight === height, {}, tipHeight);
  const times = [];
  for (let round = 0; round < rounds; round++) {
    await tab.reload();
    await tab.waitForFunction('globalThis.lightNode !== undefined');
    const { ms, height } = await tab.evaluate(() => ({
      ms: performance.getEntriesByName('vision-light:tip')[0].startTime,
      height: globalThis.lightNode.tip.height,
    }));
    if (height !== tipHeight) throw new Error(`the page came back at height ${height}`);
    times.push(ms);
  }
  await context.close();
  return times;
}

/**
 * A gateway in a process of its own, as in real life; resolves when it is ready.
 *
 * @param {URL} cli  its script
 * @param {{ network: string, headersFile?: string, signalUrl: string, dataDir: string, more?: string[] }} options
 */
export async function startGateway(cli, { network, headersFile, signalUrl, dataDir, more = [] }) {
  const args = [
    '--network',
    network,
    ...(headersFile === undefined ? [] : ['--headers', headersFile]),
    '--signal',
    signalUrl,
    '--port',
    '0',
    '--host',
    '127.0.0.1',
    '--data-dir',
    dataDir,
    '--log',
    'json',
    ...more,
  ];
  const child = startScript(cli, ...args);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"joined signaling server"')) return child;
  }
  throw new Error('the gateway ended before it was ready');
}
