/** How fast real Bitcoin headers are validated in Node: all rules, proof of work and insertion into the tree. */
import { readFileSync } from 'node:fs';
import { Sha256d } from '@vision-light/pow';
import { HeaderTree, resolveNetwork } from '@vision-light/protocol';

const ROUNDS = 7;
const HEADER_BYTES = 80;

/** @returns rows for people and figures for machines */
export async function benchValidation() {
  const url = new URL('../../../tests/data/bitcoin/headers/mainnet_0-32259.bin', import.meta.url);
  const file = new Uint8Array(readFileSync(url));
  const rates = Array.from({ length: ROUNDS }, () => validate(file)).sort((a, b) => a - b);
  const median = Math.round(rates[Math.floor(ROUNDS / 2)]);
  return {
    rows: [
      {
        what: `validation of ${file.length / HEADER_BYTES} real headers, all rules`,
        value: median,
        unit: 'headers/s',
        target: '≥ 300,000',
      },
    ],
    figures: { validationHeadersPerS: median },
  };
}

/** One cold tree filled from the file; @returns headers a second */
function validate(file) {
  const family = resolveNetwork('bitcoin-mainnet');
  const sha256d = new Sha256d();
  const tree = new HeaderTree(family);
  const count = file.length / HEADER_BYTES;
  const wallTime = 1_700_000_000;
  const startedAt = performance.now();
  // Parents are written into the records, as they are for what comes over the wire.
  const batch = { count, records: file.slice(), hashes: new Uint8Array(count * 32) };
  const proven = family.applyPow(batch, 0, count, sha256d.hash80(batch.records));
  if (proven !== count) throw new Error(`height ${proven}: the proof of work is false`);
  for (let i = 1; i < count; i++) {
    const record = batch.records.subarray(i * HEADER_BYTES, (i + 1) * HEADER_BYTES);
    const hash = batch.hashes.subarray(i * 32, (i + 1) * 32);
    const result = tree.insert(record, hash, wallTime);
    if (result.kind !== 'extended') throw new Error(`height ${i}: ${JSON.stringify(result)}`);
  }
  return (count * 1000) / (performance.now() - startedAt);
}

if (process.argv[1] === new URL(import.meta.url).pathname) console.table((await benchValidation()).rows);
