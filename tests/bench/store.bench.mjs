/** How fast a page's worker packs headers and writes them to IndexedDB, and writes and reads block bodies. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, preview } from 'vite';
import { launchChromium, median } from './chromium.mjs';

const ROUNDS = 9;
const root = fileURLToPath(new URL('../..', import.meta.url));
const outDir = 'build/bench';
const headersFile = new URL('../data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url);

/** @returns rows for people and figures for machines */
export async function benchStore() {
  await build({
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    resolve: { conditions: ['vision-light-source', 'module', 'browser', 'import', 'default'] },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2023',
      lib: {
        entry: fileURLToPath(new URL('store-worker.ts', import.meta.url)),
        formats: ['es'],
        fileName: 'store-worker',
      },
    },
  });
  writeFileSync(`${root}/${outDir}/index.html`, '<!doctype html><title>Node store</title>');
  const server = await preview({
    root,
    configFile: false,
    logLevel: 'error',
    build: { outDir },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const browser = await launchChromium();
  try {
    const tab = await browser.newPage();
    await tab.goto(server.resolvedUrls.local[0]);
    const headers = readFileSync(headersFile).toString('base64');
    const rates = await tab.evaluate(
      (base64, rounds) =>
        new Promise((resolve, reject) => {
          const worker = new Worker('/store-worker.js', { type: 'module' });
          worker.onmessage = ({ data }) => resolve(data);
          worker.onerror = (event) => reject(new Error(event.message));
          worker.postMessage({
            headers: Uint8Array.from(atob(base64), (digit) => digit.charCodeAt(0)),
            rounds,
          });
        }),
      headers,
      ROUNDS,
    );
    const value = Math.round(median(rates.headers));
    const bodiesWritten = Math.round(median(rates.bodiesWritten));
    const bodiesRead = Math.round(median(rates.bodiesRead));
    return {
      rows: [
        { what: 'header store in Chromium, packing included', value, unit: 'headers/s', target: '≥ 200,000' },
        { what: 'body store in Chromium, bodies of 1 MB written', value: bodiesWritten, unit: 'bodies/s' },
        { what: 'body store in Chromium, bodies of 1 MB read', value: bodiesRead, unit: 'bodies/s' },
      ],
      figures: {
        storeHeadersPerS: value,
        storeBodiesWrittenPerS: bodiesWritten,
        storeBodiesReadPerS: bodiesRead,
      },
    };
  } finally {
    await browser.close();
    await server.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchStore()).rows);
