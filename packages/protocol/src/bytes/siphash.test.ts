import { expect, test } from 'vitest';
import { sipHash24 } from './siphash.js';

// The first entries, and those around whole words, of `vectors_sip64` in the reference implementation, read as
// little-endian: key 00 … 0f, data 00, 01, 02 … of the given length.
test.each([
  [0, 0x726fdb47dd0e0e31n],
  [1, 0x74f839c593dc67fdn],
  [2, 0x0d6c8009d9a94f5an],
  [7, 0xab0200f58b01d137n],
  [8, 0x93f5f5799a932462n],
  [9, 0x9e0082df0ba9e4b0n],
  [15, 0xa129ca6149be45e5n],
])('reference vector of %i bytes', (length, hash) => {
  const data = Uint8Array.from({ length }, (_, i) => i);
  expect(sipHash24(0x0706050403020100n, 0x0f0e0d0c0b0a0908n, data)).toBe(hash);
});
