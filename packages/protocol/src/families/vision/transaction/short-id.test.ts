import { expect, test } from 'vitest';
import { sipHash24 } from '../../../bytes/siphash.js';
import { visionShortId } from './short-id.js';

test('is the low 48 bits of SipHash under two keys that the nonce gives', () => {
  const hash = Uint8Array.from({ length: 32 }, (_, i) => i);
  // The second key is the nonce times 2^64 over the golden ratio, without what is above 64 bits.
  expect(visionShortId(hash, 0n)).toBe(sipHash24(0n, 0n, hash) & 0xffff_ffff_ffffn);
  expect(visionShortId(hash, 1n)).toBe(sipHash24(1n, 0x9e3779b97f4a7c15n, hash) & 0xffff_ffff_ffffn);
  expect(visionShortId(hash, 2n)).toBe(sipHash24(2n, 0x3c6ef372fe94f82an, hash) & 0xffff_ffff_ffffn);
});
