/** Compact blocks of real Bitcoin blocks: read, written again to the byte, and put together from the block's transactions. */
import { readFileSync } from 'node:fs';
import { type BlockTransaction, type NetworkName, resolveNetwork } from '@vision-light/protocol';
import { describe, expect, test } from 'vitest';
import { defined } from '../../packages/protocol/src/assert.js';
import { compactBlockOf, Rebuild } from '../../packages/protocol/src/compact/rebuild.js';
import { findData, readData } from './data-files.js';

const cases: readonly { height: number; transactions: number; network: NetworkName }[] = [
  { height: 426884, transactions: 409, network: 'bitcoin-mainnet' },
  { height: 898352, transactions: 10, network: 'bitcoin-testnet3' },
];

const knownOf = (transactions: readonly BlockTransaction[]) => ({
  size: transactions.length,
  each: (visit: (transaction: BlockTransaction) => void) => {
    for (const transaction of transactions) visit(transaction);
  },
});

describe.each(cases)('block $height', ({ height, transactions, network }) => {
  const family = resolveNetwork(network);
  const sent = new Uint8Array(readData(`bitcoin/vectors/bip152/compact${height}.raw`));
  const found = findData(`bitcoin/blocks/block${height}.raw`);

  test('is read from its compact block, and written again to the byte', () => {
    const compact = defined(family.decodeCompact(sent, height), 'a real one is good');
    expect(family.encodeCompact(compact)).toEqual(sent);
    expect(compact.shortIds.length / 6 + compact.prefilled.length).toBe(transactions);
    expect(compact.prefilled.map(({ index }) => index)).toEqual([0]);
  });

  test.skipIf(found === undefined)('is put together from its transactions', () => {
    const block = new Uint8Array(readFileSync(defined(found, 'else it is skipped')));
    const body = block.subarray(80);
    const compact = defined(family.decodeCompact(sent, height), 'a real one is good');
    expect(compact.header.records).toEqual(block.subarray(0, 80));
    const all = defined(family.splitBody(body), 'a real one is good');
    const whole = defined(Rebuild.of(compact, knownOf(all)), 'no two short ids are alike');
    expect(whole.missing).toEqual([]);
    expect(whole.body(family)).toEqual({ body, transactions: all });
    const context = { record: compact.header.records, height, parentRecord: undefined };
    expect(family.checkBody(body, context, all)).toEqual({ kind: 'ok' });
    expect(compactBlockOf(compact.head, all).shortIds).toEqual(compact.shortIds);
  });

  test.skipIf(found === undefined)('is put together from some of them, and those that are sent', () => {
    const block = new Uint8Array(readFileSync(defined(found, 'else it is skipped')));
    const all = defined(family.splitBody(block.subarray(80)), 'a real one is good');
    const compact = defined(family.decodeCompact(sent, height), 'a real one is good');
    const some = defined(
      Rebuild.of(compact, knownOf(all.filter((_, place) => place % 5 !== 3))),
      'no two short ids are alike',
    );
    const hash = compact.header.hashes;
    const places = defined(
      family.decodePlaces(family.encodePlaces({ hash, items: some.missing })),
      'it was encoded here',
    );
    expect(places.items).toEqual([...all.keys()].filter((place) => place % 5 === 3));
    const items = places.items.map((place) => defined(all[place], 'a place of the block').bytes);
    const answer = family.decodeTransactions(family.encodeTransactions({ hash, items }));
    expect(some.fill(defined(answer, 'it was encoded here').items)).toBe(true);
    expect(some.body(family)).toEqual({ body: block.subarray(80), transactions: all });
  });
});
