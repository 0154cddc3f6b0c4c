import { beforeEach, describe, expect, it } from 'vitest';
import type { Transaction } from '../chain/transaction-rules.js';
import {
  TX_ANNOUNCED_MAX,
  TX_EMBARGO_MS,
  TX_TELL_CHOSEN_INTERVAL_MS,
  TX_TELL_INTERVAL_MS,
} from '../limits.js';
import { Mempool } from './pool/mempool.js';
import type { PoolEntry } from './pool/pool-entry.js';
import { type ToldPeer, Trickle } from './trickle.js';

interface NamedPeer extends ToldPeer {
  readonly id: string;
}

const peer = (id: string, isChosen = false, isBridged = false): NamedPeer => ({ id, isChosen, isBridged });
const [a, b, c] = [peer('a'), peer('b'), peer('c', true)];

let pool: Mempool;
let trickle: Trickle<NamedPeer>;
let draws: number[];

beforeEach(() => {
  draws = [];
  pool = new Mempool({ usedNumber: () => undefined, left: (entry) => trickle.left(entry) });
  trickle = new Trickle(
    () => draws.shift() ?? 0.5,
    () => pool.nextOrder,
  );
});

const idOf = (seed: number): Uint8Array => {
  const id = new Uint8Array(32);
  new DataView(id.buffer).setUint32(0, seed);
  return id;
};

function enter(seed: number): PoolEntry {
  const id = idOf(seed);
  const tx: Transaction = {
    id,
    relayId: id,
    bytes: new Uint8Array(10),
    fault: undefined,
    spends: [`${seed}`],
    sequence: undefined,
    parents: [],
    tip: undefined,
    signature: undefined,
  };
  const entry = pool.add(tx, 0);
  if (typeof entry === 'string') throw new Error(entry);
  return entry;
}

/** Who is told of what: `peer:seed seed`. */
function told(now: number): string[] {
  const list: string[] = [];
  const seedOf = ({ tx }: PoolEntry): number => new DataView(tx.id.buffer).getUint32(0);
  trickle.poll(now, ({ id }, entries) => list.push(`${id}:${entries.map(seedOf).join(' ')}`));
  return list;
}

/** A time drawn by 0.5. */
const half = Math.log(2);

describe('whoever hears of a transaction', () => {
  it('is each peer, at its own time, but not who has told of it', () => {
    for (const each of [a, b, c]) trickle.addPeer(each, [], 0);
    draws = [0.5, 0.5];
    trickle.entered(enter(1), [b], 0);
    expect(trickle.nextWake()).toBeCloseTo(half * TX_TELL_CHOSEN_INTERVAL_MS);
    expect(told(half * TX_TELL_CHOSEN_INTERVAL_MS - 1)).toEqual([]);
    expect(told(half * TX_TELL_CHOSEN_INTERVAL_MS + 1)).toEqual(['c:1']);
    expect(told(half * TX_TELL_INTERVAL_MS + 1)).toEqual(['a:1']);
    expect(trickle.nextWake()).toBeUndefined();
    expect(told(1e9)).toEqual([]);
  });

  it('is not a peer that tells of it before its clock strikes', () => {
    trickle.addPeer(a, [], 0);
    const entry = enter(1);
    trickle.entered(entry, [], 0);
    trickle.announced(a, entry, 1);
    expect(trickle.queuedFor(a)).toBe(0);
    expect(told(1e9)).toEqual([]);
  });

  it('hears of several in random order, and of many in several messages', () => {
    trickle.addPeer(a, [], 0);
    for (const seed of [1, 2, 3]) trickle.entered(enter(seed), [], 0);
    draws = [0.9, 0.1, 0.5];
    expect(told(1e6)).toEqual(['a:2 3 1']);
    for (let seed = 10; seed < 10 + TX_ANNOUNCED_MAX + 1; seed++) trickle.entered(enter(seed), [], 1e6);
    expect(told(2e6).map((each) => each.split(' ').length)).toEqual([TX_ANNOUNCED_MAX, 1]);
  });

  it('hears of what is here already when it comes', () => {
    const entry = enter(1);
    trickle.addPeer(a, [entry], 0);
    expect(told(1e6)).toEqual(['a:1']);
  });

  it('does not hear of what has gone', () => {
    trickle.addPeer(a, [], 0);
    const entry = enter(1);
    trickle.entered(entry, [], 0);
    pool.included(entry.key, entry.tx);
    expect(told(1e6)).toEqual([]);
    expect(trickle.marksOf(a)).toBe(0);
  });

  it('is remembered no longer than the transaction is here', () => {
    trickle.addPeer(a, [], 0);
    for (let seed = 1; seed <= 50; seed++) {
      const entry = enter(seed);
      trickle.entered(entry, [], 0);
      told(1e9);
      pool.included(entry.key, entry.tx);
    }
    expect(trickle.marksOf(a)).toBe(0);
  });
});

describe('a transaction of this side', () => {
  it('is told to one peer, one that this node chose if there is any', () => {
    for (const each of [a, b, c]) trickle.addPeer(each, [], 0);
    const entry = enter(1);
    trickle.enteredSecretly(entry, 0);
    expect(told(TX_TELL_INTERVAL_MS)).toEqual(['c:1']);
    // That the same peer tells of it says nothing.
    trickle.announced(c, entry, TX_TELL_INTERVAL_MS);
    expect([a, b].map((each) => trickle.queuedFor(each))).toEqual([0, 0]);
    trickle.announced(b, entry, TX_TELL_INTERVAL_MS);
    expect(told(1e6)).toEqual(['a:1']);
  });

  it('is told to all after a while', () => {
    for (const each of [a, c]) trickle.addPeer(each, [], 0);
    trickle.enteredSecretly(enter(1), 0);
    expect(told(half * TX_EMBARGO_MS - 1)).toEqual(['c:1']);
    expect(told(half * TX_EMBARGO_MS + 1)).toEqual([]);
    expect(told(half * (TX_EMBARGO_MS + TX_TELL_INTERVAL_MS) + 2)).toEqual(['a:1']);
  });

  it('waits for a first peer', () => {
    const entry = enter(1);
    trickle.enteredSecretly(entry, 0);
    expect(trickle.nextWake()).toBeUndefined();
    trickle.addPeer(a, [entry], 0);
    trickle.addPeer(b, [entry], 0);
    expect(told(half * TX_TELL_INTERVAL_MS + 1)).toEqual(['a:1']);
  });
});

describe('whoever asks for a transaction', () => {
  it('is given what it was told of, and what was here when it was last told anything', () => {
    for (const each of [a, b, c]) trickle.addPeer(each, [], 0);
    const first = enter(1);
    trickle.entered(first, [a], 0);
    expect([a, b, c].map((each) => trickle.mayServe(each, first))).toEqual([false, false, false]);
    told(1e6);
    expect([a, b, c].map((each) => trickle.mayServe(each, first))).toEqual([false, true, true]);
    const second = enter(2);
    trickle.entered(second, [], 1e6);
    expect(trickle.mayServe(a, second)).toBe(false);
    told(2e6);
    expect([a, b, c].map((each) => trickle.mayServe(each, first))).toEqual([true, true, true]);
    expect(trickle.mayServe(peer('stranger'), first)).toBe(false);
  });

  it('is not given what only one other was told of', () => {
    for (const each of [a, c]) trickle.addPeer(each, [], 0);
    const own = enter(1);
    trickle.enteredSecretly(own, 0);
    trickle.entered(enter(2), [], 0);
    told(half * TX_EMBARGO_MS - 1);
    expect([a, c].map((each) => trickle.mayServe(each, own))).toEqual([false, true]);
  });
});
