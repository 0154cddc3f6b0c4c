/**
 * Ed25519 by `node:crypto`, of signatures that the core lets through (`isStrictSignature`): of others it says what OpenSSL
 * says.
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import type { SignatureCheck } from '@vision-light/protocol';

/**
 * Signatures that are handed to the threads of Node's pool at a time. For 1,000 the calling thread takes 50 ms, mostly to
 * make the keys, and the pool 150 ms.
 */
const SLICE = 200;

/** @returns 1 for each signature that is good, else 0 */
export function verifySignatures(checks: readonly SignatureCheck[]): Uint8Array {
  return Uint8Array.from(checks, ({ publicKey, message, signature }) => {
    const key = keyOf(publicKey);
    return key !== undefined && verify(null, message, key, signature) ? 1 : 0;
  });
}

/** The same in the threads of Node's pool, slice by slice, so that the calling thread is never kept for long. */
export async function verifySignaturesInPool(checks: readonly SignatureCheck[]): Promise<Uint8Array> {
  const valid = new Uint8Array(checks.length);
  for (let from = 0; from < checks.length; from += SLICE)
    valid.set(await Promise.all(checks.slice(from, from + SLICE).map(verifyOne)), from);
  return valid;
}

const verifyInPool = promisify(verify);

async function verifyOne({ publicKey, message, signature }: SignatureCheck): Promise<number> {
  const key = keyOf(publicKey);
  return key !== undefined && (await verifyInPool(null, message, key, signature)) ? 1 : 0;
}

/** Undefined if OpenSSL refuses to make a key of it. As JWK, since it takes ten times as long to read the same key as DER. */
function keyOf(publicKey: Uint8Array): KeyObject | undefined {
  const x = Buffer.from(publicKey).toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return undefined;
  }
}
