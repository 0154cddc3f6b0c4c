import { expect, test } from 'vitest';
import { readSignatureVectors } from '../../../../tests/read-signature-vectors.js';
import { getPublicKey, sign, verify } from './ed25519-fallback.js';

test('of what the core lets through, it accepts what every verifier accepts', () => {
  const vectors = readSignatureVectors().filter(({ isStrict }) => isStrict);
  for (const { name, publicKey, message, signature, isGood } of vectors)
    expect(verify(publicKey, message, signature), name).toBe(isGood);
});

test('signs what it then finds good', () => {
  const secret = new Uint8Array(32).fill(3);
  const message = Uint8Array.of(1, 2, 3);
  const signature = sign(message, secret);
  expect(verify(getPublicKey(secret), message, signature)).toBe(true);
  expect(verify(getPublicKey(secret), Uint8Array.of(1, 2), signature)).toBe(false);
});
