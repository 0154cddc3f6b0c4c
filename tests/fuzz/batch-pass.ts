/** The kernel's pass over a Bitcoin batch against the rules, on any bytes. */
import { PowJobRunner } from '@vision-light/pow';
import { ByteReader, ByteWriter, type HeaderBatch } from '@vision-light/protocol';
import { ArrayAncestry } from '../../packages/protocol/src/chain/array-ancestry.js';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import { easyBatch, easyNetwork } from '../sim/bitcoin-chain.js';
import type { FuzzTarget } from './fuzz-target.js';

const params = easyNetwork();
const { batchPass: pass, ...family } = createBitcoinFamily(params);
const runner = new PowJobRunner();
const firstTime = 1_500_000_000;
const wallTime = firstTime + 1_000_000;

/** As many headers as two bytes say, and their encoding. */
function sample(count: number): Uint8Array {
  const headers = Array.from({ length: count }, (_, i) => ({ time: firstTime + i * 600 }));
  const writer = new ByteWriter();
  family.encodeBatch(writer, easyBatch(params, headers));
  return Uint8Array.from([count & 0xff, count >> 8, ...writer.bytes()]);
}

/** @returns the batch if everything about it is good */
function judgeByRules(payload: Uint8Array, count: number): HeaderBatch | undefined {
  const reader = new ByteReader(payload);
  const batch = family.decodeBatch(reader, count, family.genesis.hash, 0);
  if (typeof batch === 'string' || !reader.isDone) return undefined;
  const ancestry = new ArrayAncestry(family.time, 0, [family.genesis.record]);
  for (let i = 0; i < count; i++) {
    const at = i * family.recordBytes;
    if (family.checkHeader(batch.records, ancestry, wallTime, at).kind !== 'ok') return undefined;
    ancestry.push(batch.records.subarray(at, at + family.recordBytes));
  }
  const hashes = runner.run(family.powJob(batch, 0, count));
  return family.applyPow(batch, 0, count, hashes) === count ? batch : undefined;
}

export const batchPass: FuzzTarget = {
  name: 'the pass over a batch of Bitcoin',
  weight: 1,
  samples: [1, 3, 12, 501].map(sample),
  check(input) {
    const count = (input[0] ?? 0) + ((input[1] ?? 0) << 8);
    const payload = input.subarray(2);
    const ancestry = new ArrayAncestry(family.time, 0, [family.genesis.record]);
    const job = pass?.batchJob(payload, count, family.genesis.hash, ancestry, wallTime);
    if (pass === undefined || job === undefined) return;
    const judged = pass.readBatch(runner.run(job), count);
    const expected = judgeByRules(payload, count);
    if ((judged === 'faulty') !== (expected === undefined))
      throw new Error(`the pass says ${judged === 'faulty' ? 'faulty' : 'good'}, and the rules the opposite`);
    if (expected === undefined || typeof judged !== 'object') return;
    for (const part of ['records', 'hashes'] as const)
      if (Buffer.compare(judged[part], expected[part]) !== 0) throw new Error(`other ${part}`);
  },
};
