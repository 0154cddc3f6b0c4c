import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { readSignatureVectors } from '../../../tests/read-signature-vectors.js';
import { verifySignatures, verifySignaturesInPool } from './verify-signatures.js';

test('each signature is judged by itself', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const message = Uint8Array.of(1, 2, 3);
  const good = {
    publicKey: new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)),
    message,
    signature: new Uint8Array(sign(null, message, privateKey)),
  };
  const other = { ...good, message: Uint8Array.of(1, 2, 4) };
  const noKey = { ...good, publicKey: new Uint8Array(32).fill(0xff) };
  const short = { ...good, signature: new Uint8Array(63) };
  const checks = [good, other, noKey, short, good];
  expect(verifySignatures(checks)).toEqual(Uint8Array.of(1, 0, 0, 0, 1));
  expect(await verifySignaturesInPool(checks)).toEqual(Uint8Array.of(1, 0, 0, 0, 1));
  const many = Array.from({ length: 450 }, (_, i) => (i % 7 === 0 ? other : good));
  expect(await verifySignaturesInPool(many)).toEqual(Uint8Array.from(many, (each) => (each === good ? 1 : 0)));
});

test('of what the core lets through, OpenSSL accepts what every verifier accepts', async () => {
  const vectors = readSignatureVectors().filter(({ isStrict }) => isStrict);
  const good = vectors.flatMap(({ name, isGood }) => (isGood ? [name] : []));
  for (const valid of [verifySignatures(vectors), await verifySignaturesInPool(vectors)])
    expect(vectors.flatMap(({ name }, i) => (valid[i] === 1 ? [name] : []))).toEqual(good);
});
