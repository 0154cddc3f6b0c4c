import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defined } from '../assert.js';
import type { CompactBlock } from '../chain/compact-rules.js';
import type { BlockTransaction } from '../chain/transaction-rules.js';
import { resolveNetwork } from '../families/networks.js';
import { encodeVisionBody } from '../families/vision/block/body-codec.js';
import { COMPACT_PREFILLED_BYTES_MAX } from '../limits.js';
import { compactBlockOf, type KnownTransactions, prefill, Rebuild } from './rebuild.js';

const family = resolveNetwork('vision-devnet');
const head = new Uint8Array(80).fill(3);

/** A transaction of as many bytes, of which two with one seed are the same. */
function transaction(seed: number, bytes = 40): BlockTransaction {
  const relayId = new Uint8Array(32);
  new DataView(relayId.buffer).setUint32(4, seed);
  const content = new Uint8Array(bytes).fill(seed);
  content.set(relayId.subarray(0, Math.min(32, bytes)));
  return { id: relayId, relayId, bytes: content };
}

/** A transaction as a body can have it. */
function real(nonce: number): BlockTransaction {
  const [read] =
    family.splitBody(
      encodeVisionBody([
        {
          nonce: BigInt(nonce),
          sender_pubkey: 'somebody',
          access_list: [],
          module: 'cash',
          method: 'transfer',
          args: [],
          tip: 1n,
          fee_limit: 1n,
          sig: 'none',
          max_priority_fee_per_gas: 0n,
          max_fee_per_gas: 1n,
        },
      ]),
    ) ?? [];
  return defined(read, 'it was encoded here');
}

function knownOf(transactions: readonly BlockTransaction[]): KnownTransactions {
  return {
    size: transactions.length,
    each: (visit) => {
      for (const transaction of transactions) visit(transaction);
    },
  };
}

const bytesOf = (transactions: readonly BlockTransaction[]): Uint8Array[] =>
  transactions.map(({ bytes }) => bytes);

/** The same compact block with one short id in the place of another. */
function withShortId(block: CompactBlock, to: number, from: number): CompactBlock {
  const shortIds = block.shortIds.slice();
  shortIds.copyWithin(6 * to, 6 * from, 6 * from + 6);
  return { ...block, shortIds };
}

describe('a block put together', () => {
  it('has every transaction in its place and by its names, whatever is known and whatever was sent whole', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 250 }), { minLength: 1, maxLength: 40 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
        (seeds, isKnown, isWhole) => {
          const all = seeds.map((seed) => real(seed));
          const more = all
            .map(({ bytes }, index) => ({ index, bytes }))
            .filter(({ index }) => isWhole[index]);
          const block = prefill(compactBlockOf(head, all), more);
          const others = [real(251), real(252)];
          const known = [...others, ...all.filter((_, place) => isKnown[place])];
          const rebuild = defined(Rebuild.of(block, knownOf(known)), 'no two are alike');
          const isLacked = (place: number): boolean => place > 0 && !isKnown[place] && !isWhole[place];
          expect(rebuild.missing).toEqual([...all.keys()].filter(isLacked));
          const found = rebuild.missing.map((place) => defined(all[place], 'a place of the block').bytes);
          expect(rebuild.fill(found)).toBe(true);
          expect(rebuild.body(family)).toEqual({ body: family.joinBody(bytesOf(all)), transactions: all });
        },
      ),
    );
  });

  it('has no transaction twice: one that is sent whole has no short id', () => {
    const all = [1, 2, 3].map((seed) => transaction(seed));
    const block = compactBlockOf(head, all);
    expect(block.shortIds.length).toBe(2 * 6);
    expect(Rebuild.of(block, knownOf(all))?.transactions).toEqual(bytesOf(all));
  });

  it('depends on header and nonce: under another key no short id is the same', () => {
    const all = [1, 2, 3].map((seed) => transaction(seed));
    const block = compactBlockOf(head, all);
    const other = { ...block, head: head.with(79, 4) };
    expect(Rebuild.of(other, knownOf(all))?.missing).toEqual([1, 2]);
  });

  it('is given up if two of its short ids are equal', () => {
    const all = [1, 2, 3, 4].map((seed) => transaction(seed));
    expect(Rebuild.of(withShortId(compactBlockOf(head, all), 0, 2), knownOf(all))).toBeUndefined();
  });

  it('lacks a transaction whose short id two known ones have, and not one that is known twice', () => {
    const all = [1, 2, 3].map((seed) => transaction(seed));
    const twice = [...all, { ...transaction(2), bytes: new Uint8Array(20) }];
    expect(Rebuild.of(compactBlockOf(head, all), knownOf(twice))?.missing).toEqual([1]);
    expect(Rebuild.of(compactBlockOf(head, all), knownOf([...all, ...all]))?.missing).toEqual([]);
  });

  it('takes as many transactions as are missing, and no other number', () => {
    const rebuild = defined(
      Rebuild.of(
        compactBlockOf(
          head,
          [1, 2, 3].map((seed) => transaction(seed)),
        ),
        knownOf([]),
      ),
      'no two are alike',
    );
    expect(rebuild.fill([])).toBe(false);
    expect(rebuild.fill(bytesOf([1, 2, 3].map((seed) => transaction(seed))))).toBe(false);
    expect(rebuild.fill(bytesOf([2, 3].map((seed) => transaction(seed))))).toBe(true);
  });

  it('is none if what was sent for it is no transaction', () => {
    const all = [real(1), real(2)];
    const rebuild = defined(Rebuild.of(compactBlockOf(head, all), knownOf([])), 'no two are alike');
    expect(rebuild.fill([defined(all[1], 'the second').bytes.slice(1)])).toBe(true);
    expect(rebuild.body(family)).toBeUndefined();
  });

  it('has the names of its own transactions, also if what was sent is divided elsewhere than between two of them', () => {
    const all = [real(1), real(2), real(3), real(4)] as const;
    const rebuild = defined(Rebuild.of(compactBlockOf(head, all), knownOf([all[2]])), 'no two are alike');
    const two = Uint8Array.of(...all[1].bytes, ...all[3].bytes);
    expect(rebuild.fill([two, new Uint8Array()])).toBe(true);
    const { body, transactions } = defined(rebuild.body(family), 'two transactions were sent');
    expect(transactions).toEqual(family.splitBody(body));
  });

  it('is none if it is larger than a body can be', () => {
    const all = [transaction(1), transaction(2, family.bodyBytesMax)];
    const rebuild = Rebuild.of(compactBlockOf(head, all), knownOf(all));
    expect(rebuild?.missing).toEqual([]);
    expect(rebuild?.body(family)).toBeUndefined();
  });
});

describe('what is sent whole', () => {
  it('is bounded: what does not fit is passed over', () => {
    const sizes = [10, COMPACT_PREFILLED_BYTES_MAX - 20, 11, 10, 1];
    const all = sizes.map((bytes, i) => transaction(i + 1, bytes));
    const more = all.map(({ bytes }, index) => ({ index, bytes })).slice(1);
    const { prefilled } = prefill(compactBlockOf(head, all), more);
    expect(prefilled.map(({ index }) => index)).toEqual([0, 1, 3]);
  });

  it('is the first transaction, unless that is too large', () => {
    const first = (bytes: number): number[] =>
      compactBlockOf(head, [transaction(1, bytes), transaction(2)]).prefilled.map(({ index }) => index);
    expect(first(COMPACT_PREFILLED_BYTES_MAX)).toEqual([0]);
    expect(first(COMPACT_PREFILLED_BYTES_MAX + 1)).toEqual([]);
    expect(compactBlockOf(head, []).prefilled).toEqual([]);
  });
});
