import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesToHex } from './hex.js';
import { Sha256, sha256 } from './sha256.js';

const hasher = new Sha256();

function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(40).fill(1);
  for (const part of parts) hasher.update(part, 0, part.length);
  hasher.doubleDigestInto(out, 4);
  expect([...out.subarray(0, 4), ...out.subarray(36)]).toEqual(Array(8).fill(1));
  return out.subarray(4, 36);
}

const expected = (bytes: Uint8Array): Uint8Array => nobleSha256(nobleSha256(bytes));

describe('SHA-256 twice', () => {
  test('of nothing', () => {
    expect(bytesToHex(hashOf())).toBe('5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456');
  });

  test('is that of @noble/hashes for every length around blocks', () => {
    for (let length = 0; length <= 260; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => i);
      expect(hashOf(bytes), `${length}`).toEqual(expected(bytes));
    }
    const large = Uint8Array.from({ length: 1_000_003 }, (_, i) => i % 251);
    expect(hashOf(large)).toEqual(expected(large));
  });

  test('is that of @noble/hashes for any parts, whatever was hashed before', () => {
    const part = fc.uint8Array({ maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }),
        fc.uint8Array({ maxLength: 5000, size: 'max' }),
        (parts, long) => {
          const all = [...parts, long, ...parts];
          expect(hashOf(...all)).toEqual(expected(new Uint8Array(all.flatMap((each) => [...each]))));
        },
      ),
    );
  });

  test('takes a part from the middle of its bytes, and may write over them', () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
    const hash = expected(bytes.subarray(10, 150));
    hasher.update(bytes, 10, 150);
    hasher.doubleDigestInto(bytes, 20);
    expect(bytes.subarray(20, 52)).toEqual(hash);
  });
});

describe('SHA-256 once', () => {
  test('of nothing and of "abc"', () => {
    expect(bytesToHex(sha256(new Uint8Array(0)))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(bytesToHex(sha256(Uint8Array.of(0x61, 0x62, 0x63)))).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  test('is that of @noble/hashes for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), (bytes) => {
        expect(sha256(bytes)).toEqual(nobleSha256(bytes));
      }),
    );
  });
});
