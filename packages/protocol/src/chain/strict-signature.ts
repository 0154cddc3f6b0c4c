/**
 * Which Ed25519 signatures are looked at, decided before anyone computes with them. Verifiers differ in how they read
 * what RFC 8032 leaves open: encodings of a number that is not reduced, points of small order, a sum that is right up to
 * the cofactor. All that WebCrypto, `node:crypto` and our own fallback do alike is this: of a canonical S and of canonical
 * points that are not of small order, they compare S·B − k·A with R, without the cofactor. So everything else is refused
 * here, by its bytes alone, and what one platform accepts all accept.
 *
 * Source: RFC 8032 §5.1; K. Chalkias, F. Garillot and V. Nikolaenko, "Taming the many EdDSAs" (2020), tables 4 and 5.
 */
import { hexToBytes } from '../bytes/hex.js';
import type { SignatureCheck } from './signature-check.js';

/** Bytes of a public key, and of each half of a signature. */
const HALF_BYTES = 32;

/** The order of the base point, little-endian: S is below it. */
const order = littleEndian('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed');

/** 2^255 − 19, little-endian: coordinates are below it. */
const prime = littleEndian('7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed');

/**
 * The y of the eight points of small order, little-endian: 0, 1, −1 and two more. Each y has two points that differ in
 * the sign of x, or one with x = 0; so neither sign of them is taken, and "x = 0 with a sign" needs no rule of its own.
 */
const smallOrder = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000001',
  '7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec',
  '05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826',
  '7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7',
].map(littleEndian);

/** Whether a signature may be verified at all; see the head of this file. A false answer says that it is not good. */
export function isStrictSignature({ publicKey, signature }: SignatureCheck): boolean {
  return (
    publicKey.length === HALF_BYTES &&
    signature.length === 2 * HALF_BYTES &&
    isStrictPoint(publicKey) &&
    isStrictPoint(signature.subarray(0, HALF_BYTES)) &&
    isBelow(signature.subarray(HALF_BYTES), order)
  );
}

function isStrictPoint(encoded: Uint8Array): boolean {
  const y = encoded.slice();
  y[31] = (y[31] ?? 0) & 0x7f;
  return isBelow(y, prime) && !smallOrder.some((each) => each.every((byte, i) => byte === y[i]));
}

/** Compares two little-endian numbers of 32 bytes. */
function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = HALF_BYTES - 1; i >= 0; i--) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function littleEndian(hex: string): Uint8Array {
  return (hexToBytes(hex, HALF_BYTES) ?? new Uint8Array()).reverse();
}
