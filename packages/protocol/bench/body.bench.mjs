/** How fast block bodies are checked in Node: full ones of Vision, and one of Bitcoin. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { devnetMerkleRoot, encodeVisionBody, resolveNetwork, transactionHash } from '@vision-light/protocol';
import { decodeVisionBody } from '../dist/families/vision/block/body-codec.js';
import { encodeRecord } from '../dist/families/vision/header/record.js';

const ROUNDS = 9;
const BODY_BYTES = 1_000_000;
const HEADER_BYTES = 80;

/** A real block, which is too large for the repository. */
const realBlock = {
  url: new URL('../../../../shared/data/bitcoin/blocks/block831332.raw', import.meta.url),
  height: 831_332,
};

const devnet = resolveNetwork('vision-devnet');
const bitcoin = resolveNetwork('bitcoin-mainnet');
const zeros = new Uint8Array(32);

/** Bytes that look like chance and are the same in every run. */
function* noise() {
  for (let state = 1; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 24;
  }
}

const source = noise();
const bytesOf = (count) => Array.from({ length: count }, () => source.next().value);
const hexOf = (count) => Buffer.from(bytesOf(count)).toString('hex');

function transactionOf(index, changes) {
  return {
    nonce: BigInt(index),
    sender_pubkey: hexOf(32),
    access_list: [],
    module: 'cash',
    method: 'transfer',
    args: bytesOf(100),
    tip: 1000n,
    fee_limit: 100_000n,
    sig: hexOf(64),
    max_priority_fee_per_gas: 0n,
    max_fee_per_gas: 1_000_000_000n,
    ...changes,
  };
}

/** About a megabyte of transactions, and a header of the devnet that commits to them. */
function visionCase(changes) {
  const bytes = encodeVisionBody([transactionOf(0, changes())]).length;
  const transactions = Array.from({ length: Math.floor(BODY_BYTES / bytes) }, (_, i) =>
    transactionOf(i, changes()),
  );
  const header = {
    parent: zeros,
    number: 1n,
    timestamp: 0n,
    difficulty: 1n,
    nonce: 0n,
    txRoot: devnetMerkleRoot(transactions.map(transactionHash)),
    digest: zeros,
    miner: zeros,
  };
  const context = { record: encodeRecord(header, 64), height: 1, parentRecord: undefined };
  return { family: devnet, body: encodeVisionBody(transactions), context };
}

/** The real block where it is there, else one of a megabyte that is made of transactions without witnesses. */
function bitcoinCase() {
  const isReal = existsSync(realBlock.url);
  const block = isReal ? new Uint8Array(readFileSync(realBlock.url)) : makeBlock(3900);
  const context = {
    record: block.subarray(0, HEADER_BYTES),
    height: isReal ? realBlock.height : 1,
    parentRecord: undefined,
  };
  const body = block.subarray(HEADER_BYTES);
  return { what: isReal ? 'a real block' : 'a made block', family: bitcoin, body, context };
}

function sha256d(bytes) {
  const once = createHash('sha256').update(bytes).digest();
  return createHash('sha256').update(once).digest();
}

/** One input and one output: 250 bytes. */
function bitcoinTransaction(outpoint) {
  const script = [190, ...bytesOf(190)];
  return Buffer.from([
    2,
    0,
    0,
    0,
    1,
    ...outpoint,
    ...script,
    255,
    255,
    255,
    255,
    1,
    ...bytesOf(8),
    0,
    0,
    0,
    0,
    0,
  ]);
}

function makeBlock(count) {
  const coinbase = bitcoinTransaction([...zeros, 255, 255, 255, 255]);
  const transactions = [
    coinbase,
    ...Array.from({ length: count - 1 }, () => bitcoinTransaction(bytesOf(36))),
  ];
  let level = transactions.map(sha256d);
  while (level.length > 1) {
    const pairs = level.flatMap((left, i) =>
      i % 2 === 0 ? [Buffer.concat([left, level[i + 1] ?? left])] : [],
    );
    level = pairs.map(sha256d);
  }
  const header = Buffer.alloc(HEADER_BYTES);
  header.set(level[0], 36);
  return new Uint8Array(
    Buffer.concat([header, Buffer.from([0xfd, count & 0xff, count >> 8]), ...transactions]),
  );
}

/** Milliseconds of one run of `work`: the median of several, the first of which warm up. */
function medianMs(work) {
  for (let i = 0; i < 3; i++) work();
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  });
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
}

function checkMs({ family, body, context }) {
  return medianMs(() => {
    const verdict = family.checkBody(body, context);
    if (verdict.kind !== 'ok') throw new Error(JSON.stringify(verdict));
  });
}

/** By way of transactions, their JSON as strings, and the hashes of `@noble/hashes`. */
function plainMs({ body }) {
  return medianMs(() => devnetMerkleRoot(decodeVisionBody(body).map(({ tx }) => transactionHash(tx))));
}

const round = (value) => Number(value.toPrecision(3));

/** @returns rows for people and figures for machines */
export async function benchBodies() {
  const small = visionCase(() => ({}));
  const large = visionCase(() => ({ args: bytesOf(30_000), method: 'm'.repeat(30_000) }));
  const block = bitcoinCase();

  const smallMs = round(checkMs(small));
  const speedup = round(plainMs(small) / smallMs);
  const largeMs = round(checkMs(large));
  const megabytes = block.body.length / 1e6;
  const bitcoinMsPerMb = round(checkMs(block) / megabytes);
  return {
    rows: [
      {
        what: 'body check, Vision, 1 MB of small transactions',
        value: smallMs,
        unit: 'ms',
        target: '≤ 80',
        note: `${speedup} × as fast as by way of strings`,
      },
      { what: 'body check, Vision, 1 MB of large transactions', value: largeMs, unit: 'ms', target: '≤ 40' },
      {
        what: `body check, Bitcoin, ${block.what} of ${megabytes.toFixed(1)} MB`,
        value: bitcoinMsPerMb,
        unit: 'ms/MB',
        target: '≤ 60',
      },
    ],
    figures: {
      visionSmallBodyCheckMs: smallMs,
      visionBodyCheckSpeedup: speedup,
      visionLargeBodyCheckMs: largeMs,
      bitcoinBodyCheckMsPerMb: bitcoinMsPerMb,
    },
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table((await benchBodies()).rows);
