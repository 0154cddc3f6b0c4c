import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visionX } from '../header/visionx.js';
import { canonicalVisionX } from '../network-params.js';
import { visionXOf } from './visionx-halves.js';

const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

test('says what the model in bigints says, whatever the sizes', () => {
  const params = fc.record({
    datasetMb: fc.constantFrom(1, 2, 3),
    scratchMb: fc.constantFrom(1, 2),
    mixIters: fc.nat(60),
    readsPerIter: fc.constantFrom(0, 3, 4, 8),
    writeEvery: fc.constantFrom(0, 1, 2, 4),
  });
  const bytes = fc.uint8Array({ minLength: 0, maxLength: 200 });
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(params, bytes, u64, seed, u64, (given, message, nonce, seed32, epoch) => {
      expect(visionXOf(given, { message, nonce, seed: seed32, epoch })).toEqual(
        visionX(given, message, nonce, seed32, epoch),
      );
    }),
    { numRuns: 60 },
  );
});

test('says what the model says at the sizes of the real networks, words that are written again included', () => {
  const input = {
    message: new Uint8Array(121).fill(7),
    nonce: 2n ** 63n + 5n,
    seed: new Uint8Array(32).fill(9),
    epoch: 3n,
  };
  const { message, nonce, seed, epoch } = input;
  expect(visionXOf(canonicalVisionX, input)).toEqual(visionX(canonicalVisionX, message, nonce, seed, epoch));
});
