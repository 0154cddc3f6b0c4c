import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readU64 } from '../../../bytes/integers.js';
import { sipHash24 } from '../../../bytes/siphash.js';
import { FilterValues, valueLimit } from './filter-values.js';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const script = fc.uint8Array({ maxLength: 40 });

/** As BIP158 writes it, in integers of any size. */
function model(blockHash: Uint8Array, count: number, data: Uint8Array): number {
  const hashed = sipHash24(readU64(blockHash, 0), readU64(blockHash, 8), data);
  return Number((hashed * (BigInt(count) * 784_931n)) >> 64n);
}

it('is what the model says, and below the limit', () => {
  const counts = [fc.nat(10), fc.nat(20_000), fc.nat(2 ** 32 - 1)];
  fc.assert(
    fc.property(hash, fc.oneof(...counts), script, (blockHash, count, data) => {
      const value = new FilterValues(blockHash, count).valueOf(data);
      expect(value).toBe(model(blockHash, count, data));
      expect(value).toBeLessThan(Math.max(valueLimit(count), 1));
    }),
    { numRuns: 2000 },
  );
});

it('ascends', () => {
  const scripts = Array.from({ length: 100 }, (_, i) => Uint8Array.of(i, 7));
  const values = new FilterValues(new Uint8Array(32).fill(3), 100);
  const expected = scripts.map((each) => values.valueOf(each)).sort((a, b) => a - b);
  expect([...values.ascending(scripts)]).toEqual(expected);
});
