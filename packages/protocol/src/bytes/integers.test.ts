import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  readI32BigEndian,
  readU32,
  readU64,
  readU64AsNumber,
  readU64BigEndian,
  writeU32,
  writeU32BigEndian,
  writeU64,
  writeU64BigEndian,
} from './integers.js';

test('agree with DataView at every offset', () => {
  const u64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(u64, fc.integer({ min: 0, max: 0xffff_ffff }), fc.nat(8), (wide, narrow, at) => {
      const bytes = new Uint8Array(16);
      const view = new DataView(bytes.buffer);
      writeU64(bytes, at, wide);
      expect(view.getBigUint64(at, true)).toBe(wide);
      expect(readU64(bytes, at)).toBe(wide);
      expect(readU64AsNumber(bytes, at)).toBe(Number(wide));
      writeU64BigEndian(bytes, at, wide);
      expect(view.getBigUint64(at)).toBe(wide);
      expect(readU64BigEndian(bytes, at)).toBe(wide);
      writeU32(bytes, at, narrow);
      expect(view.getUint32(at, true)).toBe(narrow);
      expect(readU32(bytes, at)).toBe(narrow);
      writeU32BigEndian(bytes, at, narrow);
      expect(view.getUint32(at)).toBe(narrow);
      expect(readI32BigEndian(bytes, at)).toBe(narrow | 0);
    }),
  );
});

test('big-endian reading fills up with zeros on the right', () => {
  expect(readU64BigEndian(Uint8Array.of(1, 2), 0)).toBe(0x0102_0000_0000_0000n);
  expect(readU64BigEndian(Uint8Array.of(1, 2), 2)).toBe(0n);
});
