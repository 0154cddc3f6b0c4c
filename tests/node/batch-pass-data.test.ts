/** The kernel's pass over all real headers that are carried, and over those of ../shared where they are. */
import { readFileSync } from 'node:fs';
import { Sha256d } from '@vision-light/pow';
import { HEADERS_PER_MESSAGE_MAX, type HeaderBatch, type TreeBase } from '@vision-light/protocol';
import { describe, expect, test } from 'vitest';
import { bitcoinParams } from '../../packages/protocol/src/families/bitcoin/network-params.js';
import { encode, familiesOf, TwoJudges } from '../model/two-judges.js';
import { findData } from './data-files.js';

const sha256d = new Sha256d();
const wallTime = Math.floor(Date.now() / 1000);

/** Headers from number `from` of a file, as a batch. */
function batchOf(file: Uint8Array, hashes: Uint8Array, from: number, to: number): HeaderBatch {
  return {
    count: to - from,
    records: file.slice(from * 80, to * 80),
    hashes: hashes.slice(from * 32, to * 32),
  };
}

describe.each([
  ['mainnet', 'mainnet_0-32259.bin', 0],
  ['mainnet', 'mainnet_40000-49999.bin', 40_000],
  ['mainnet', 'mainnet_822528-830592.bin', 822_528],
  ['testnet3', 'testnet3_0-9999.bin', 0],
  ['testnet4', 'testnet4_0-100.bin', 0],
  ['signet', 'signet_0-2015.bin', 0],
  ['regtest', 'regtest_0-100.bin', 0],
] as const)('%s', (network, name, startHeight) => {
  const found = findData(`bitcoin/headers/${name}`);
  test.skipIf(found === undefined)(name, () => {
    const file = new Uint8Array(readFileSync(found as string));
    const count = file.length / 80;
    const families = familiesOf(bitcoinParams[network]);
    const hashes = sha256d.hash80(file);
    const first = startHeight === 0 ? 0 : windowOf(startHeight);
    const base: TreeBase | undefined =
      startHeight === 0
        ? undefined
        : {
            height: startHeight + first,
            hash: hashes.slice(first * 32, first * 32 + 32),
            chainwork: 1n << 70n,
            records: file.slice(0, (first + 1) * 80),
          };
    const judges = new TwoJudges(families, base);
    for (let from = first + 1; from < count; from += HEADERS_PER_MESSAGE_MAX) {
      const batch = batchOf(file, hashes, from, Math.min(count, from + HEADERS_PER_MESSAGE_MAX));
      const payload = encode(families.quick, batch);
      const parent = hashes.slice(from * 32 - 32, from * 32);
      const outcome = judges.judge({ parent, count: batch.count, payload, wallTime });
      expect(outcome).toMatchObject({ fault: undefined, accepted: batch.count, isVerbatim: true });
    }
    expect(judges.quick.tree.tipHeight).toBe(startHeight + count - 1);
    expect(judges.quick.hashJobs).toBe(0);
  });
});

/** Index of a header of a file before which there is all that the rules look at: back to the first of its period. */
function windowOf(startHeight: number): number {
  const toPeriod = (2016 - (startHeight % 2016)) % 2016;
  return toPeriod + 20;
}
