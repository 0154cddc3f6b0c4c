/** How fast block bodies are checked in Node, and put together: full ones of Vision, and one of Bitcoin. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { devnetMerkleRoot, encodeVisionBody, resolveNetwork, transactionHash } from '@vision-light/protocol';
import { compactBlockOf, Rebuild } from '../dist/compact/rebuild.js';
import { decodeVisionBody } from '../dist/families/vision/block/body-codec.js';
import { encodeRecord } from '../dist/families/vision/header/record.js';

const ROUNDS = 9;
const BODY_BYTES = 1_000_000;
const REBUILT_TRANSACTIONS = 2000;
const REBUILD_ROUNDS = 50;
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
  return visionBlock(Math.floor(BODY_BYTES / bytes), changes);
}

function visionBlock(count, changes) {
  const transactions = Array.from({ length: count }, (_, i) => transactionOf(i, changes()));
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

/** Milliseconds of each run of `work`, shortest first, after some that warm up. */
function sortedMs(work, rounds) {
  for (let i = 0; i < 3; i++) work();
  const times = Array.from({ length: rounds }, () => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  });
  return times.sort((a, b) => a - b);
}

function medianMs(work) {
  return sortedMs(work, ROUNDS)[Math.floor(ROUNDS / 2)];
}

function checkMs({ family, body, context }) {
  return medianMs(() => {
    const verdict = family.checkBody(body, context);
    if (verdict.kind !== 'ok') throw new Error(JSON.stringify(verdict));
  });
}

/**
 * What a node does with a compact block whose transactions it knows, but for the first: from short ids to a checked body.
 * Beside it the check of the same body, as if it had come whole. Of each the shortest run counts: they are so short that
 * whatever else the machine does would be most of a longer one.
 */
function rebuildMs() {
  const { family, body, context } = visionBlock(REBUILT_TRANSACTIONS, () => ({}));
  const others = visionBlock(REBUILT_TRANSACTIONS, () => ({ nonce: 2n ** 63n }));
  const inBlock = family.splitBody(body);
  const known = [...family.splitBody(others.body), ...inBlock];
  const compact = compactBlockOf(new Uint8Array(HEADER_BYTES), inBlock);
  const knownTransactions = {
    size: known.length,
    each: (visit) => {
      for (const transaction of known) visit(transaction);
    },
  };
  const hold = (verdict) => {
    if (verdict.kind !== 'ok') throw new Error(JSON.stringify(verdict));
  };
  const rebuild = () => {
    const rebuilt = Rebuild.of(compact, knownTransactions).body(family);
    hold(family.checkBody(rebuilt.body, context, rebuilt.transactions));
  };
  const [rebuilt] = sortedMs(rebuild, REBUILD_ROUNDS);
  const [whole] = sortedMs(() => hold(family.checkBody(body, context)), REBUILD_ROUNDS);
  return { rebuilt, whole };
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
  const { rebuilt, whole } = rebuildMs();
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
      {
        what: 'body of 2,000 known transactions put together and checked, Vision',
        value: round(rebuilt),
        unit: 'ms',
        target: '≤ 10',
        note: `among 4,000 known ones; a whole one is checked in ${round(whole)} ms`,
      },
      {
        what: 'put together and checked, compared with the check of a whole body',
        value: round(rebuilt / whole),
        unit: 'times as long',
        target: '≤ 0.6',
      },
    ],
    figures: {
      visionSmallBodyCheckMs: smallMs,
      visionBodyCheckSpeedup: speedup,
      visionLargeBodyCheckMs: largeMs,
      bitcoinBodyCheckMsPerMb: bitcoinMsPerMb,
      visionRebuildMs: round(rebuilt),
      visionRebuildPerCheck: round(rebuilt / whole),
    },
  };
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table((await benchBodies()).rows);
