import { describe, expect, it } from 'vitest';
import { AddressBook } from './addresses/address-book.js';
import { SEED_RETRY_MIN_MS } from './bridge-limits.js';
import { type NetAddress, parseNetAddress } from './net-address.js';
import { Outbound } from './outbound.js';

const wallTime = 1_800_000_000;

function at(text: string): NetAddress {
  const address = parseNetAddress(text, 8333);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
}

function start(anchors: readonly string[] = [], discouraged: readonly string[] = []) {
  const book = new AddressBook({ random: () => 0.5, secret: new Uint8Array(16) });
  book.setAnchors(anchors.map(at));
  for (const text of discouraged) book.discourage(at(text), wallTime);
  const lookups: string[] = [];
  const outbound = new Outbound({
    book,
    seeds: ['a.example', 'b.example'],
    wantsFilters: false,
    random: () => 0,
    lookup: (host) => lookups.push(host),
    stranded: () => {},
  });
  return { book, lookups, outbound };
}

describe('what is dialed first', () => {
  it('are the nodes of the last visit', () => {
    const { outbound } = start(['1.1.1.1', '2.2.2.2']);
    expect(outbound.next([], { now: 0, wallTime })).toEqual(at('1.1.1.1'));
    expect(outbound.next([], { now: 1_000, wallTime })).toEqual(at('2.2.2.2'));
  });

  it('is none of them that is discouraged since, or in the group of a node that is there', () => {
    const { outbound } = start(['1.1.1.1', '2.2.2.2'], ['1.1.1.1']);
    const there = [{ address: at('2.2.9.9'), servesFilters: undefined }];
    expect(outbound.next(there, { now: 0, wallTime })).toBeUndefined();
  });
});

describe('seeds', () => {
  it('of which the last one answers late, with nothing, are not asked again before their pause is over', () => {
    const { lookups, outbound } = start();
    for (const now of [0, 5_000, 10_000]) outbound.next([], { now, wallTime });
    expect(lookups).toEqual(['a.example', 'b.example']);
    outbound.found('b.example', [], { now: 11_000, wallTime });
    outbound.next([], { now: 11_000, wallTime });
    expect(lookups.length).toBe(2);
    expect(outbound.nextWake(0)).toBe(10_000 + SEED_RETRY_MIN_MS);
    outbound.next([], { now: 10_000 + SEED_RETRY_MIN_MS, wallTime });
    expect(lookups.length).toBe(3);
  });

  it('are not waited for once somebody has told an address', () => {
    const { book, outbound } = start();
    for (const now of [0, 5_000, 10_000]) outbound.next([], { now, wallTime });
    book.add([{ address: at('3.3.3.3'), time: wallTime, services: 9n }], at('4.4.4.4'), wallTime);
    outbound.mayChoose();
    expect(outbound.nextWake(0)).toBeLessThanOrEqual(10_000);
    expect(outbound.next([], { now: 12_000, wallTime })).toEqual(at('3.3.3.3'));
  });
});
