import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { decodeAscending, encodeAscending } from './golomb-rice.js';

const range = 2 ** 19;
const far = 2 ** 40;

function encode(values: readonly number[]): Uint8Array {
  const writer = new ByteWriter();
  encodeAscending(writer, Float64Array.from(values));
  return writer.bytes();
}

/** Bytes of a text of zeros and ones; whatever else is in it only separates them. */
function bytesOf(text: string): Uint8Array {
  const bits = text.replaceAll(/[^01]/g, '');
  return Uint8Array.from(bits.match(/.{1,8}/g) ?? [], (byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
}

const decode = (bytes: Uint8Array, count: number, limit = far): number[] | undefined => {
  const values = decodeAscending(bytes, count, limit);
  return values && [...values];
};

describe('numbers', () => {
  it.each([
    ['none', [], ''],
    ['zero', [0], '0 0000000000000000000'],
    ['one', [1], '0 0000000000000000001'],
    ['the last without ones', [range - 1], '0 1111111111111111111'],
    ['the first with one', [range], '10 0000000000000000000'],
    ['the same twice', [5, 5], '0 0000000000000000101 0 0000000000000000000'],
    ['a difference', [5, 2 * range + 7], '0 0000000000000000101 110 0000000000000000010'],
    ['one with many ones', [40 * range + 3], `${'1'.repeat(40)}0 0000000000000000011`],
  ])('%s', (_what, values, bits) => {
    expect(encode(values)).toEqual(bytesOf(bits));
    expect(decode(bytesOf(bits), values.length)).toEqual(values);
  });

  it('are read as they were written', () => {
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.nat(2 * range) },
      fc.nat(20 * range),
      // Around the longest code that is read at once.
      fc.integer({ min: 4 * range, max: 7 * range }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let sum = 0;
        const values = steps.map((each) => (sum += each));
        const bytes = encode(values);
        expect(decode(bytes, values.length)).toEqual(values);
        // Nor does it matter where in a buffer they are.
        const inside = new Uint8Array(bytes.length + 9).fill(0xff);
        inside.set(bytes, 3);
        expect(decode(inside.subarray(3, 3 + bytes.length), values.length)).toEqual(values);
      }),
      { numRuns: 500 },
    );
  });

  it('go beyond 32 bits', () => {
    const values = Array.from({ length: 9000 }, (_, i) => i * 784_931 + 5);
    expect(decode(encode(values), values.length)).toEqual(values);
    expect(values.at(-1)).toBeGreaterThan(2 ** 32);
  });
});

describe('are none', () => {
  const values = [3, 3 * range, 3 * range + 1, 12 * range];
  const good = encode(values);

  it.each([
    ['one fewer than there are', good, values.length - 1],
    ['one more than there are', good, values.length + 1],
    ['cut short', good.subarray(0, -1), values.length],
    ['a byte too many', Uint8Array.from([...good, 0]), values.length],
    ['nothing but a byte', Uint8Array.of(0), 0],
    ['a bit of the last byte that is not zero', bytesOf('0 0000000000000000000 0001'), 1],
    ['the bit after the last one', bytesOf('0 0000000000000000000 1000'), 1],
    ['ones without an end', new Uint8Array(30).fill(0xff), 1],
    ['ones, and the rest beyond the end', bytesOf(`${'1'.repeat(30)}0 1`), 1],
  ])('with %s', (_what, bytes, count) => {
    expect(decode(bytes, count)).toBeUndefined();
  });

  it('from the limit on', () => {
    expect(decode(good, values.length, 12 * range + 1)).toEqual(values);
    expect(decode(good, values.length, 12 * range)).toBeUndefined();
  });
});
