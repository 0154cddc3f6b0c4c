/**
 * How fast real Bitcoin headers are validated in Node, rules, proof of work and insertion into the tree: as a node does it, by
 * one pass over each batch (without the rule for retargets, of which there are sixteen), and by the rules header by header.
 */
import { readFileSync } from 'node:fs';
import { PowJobRunner } from '@vision-light/pow';
import { ByteReader, ByteWriter, HeaderTree, resolveNetwork } from '@vision-light/protocol';

const ROUNDS = 7;
const HEADER_BYTES = 80;
const BATCH = 2000;
const wallTime = 1_700_000_000;

const family = resolveNetwork('bitcoin-mainnet');
const runner = new PowJobRunner();

/** @returns rows for people and figures for machines */
export async function benchValidation() {
  const url = new URL('../../../tests/data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url);
  const file = new Uint8Array(readFileSync(url));
  const batches = encodeAll(file);
  const count = batches.reduce((sum, batch) => sum + batch.count, 0);
  const rates = { pass: [], rules: [] };
  // In turns, so that what else the machine does falls on both.
  for (let round = 0; round < ROUNDS; round++) {
    rates.pass.push(rateOf(batches, count, byPass));
    rates.rules.push(rateOf(batches, count, byRules));
  }
  const figures = {
    validationHeadersPerS: median(rates.pass),
    validationByRulesHeadersPerS: median(rates.rules),
  };
  return {
    rows: [
      {
        what: `validation of ${count} real headers in passes over batches`,
        value: figures.validationHeadersPerS,
        unit: 'headers/s',
        target: '≥ 1,000,000',
      },
      {
        what: 'the same by the rules, header by header',
        value: figures.validationByRulesHeadersPerS,
        unit: 'headers/s',
      },
    ],
    figures,
  };
}

/** The headers after genesis as peers send them. */
function encodeAll(file) {
  const batches = [];
  const end = file.length / HEADER_BYTES;
  for (let from = 1; from < end; from += BATCH) {
    const count = Math.min(BATCH, end - from);
    const records = file.subarray(from * HEADER_BYTES, (from + count) * HEADER_BYTES);
    const writer = new ByteWriter();
    family.encodeBatch(writer, { count, records, hashes: new Uint8Array(0) });
    batches.push({ count, parent: records.slice(4, 36), payload: writer.bytes() });
  }
  return batches;
}

/** One cold tree filled from the batches; @returns headers a second */
function rateOf(batches, count, add) {
  const tree = new HeaderTree(family);
  const startedAt = performance.now();
  for (const batch of batches) add(tree, batch);
  const rate = (count * 1000) / (performance.now() - startedAt);
  if (tree.tipHeight !== count) throw new Error(`height ${tree.tipHeight}, not ${count}`);
  return rate;
}

function byPass(tree, { count, parent, payload }) {
  const pass = family.batchPass;
  const first = tree.tipHeight + 1;
  const ancestry = tree.ancestry(tree.tip);
  const answer = runner.run(pass.batchJob(payload, count, parent, ancestry, wallTime));
  const batch = pass.readBatch(answer, count);
  if (typeof batch !== 'object') throw new Error(`height ${first}: ${batch}`);
  tree.appendRun(batch, 0, count);
}

function byRules(tree, { count, parent, payload }) {
  const batch = family.decodeBatch(new ByteReader(payload), count, parent, tree.tipHeight);
  const hashes = runner.run(family.powJob(batch, 0, count));
  const proven = family.applyPow(batch, 0, count, hashes);
  if (proven !== count) throw new Error(`header ${proven}: the proof of work is false`);
  for (let i = 0; i < count; i++) {
    const record = batch.records.subarray(i * HEADER_BYTES, (i + 1) * HEADER_BYTES);
    const result = tree.insert(record, batch.hashes.subarray(i * 32, (i + 1) * 32), wallTime);
    if (result.kind !== 'extended')
      throw new Error(`height ${tree.tipHeight + 1}: ${JSON.stringify(result)}`);
  }
}

function median(rates) {
  return Math.round(rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)]);
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table((await benchValidation()).rows);
