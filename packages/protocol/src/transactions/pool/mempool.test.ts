import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../../bytes/hex.js';
import type { Transaction } from '../../chain/transaction-rules.js';
import type { RemovalReason } from '../../io/transaction-notice.js';
import { MEMPOOL_CHAIN_MAX, MEMPOOL_EXPIRY_MS } from '../../limits.js';
import { Mempool } from './mempool.js';
import type { MempoolOptions } from './mempool-options.js';
import type { PoolEntry } from './pool-entry.js';

const hashOf = (seed: number): Uint8Array => {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, seed);
  return hash;
};
const keyOf = (seed: number): string => bytesToHex(hashOf(seed));

interface Made {
  readonly seed: number;
  readonly bytes?: number;
  readonly account?: string;
  readonly number?: number;
  readonly tip?: number;
  readonly spends?: readonly string[];
  readonly parents?: readonly number[];
}

/** A transaction of a family with senders and tips, if an account is named; else of one with parents. */
function make({ seed, bytes = 100, account, number = 0, tip = 1, spends, parents = [] }: Made): Transaction {
  return {
    id: hashOf(seed),
    relayId: hashOf(seed),
    bytes: new Uint8Array(bytes),
    fault: undefined,
    spends: spends ?? (account === undefined ? [`coin ${seed}`] : [`${account}:${number}`]),
    sequence: account === undefined ? undefined : { account, number: BigInt(number) },
    parents: parents.map(keyOf),
    tip: account === undefined ? undefined : BigInt(tip),
    signature: undefined,
  };
}

interface Left {
  readonly seed: number;
  readonly reason: RemovalReason;
}

function newPool(options: Partial<MempoolOptions> = {}): {
  pool: Mempool;
  left: Left[];
  used: Map<string, bigint>;
} {
  const left: Left[] = [];
  const used = new Map<string, bigint>();
  const pool = new Mempool({
    usedNumber: (account) => used.get(account),
    left: ({ tx }, reason) => left.push({ seed: new DataView(tx.id.buffer).getUint32(0), reason }),
    ...options,
  });
  return { pool, left, used };
}

const seedsOf = (pool: Mempool): number[] =>
  [...pool.values()].map(({ tx }) => new DataView(tx.id.buffer).getUint32(0));

describe('what enters', () => {
  it('is there once, and known by its relay id', () => {
    const { pool } = newPool();
    const tx = make({ seed: 1, account: 'a' });
    expect(pool.judge(tx)).toBeUndefined();
    expect(pool.add(tx, 5)).toMatchObject({ key: keyOf(1), addedAt: 5, order: 0 });
    expect(pool.judge(tx)).toBe('TX_DUPLICATE');
    expect(pool.add(tx, 6)).toBe('TX_DUPLICATE');
    expect(pool.get(keyOf(1))?.tx).toBe(tx);
    expect([pool.size, pool.bytes, pool.names, pool.nextOrder]).toEqual([1, 100, 1, 1]);
  });

  it('has a number that no block has used', () => {
    const { pool, used } = newPool();
    used.set('a', 4n);
    expect(pool.add(make({ seed: 1, account: 'a', number: 4 }), 0)).toBe('TX_NONCE_USED');
    expect(pool.add(make({ seed: 2, account: 'a', number: 5 }), 0)).toMatchObject({ order: 0 });
  });

  it('replaces another one if it offers a tenth more, rounded up, and at least one more', () => {
    for (const [first, second, isEnough] of [
      [0, 0, false],
      [0, 1, true],
      [1, 1, false],
      [1, 2, true],
      [10, 10, false],
      [10, 11, true],
      [11, 12, false],
      [11, 13, true],
      [100, 109, false],
      [100, 110, true],
    ] as const) {
      const { pool, left } = newPool();
      pool.add(make({ seed: 1, account: 'a', tip: first }), 0);
      const result = pool.add(make({ seed: 2, account: 'a', tip: second }), 0);
      const what = `${second} for ${first}`;
      if (isEnough) expect(left, what).toEqual([{ seed: 1, reason: 'replaced' }]);
      else expect(result, what).toBe('TX_TIP_LOW');
      expect(seedsOf(pool), what).toEqual([isEnough ? 2 : 1]);
    }
  });

  it('without tips gives way to what was first', () => {
    const { pool } = newPool();
    pool.add(make({ seed: 1, spends: ['coin', 'other'] }), 0);
    expect(pool.add(make({ seed: 2, spends: ['more', 'coin'] }), 0)).toBe('TX_CONFLICT');
    expect(seedsOf(pool)).toEqual([1]);
  });

  it('is no more than so many of one sender', () => {
    const { pool } = newPool();
    for (let i = 0; i < MEMPOOL_CHAIN_MAX; i++)
      expect(typeof pool.add(make({ seed: i, account: 'a', number: i }), 0)).toBe('object');
    const more = make({ seed: 99, account: 'a', number: 99 });
    expect(pool.add(more, 0)).toBe('TX_CHAIN_TOO_LONG');
    expect(typeof pool.add(make({ seed: 98, account: 'b', number: 99 }), 0)).toBe('object');
    // One in the place of another is not one more.
    expect(typeof pool.add(make({ seed: 97, account: 'a', number: 3, tip: 9 }), 0)).toBe('object');
  });

  it('is not weighed against more than so many that wait for it', () => {
    const { pool } = newPool();
    for (let i = 1; i <= 1000; i++) pool.add(make({ seed: i, parents: [0] }), 0);
    let looked = 0;
    for (const { children } of pool.values())
      children[Symbol.iterator] = () => {
        looked++;
        return new Set<PoolEntry>().values();
      };
    expect(pool.judge(make({ seed: 0 }))).toBe('TX_CHAIN_TOO_LONG');
    expect(looked).toBeLessThanOrEqual(MEMPOOL_CHAIN_MAX);
  });

  it('is no more than so many in a chain, whichever end is added last', () => {
    const { pool } = newPool();
    const chain = (seed: number): Transaction => make({ seed, parents: seed === 0 ? [] : [seed - 1] });
    for (let i = 0; i < MEMPOOL_CHAIN_MAX; i++) pool.add(chain(i), 0);
    expect(pool.add(chain(MEMPOOL_CHAIN_MAX), 0)).toBe('TX_CHAIN_TOO_LONG');
    const other = newPool().pool;
    for (let i = MEMPOOL_CHAIN_MAX; i > 0; i--) expect(typeof other.add(chain(i), 0)).toBe('object');
    expect(other.add(chain(0), 0)).toBe('TX_CHAIN_TOO_LONG');
    // In the middle, where neither part is long by itself.
    const middle = newPool().pool;
    for (let i = 0; i <= MEMPOOL_CHAIN_MAX; i++) if (i !== 12) middle.add(chain(i), 0);
    expect(middle.add(chain(12), 0)).toBe('TX_CHAIN_TOO_LONG');
    // And as many children of one.
    const wide = newPool().pool;
    wide.add(make({ seed: 0 }), 0);
    for (let i = 1; i < MEMPOOL_CHAIN_MAX; i++) wide.add(make({ seed: i, parents: [0] }), 0);
    expect(wide.add(make({ seed: 99, parents: [0] }), 0)).toBe('TX_CHAIN_TOO_LONG');
  });
});

describe('who makes room', () => {
  it('is whoever offers least, the newest of them, and never for as much or less', () => {
    const { pool, left } = newPool({ transactionsMax: 3 });
    for (const [seed, tip] of [
      [1, 5],
      [2, 3],
      [3, 3],
    ] as const)
      pool.add(make({ seed, account: `${seed}`, tip }), 0);
    expect(pool.judge(make({ seed: 4, account: '4', tip: 3 }))).toBe('TX_POOL_FULL');
    expect(pool.add(make({ seed: 4, account: '4', tip: 3 }), 0)).toBe('TX_POOL_FULL');
    expect(typeof pool.add(make({ seed: 5, account: '5', tip: 4 }), 0)).toBe('object');
    expect(left).toEqual([{ seed: 3, reason: 'evicted' }]);
  });

  it('is nothing on which something better depends', () => {
    const { pool, left } = newPool({ transactionsMax: 3 });
    pool.add(make({ seed: 1, account: 'a', number: 0, tip: 1 }), 0);
    pool.add(make({ seed: 2, account: 'a', number: 1, tip: 9 }), 0);
    pool.add(make({ seed: 3, account: 'b', number: 0, tip: 5 }), 0);
    pool.add(make({ seed: 4, account: 'c', number: 0, tip: 6 }), 0);
    expect(left).toEqual([{ seed: 3, reason: 'evicted' }]);
  });

  it('is not what it builds on', () => {
    const { pool, left } = newPool({ transactionsMax: 2 });
    pool.add(make({ seed: 1, account: 'a', number: 0, tip: 1 }), 0);
    pool.add(make({ seed: 2, account: 'b', number: 0, tip: 2 }), 0);
    expect(typeof pool.add(make({ seed: 3, account: 'a', number: 1, tip: 3 }), 0)).toBe('object');
    expect(left).toEqual([{ seed: 2, reason: 'evicted' }]);
    expect(pool.add(make({ seed: 4, account: 'a', number: 2, tip: 9 }), 0)).toBe('TX_POOL_FULL');
    expect(seedsOf(pool)).toEqual([1, 3]);
  });

  it('is as many as the bytes demand, and none if that is not enough', () => {
    const { pool, left } = newPool({ bytesMax: 1000 });
    for (let i = 1; i <= 10; i++) pool.add(make({ seed: i, account: `${i}`, tip: i }), 0);
    // Three would have to go, and the third offers as much.
    expect(pool.add(make({ seed: 20, account: 'x', tip: 3, bytes: 250 }), 0)).toBe('TX_POOL_FULL');
    expect(left).toEqual([]);
    expect(typeof pool.add(make({ seed: 20, account: 'x', tip: 4, bytes: 250 }), 0)).toBe('object');
    expect(left.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    expect(pool.bytes).toBe(950);
    expect(pool.add(make({ seed: 21, account: 'y', tip: 99, bytes: 1001 }), 0)).toBe('TX_POOL_FULL');
  });

  it('is what it was after one for which there was no room', () => {
    const { pool } = newPool({ bytesMax: 400 });
    pool.add(make({ seed: 1, account: 'a', number: 0, tip: 1 }), 0);
    pool.add(make({ seed: 2, account: 'a', number: 1, tip: 2 }), 0);
    pool.add(make({ seed: 3, account: 'b', tip: 5 }), 0);
    pool.add(make({ seed: 4, account: 'c', tip: 5 }), 0);
    expect(pool.add(make({ seed: 5, account: 'd', tip: 4, bytes: 300 }), 0)).toBe('TX_POOL_FULL');
    // The one that offers least is no leaf.
    expect(pool.add(make({ seed: 6, account: 'd', tip: 2 }), 0)).toBe('TX_POOL_FULL');
    expect(typeof pool.add(make({ seed: 7, account: 'd', tip: 3 }), 0)).toBe('object');
    expect(seedsOf(pool)).toEqual([1, 3, 4, 7]);
  });

  it('is the oldest where there are no tips', () => {
    const { pool, left } = newPool({ transactionsMax: 3 });
    pool.add(make({ seed: 1 }), 0);
    pool.add(make({ seed: 2 }), 0);
    pool.add(make({ seed: 3, parents: [1] }), 0);
    pool.add(make({ seed: 4 }), 0);
    expect(left).toEqual([{ seed: 2, reason: 'evicted' }]);
  });

  it('is none of this side', () => {
    const { pool } = newPool({ transactionsMax: 2 });
    pool.add(make({ seed: 1, account: 'a', tip: 0 }), 0, true);
    pool.add(make({ seed: 2, account: 'b', tip: 1 }), 0);
    pool.add(make({ seed: 3, account: 'c', tip: 2 }), 0);
    expect(seedsOf(pool)).toEqual([1, 3]);
  });

  it('is counted in names as well', () => {
    const { pool } = newPool({ namesMax: 5 });
    pool.add(make({ seed: 1, spends: ['a', 'b', 'c'] }), 0);
    pool.add(make({ seed: 2, spends: ['d', 'e', 'f'] }), 0);
    expect(seedsOf(pool)).toEqual([2]);
    expect(pool.names).toBe(3);
  });
});

describe('what leaves', () => {
  it('is what a block has, and what that contradicts', () => {
    const { pool, left } = newPool();
    pool.add(make({ seed: 1, account: 'a', number: 0 }), 0);
    pool.add(make({ seed: 2, account: 'a', number: 1 }), 0);
    pool.add(make({ seed: 3, account: 'a', number: 2 }), 0);
    pool.add(make({ seed: 4, account: 'b', number: 2 }), 0);
    const other = make({ seed: 9, account: 'a', number: 1 });
    pool.included(keyOf(9), other);
    expect(left).toEqual([
      { seed: 2, reason: 'contradicted' },
      { seed: 1, reason: 'contradicted' },
    ]);
    pool.included(keyOf(3), make({ seed: 3, account: 'a', number: 2 }));
    expect(left.at(-1)).toEqual({ seed: 3, reason: 'included' });
    expect(seedsOf(pool)).toEqual([4]);
  });

  it('is with it what depends on what is contradicted, and not what depends on what is included', () => {
    const { pool, left } = newPool();
    pool.add(make({ seed: 1, spends: ['coin'] }), 0);
    pool.add(make({ seed: 2, parents: [1] }), 0);
    pool.add(make({ seed: 3, spends: ['mine'] }), 0);
    pool.add(make({ seed: 4, parents: [3] }), 0);
    pool.included(keyOf(9), make({ seed: 9, spends: ['coin'] }));
    pool.included(keyOf(3), make({ seed: 3, spends: ['mine'] }));
    expect(left).toEqual([
      { seed: 1, reason: 'contradicted' },
      { seed: 2, reason: 'contradicted' },
      { seed: 3, reason: 'included' },
    ]);
    expect(seedsOf(pool)).toEqual([4]);
  });

  it('is what was there for a day', () => {
    const { pool, left } = newPool();
    pool.add(make({ seed: 1 }), 10);
    pool.add(make({ seed: 2, parents: [1] }), 20);
    pool.add(make({ seed: 3 }), 30);
    expect(pool.expiresAt).toBe(10 + MEMPOOL_EXPIRY_MS);
    pool.expire(9 + MEMPOOL_EXPIRY_MS);
    expect(left).toEqual([]);
    pool.expire(10 + MEMPOOL_EXPIRY_MS);
    expect(left).toEqual([
      { seed: 1, reason: 'expired' },
      { seed: 2, reason: 'expired' },
    ]);
    expect(pool.expiresAt).toBe(30 + MEMPOOL_EXPIRY_MS);
  });
});

describe('what a miner takes', () => {
  const selected = (pool: Mempool, bytesMax = 1e9, countMax = 1e9): number[] =>
    pool.select(bytesMax, countMax).map(({ tx }) => new DataView(tx.id.buffer).getUint32(0));

  it('is what offers most, in the order of each sender', () => {
    const { pool } = newPool();
    pool.add(make({ seed: 1, account: 'a', number: 1, tip: 9 }), 0);
    pool.add(make({ seed: 2, account: 'a', number: 0, tip: 2 }), 0);
    pool.add(make({ seed: 3, account: 'b', number: 0, tip: 5 }), 0);
    pool.add(make({ seed: 4, account: 'c', number: 0, tip: 5 }), 0);
    expect(selected(pool)).toEqual([3, 4, 2, 1]);
    expect(selected(pool, 1e9, 2)).toEqual([3, 4]);
    expect(selected(pool, 250)).toEqual([3, 4]);
  });

  it('is nothing behind a gap, as far as numbers are known', () => {
    const { pool, used } = newPool();
    used.set('a', 3n);
    pool.add(make({ seed: 1, account: 'a', number: 5 }), 0);
    pool.add(make({ seed: 2, account: 'b', number: 7 }), 0);
    pool.add(make({ seed: 3, account: 'b', number: 9 }), 0);
    expect(selected(pool)).toEqual([2]);
    pool.add(make({ seed: 4, account: 'a', number: 4 }), 0);
    expect(selected(pool)).toEqual([2, 4, 1]);
  });

  it('has parents before children, and the oldest first where there are no tips', () => {
    const { pool } = newPool();
    pool.add(make({ seed: 1, parents: [2] }), 0);
    pool.add(make({ seed: 3 }), 0);
    pool.add(make({ seed: 2 }), 0);
    expect(selected(pool)).toEqual([3, 2, 1]);
  });

  it('passes over what is too large, with what depends on it', () => {
    const { pool } = newPool();
    pool.add(make({ seed: 1, account: 'a', number: 0, tip: 9, bytes: 500 }), 0);
    pool.add(make({ seed: 2, account: 'a', number: 1, tip: 9 }), 0);
    pool.add(make({ seed: 3, account: 'b', number: 0, tip: 1 }), 0);
    expect(selected(pool, 400)).toEqual([3]);
  });
});

/** The rules again, in the plainest form: lists that are searched from end to end. */
class NaivePool {
  entries: { tx: Transaction; order: number }[] = [];
  #order = 0;

  constructor(
    readonly transactionsMax: number,
    readonly bytesMax: number,
  ) {}

  dependsOn(a: Transaction, b: Transaction): boolean {
    const names = a.parents.includes(bytesToHex(b.id));
    return (
      names ||
      (a.sequence?.account === b.sequence?.account && (a.sequence?.number ?? 0n) > (b.sequence?.number ?? 0n))
    );
  }

  below(roots: readonly Transaction[], all: readonly Transaction[], byName = false): Transaction[] {
    const found = [...roots];
    for (const each of found)
      for (const tx of all) {
        const depends = byName ? tx.parents.includes(bytesToHex(each.id)) : this.dependsOn(tx, each);
        if (depends && !found.includes(tx)) found.push(tx);
      }
    return found;
  }

  above(tx: Transaction, all: readonly Transaction[], byName = false): Transaction[] {
    return all.filter((each) => each !== tx && this.below([each], [...all, tx], byName).includes(tx));
  }

  add(tx: Transaction): boolean {
    const all = this.entries.map((entry) => entry.tx);
    if (all.some((each) => bytesToHex(each.id) === bytesToHex(tx.id))) return false;
    const rivals = all.filter((each) => each.spends.some((name) => tx.spends.includes(name)));
    const replaced = this.below(rivals, all, true);
    const staying = all.filter((each) => !replaced.includes(each));
    if (rivals.length > 0) {
      const { tip } = tx;
      if (tip === undefined) return false;
      const offered = replaced.reduce((sum, each) => sum + (each.tip ?? 0n), 0n);
      if (tip <= offered || 100n * tip < 110n * offered) return false;
      if (this.above(tx, all, true).some((each) => replaced.includes(each))) return false;
    }
    const after = [...staying, tx];
    for (const each of after) {
      if (
        tx !== each &&
        !this.below([each], after, true).includes(tx) &&
        !this.below([tx], after, true).includes(each)
      )
        continue;
      if (this.above(each, after, true).length >= MEMPOOL_CHAIN_MAX) return false;
      if (this.below([each], after, true).length > MEMPOOL_CHAIN_MAX) return false;
    }
    if (tx.sequence !== undefined) {
      const row = after.filter((each) => each.sequence?.account === tx.sequence?.account);
      if (row.length > MEMPOOL_CHAIN_MAX) return false;
    }
    const ancestors = this.above(tx, after);
    const kept = [...staying];
    const orderOf = (each: Transaction): number =>
      this.entries.find((entry) => entry.tx === each)?.order ?? 0;
    while (
      kept.length + 1 > this.transactionsMax ||
      kept.reduce((sum, { bytes }) => sum + bytes.length, tx.bytes.length) > this.bytesMax
    ) {
      const leaves = kept.filter(
        (each) =>
          !ancestors.includes(each) && !kept.some((other) => other !== each && this.dependsOn(other, each)),
      );
      leaves.sort((a, b) => {
        if (a.tip === undefined || b.tip === undefined) return orderOf(a) - orderOf(b);
        return a.tip === b.tip ? orderOf(b) - orderOf(a) : a.tip < b.tip ? -1 : 1;
      });
      const [least] = leaves;
      if (least === undefined || (tx.tip !== undefined && (least.tip ?? 0n) >= tx.tip)) return false;
      kept.splice(kept.indexOf(least), 1);
    }
    this.entries = this.entries.filter((entry) => kept.includes(entry.tx));
    this.entries.push({ tx, order: this.#order++ });
    return true;
  }

  included(tx: Transaction): void {
    const all = this.entries
      .map((entry) => entry.tx)
      .filter((each) => bytesToHex(each.id) !== bytesToHex(tx.id));
    const rivals = all.filter((each) => each.spends.some((name) => tx.spends.includes(name)));
    const gone = this.below(rivals, all, true);
    const used = all.filter(
      (each) =>
        tx.sequence !== undefined &&
        each.sequence?.account === tx.sequence.account &&
        each.sequence.number <= tx.sequence.number,
    );
    this.entries = this.entries.filter(
      (entry) => all.includes(entry.tx) && !gone.includes(entry.tx) && !used.includes(entry.tx),
    );
  }
}

const someBytes = fc.constantFrom(50, 100, 100, 100, 400);
const ofSenders = fc.record({
  seed: fc.nat(2 ** 31),
  account: fc.constantFrom('a', 'b', 'c', 'd'),
  number: fc.nat(30),
  tip: fc.nat(40),
  bytes: someBytes,
});
const withParents = fc.record({
  seed: fc.nat(60),
  parents: fc.uniqueArray(fc.nat(60), { maxLength: 3 }),
  spends: fc.uniqueArray(
    fc.nat(80).map((coin) => `coin ${coin}`),
    { minLength: 1, maxLength: 3 },
  ),
  bytes: someBytes,
});

describe.each([
  ['senders and tips', ofSenders as fc.Arbitrary<Made>],
  ['parents and no tips', withParents as fc.Arbitrary<Made>],
])('a mempool of a family with %s', (_, arbitrary) => {
  it('does as the plain rules say, keeps its bounds, and counts right', () => {
    const step = fc.record({ made: arbitrary, isIncluded: fc.nat(9).map((n) => n === 0) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 80 }), (steps) => {
        const { pool } = newPool({ transactionsMax: 20, bytesMax: 2_500 });
        const naive = new NaivePool(20, 2_500);
        for (const { made, isIncluded } of steps) {
          // A parent that is its own child, or comes after it, cannot be: ids commit to parents.
          const tx = make({ ...made, parents: (made.parents ?? []).filter((parent) => parent < made.seed) });
          if (isIncluded) {
            pool.included(bytesToHex(tx.relayId), tx);
            naive.included(tx);
          } else {
            const judged = pool.judge(tx);
            const isIn = typeof pool.add(tx, 0) === 'object';
            expect(isIn).toBe(judged === undefined);
            expect(isIn).toBe(naive.add(tx));
          }
          expect(seedsOf(pool).sort()).toEqual(
            naive.entries.map((entry) => new DataView(entry.tx.id.buffer).getUint32(0)).sort(),
          );
          const all = [...pool.values()].map((entry) => entry.tx);
          expect(pool.size).toBeLessThanOrEqual(20);
          expect(pool.bytes).toBe(all.reduce((sum, { bytes }) => sum + bytes.length, 0));
          expect(pool.bytes).toBeLessThanOrEqual(2_500);
          expect(pool.names).toBe(
            all.reduce((sum, { spends, parents }) => sum + spends.length + parents.length, 0),
          );
          const names = all.flatMap(({ spends }) => spends);
          expect(new Set(names).size).toBe(names.length);
        }
        // A block can have what is selected in this order.
        const chosen = pool.select(1e9, 1e9).map(({ tx }) => tx);
        for (const [at, tx] of chosen.entries())
          for (const later of chosen.slice(at + 1)) expect(naive.dependsOn(tx, later)).toBe(false);
      }),
      { numRuns: 120 },
    );
  });
});
