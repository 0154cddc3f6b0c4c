import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8, isUtf8 } from './utf8.js';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function expected(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

test('text survives the round trip, as TextEncoder writes it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = encodeUtf8(text) as Uint8Array;
      expect(bytes).toEqual(new TextEncoder().encode(text));
      expect(decodeUtf8(bytes)).toBe(text);
    }),
  );
});

test('long text too, wherever its characters end', () => {
  for (const before of [0, 1, 4094, 4095, 4096, 8191]) {
    const text = `${'a'.repeat(before)}${'\u{1f600}'.repeat(5000)}é`;
    expect(decodeUtf8(new TextEncoder().encode(text))).toBe(text);
  }
});

test('half a surrogate pair is no text', () => {
  for (const text of ['\ud800', 'a\udfff', '\udc00\ud800']) expect(encodeUtf8(text)).toBeUndefined();
});

const edges = [
  0, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4,
  0xf5, 0xff,
];

test.each(edges)(
  'every sequence of three or four bytes from %i on is judged as TextDecoder judges it',
  (a) => {
    for (const b of edges) {
      for (const c of edges) {
        for (const d of edges) {
          for (const bytes of [Uint8Array.of(a, b, c, d), Uint8Array.of(a, b, c)]) {
            const text = expected(bytes);
            if (decodeUtf8(bytes) !== text || isUtf8(bytes) !== (text !== undefined)) {
              throw new Error(`${bytes}: ${decodeUtf8(bytes)}, not ${text}`);
            }
          }
        }
      }
    }
  },
);

test('random bytes too', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeUtf8(bytes)).toBe(expected(bytes));
    }),
  );
});
