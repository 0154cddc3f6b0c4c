import { expect, test } from 'vitest';
import { readSignatureVectors } from '../../../../tests/read-signature-vectors.js';
import { isStrictSignature } from './strict-signature.js';

test('lets through what every verifier judges alike, and nothing else', () => {
  const vectors = readSignatureVectors();
  expect(vectors.length).toBeGreaterThan(100);
  for (const vector of vectors) expect(isStrictSignature(vector), vector.name).toBe(vector.isStrict);
});

test('S and the coordinates are compared with their bounds from the highest byte on', () => {
  const strict = readSignatureVectors().find(({ isGood }) => isGood);
  if (strict === undefined) throw new Error('there are good vectors');
  const { publicKey } = strict;
  for (const [at, value] of [
    [63, 0x10],
    [62, 0xff],
    [32, 0xff],
  ] as const) {
    const signature = strict.signature.slice();
    signature[at] = value;
    expect(isStrictSignature({ ...strict, publicKey, signature })).toBe(at !== 63);
  }
});
