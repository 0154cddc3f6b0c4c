import { sha256 } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { SimRandom } from '../../../../../../tests/sim/sim-random.js';
import { BUCKET_PLACES, DISCOURAGED_MAX, NEW_BUCKETS, TRIED_BUCKETS } from '../limits.js';
import { type NetAddress, parseNetAddress, type SeenAddress } from '../net-address.js';
import { AddressBook } from './address-book.js';

const now = 1_800_000_000;
const secret = Uint8Array.from({ length: 16 }, (_, i) => i * 7);

function at(text: string): NetAddress {
  const address = parseNetAddress(text, 8333);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

const seen = (text: string, time = now): SeenAddress => ({ address: at(text), time, services: 1033n });
/** Source `i`, each of a group of its own. */
const source = (i: number): NetAddress => at(`5.${i}.0.1`);
/** Address `i` of source `s`: groups by fours. */
const told = (s: number, i: number): string => `${20 + s}.${i >> 2}.${i & 3}.1:8333`;

function bookOf(seed = 1): AddressBook {
  const random = new SimRandom(seed);
  return new AddressBook({ random: () => random.next(), secret });
}

describe('a stored book', () => {
  function filled(): AddressBook {
    const book = bookOf(3);
    for (let s = 0; s < 4; s++)
      book.add(
        Array.from({ length: 20 }, (_, i) => seen(told(s, i), now - i * 1000)),
        source(s),
        now,
      );
    book.add([seen('[2a01:4f8::1]:18333')], 'seed.example.org', now);
    for (let i = 0; i < 10; i++) book.tried(at(told(1, i)), 73n, now - i);
    book.attempted(at(told(2, 3)), now);
    book.failed(at(told(2, 3)));
    book.setAnchors([at('127.0.0.1:18444'), at('[2a01:4f8::1]:18333'), at('1.1.1.1')]);
    book.discourage(at(told(3, 3)), now);
    book.discourage(at('[2a01:4f8::1]:1'), now);
    return book;
  }
  const open = (bytes: Uint8Array) =>
    AddressBook.decode(bytes, { random: () => 0.5, secret: new Uint8Array(16) });

  it('is the same again', () => {
    const book = filled();
    const bytes = book.encode();
    const { book: again, code } = open(bytes);
    expect(code).toBe(undefined);
    expect(again.encode()).toEqual(bytes);
    expect(again.size).toEqual(book.size);
    expect(again.anchors).toEqual([at('127.0.0.1:18444'), at('[2a01:4f8::1]:18333')]);
    expect(again.isDiscouraged(at(told(3, 3)), now)).toBe(true);
    // It goes on as the other would: the secret is the same.
    for (const each of [book, again])
      each.add(
        Array.from({ length: 1000 }, (_, i) => seen(told(9, i))),
        source(1),
        now,
      );
    expect(again.encode()).toEqual(book.encode());
  });

  it('is empty, and says why, if any byte of it is another one, or is missing', () => {
    const bytes = filled().encode();
    for (let i = 0; i < bytes.length; i++) {
      const damaged = bytes.slice();
      damaged[i] = (damaged[i] ?? 0) ^ 0x40;
      for (const input of [damaged, bytes.subarray(0, i)]) {
        const { book, code } = open(input);
        expect(code).toBe('BITCOIN_ADDRESSES_DAMAGED');
        expect(book.size).toEqual({ new: 0, tried: 0 });
      }
    }
  });

  const sealed = (body: Uint8Array): Uint8Array => Uint8Array.of(...body, ...sha256(body));

  it('of another version is not read', () => {
    const body = filled().encode().slice(0, -32);
    body[0] = 2;
    expect(open(sealed(body)).code).toBe('BITCOIN_ADDRESSES_VERSION');
  });

  it.each([
    ['an unknown network', [1], [9, 1, 2, 3, 4, 0, 1]],
    ['three anchors', [3], [1, 1, 2, 3, 4, 0, 1, 1, 1, 2, 3, 5, 0, 1, 1, 1, 2, 3, 6, 0, 1]],
    ['IPv4 within IPv6', [1], [2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 1, 2, 3, 4, 0, 1]],
  ])('with %s is damaged', (_, count, anchors) => {
    const body = Uint8Array.of(1, ...secret, ...count, ...anchors, 0, 0, 0, 0, 0, 0);
    expect(open(sealed(body)).code).toBe('BITCOIN_ADDRESSES_DAMAGED');
  });

  /** A file with an address as often as there are tables: 1 for those that answered, 0 and a bucket for others. */
  const file = (host: readonly number[], ...tables: readonly (readonly number[])[]): Uint8Array => {
    const entries = tables.flatMap((table) => [...host, 9, 0, ...new Array(12).fill(1), 0, ...table]);
    return sealed(Uint8Array.of(1, ...secret, 0, 0, 0, tables.length, 0, 0, 0, ...entries));
  };
  const host = [1, 1, 2, 3, 4, 0x8d, 0x20];

  it('has addresses that can be dialed, each once, in a bucket that there is', () => {
    expect(open(file(host, [1])).code).toBe(undefined);
    expect(open(file(host, [0, NEW_BUCKETS - 1])).code).toBe(undefined);
    for (const bytes of [
      file(host, [0, NEW_BUCKETS]),
      file(host, [2, 0]),
      file(host, [1], [1]),
      file(host, [0, 3], [0, 3]),
      file(host, [1], [0, 3]),
      file([1, 10, 2, 3, 4, 0x8d, 0x20], [1]),
      file([4, ...new Array(32).fill(1), 0x8d, 0x20], [1]),
    ]) {
      const { book, code } = open(bytes);
      expect(code).toBe('BITCOIN_ADDRESSES_DAMAGED');
      expect(book.size).toEqual({ new: 0, tried: 0 });
    }
  });

  it('is smaller than 1 MB when all its places are taken, and all addresses are long', () => {
    const book = bookOf();
    const random = new SimRandom(11);
    const long = (): NetAddress =>
      at(`[2a0${random.int(8)}:${random.int(65_536).toString(16)}::${random.int(65_536).toString(16)}]`);
    for (let i = 0; i < 60; i++) {
      book.add(
        Array.from({ length: 1000 }, () => ({ address: long(), time: now, services: 1033n })),
        source(i),
        now,
      );
      for (let j = 0; j < 1000; j++) book.tried(long(), 1033n, now);
    }
    for (let i = 0; i < DISCOURAGED_MAX; i++) book.discourage(at(`[2a01:${i.toString(16)}::1]`), now);
    book.setAnchors([long(), long()]);
    const { size } = book;
    const empty = 1 + 16 + 1 + 2 * 19 + 2 + 4 + 32 + DISCOURAGED_MAX * (1 + 8 + 4);
    // What is stored of a new address, and of one that answered.
    const bytes = (places: { new: number; tried: number }): number =>
      empty + places.new * 36 + places.tried * 35;
    expect(book.encode().length).toBe(bytes(size));
    expect(size.new).toBeGreaterThan(5000);
    expect(bytes({ new: NEW_BUCKETS * BUCKET_PLACES, tried: TRIED_BUCKETS * BUCKET_PLACES })).toBeLessThan(
      1_000_000,
    );
    const { book: again } = AddressBook.decode(book.encode(), { random: () => 0.5, secret });
    expect(again.size).toEqual(size);
  });
});
