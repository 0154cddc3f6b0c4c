import { describe, expect, it } from 'vitest';
import { TX_HELD_BACK_MAX, TX_HELD_BACK_MS, TX_OFFERED_NODES } from './bridge-limits.js';
import { TransactionOffers } from './transaction-offers.js';

const id = (i: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, at) => (i >> (8 * at)) & 255);
const idOf = ([low = 0, high = 0]: Uint8Array): number => low + 256 * high;

function start(...nodes: string[]) {
  const told: string[] = [];
  const offers = new TransactionOffers<string>(
    () => nodes,
    (node, ids) => told.push(...ids.map((each) => `${node} ${idOf(each)}`)),
  );
  const wantAll = (tx: number, now = 0): void => {
    for (const node of nodes) offers.wanted(node, [id(tx)], now);
  };
  return { told, offers, wantAll };
}

describe('a transaction', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 1],
    [4, 2],
    [8, TX_OFFERED_NODES],
    [20, TX_OFFERED_NODES],
  ])('where there are %i nodes, is told to %i at once and to the others later', (count, atOnce) => {
    const nodes = Array.from({ length: count }, (_, i) => `n${i}`);
    const { told, offers, wantAll } = start(...nodes);
    wantAll(1, 100);
    expect(told).toEqual(nodes.slice(0, atOnce).map((node) => `${node} 1`));
    expect(offers.nextWake()).toBe(100 + TX_HELD_BACK_MS);
    offers.advance(99 + TX_HELD_BACK_MS);
    expect(told.length).toBe(atOnce);
    offers.advance(100 + TX_HELD_BACK_MS);
    expect(told).toEqual(nodes.map((node) => `${node} 1`));
    expect(offers.nextWake()).toBe(undefined);
  });

  it('is not told to a node that announces it meanwhile, nor to one that is gone', () => {
    const { told, offers, wantAll } = start('a', 'b', 'c', 'd', 'e', 'f');
    wantAll(1);
    expect(told).toEqual(['a 1', 'b 1', 'c 1']);
    offers.announced('d', [id(9), id(1)]);
    offers.gone('e');
    offers.advance(TX_HELD_BACK_MS);
    expect(told.slice(3)).toEqual(['f 1']);
  });

  it('is told to another node where one that knew it is gone', () => {
    const { told, offers } = start('a', 'b');
    offers.wanted('a', [id(1)], 0);
    offers.gone('a');
    offers.wanted('b', [id(1)], 0);
    expect(told).toEqual(['a 1', 'b 1']);
  });

  it('is told again to a node that is to be told again', () => {
    const { told, offers } = start('a', 'b');
    offers.wanted('a', [id(1)], 0);
    offers.wanted('a', [id(1)], 0);
    expect(told).toEqual(['a 1', 'a 1']);
  });
});

it('what waited longest is told to all where too much waits', () => {
  const { told, offers, wantAll } = start('a', 'b');
  for (let tx = 0; tx < TX_HELD_BACK_MAX; tx++) wantAll(tx, tx);
  expect(told).not.toContain('b 0');
  wantAll(TX_HELD_BACK_MAX, TX_HELD_BACK_MAX);
  expect(told.filter((each) => each.startsWith('b'))).toEqual(['b 0']);
  expect(offers.nextWake()).toBe(1 + TX_HELD_BACK_MS);
});
