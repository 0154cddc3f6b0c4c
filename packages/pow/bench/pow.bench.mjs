/** Measures the hash kernels on one core. Run it after a build: `npm run bench --workspace packages/pow`. */
import { pathToFileURL } from 'node:url';
import { BitcoinBatch, Sha256d, VisionX } from '../dist/index.js';
import { createPlainVisionX } from './visionx-plain.mjs';

const canonical = { datasetMb: 256, scratchMb: 32, mixIters: 65536, readsPerIter: 4, writeEvery: 4 };
const seed = new Uint8Array(32).fill(7);
const inputs = Array.from({ length: 60 }, (_, i) => ({
  message: new Uint8Array(120).fill(i),
  nonce: BigInt(i),
  seed,
  epoch: 3n,
}));

/** Milliseconds of one run of `work`: the median of several, after the engine has optimised it. */
async function medianMs(work, { warmups, runs }) {
  for (let i = 0; i < warmups; ++i) work();
  // The engine swaps optimised code in between tasks.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const times = Array.from({ length: runs }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return times.sort((a, b) => a - b)[Math.floor(runs / 2)];
}

function round(value) {
  return Number(value.toPrecision(4));
}

async function benchVisionX() {
  const lazy = new VisionX(canonical);
  const batchMs = await medianMs(() => lazy.hash(inputs), { warmups: 3, runs: 11 });
  const loneMs = await medianMs(() => lazy.hash(inputs.slice(0, 1)), { warmups: 10, runs: 31 });

  const plain = createPlainVisionX();
  plain.buildDataset(inputs[0]);
  const plainMs = await medianMs(() => plain.hash(inputs[0]), { warmups: 2, runs: 7 });
  if (Buffer.compare(plain.hash(inputs[1]), lazy.hash(inputs.slice(1, 2))) !== 0) {
    throw new Error('the two ways of computing VisionX disagree');
  }
  return {
    visionxMsPerHeader: round(batchMs / inputs.length),
    visionxLoneHeaderMs: round(loneMs),
    visionxMemoryBytes: lazy.memoryBytes,
    visionxPlainMsPerHeader: round(plainMs),
    visionxPlainMemoryBytes: plain.memoryBytes,
    visionxSpeedup: round(plainMs / (batchMs / inputs.length)),
  };
}

async function benchSha256d() {
  const sha256d = new Sha256d();
  const count = 100_000;
  const headers = new Uint8Array(80 * count).fill(1);
  const independentMs = await medianMs(() => sha256d.hash80(headers), { warmups: 5, runs: 21 });
  const chainMs = await medianMs(() => sha256d.hashChain80(headers), { warmups: 5, runs: 11 });
  return {
    sha256dHash80PerS: round((count / independentMs) * 1000),
    sha256dHashChain80PerS: round((count / chainMs) * 1000),
  };
}

/** Headers of a batch, as many as one message carries. */
const BATCH = 2000;

/**
 * A batch that the kernel works through to its end: the easiest of targets, and times that rise. Only the parents that it
 * gives are false, which is found last.
 */
function wholeBatch() {
  const bits = [0xff, 0xff, 0x00, 0x21];
  const payload = [];
  for (let i = 0; i < BATCH; i++) {
    if (i > 0 && i % 500 === 0) payload.push(...new Uint8Array(32));
    payload.push(...(i === 0 ? [2, ...bits] : [0]), 2, ...new Uint8Array(36));
  }
  return {
    algorithm: 'bitcoin-batch',
    count: BATCH,
    payload: Uint8Array.from(payload),
    parent: new Uint8Array(32),
    times: [],
    isFromGenesis: true,
    timeMax: 2 ** 32 - 1,
    versionsFrom: [BATCH, BATCH, BATCH],
    limitBits: 0x2100ffff,
    bits: undefined,
    retargetAt: BATCH,
    retargetInterval: BATCH,
  };
}

async function benchBatch() {
  const batch = new BitcoinBatch();
  const job = wholeBatch();
  const ms = await medianMs(() => batch.check(job), { warmups: 20, runs: 101 });
  return { bitcoinBatchPerS: round((BATCH / ms) * 1000) };
}

/**
 * @returns {Promise<{ rows: { what: string, value: number, unit: string, target?: string }[], figures: Record<string, number> }>}
 *   rows for people, and the same as flat numbers. Takes about 10 s and, for the comparison, 288 MB
 */
export async function benchPow() {
  const figures = { ...(await benchVisionX()), ...(await benchSha256d()), ...(await benchBatch()) };
  const rows = [
    {
      what: 'VisionX, lazy, in batches',
      value: figures.visionxMsPerHeader,
      unit: 'ms/header',
      target: '≤ 2.5',
    },
    { what: 'VisionX, lazy, a lone header', value: figures.visionxLoneHeaderMs, unit: 'ms/header' },
    { what: 'VisionX, lazy, memory', value: figures.visionxMemoryBytes, unit: 'bytes', target: '< 2000000' },
    { what: 'VisionX, plain, dataset warm', value: figures.visionxPlainMsPerHeader, unit: 'ms/header' },
    { what: 'VisionX, plain, memory', value: figures.visionxPlainMemoryBytes, unit: 'bytes' },
    { what: 'VisionX, lazy against plain', value: figures.visionxSpeedup, unit: 'times faster' },
    {
      what: 'double SHA-256, independent',
      value: figures.sha256dHash80PerS,
      unit: 'headers/s',
      target: '≥ 2000000',
    },
    {
      what: 'double SHA-256, chained',
      value: figures.sha256dHashChain80PerS,
      unit: 'headers/s',
    },
    {
      what: 'Bitcoin headers, decoded, linked, hashed and judged in one pass',
      value: figures.bitcoinBatchPerS,
      unit: 'headers/s',
      target: '≥ 2000000',
    },
  ];
  return { rows, figures };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.table((await benchPow()).rows);
}
