/** Block bodies: from two gateways to a page, each held to its header, beside what the raw data channels give. */
import { fileURLToPath } from 'node:url';
import { createSignalServer } from '@vision-light/signal-server';
import { importSource } from '../../scripts/run/import-source.mjs';
import { firstLine, startScript, stopScript } from './bench-process.mjs';
import { launchChromium } from './chromium.mjs';
import { rawTransferMs } from './raw-channel.mjs';
import { serveLibrary } from './serve-files.mjs';

const BODIES = 1000;
const BODY_BYTES = 1_000_000;
/** Enough for the rate, in a third of the time. */
const RAW_BYTES = 150_000_000;
/** Blocks that the page asks for at a time: more than both windows hold. */
const ASKED_AT_ONCE = 48;
/** Milliseconds between two looks at the worker's memory. */
const SAMPLE_MS = 100;
const MB = 1e6;
const MiB = 2 ** 20;

/** @returns rows for people and figures for machines */
export async function benchBodies() {
  const browser = await launchChromium();
  try {
    const { bodyNetwork } = await importSource('tests/bench/body-network.ts');
    const raw = (2 * RAW_BYTES * 1000) / (await rawTransferMs(browser, 2, RAW_BYTES));
    const { rate, workerMib } = await bodyRate(browser, bodyNetwork);
    const share = rate / raw;
    return {
      rows: [
        { what: 'raw data channels, two senders to a worker', value: raw / MB, unit: 'MB/s' },
        {
          what: `${BODIES} bodies of 1 MB, two gateways to Chromium`,
          value: rate / MB,
          unit: 'MB/s',
          note: 'checked against their headers',
        },
        { what: 'bodies against raw channels', value: share, unit: '', target: '≥ 0.6' },
        {
          what: 'most memory of the worker above its start',
          value: workerMib,
          unit: 'MiB',
          target: '≤ 64',
          note: 'heap and buffers, sampled',
        },
      ],
      figures: {
        bodiesRawMBPerS: round(raw / MB),
        bodiesMBPerS: round(rate / MB),
        bodiesShareOfRaw: round(share),
        bodiesWorkerMib: round(workerMib),
      },
    };
  } finally {
    await browser.close();
  }
}

const round = (value) => Math.round(value * 100) / 100;

/** The same through two nodes: asked for, framed, put together, and held to the root of its header. */
async function bodyRate(browser, network) {
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  const tipTime = Math.floor(Date.now() / 1000);
  const gateways = [0, 1].map(() =>
    startScript(new URL('body-gateway.mjs', import.meta.url), signal.url, BODIES, BODY_BYTES, tipTime),
  );
  const site = await serveLibrary('Bodies');
  try {
    const [{ bodyBytes }] = await Promise.all(gateways.map(firstLine));
    const tab = await browser.newPage();
    await tab.goto(site.url);
    const options = { network, signal: [signal.url], followedBlocks: 0, storage: 'memory' };
    await tab.evaluate(joinNetwork, options, BODIES, gateways.length);
    const memory = await watchWorker(tab);
    const ms = await tab.evaluate(fetchAll, BODIES, ASKED_AT_ONCE, bodyBytes);
    const workerMib = (await memory.stop()) / MiB;
    await tab.close();
    return { rate: (BODIES * bodyBytes * 1000) / ms, workerMib };
  } finally {
    site.close();
    await Promise.all(gateways.map(stopScript));
    await signal.close();
  }
}

/** Runs in the page: a node that has all headers and both gateways, and no body. */
async function joinNetwork(options, height, peers) {
  const library = '/index.js';
  const { createLightNode } = await import(library);
  const node = await createLightNode(options);
  globalThis.lightNode = node;
  for await (const tip of node.tips()) if (tip.height >= height) break;
  await new Promise((resolve) => {
    const look = () => node.peers().length >= peers && resolve();
    node.subscribe('peer', look);
    look();
  });
}

/** Runs in the page: every block once, so many at a time; @returns milliseconds */
async function fetchAll(height, atOnce, bodyBytes) {
  const node = globalThis.lightNode;
  const hashes = [];
  for (let h = 1; h <= height; h++) hashes.push((await node.header(h)).hash);
  const startedAt = performance.now();
  const fetchNext = async () => {
    for (let hash = hashes.pop(); hash !== undefined; hash = hashes.pop()) {
      const { body } = await node.block(hash);
      if (body.length !== bodyBytes) throw new Error(`a body of ${body.length} bytes`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, fetchNext));
  return performance.now() - startedAt;
}

/** Samples what the node's worker holds: its heap and the buffers behind it, after a collection at the start. */
async function watchWorker(tab) {
  const worker = tab.workers().find((each) => each.url().startsWith('blob:'));
  const used = async () => {
    const { usedSize, backingStorageSize = 0 } = await worker.client.send('Runtime.getHeapUsage');
    return usedSize + backingStorageSize;
  };
  await worker.client.send('HeapProfiler.collectGarbage');
  const before = await used();
  let most = before;
  const timer = setInterval(async () => {
    most = Math.max(most, await used().catch(() => 0));
  }, SAMPLE_MS);
  return {
    async stop() {
      clearInterval(timer);
      return Math.max(most, await used()) - before;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchBodies()).rows);
