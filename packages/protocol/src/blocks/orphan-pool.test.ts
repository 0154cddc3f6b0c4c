import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../bytes/hex.js';
import { ORPHAN_TTL_MS } from '../limits.js';
import { type Orphan, OrphanPool } from './orphan-pool.js';

const hashOf = (index: number): Uint8Array => {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, index);
  return hash;
};
const indexOf = ({ hash }: Orphan): number => new DataView(hash.buffer).getUint32(0);

interface Given {
  readonly parent?: number;
  readonly bytes?: number;
  readonly peer?: string;
  readonly at?: number;
}

function orphan(index: number, { parent = index - 1, bytes = 10, peer = 'p', at = 0 }: Given = {}): Orphan {
  return {
    hash: hashOf(index),
    parent: hashOf(parent),
    body: new Uint8Array(bytes),
    peerId: peer,
    arrivedAt: at,
  };
}

/** Verified headers by index. */
function verified(...indexes: number[]): (hash: Uint8Array) => boolean {
  const known = new Set(indexes.map((index) => bytesToHex(hashOf(index))));
  return (hash) => known.has(bytesToHex(hash));
}
const nothing = verified();

/** Whether a block hangs on a verified header, by way of those that are known. */
function descends(
  block: Orphan,
  known: ReadonlyMap<number, Orphan>,
  isVerified: (hash: Uint8Array) => boolean,
): boolean {
  let at: Orphan | undefined = block;
  for (let steps = 0; at !== undefined && steps <= known.size; steps++) {
    if (isVerified(at.parent)) return true;
    at = known.get(new DataView(at.parent.buffer).getUint32(0));
  }
  return false;
}

describe('OrphanPool', () => {
  it('adopts a whole branch, parents first, and leaves what is not verified', () => {
    const pool = new OrphanPool();
    // 1 → 2 → 3 → 4 and 2 → 5 → 6, in no order.
    const parents: readonly [number, number][] = [
      [4, 3],
      [6, 5],
      [3, 2],
      [5, 2],
      [2, 1],
    ];
    for (const [index, parent] of parents) pool.add(orphan(index, { parent }), nothing);
    expect(pool.adopt(hashOf(1), nothing)).toEqual([]);
    const isVerified = verified(1, 2, 3, 4, 6);
    expect(pool.adopt(hashOf(1), isVerified).map(indexOf)).toEqual([2, 3, 4]);
    // 6 is verified, but its parent is not: it waits.
    expect([pool.size, pool.has(hashOf(5)), pool.has(hashOf(6))]).toEqual([2, true, true]);
    expect(pool.adopt(hashOf(5), verified(1, 2, 3, 4, 5, 6)).map(indexOf)).toEqual([5, 6]);
    expect([pool.size, pool.bytes, pool.parents, pool.countOf('p')]).toEqual([0, 0, 0, 0]);
  });

  it('adopts a block by its own hash, whatever is known of its parent', () => {
    const pool = new OrphanPool();
    pool.add(orphan(7, { parent: 99 }), nothing);
    expect(pool.adopt(hashOf(7), verified(7)).map(indexOf)).toEqual([7]);
  });

  it('adopts nothing by a hash that is not verified', () => {
    const pool = new OrphanPool();
    pool.add(orphan(7), nothing);
    pool.add(orphan(8), nothing);
    expect([pool.adopt(hashOf(7), verified(8)), pool.size]).toEqual([[], 2]);
  });

  it('still finds a block after its sibling has gone', () => {
    const pool = new OrphanPool();
    pool.add(orphan(2, { parent: 1, peer: 'p' }), nothing);
    pool.add(orphan(3, { parent: 1, peer: 'q' }), nothing);
    pool.dropPeer('p');
    expect(pool.parents).toBe(1);
    expect(pool.adopt(hashOf(1), verified(1, 3)).map(indexOf)).toEqual([3]);
  });

  it('knows what it has, and refuses what could never fit', () => {
    const pool = new OrphanPool({ bytesMax: 100 });
    expect(pool.add(orphan(1), nothing)).toBe('added');
    expect(pool.add(orphan(1, { peer: 'q' }), nothing)).toBe('duplicate');
    expect(pool.add(orphan(2, { bytes: 101 }), nothing)).toBe('refused');
    expect(pool.size).toBe(1);
  });

  it('takes a block that just fits, and nothing where it may hold nothing', () => {
    expect(new OrphanPool({ bytesMax: 100 }).add(orphan(1, { bytes: 100 }), nothing)).toBe('added');
    for (const options of [{ orphansMax: 0 }, { perPeerMax: 0 }, { bytesMax: 0 }])
      expect(new OrphanPool(options).add(orphan(1), nothing)).toBe('refused');
  });

  it('at a peer’s cap takes its oldest that waits for nothing known, not a valid child', () => {
    const pool = new OrphanPool({ perPeerMax: 3 });
    pool.add(orphan(11, { parent: 10 }), nothing);
    pool.add(orphan(50, { parent: 1050 }), nothing);
    pool.add(orphan(51, { parent: 1051 }), nothing);
    // 10 is verified, so 11 is the next block: it stays, though it is the oldest.
    pool.add(orphan(52, { parent: 1052 }), verified(10));
    expect([11, 50, 51, 52].map((index) => pool.has(hashOf(index)))).toEqual([true, false, true, true]);
  });

  it('at a peer’s cap takes from that peer alone, even a valid block for an invented one', () => {
    const pool = new OrphanPool({ perPeerMax: 2 });
    pool.add(orphan(50, { parent: 1050, peer: 'other' }), nothing);
    for (const index of [1, 2]) pool.add(orphan(index), verified(0));
    expect(pool.add(orphan(60, { parent: 1060 }), verified(0))).toBe('added');
    expect([50, 1, 2, 60].map((index) => pool.has(hashOf(index)))).toEqual([true, false, true, true]);
  });

  it('takes a block for valid if its parent is verified, whatever waits for that parent’s parent', () => {
    const pool = new OrphanPool({ perPeerMax: 3 });
    pool.add(orphan(11, { parent: 10 }), nothing);
    pool.add(orphan(10, { parent: 9 }), nothing);
    pool.add(orphan(50, { parent: 1050 }), nothing);
    pool.add(orphan(12, { parent: 11 }), verified(10));
    expect([11, 10, 50, 12].map((index) => pool.has(hashOf(index)))).toEqual([true, false, true, true]);
  });

  it('takes blocks that name each other as parents for invented', () => {
    const pool = new OrphanPool({ perPeerMax: 3 });
    pool.add(orphan(11, { parent: 10 }), nothing);
    pool.add(orphan(50, { parent: 51 }), nothing);
    pool.add(orphan(51, { parent: 50 }), nothing);
    expect(pool.add(orphan(12, { parent: 11 }), verified(10))).toBe('added');
    expect([11, 50, 51, 12].map((index) => pool.has(hashOf(index)))).toEqual([true, false, true, true]);
  });

  it('drops one block and none of its children', () => {
    const pool = new OrphanPool({ perPeerMax: 3 });
    for (const index of [2, 3, 4]) pool.add(orphan(index), nothing);
    pool.add(orphan(9, { parent: 8 }), nothing);
    // 2 waits for an unknown parent; 3 and 4 have theirs, or had it.
    expect([2, 3, 4, 9].map((index) => pool.has(hashOf(index)))).toEqual([false, true, true, true]);
    expect(pool.adopt(hashOf(3), verified(3, 4)).map(indexOf)).toEqual([3, 4]);
  });

  it('takes room from the greediest, and from nobody who has no more than the one who asks', () => {
    const pool = new OrphanPool({ orphansMax: 4 });
    for (const index of [1, 2, 3]) pool.add(orphan(index, { peer: 'greedy', parent: 100 + index }), nothing);
    pool.add(orphan(4, { peer: 'modest', parent: 104 }), nothing);
    expect(pool.add(orphan(5, { peer: 'new', parent: 105 }), nothing)).toBe('added');
    expect([pool.countOf('greedy'), pool.countOf('modest'), pool.countOf('new')]).toEqual([2, 1, 1]);
    expect(pool.add(orphan(6, { peer: 'modest', parent: 106 }), nothing)).toBe('refused');
    expect(pool.add(orphan(7, { peer: 'fourth', parent: 107 }), nothing)).toBe('added');
    expect(pool.add(orphan(8, { peer: 'fifth', parent: 108 }), nothing)).toBe('refused');
    expect(pool.size).toBe(4);
  });

  it('takes nothing from a modest peer, though its block is the oldest', () => {
    const pool = new OrphanPool({ orphansMax: 3 });
    pool.add(orphan(1, { peer: 'modest', parent: 101 }), nothing);
    for (const index of [2, 3]) pool.add(orphan(index, { peer: 'greedy', parent: 100 + index }), nothing);
    expect(pool.add(orphan(4, { peer: 'new', parent: 104 }), nothing)).toBe('added');
    expect([1, 2, 3, 4].map((index) => pool.has(hashOf(index)))).toEqual([true, false, true, true]);
  });

  it('of peers that have as much takes from the first', () => {
    const pool = new OrphanPool({ orphansMax: 4 });
    for (const index of [1, 2]) pool.add(orphan(index, { peer: 'a', parent: 100 + index }), nothing);
    for (const index of [3, 4]) pool.add(orphan(index, { peer: 'b', parent: 100 + index }), nothing);
    expect(pool.add(orphan(5, { peer: 'c', parent: 105 }), nothing)).toBe('added');
    expect(['a', 'b', 'c'].map((peer) => pool.countOf(peer))).toEqual([1, 2, 1]);
  });

  it('keeps nothing of a peer whose blocks have all gone: it comes after the others then', () => {
    const pool = new OrphanPool({ orphansMax: 4 });
    pool.add(orphan(1, { peer: 'a', parent: 101 }), nothing);
    pool.adopt(hashOf(1), verified(1));
    for (const index of [2, 3]) pool.add(orphan(index, { peer: 'b', parent: 100 + index }), nothing);
    for (const index of [4, 5]) pool.add(orphan(index, { peer: 'a', parent: 100 + index }), nothing);
    expect(pool.add(orphan(6, { peer: 'c', parent: 106 }), nothing)).toBe('added');
    expect(['a', 'b', 'c'].map((peer) => pool.countOf(peer))).toEqual([2, 1, 1]);
  });

  it('makes room for a peer with the most by its own oldest block', () => {
    const pool = new OrphanPool({ orphansMax: 3 });
    for (const index of [1, 2, 3]) pool.add(orphan(index, { parent: 100 + index }), nothing);
    expect(pool.add(orphan(4, { parent: 104 }), nothing)).toBe('added');
    expect([1, 2, 3, 4].map((index) => pool.has(hashOf(index)))).toEqual([false, true, true, true]);
  });

  it('counts against a peer only the bytes that are still here', () => {
    const pool = new OrphanPool({ bytesMax: 100 });
    pool.add(orphan(1, { peer: 'a', parent: 101, bytes: 90 }), nothing);
    pool.add(orphan(2, { peer: 'a', parent: 102, bytes: 10 }), nothing);
    pool.adopt(hashOf(1), verified(1));
    pool.add(orphan(3, { peer: 'b', parent: 103, bytes: 50 }), nothing);
    pool.add(orphan(4, { peer: 'b', parent: 104, bytes: 30 }), nothing);
    expect(pool.add(orphan(5, { peer: 'c', parent: 105, bytes: 20 }), nothing)).toBe('added');
    expect(['a', 'b', 'c'].map((peer) => pool.countOf(peer))).toEqual([1, 1, 1]);
  });

  it('at the cap of bytes takes them from whoever has most bytes, not most blocks', () => {
    const pool = new OrphanPool({ bytesMax: 1000 });
    for (const index of [1, 2, 3, 4, 5, 6])
      pool.add(orphan(index, { peer: 'honest', bytes: 20 }), verified(0));
    for (const index of [11, 12, 13])
      pool.add(orphan(index, { peer: 'a', parent: 1000, bytes: 280 }), nothing);
    expect(pool.add(orphan(21, { peer: 'b', parent: 1000, bytes: 280 }), verified(0))).toBe('added');
    expect(['honest', 'a', 'b'].map((peer) => pool.countOf(peer))).toEqual([6, 2, 1]);
  });

  it('loses nothing for a block that it then refuses', () => {
    const pool = new OrphanPool({ bytesMax: 100 });
    for (const [index, bytes] of [
      [1, 40],
      [2, 30],
    ] as const)
      pool.add(orphan(index, { peer: 'a', parent: 100 + index, bytes }), nothing);
    pool.add(orphan(3, { peer: 'b', parent: 103, bytes: 30 }), nothing);
    // One block of the greediest would go, but that is not enough, and after it nobody has more than the one who asks.
    expect(pool.add(orphan(4, { peer: 'c', parent: 104, bytes: 60 }), nothing)).toBe('refused');
    expect([pool.countOf('a'), pool.countOf('b'), pool.bytes]).toEqual([2, 1, 100]);
  });

  it('gives up no block of another peer that descends from a verified header for one that does not', () => {
    const pool = new OrphanPool({ orphansMax: 3 });
    for (const index of [1, 2, 3]) pool.add(orphan(index, { peer: 'honest' }), verified(0));
    expect(pool.add(orphan(9, { peer: 'liar', parent: 100 }), verified(0))).toBe('refused');
    // Nor for a branch that hangs on an invented one.
    expect(pool.add(orphan(10, { peer: 'liar', parent: 9 }), verified(0))).toBe('refused');
    expect(pool.add(orphan(4, { peer: 'other', parent: 3 }), verified(0))).toBe('added');
    expect([pool.countOf('honest'), pool.countOf('other')]).toEqual([2, 1]);
  });

  it('expires what has waited too long, oldest first', () => {
    const pool = new OrphanPool();
    pool.add(orphan(1, { at: 0 }), nothing);
    pool.add(orphan(2, { at: 1000 }), nothing);
    expect(pool.expire(ORPHAN_TTL_MS - 1)).toEqual([]);
    expect(pool.expire(ORPHAN_TTL_MS).map(indexOf)).toEqual([1]);
    expect([pool.size, pool.parents]).toEqual([1, 1]);
  });

  it('forgets what a peer brought, and nothing else', () => {
    const pool = new OrphanPool();
    for (const index of [1, 2, 3]) pool.add(orphan(index, { peer: index === 2 ? 'q' : 'p' }), nothing);
    expect([pool.dropPeer('p'), pool.size, pool.has(hashOf(2)), pool.dropPeer('p')]).toEqual([2, 1, true, 0]);
  });

  it('never exceeds a cap and keeps no trace of what left, whatever happens', () => {
    const options = { orphansMax: 12, bytesMax: 200, perPeerMax: 5 };
    const act = fc.oneof(
      fc.record({
        kind: fc.constant('add' as const),
        index: fc.nat(40),
        parent: fc.nat(40),
        bytes: fc.nat(60),
        peer: fc.constantFrom('a', 'b', 'c', 'd'),
      }),
      fc.record({ kind: fc.constant('adopt' as const), index: fc.nat(40) }),
      fc.record({ kind: fc.constant('drop' as const), peer: fc.constantFrom('a', 'b', 'c', 'd') }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(ORPHAN_TTL_MS) }),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 200 }), fc.array(fc.nat(40)), (acts, known) => {
        const pool = new OrphanPool(options);
        const isVerified = verified(...known);
        const model = new Map<number, Orphan>();
        let now = 0;
        let left = 0;
        let added = 0;
        for (const each of acts) {
          const sizeBefore = pool.size;
          if (each.kind === 'add') {
            const given = orphan(each.index, { ...each, at: now });
            const outcome = pool.add(given, isVerified);
            expect(outcome === 'duplicate').toBe(model.has(each.index));
            if (outcome !== 'added') expect(pool.size).toBe(sizeBefore);
            // An invented block costs nobody else one that hangs on a verified header.
            for (const [index, { peerId, parent }] of model) {
              const isLost = !pool.has(hashOf(index)) && peerId !== each.peer;
              if (isLost && isVerified(parent)) expect(descends(given, model, isVerified)).toBe(true);
            }
            if (outcome !== 'added') expect(pool.has(given.hash)).toBe(outcome === 'duplicate');
            else {
              expect(pool.has(given.hash)).toBe(true);
              model.set(each.index, given);
              added++;
              left += sizeBefore + 1 - pool.size;
            }
          } else if (each.kind === 'adopt') left += pool.adopt(hashOf(each.index), isVerified).length;
          else if (each.kind === 'drop') left += pool.dropPeer(each.peer);
          else {
            now += each.ms;
            left += pool.expire(now).length;
          }
          for (const index of [...model.keys()]) if (!pool.has(hashOf(index))) model.delete(index);
          const blocks = [...model.values()];
          expect(pool.size).toBe(blocks.length);
          expect(pool.size).toBe(added - left);
          expect(pool.bytes).toBe(blocks.reduce((sum, { body }) => sum + body.length, 0));
          expect(pool.parents).toBe(new Set(blocks.map(({ parent }) => bytesToHex(parent))).size);
          expect(pool.size).toBeLessThanOrEqual(options.orphansMax);
          expect(pool.bytes).toBeLessThanOrEqual(options.bytesMax);
          for (const peer of ['a', 'b', 'c', 'd']) {
            expect(pool.countOf(peer)).toBe(blocks.filter(({ peerId }) => peerId === peer).length);
            expect(pool.countOf(peer)).toBeLessThanOrEqual(options.perPeerMax);
          }
        }
      }),
    );
  });
});
