/** Ed25519 by `node:crypto`. */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { SignatureCheck } from '@vision-light/protocol';

/** What stands before the 32 bytes of a public key in its SPKI form (RFC 8410). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** @returns 1 for each signature that is good, else 0 */
export function verifySignatures(checks: readonly SignatureCheck[]): Uint8Array {
  return Uint8Array.from(checks, (check) => (isGood(check) ? 1 : 0));
}

function isGood({ publicKey, message, signature }: SignatureCheck): boolean {
  const key = keyOf(publicKey);
  return key !== undefined && verify(null, message, key, signature);
}

/** Undefined if the bytes are no key: then OpenSSL refuses to make one, or to verify with it. */
function keyOf(publicKey: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}
