import { describe, expect, it, vi } from 'vitest';
import { ByteWriter } from '../../../bytes/byte-writer.js';
import { writeCompactSize } from '../block/transaction-rules.js';
import { type BasicFilter, filterBytesMax, matchesAny, readFilter } from './basic-filter.js';
import { FilterValues } from './filter-values.js';
import { encodeAscending } from './golomb-rice.js';

const blockHash = Uint8Array.from({ length: 32 }, (_, i) => 3 * i);
const scriptOf = (i: number): Uint8Array => Uint8Array.of(0x51, i & 0xff, i >> 8);
const scripts = (from: number, to: number): Uint8Array[] =>
  Array.from({ length: to - from }, (_, i) => scriptOf(from + i));

function encode(values: Float64Array, count = values.length): Uint8Array {
  const writer = new ByteWriter();
  writeCompactSize(writer, count);
  encodeAscending(writer, values);
  return writer.bytes();
}

const filterOf = (count: number): Uint8Array =>
  encode(new FilterValues(blockHash, count).ascending(scripts(0, count)));

function read(bytes: Uint8Array): BasicFilter {
  const filter = readFilter(bytes);
  if (typeof filter === 'string') throw new Error(filter);
  return filter;
}

describe('a filter', () => {
  it('of nothing is a zero, and matches nothing', () => {
    const filter = read(Uint8Array.of(0));
    expect(filter.values).toHaveLength(0);
    expect(matchesAny(filter, blockHash, scripts(0, 10))).toBe(false);
  });

  it.each([1, 2, 3, 100, 252, 253, 8000])('of %i scripts matches each of them', (count) => {
    const filter = read(filterOf(count));
    expect(filter.values).toHaveLength(count);
    for (const script of scripts(0, count)) expect(matchesAny(filter, blockHash, [script])).toBe(true);
  });

  it('matches if one of many does, first or last', () => {
    const filter = read(filterOf(500));
    const others = scripts(10_000, 10_100);
    expect(matchesAny(filter, blockHash, others)).toBe(false);
    expect(matchesAny(filter, blockHash, [])).toBe(false);
    expect(matchesAny(filter, blockHash, [scriptOf(7), ...others])).toBe(true);
    expect(matchesAny(filter, blockHash, [...others, scriptOf(499)])).toBe(true);
  });

  it('matches under the key of its own block', () => {
    const filter = read(filterOf(50));
    const other = Uint8Array.from(blockHash, (byte, i) => (i === 15 ? byte + 1 : byte));
    expect(matchesAny(filter, other, scripts(0, 50))).toBe(false);
    // Of the hash, the first half is the key.
    const same = Uint8Array.from(blockHash, (byte, i) => (i === 16 ? byte + 1 : byte));
    expect(matchesAny(filter, same, scripts(0, 50))).toBe(true);
  });

  it('has as many items as it says, two of one number included', () => {
    const values = Float64Array.of(5, 5, 3 * 784_931 - 1);
    expect(read(encode(values)).values).toEqual(values);
  });
});

describe('is refused as malformed', () => {
  const good = filterOf(3);

  it.each([
    ['no bytes', new Uint8Array(0)],
    ['a count that is not there', Uint8Array.of(0xfd, 0x00)],
    ['a count that is longer than it need be', Uint8Array.of(0xfd, 3, 0, ...good.subarray(1))],
    ['a count of 2^32 and more', Uint8Array.of(0xff, 0, 0, 0, 0, 1, 0, 0, 0)],
    ['a count that its bytes cannot hold', Uint8Array.of(0xfe, 0xff, 0xff, 0xff, 0xff, ...good.subarray(1))],
    ['one item fewer', Uint8Array.of(2, ...good.subarray(1))],
    ['one item more', Uint8Array.of(4, ...good.subarray(1))],
    ['a byte too few', good.subarray(0, -1)],
    ['a byte too many', Uint8Array.of(...good, 0)],
    ['bytes behind nothing', Uint8Array.of(0, 0)],
    ['a number that no script of such a filter has', encode(Float64Array.of(784_931))],
  ])('%s', (_what, bytes) => {
    expect(readFilter(bytes)).toBe('FILTER_MALFORMED');
  });

  it('but one number less is one', () => {
    expect(read(encode(Float64Array.of(784_930))).values).toHaveLength(1);
  });
});

it('is refused where no block has one so large', () => {
  // As many items as a block can have outputs of no bytes, and the last number that there can be.
  const count = Math.floor(4_000_000 / 36);
  const values = new Float64Array(count).fill(0);
  values[count - 1] = count * 784_931 - 1;
  const largest = encode(values);
  expect(largest.length).toBeGreaterThan(298_000);
  expect(largest.length).toBeLessThanOrEqual(filterBytesMax);
  expect(read(largest).values).toEqual(values);
  expect(readFilter(new Uint8Array(filterBytesMax))).toBe('FILTER_MALFORMED');
  expect(readFilter(new Uint8Array(filterBytesMax + 1))).toBe('FILTER_TOO_LARGE');
});

it('takes no memory for more items than its bytes can hold', () => {
  const allocate = vi.spyOn(globalThis, 'Float64Array');
  // Of 20 bits each: 40 items are 100 bytes.
  const withCount = (count: number): Uint8Array =>
    Uint8Array.from([count, ...new Uint8Array(100).fill(0xff)]);
  expect(readFilter(withCount(41))).toBe('FILTER_MALFORMED');
  expect(allocate).not.toHaveBeenCalled();
  expect(readFilter(withCount(40))).toBe('FILTER_MALFORMED');
  expect(allocate).toHaveBeenCalledExactlyOnceWith(40);
  vi.restoreAllMocks();
});
