import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToBase64 } from './base64.js';

describe('base64', () => {
  it('writes as others do, and reads it back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = bytesToBase64(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(base64ToBytes(text)).toEqual(bytes);
      }),
    );
  });

  it.each([
    ['no padding', 'QQ'],
    ['too much padding', 'Q==='],
    ['padding in the middle', 'QQ==QQ=='],
    ['bits that no byte has', 'QR=='],
    ['such bits before one sign of padding', 'QUF='],
    ['the alphabet for URLs', '-_8='],
    ['white space', 'QUJD\n'],
    ['a sign that is none', 'QU\u0130D'],
  ])('refuses %s', (_, text) => {
    expect(base64ToBytes(text)).toBeUndefined();
  });
});
