/**
 * Strict UTF-8 for the verifier of proofs alone, which takes the place of `bytes/utf8.ts` in its script
 * (`vite.verifier.ts`). ECMAScript's functions for addresses take exactly the UTF-8 of RFC 3629, and are slow, which does
 * not count for a text of some kilobytes. A test holds it to the other one.
 */
import { bytesToHex } from '../../bytes/hex.js';

/** @returns the bytes, or undefined if the text holds half a surrogate pair */
export function encodeUtf8(text: string): Uint8Array | undefined {
  try {
    const parts = encodeURIComponent(text).match(/%..|./g) ?? [];
    return Uint8Array.from(parts, (part) => (part[1] ? Number(`0x${part.slice(1)}`) : part.charCodeAt(0)));
  } catch {
    return undefined;
  }
}

/** The text of valid UTF-8, or undefined. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decodeURIComponent(bytesToHex(bytes).replaceAll(/../g, '%$&'));
  } catch {
    return undefined;
  }
}

/** True if the bytes are valid UTF-8; the empty sequence is. */
export function isUtf8(bytes: Uint8Array): boolean {
  return decodeUtf8(bytes) !== undefined;
}
