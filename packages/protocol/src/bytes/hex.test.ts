import { bytesToHex as nobleBytesToHex, hexToBytes as nobleHexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex, hexToBytes } from './hex.js';

describe('bytesToHex', () => {
  test('has two lowercase digits for each byte, in order', () => {
    expect(bytesToHex(Uint8Array.of(0, 1, 0x0f, 0x10, 0xab, 0xff))).toBe('00010f10abff');
    expect(bytesToHex(new Uint8Array(0))).toBe('');
  });

  test('is that of @noble/hashes for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => bytesToHex(bytes) === nobleBytesToHex(bytes)));
  });
});

describe('hexToBytes', () => {
  test('is that of @noble/hashes for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = bytesToHex(bytes);
        expect(hexToBytes(text, bytes.length)).toEqual(nobleHexToBytes(text));
      }),
    );
  });

  test('takes 16 characters as digits and none beside', () => {
    const taken = Array.from({ length: 0x1_00_00 }, (_, code) => String.fromCharCode(code)).filter(
      (character) =>
        hexToBytes(`0${character}`, 1) !== undefined && hexToBytes(`${character}0`, 1) !== undefined,
    );
    expect(taken.join('')).toBe('0123456789abcdef');
  });

  test.each([
    ['a digit too few', '00ff0', 3],
    ['a digit too many', '00ff000', 3],
    ['a byte too few', '00ff', 3],
    ['a byte too many', '00ff0011', 3],
    ['uppercase', '00FF', 2],
    ['a prefix', '0x00', 2],
    ['a sign', '-1+1', 2],
    ['a space', '1 2 ', 2],
    ['a line feed at the end', '00f\n', 2],
    ['digits of another script', '٠٠٠٠', 2],
  ])('takes no text with %s', (_what, text, length) => {
    expect(hexToBytes(text, length)).toBeUndefined();
  });
});
