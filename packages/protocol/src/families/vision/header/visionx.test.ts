/** The model that the kernels are tested against, by the vectors with small tables. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hexToBytes } from '../../../bytes/hex.js';
import { type JsonValue, parseLosslessJson } from '../../../bytes/lossless-json.js';
import { expand256, foldSeed, splitMix64, visionX } from './visionx.js';

type Case = Record<string, JsonValue>;
const file = new URL('../../../../../../tests/vectors/vision-vectors.json', import.meta.url);
const groups = parseLosslessJson(readFileSync(file, 'utf8')) as Record<string, Case[]>;
const casesOf = (group: string): Case[] => groups[group] ?? [];

const u64 = (value: JsonValue | undefined): bigint => BigInt(value as string);
const bytesOf = (value: JsonValue | undefined): Uint8Array =>
  hexToBytes(value as string, (value as string).length / 2) as Uint8Array;
/** Those that take milliseconds. */
const quick = casesOf('visionx_small').filter(({ params }) => Number((params as Case).mix_iters) <= 4096);

test.each(quick)('the digest of case %#', (vector) => {
  const params = vector.params as Case;
  const digest = visionX(
    {
      datasetMb: Number(params.dataset_mb),
      scratchMb: Number(params.scratch_mb),
      mixIters: Number(params.mix_iters),
      readsPerIter: Number(params.reads_per_iter),
      writeEvery: Number(params.write_every),
    },
    bytesOf(vector.header_bytes),
    u64(vector.nonce),
    bytesOf(vector.prev_hash32),
    u64(vector.epoch),
  );
  expect(digest).toEqual(bytesOf(vector.digest));
});

test('the words that it is made of', () => {
  for (const vector of casesOf('splitmix64'))
    (vector.first8 as string[]).forEach((word, i) => {
      expect(splitMix64(u64(vector.seed), BigInt(i))).toBe(u64(word));
    });
  for (const vector of casesOf('fold_seed_and_dataset'))
    expect(foldSeed(bytesOf(vector.prev_hash32), u64(vector.epoch))).toBe(u64(vector.fold_seed));
  for (const vector of casesOf('expand_256'))
    expect(expand256(u64(vector.a), u64(vector.b))).toEqual(bytesOf(vector.out));
});

test('there are vectors of each kind', () => {
  expect(quick.length).toBeGreaterThan(20);
  for (const group of ['splitmix64', 'fold_seed_and_dataset', 'expand_256'])
    expect(casesOf(group).length, group).toBeGreaterThan(4);
});
