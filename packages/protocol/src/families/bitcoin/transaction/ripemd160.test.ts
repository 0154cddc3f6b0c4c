import { ripemd160 as nobleRipemd160 } from '@noble/hashes/legacy.js';
import { expect, test } from 'vitest';
import { bytesToHex } from '../../../bytes/hex.js';
import { ripemd160 } from './ripemd160.js';

// Appendix B of the paper.
test.each([
  ['', '9c1185a5c5e9fc54612808977ee8f548b2258d31'],
  ['abc', '8eb208f7e05d987a9b044a8e98c6b087f15a0bfc'],
  ['message digest', '5d0689ef49d2fae572b881b123a85ffa21595f36'],
  ['1234567890'.repeat(8), '9b752e45573d4b39f4dbd3323cab82bf63326bfb'],
])('of %j', (text, hash) => {
  expect(bytesToHex(ripemd160(new TextEncoder().encode(text)))).toBe(hash);
});

test('is that of @noble/hashes for every length around blocks', () => {
  for (let length = 0; length <= 260; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (7 * i + length) % 256);
    expect(ripemd160(bytes), `${length}`).toEqual(nobleRipemd160(bytes));
  }
});
