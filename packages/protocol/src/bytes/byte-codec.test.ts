import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { areEqual, compareBytes } from './compare-bytes.js';
import { bytesToHex, hexToBytes } from './hex.js';

const field = fc.oneof(
  fc.record({ kind: fc.constant('u8' as const), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('u32' as const), value: fc.nat(0xffff_ffff) }),
  fc.record({ kind: fc.constant('u64' as const), value: fc.bigInt(0n, 2n ** 64n - 1n) }),
  fc.record({ kind: fc.constant('bigVarint' as const), value: fc.bigInt(0n, 2n ** 128n - 1n) }),
  fc.record({ kind: fc.constant('varint' as const), value: fc.maxSafeNat() }),
  fc.record({
    kind: fc.constant('signedVarint' as const),
    value: fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }),
  }),
  fc.record({ kind: fc.constant('raw' as const), value: fc.uint8Array({ maxLength: 40 }) }),
);
type Field = typeof field extends fc.Arbitrary<infer T> ? T : never;

function write(writer: ByteWriter, { kind, value }: Field): void {
  if (kind === 'raw') writer.raw(value);
  else if (kind === 'u64') writer.u64(value);
  else if (kind === 'bigVarint') writer.bigVarint(value, 128);
  else writer[kind](value);
}

function read(reader: ByteReader, { kind, value }: Field): unknown {
  if (kind === 'bigVarint') return reader.bigVarint(128);
  return kind === 'raw' ? reader.view(value.length).slice() : reader[kind]();
}

describe('ByteWriter and ByteReader', () => {
  it('read what was written, from buffers of any beginning', () => {
    fc.assert(
      fc.property(fc.array(field), fc.nat(9), (fields, offset) => {
        const writer = new ByteWriter(0);
        for (const each of fields) write(writer, each);
        const shifted = new Uint8Array(writer.length + offset + 3);
        shifted.set(writer.view(), offset);
        const reader = new ByteReader(shifted.subarray(offset, offset + writer.length));
        expect(fields.map((each) => read(reader, each))).toEqual(fields.map(({ value }) => value));
        expect(reader.isDone).toBe(true);
        expect(writer.bytes()).toEqual(writer.view());
      }),
    );
  });

  it('fails once and for all at the end of the bytes, with zeros', () => {
    fc.assert(
      fc.property(fc.array(field, { minLength: 1 }), (fields) => {
        const writer = new ByteWriter();
        for (const each of fields) write(writer, each);
        const last = fields.at(-1) as Field;
        fc.pre(!(last.kind === 'raw' && last.value.length === 0));
        const reader = new ByteReader(writer.bytes().subarray(0, -1));
        for (const each of fields) read(reader, each);
        expect(reader.failed).toBe(true);
        expect([reader.u8(), reader.u32(), reader.u64(), reader.varint(), reader.view(0).length]).toEqual([
          0,
          0,
          0n,
          0,
          0,
        ]);
        expect(reader.isDone).toBe(false);
      }),
    );
  });

  it('does not read beyond a view of larger memory', () => {
    const reader = new ByteReader(new Uint8Array([1, 2, 3, 4, 5]).subarray(1, 3));
    expect(reader.u32()).toBe(0);
    expect(reader.failed).toBe(true);
  });

  const varint = (...bytes: number[]): number | undefined => {
    const reader = new ByteReader(new Uint8Array(bytes));
    const value = reader.varint();
    return reader.isDone ? value : undefined;
  };

  it('takes the shortest varint only', () => {
    expect(varint(0)).toBe(0);
    expect(varint(0x7f)).toBe(127);
    expect(varint(0x80, 1)).toBe(128);
    expect(varint(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f)).toBe(Number.MAX_SAFE_INTEGER);
    for (const bytes of [[0x80, 0], [0xff, 0x80, 0], [0x80]]) expect(varint(...bytes)).toBeUndefined();
  });

  it('takes no varint above 2^53 − 1', () => {
    expect(varint(0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10)).toBeUndefined();
    expect(varint(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)).toBeUndefined();
    expect(varint(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1)).toBeUndefined();
  });

  it('reads any bytes as a varint that encodes to the same bytes, or fails', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 10 }), (bytes) => {
        const reader = new ByteReader(bytes);
        const value = reader.varint();
        if (reader.failed) return;
        const writer = new ByteWriter();
        writer.varint(value);
        expect(writer.bytes()).toEqual(bytes.subarray(0, reader.position));
      }),
    );
  });

  it('refuses to write what is no integer of its range', () => {
    const writer = new ByteWriter();
    for (const value of [-1, 1.5, Number.NaN, 2 ** 53])
      expect(() => writer.varint(value)).toThrow(RangeError);
    for (const value of [1.5, Number.NaN, 2 ** 52, -(2 ** 52) - 1])
      expect(() => writer.signedVarint(value)).toThrow(RangeError);
    expect(writer.length).toBe(0);
  });
});

describe('hex', () => {
  it('goes there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(hexToBytes(bytesToHex(bytes), bytes.length)).toEqual(bytes);
      }),
    );
  });

  it('is lowercase, of one length, and nothing else', () => {
    for (const text of ['AB', 'a', 'abc', 'abcd', '0x', 'g0', 'a ', 'ab\n', ''])
      expect(hexToBytes(text, 1)).toBeUndefined();
    expect(hexToBytes('', 0)).toEqual(new Uint8Array(0));
  });
});

describe('comparison of bytes', () => {
  it('is the order of their hex', () => {
    const bytes = fc.uint8Array({ maxLength: 5 });
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        const [x, y] = [bytesToHex(a), bytesToHex(b)];
        expect(Math.sign(compareBytes(a, b))).toBe(x < y ? -1 : x > y ? 1 : 0);
        expect(areEqual(a, b)).toBe(x === y);
      }),
    );
  });
});

it('what is written by index follows what was written, and only what is said counts', () => {
  const writer = new ByteWriter(2);
  writer.u8(1);
  const room = writer.reserve(100);
  expect(room.byteLength).toBe(100);
  room.setUint8(0, 2);
  room.setUint8(1, 3);
  room.setUint8(2, 9);
  writer.advance(2);
  writer.u8(4);
  expect([...writer.bytes()]).toEqual([1, 2, 3, 4]);
});
