/** The whole path: a gateway with 32,260 real headers, a page that fetches, verifies and stores them, and its reload. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ByteWriter, HEADERS_PER_MESSAGE_MAX, resolveNetwork } from '@vision-light/protocol';
import { servePage } from '../../scripts/serve/page-server.mjs';
import { launchChromium, median } from './chromium.mjs';
import { rawTransferMs } from './raw-channel.mjs';
import { serveFiles } from './serve-files.mjs';
import { realHeaders, realHeadersOptions, reloadTimes, serveRealHeaders, syncMs } from './whole-path.mjs';

const SYNC_ROUNDS = 7;
const RELOAD_ROUNDS = 11;
const { tipHeight: TIP_HEIGHT } = realHeaders;

/** @returns rows for people and figures for machines */
export async function benchSync() {
  const { chunkCount, chunkBytes } = chunksOf(realHeaders.file);
  const source = await serveRealHeaders();
  const page = await servePage({
    port: 0,
    host: '127.0.0.1',
    config: { ...realHeadersOptions, signal: [source.signalUrl] },
  });
  const browser = await launchChromium();
  try {
    const syncs = [];
    const raws = [];
    for (let round = 0; round < SYNC_ROUNDS; round++) {
      syncs.push((TIP_HEIGHT * 1000) / (await syncMs(browser, page.url, TIP_HEIGHT)));
      raws.push((TIP_HEIGHT * 1000) / (await rawTransferMs(browser, 1, chunkBytes * chunkCount)));
    }
    const reloads = await reloadTimes(browser, page.url, TIP_HEIGHT, RELOAD_ROUNDS);
    const barePage = await serveFiles({ '/': bareDocument, '/page.js': bareScript(chunkCount, chunkBytes) });
    const bareReloads = await reloadTimes(browser, barePage.url, TIP_HEIGHT, RELOAD_ROUNDS).finally(() =>
      barePage.close(),
    );
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
    await source.close();
  }
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

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchSync()).rows);
