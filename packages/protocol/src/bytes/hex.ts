/** Lowercase hex digits of bytes, two for each. */
export { bytesToHex } from '@noble/hashes/utils.js';

import { hexToBytes as nobleHexToBytes } from '@noble/hashes/utils.js';

/** @returns the bytes of lowercase hex of exactly `length` bytes, or undefined for any other text */
export function hexToBytes(text: string, length: number): Uint8Array | undefined {
  if (text.length !== length * 2 || !/^[0-9a-f]*$/.test(text)) return undefined;
  return nobleHexToBytes(text);
}
