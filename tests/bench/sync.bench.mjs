/** The whole path: a gateway with 32,260 real headers, a page that fetches, verifies and stores them, and its reload. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ByteWriter, HEADERS_PER_MESSAGE_MAX, resolveNetwork } from '@vision-light/protocol';
import { createSignalServer } from '@vision-light/signal-server';
import { servePage } from '../../scripts/serve/page-server.mjs';
import { startScript } from './bench-process.mjs';
import { launchChromium, median } from './chromium.mjs';
import { rawTransferMs } from './raw-channel.mjs';
import { serveFiles } from './serve-files.mjs';

const SYNC_ROUNDS = 7;
const RELOAD_ROUNDS = 11;
const TIP_HEIGHT = 32_259;
/** Of a `getHeaders` message, see PROTOCOL.md. */
const GET_HEADERS_TYPE = 5;
const headersFile = fileURLToPath(new URL('../data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url));
const gatewayCli = new URL('../../packages/gateway/dist/cli.js', import.meta.url);

/** @returns rows for people and figures for machines */
export async function benchSync() {
  const { chunkCount, chunkBytes } = chunksOf(headersFile);
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  const dataDir = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
  const gateway = await startGateway(signal.url, dataDir);
  const page = await servePage({
    port: 0,
    host: '127.0.0.1',
    config: { network: 'bitcoin-mainnet', signal: [signal.url], minChainwork: '0' },
  });
  const browser = await launchChromium();
  try {
    const syncs = [];
    const raws = [];
    for (let round = 0; round < SYNC_ROUNDS; round++) {
      syncs.push(await syncOnce(browser, page.url));
      raws.push((TIP_HEIGHT * 1000) / (await rawTransferMs(browser, 1, chunkBytes * chunkCount)));
    }
    const reloads = await reloadTimes(browser, page.url);
    const barePage = await serveFiles({ '/': bareDocument, '/page.js': bareScript(chunkCount, chunkBytes) });
    const bareReloads = await reloadTimes(browser, barePage.url).finally(() => barePage.close());
    const headersPerS = Math.round(median(syncs));
    const rawPerS = Math.round(median(raws));
    const reloadMs = Math.round(median(reloads));
    const bareReloadMs = Math.round(median(bareReloads));
    return {
      rows: [
        {
          what: 'raw data channel, as many bytes as these headers',
          value: rawPerS,
          unit: 'headers/s',
          note: 'received, and nothing done with them',
        },
        {
          what: 'whole path, gateway to Chromium, stored',
          value: headersPerS,
          unit: 'headers/s',
          note: `best ${Math.round(Math.max(...syncs))}`,
        },
        {
          what: 'whole path, compared with the raw channel',
          value: headersPerS / rawPerS,
          unit: 'times as fast',
          target: '≥ 0.35',
        },
        {
          what: 'reload of a bare page',
          value: bareReloadMs,
          unit: 'ms',
          note: 'whose worker reads as many bytes from IndexedDB, and nothing else',
        },
        {
          what: 'reload of a page with 32,260 headers',
          value: reloadMs,
          unit: 'ms',
          note: `best ${Math.round(Math.min(...reloads))}`,
        },
        {
          what: 'reload, compared with the bare page',
          value: reloadMs / bareReloadMs,
          unit: 'times as long',
          target: '≤ 2.5',
        },
      ],
      figures: {
        syncHeadersPerS: headersPerS,
        syncBestHeadersPerS: Math.round(Math.max(...syncs)),
        syncRawHeadersPerS: rawPerS,
        bareReloadMs,
        reloadMs,
        reloadBestMs: Math.round(Math.min(...reloads)),
      },
    };
  } finally {
    await browser.close();
    await page.close();
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
    await signal.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/**
 * A new visitor. The clock starts in the worker, where the first `getHeaders` is sent, and stops on the page, when it
 * hears that the last chunk is stored.
 */
async function syncOnce(browser, url) {
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
  }, TIP_HEIGHT);
  await tab.goto(url);
  const storedAt = await tab.evaluate(() => globalThis.storedAt);
  const requests = await Promise.all(workers.map((worker) => worker.evaluate(() => globalThis.requestedAt)));
  const requestedAt = requests.find((at) => at !== undefined);
  if (requestedAt === undefined) throw new Error('no worker was seen to ask for headers');
  await context.close();
  return (TIP_HEIGHT * 1000) / (storedAt - requestedAt);
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

/** Milliseconds from the start of navigation to the first verified tip, the whole chain being stored. */
async function reloadTimes(browser, url) {
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  await tab.goto(url);
  await tab.waitForFunction((height) => globalThis.lightNode?.status.storedHeight === height, {}, TIP_HEIGHT);
  const times = [];
  for (let round = 0; round < RELOAD_ROUNDS; round++) {
    await tab.reload();
    await tab.waitForFunction('globalThis.lightNode !== undefined');
    const { ms, height } = await tab.evaluate(() => ({
      ms: performance.getEntriesByName('vision-light:tip')[0].startTime,
      height: globalThis.lightNode.tip.height,
    }));
    if (height !== TIP_HEIGHT) throw new Error(`the page came back at height ${height}`);
    times.push(ms);
  }
  await context.close();
  return times;
}

/** How many chunks the headers of a file are on the wire and in the store, and the bytes of one on average. */
function chunksOf(file) {
  const family = resolveNetwork('bitcoin-mainnet');
  const records = new Uint8Array(readFileSync(file)).subarray(family.recordBytes);
  const writer = new ByteWriter();
  const chunkCount = Math.ceil(TIP_HEIGHT / HEADERS_PER_MESSAGE_MAX);
  for (let chunk = 0; chunk < chunkCount; chunk++) {
    const from = chunk * HEADERS_PER_MESSAGE_MAX;
    const count = Math.min(HEADERS_PER_MESSAGE_MAX, TIP_HEIGHT - from);
    const part = records.subarray(from * family.recordBytes, (from + count) * family.recordBytes);
    family.encodeBatch(writer, { count, records: part, hashes: new Uint8Array(0) });
  }
  return { chunkCount, chunkBytes: Math.ceil(writer.length / chunkCount) };
}

/** A page that does of a reload what no node can do without: a script, a worker, a database. */
const bareDocument = '<!doctype html><title>Bare page</title><script type="module" src="/page.js"></script>';
const bareScript = (chunkCount, chunkBytes) => `
  const script = ${JSON.stringify(`(${readChunks})(${chunkCount}, ${chunkBytes});`)};
  const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
  worker.onmessage = () => {
    performance.mark('vision-light:tip');
    globalThis.lightNode = { status: { storedHeight: ${TIP_HEIGHT} }, tip: { height: ${TIP_HEIGHT} } };
  };`;

/** Runs in a worker: reads all chunks, which it lays down first where there are none. */
async function readChunks(count, bytes) {
  const settled = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const opening = indexedDB.open('bare');
  opening.onupgradeneeded = () => {
    const store = opening.result.createObjectStore('chunks');
    for (let index = 0; index < count; index++) store.put(new Uint8Array(bytes).fill(index + 1), index);
  };
  const database = await settled(opening);
  const chunks = await settled(database.transaction('chunks').objectStore('chunks').getAll());
  self.postMessage(chunks.length);
}

/** A gateway in a process of its own, as in real life; resolves when it is ready. */
async function startGateway(signalUrl, dataDir) {
  const args = [
    '--network',
    'bitcoin-mainnet',
    '--headers',
    headersFile,
    '--min-chainwork',
    '0',
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
  ];
  const child = startScript(gatewayCli, ...args);
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"joined signaling server"')) return child;
  }
  throw new Error('the gateway ended before it was ready');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchSync()).rows);
