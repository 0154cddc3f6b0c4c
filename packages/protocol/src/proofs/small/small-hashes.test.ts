import fc from 'fast-check';
import { expect, test } from 'vitest';
import { blake3 } from '../../bytes/blake3.js';
import { decodeUtf8, encodeUtf8, isUtf8 } from '../../bytes/utf8.js';
import { blake3 as smallBlake3 } from './blake3.js';
import * as small from './utf8.js';

test('BLAKE3 is the same, whatever the number of blocks and chunks', () => {
  const edges = [
    0, 1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4096, 5121, 70_000,
  ];
  for (const length of edges) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + (i >> 8));
    expect(smallBlake3(bytes), `${length} bytes`).toEqual(blake3(bytes));
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5000 }), (bytes) => {
      expect(smallBlake3(bytes)).toEqual(blake3(bytes));
    }),
  );
});

/** Bytes among which what is nearly UTF-8 is frequent: the limits of each length, of surrogates and of Unicode. */
const nearUtf8 = fc
  .array(
    fc.constantFrom(
      0,
      0x41,
      0x7f,
      0x80,
      0x8f,
      0x90,
      0x9f,
      0xa0,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xdf,
      0xe0,
      0xe1,
      0xed,
      0xef,
      0xf0,
      0xf3,
      0xf4,
      0xf5,
      0xff,
    ),
    { maxLength: 6 },
  )
  .map((bytes) => Uint8Array.from(bytes));

test('what counts as UTF-8 is the same', () => {
  fc.assert(
    fc.property(fc.oneof(nearUtf8, fc.uint8Array()), (bytes) => {
      expect(small.isUtf8(bytes)).toBe(isUtf8(bytes));
      expect(small.decodeUtf8(bytes)).toBe(decodeUtf8(bytes));
    }),
    { numRuns: 5000 },
  );
});

test('texts become the same bytes, and half a surrogate pair none', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(0xffff), (text, unit) => {
      for (const each of [text, text + String.fromCharCode(unit)])
        expect(small.encodeUtf8(each)).toEqual(encodeUtf8(each));
    }),
    { numRuns: 2000 },
  );
});
