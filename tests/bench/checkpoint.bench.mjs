/**
 * The start of a page from a checkpoint with 1,000,000 headers behind it, compared with that of an empty page: until its node
 * is there, and until that is synced with a gateway. What lies below is verified afterwards.
 */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashLeaf, makeCheckpoint, RootBuilder, resolveNetwork } from '@vision-light/protocol';
import { importSource } from '../../scripts/run/import-source.mjs';
import { servePage } from '../../scripts/serve/page-server.mjs';
import { launchChromium, median } from './chromium.mjs';
import { startGateway } from './whole-path.mjs';

const network = 'bitcoin-regtest';
/** Height of the checkpoint. */
const HEIGHT = 1_000_000;
/** Headers above it, and of the chain whose page is empty. */
const ABOVE = 100;
const ROUNDS = 9;
const family = resolveNetwork(network);

/** @returns rows for people and figures for machines */
export async function benchCheckpoint() {
  const folder = await mkdtemp(path.join(tmpdir(), 'vision-light-'));
  const closers = [() => rm(folder, { recursive: true, force: true })];
  try {
    const { writeRegtestChain } = await importSource('tests/e2e/regtest-headers.ts');
    const long = await writeRegtestChain(folder, HEIGHT + ABOVE, 1);
    const short = await writeRegtestChain(folder, ABOVE, 2);
    const checkpoint = checkpointOf(await readFile(long));
    const pages = [
      { url: await serve(short, false, closers), tipHeight: ABOVE, ready: [], synced: [] },
      { url: await serve(long, checkpoint, closers), tipHeight: HEIGHT + ABOVE, ready: [], synced: [] },
    ];
    const browser = await launchChromium();
    closers.push(() => browser.close());
    // The first round is for the browser to get warm.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const { url, tipHeight, ready, synced } of pages) {
        const times = await startTimes(browser, url, tipHeight);
        if (round === 0) continue;
        ready.push(times.ready);
        synced.push(times.synced);
      }
    }
    return describe(pages);
  } finally {
    for (const close of closers.reverse()) await close();
  }
}

/** The checkpoint at HEIGHT. Each header of regtest has a work of 2. */
function checkpointOf(headers) {
  const at = (height) => headers.subarray(height * 80, (height + 1) * 80);
  const builder = new RootBuilder();
  for (let height = 0; height <= HEIGHT; height++) builder.append(hashLeaf(at(height)));
  const records = headers.subarray(family.firstAncestor(HEIGHT) * 80, (HEIGHT + 1) * 80);
  const chainwork = 2n * BigInt(HEIGHT + 1);
  const base = { height: HEIGHT, hash: family.headerHash(at(HEIGHT)), chainwork, records };
  return makeCheckpoint(family, network, base, builder.root());
}

async function serve(headersFile, checkpoint, closers) {
  const { createSignalServer } = await import('../../packages/signal-server/dist/index.js');
  const signal = await createSignalServer({ port: 0, host: '127.0.0.1' });
  closers.push(() => signal.close());
  const dataDir = await mkdtemp(path.join(path.dirname(headersFile), 'store-'));
  const cli = new URL('../../packages/gateway/dist/cli.js', import.meta.url);
  const gateway = await startGateway(cli, { network, headersFile, signalUrl: signal.url, dataDir });
  closers.push(async () => {
    gateway.kill('SIGTERM');
    await once(gateway, 'exit');
  });
  const config = { network, signal: [signal.url], checkpoint };
  const page = await servePage({ port: 0, host: '127.0.0.1', config });
  closers.push(() => page.close());
  return page.url;
}

/** A new visitor: milliseconds from the start of navigation until the node is there, and until it is synced. */
async function startTimes(browser, url, tipHeight) {
  const context = await browser.createBrowserContext();
  const tab = await context.newPage();
  await tab.evaluateOnNewDocument((height) => {
    let handle;
    globalThis.syncedAt = new Promise((resolve) => {
      Object.defineProperty(globalThis, 'lightNode', {
        get: () => handle,
        set: (node) => {
          handle = node;
          node.subscribe('status', ({ phase }) => {
            if (phase === 'synced' && node.tip.height === height) resolve(performance.now());
          });
        },
      });
    });
  }, tipHeight);
  await tab.goto(url);
  await tab.waitForFunction('globalThis.lightNode !== undefined', { polling: 10 });
  const times = await tab.evaluate(async () => ({
    ready: performance.getEntriesByName('vision-light:tip')[0].startTime,
    synced: await globalThis.syncedAt,
  }));
  await context.close();
  return times;
}

function describe([empty, checkpoint]) {
  const figures = {
    emptyStartMs: Math.round(median(empty.ready)),
    checkpointStartMs: Math.round(median(checkpoint.ready)),
    checkpointStartPerEmpty: median(checkpoint.ready) / median(empty.ready),
    checkpointSyncedPerEmpty: median(checkpoint.synced) / median(empty.synced),
  };
  const rows = [
    { what: 'start of an empty page, until its node is there', value: figures.emptyStartMs, unit: 'ms' },
    {
      what: 'start from a checkpoint with 1,000,000 headers behind it',
      value: figures.checkpointStartMs,
      unit: 'ms',
    },
    {
      what: 'start from a checkpoint, compared with an empty page',
      value: figures.checkpointStartPerEmpty,
      unit: 'times as long',
      target: '≤ 1.5',
    },
    {
      what: 'synced from a checkpoint, compared with a chain of 100 headers',
      value: figures.checkpointSyncedPerEmpty,
      unit: 'times as long',
      target: '≤ 1.5',
    },
  ];
  return { rows, figures };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table((await benchCheckpoint()).rows);
