/**
 * What the header tree costs: bytes for each header, and headers a second in and out. The headers are made up and linked,
 * and nothing is hashed, so this is the tree alone.
 *
 * `node --expose-gc tree.bench.mjs [headers] [folder of another build's dist]` compares two builds, taking turns.
 */
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as ours from '@vision-light/protocol';

const RECORD_BYTES = 80;
const BATCH_HEADERS = 2000;
const ROUNDS = 5;

/** @returns rows for people and figures for machines */
export async function benchTree() {
  const { appended, bytes, found } = await compare(200_000, { now: ours });
  return {
    rows: [
      {
        what: 'header tree, bytes a Bitcoin header, index and all',
        value: bytes.now,
        unit: 'B',
        target: '≤ 93',
      },
      { what: 'headers appended in bulk', value: appended.now, unit: 'headers/s' },
      { what: 'headers found by their hash', value: found.now, unit: 'headers/s' },
    ],
    figures: { treeBytesPerHeader: bytes.now, treeAppendedPerS: appended.now, treeFoundPerS: found.now },
  };
}

/** The best of some rounds for each measure, by the name of the build: what else runs only makes it slower. */
async function compare(count, builds) {
  const headers = makeHeaders(count);
  const measured = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, build] of Object.entries(builds)) {
      for (const [what, value] of Object.entries(await measure(build, headers))) {
        measured[what] ??= {};
        const best = measured[what][name];
        const isBetter = best === undefined || (what === 'bytes' ? value < best : value > best);
        if (isBetter) measured[what][name] = value;
      }
    }
  }
  for (const values of Object.values(measured))
    for (const [name, value] of Object.entries(values)) values[name] = Math.round(value * 10) / 10;
  return measured;
}

/** Headers of regtest on top of genesis; their hashes are random. */
function makeHeaders(count) {
  const { genesis } = ours.resolveNetwork('bitcoin-regtest');
  const records = new Uint8Array(count * RECORD_BYTES);
  const hashes = new Uint8Array(count * 32);
  const words = new Uint32Array(hashes.buffer);
  const view = new DataView(records.buffer);
  let state = 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  let parent = genesis.hash;
  for (let i = 0; i < count; i++) {
    const at = i * RECORD_BYTES;
    view.setUint32(at, 4, true);
    records.set(parent, at + 4);
    parent = hashes.subarray(i * 32, (i + 1) * 32);
    records.set(parent, at + 36);
    view.setUint32(at + 68, 1_400_000_000 + i * 600, true);
    view.setUint32(at + 72, 0x207fffff, true);
    view.setUint32(at + 76, i, true);
  }
  return { count, records, hashes };
}

/** One tree filled in bulk and one header by header, and what is asked of it. */
async function measure({ HeaderTree, resolveNetwork }, { count, records, hashes }) {
  const family = resolveNetwork('bitcoin-regtest');
  const usedBefore = await usedBytes();
  const tree = new HeaderTree(family);
  const appendS = seconds(() => {
    for (let from = 0; from < count; from += BATCH_HEADERS) {
      const to = Math.min(count, from + BATCH_HEADERS);
      const batch = {
        count: to - from,
        records: records.subarray(from * RECORD_BYTES, to * RECORD_BYTES),
        hashes: hashes.subarray(from * 32, to * 32),
      };
      tree.appendRun(batch, 0, batch.count);
    }
  });
  if (tree.tipHeight !== count) throw new Error(`height ${tree.tipHeight}`);
  const bytes = ((await usedBytes()) - usedBefore) / count;
  let sum = 0;
  const probes = Array.from({ length: 200_000 }, (_, i) => (i * 7919) % count);
  const findS = seconds(() => {
    for (const at of probes) sum += tree.find(hashes, at * 32) ?? 1e9;
  });
  // What begins in the middle of one hash is no hash.
  const missS = seconds(() => {
    for (const at of probes) sum += tree.find(hashes, at * 32 - (at > 0 ? 16 : 0)) ?? 0;
  });
  const words = 2016 * 100;
  const wordS = seconds(() => {
    for (let i = 0; i < 100; i++) {
      const top = Math.max(2016, Math.floor(((i + 1) * count) / 100));
      const ancestry = tree.ancestry(tree.at(top));
      for (let height = top; height > top - 2016; height--) sum += ancestry.word(height, 72);
    }
  });
  const timeS = seconds(() => {
    for (let i = 0; i < 20_000; i++) {
      const top = Math.max(11, (i * 7919) % count);
      const ancestry = tree.ancestry(tree.at(top));
      for (let back = 0; back < 11; back++) sum += ancestry.time(top - back);
    }
  });
  const readS = seconds(() => {
    for (const at of probes) sum += tree.record(tree.at(at))[5] + tree.hash(tree.at(at))[5];
  });
  const workS = seconds(() => {
    for (let i = 0; i < 20_000; i++) sum += tree.chainwork(tree.at(probes[i])) > 5n ? 1 : 0;
  });
  const second = new HeaderTree(family);
  const insertS = seconds(() => {
    for (let i = 0; i < count; i++) second.insertChecked(records, hashes, second.tip, i);
  });
  if (!(sum > 0) || second.tipHeight !== count) throw new Error('nothing was measured');
  return {
    bytes,
    appended: count / appendS,
    inserted: count / insertS,
    found: probes.length / findS,
    missed: probes.length / missS,
    words: words / wordS,
    times: 220_000 / timeS,
    read: probes.length / readS,
    works: 20_000 / workS,
  };
}

function seconds(run) {
  const startedAt = performance.now();
  run();
  return (performance.now() - startedAt) / 1000;
}

/** Of the heap and of buffers, after collections: buffers are freed some time after what held them. */
async function usedBytes() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [count = '976000', folder] = process.argv.slice(2);
  const builds = { now: ours };
  if (folder !== undefined) builds.before = await import(pathToFileURL(`${folder}/index.js`).href);
  const measured = await compare(Number(count), builds);
  const rows = Object.entries(measured).map(([what, { now, before }]) => ({
    what,
    now,
    before,
    ratio: before === undefined ? undefined : Math.round((now / before) * 100) / 100,
  }));
  console.table(rows);
}
