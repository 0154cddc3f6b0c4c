import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { verifySignatures } from './verify-signatures.js';

test('each signature is judged by itself', () => {
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
  expect(verifySignatures([good, other, noKey, short, good])).toEqual(Uint8Array.of(1, 0, 0, 0, 1));
});
