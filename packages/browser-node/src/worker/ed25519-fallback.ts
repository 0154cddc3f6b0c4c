/**
 * Ed25519 for browsers whose WebCrypto has none (Chrome before 137, Firefox before 129, Safari before 17), and for pages
 * that have no WebCrypto because they were not loaded securely. It is built into a file of its own, which is loaded only
 * there. Of what the core lets through (`chain/strict-signature.ts`) it accepts what WebCrypto accepts: the library's own
 * `verify` multiplies by the cofactor and would accept more.
 */
import { getPublicKey, hashes, Point, sign } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';

hashes.sha512 = sha512;

export { getPublicKey, sign };

/** Whether S·B − k·A is R, of a signature that the core lets through. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const r = signature.subarray(0, 32);
  const hash = sha512.create().update(r).update(publicKey).update(message).digest();
  try {
    const key = Point.fromBytes(publicKey);
    const k = numberOf(hash) % Point.CURVE().n;
    const sum = Point.BASE.multiply(numberOf(signature.subarray(32)), false);
    return sum
      .subtract(key.multiply(k, false))
      .toBytes()
      .every((byte, i) => byte === r[i]);
  } catch {
    // The key is no point of the curve.
    return false;
  }
}

/** Little-endian. */
function numberOf(bytes: Uint8Array): bigint {
  return bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);
}
