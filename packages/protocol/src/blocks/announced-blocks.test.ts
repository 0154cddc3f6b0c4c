import { beforeEach, describe, expect, it } from 'vitest';
import { bytesToHex } from '../bytes/hex.js';
import {
  ANNOUNCED_BLOCKS_PER_PEER_MAX,
  BLOCK_DEMAND_TIMEOUT_MS,
  ORPHAN_BYTES_MAX,
  ORPHAN_SWEEP_MS,
  ORPHAN_TTL_MS,
  ORPHANS_PER_PEER_MAX,
} from '../limits.js';
import { Counters } from '../peer/counters.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { Announce } from '../wire/messages/announce.js';
import { AnnouncedBlocks } from './announced-blocks.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const bodyOf = (index: number): Uint8Array => Uint8Array.of(index, index);

/** Hashes in hex of the headers that are in the tree. */
let known: Set<string>;
let counters: Counters;
let blocks: AnnouncedBlocks;

beforeEach(() => {
  known = new Set();
  // Slot 0 is a header as any other.
  const tree = { find: (hash: Uint8Array) => (known.has(bytesToHex(hash)) ? 0 : undefined) };
  counters = new Counters();
  blocks = new AnnouncedBlocks(tree as unknown as HeaderTree, counters);
});

/** An announcement of a block upon the one before it. */
function announce(index: number, parent = index - 1): Announce {
  return { type: 'announce', height: index, hash: hashOf(index), prev: hashOf(parent) };
}

/** A body comes that was asked for when it was announced. */
function bring(peerId: string, index: number, now = 0, parent = index - 1): void {
  blocks.add(peerId, announce(index, parent), now);
  blocks.arrived(peerId, hashOf(index), bodyOf(index), now);
}

/** A header comes into the tree. */
function verify(index: number): { isComing: boolean; adopted: number[] } {
  known.add(bytesToHex(hashOf(index)));
  const { isComing, adopted } = blocks.verified(hashOf(index));
  return { isComing, adopted: adopted.map(({ hash }) => hash[0] as number) };
}

/** How many orphans came in, were adopted, were pruned, and left whichever way. */
const counted = (): Record<string, number> => ({
  inserted: counters.get('vision_p2p_orphans_inserted_total'),
  adopted: counters.get('vision_p2p_orphans_adopted_total'),
  pruned: counters.get('vision_p2p_orphans_pruned_total'),
  resolved: counters.get('vision_p2p_orphans_resolved_total'),
});

describe('what a peer announces', () => {
  it('is taken up to so many blocks of each peer', () => {
    for (let i = 0; i < ANNOUNCED_BLOCKS_PER_PEER_MAX; i++) {
      expect(blocks.mayAdd('a')).toBe(true);
      blocks.add('a', announce(10 + i), 0);
    }
    expect([blocks.mayAdd('a'), blocks.mayAdd('b')]).toEqual([false, true]);
    blocks.forget(hashOf(10));
    expect(blocks.mayAdd('a')).toBe(true);
  });

  it('counts no more against its peer once its body or its header has come', () => {
    for (let i = 0; i < ANNOUNCED_BLOCKS_PER_PEER_MAX; i++) blocks.add('a', announce(10 + i), 0);
    blocks.arrived('a', hashOf(10), bodyOf(10), 0);
    expect(blocks.mayAdd('a')).toBe(true);
    blocks.add('a', announce(20), 0);
    expect(blocks.mayAdd('a')).toBe(false);
    verify(11);
    expect(blocks.mayAdd('a')).toBe(true);
  });

  it('is coming, when its header is verified before its body is here, and is told once', () => {
    blocks.add('a', announce(10), 0);
    expect(verify(11)).toEqual({ isComing: false, adopted: [] });
    expect(verify(10)).toEqual({ isComing: true, adopted: [] });
    expect(verify(10)).toEqual({ isComing: false, adopted: [] });
  });

  it('is coming no more when it was forgotten', () => {
    blocks.add('a', announce(10), 0);
    blocks.forget(hashOf(10));
    expect(verify(10)).toEqual({ isComing: false, adopted: [] });
  });

  it('is given up after its time, and told of until it is forgotten', () => {
    blocks.add('a', announce(10), 100);
    blocks.add('b', announce(11), 101);
    const due = 100 + BLOCK_DEMAND_TIMEOUT_MS;
    expect(blocks.sweep(due - 1)).toEqual([]);
    expect(blocks.sweep(due)).toEqual([hashOf(10)]);
    expect(blocks.sweep(due + 1)).toEqual([hashOf(10), hashOf(11)]);
    blocks.forget(hashOf(10));
    expect(blocks.sweep(due + 1)).toEqual([hashOf(11)]);
  });
});

describe('a body whose header is not verified', () => {
  it('waits with what was announced of it, and who sent it', () => {
    blocks.add('a', announce(10, 7), 0);
    blocks.arrived('b', hashOf(10), bodyOf(10), 50);
    expect([blocks.orphans.size, blocks.orphans.countOf('b')]).toEqual([1, 1]);
    known.add(bytesToHex(hashOf(10)));
    const orphan = { hash: hashOf(10), parent: hashOf(7), body: bodyOf(10), peerId: 'b', arrivedAt: 50 };
    expect(blocks.verified(hashOf(10)).adopted).toMatchObject([orphan]);
  });

  it('waits in bytes of its own', () => {
    const message = announce(10, 7);
    const body = bodyOf(10);
    blocks.add('a', message, 0);
    message.hash.fill(99);
    message.prev.fill(99);
    blocks.arrived('a', hashOf(10), body, 0);
    body.fill(99);
    known.add(bytesToHex(hashOf(10)));
    const { adopted } = blocks.verified(hashOf(10));
    expect(adopted).toMatchObject([{ hash: hashOf(10), parent: hashOf(7), body: bodyOf(10) }]);
  });

  it('is dropped if nobody announced it', () => {
    blocks.arrived('a', hashOf(10), bodyOf(10), 0);
    expect([blocks.orphans.size, blocks.nextWake(), counted().inserted]).toEqual([0, undefined, 0]);
  });

  it('is dropped if it is here already', () => {
    bring('a', 10);
    bring('b', 10);
    expect([blocks.orphans.size, blocks.orphans.countOf('b')]).toEqual([1, 0]);
    expect(counted()).toEqual({ inserted: 1, adopted: 0, pruned: 0, resolved: 0 });
  });

  it('is dropped if the pool refuses it', () => {
    blocks.add('a', announce(10), 0);
    blocks.arrived('a', hashOf(10), new Uint8Array(ORPHAN_BYTES_MAX + 1), 0);
    expect(blocks.orphans.size).toBe(0);
    expect(counted()).toEqual({ inserted: 0, adopted: 0, pruned: 0, resolved: 0 });
  });

  it('takes the place of one whose ancestry is not verified', () => {
    known.add(bytesToHex(hashOf(1)));
    // The oldest one descends from what is verified, so the next one goes.
    bring('a', 100, 0, 1);
    for (let i = 1; i < ORPHANS_PER_PEER_MAX; i++) bring('a', 100 + i, 0, 0);
    expect(counted().resolved).toBe(0);
    bring('a', 200, 0, 0);
    expect([100, 101, 102, 200].map((index) => blocks.orphans.has(hashOf(index)))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    const inserted = ORPHANS_PER_PEER_MAX + 1;
    expect(counted()).toEqual({ inserted, adopted: 0, pruned: 0, resolved: 1 });
  });

  it('is adopted with all that waits for it, parents first, as far as headers are verified', () => {
    for (const index of [12, 11, 10, 14]) bring('a', index);
    for (const index of [11, 12, 14]) known.add(bytesToHex(hashOf(index)));
    expect(verify(10)).toEqual({ isComing: false, adopted: [10, 11, 12] });
    expect(counted()).toEqual({ inserted: 4, adopted: 3, pruned: 0, resolved: 3 });
    known.delete(bytesToHex(hashOf(14)));
    expect(verify(13)).toEqual({ isComing: false, adopted: [] });
    expect(verify(14)).toEqual({ isComing: false, adopted: [14] });
  });

  it('goes with its peer when that was found to lie, and nothing else goes', () => {
    bring('a', 10);
    bring('b', 20);
    bring('a', 30);
    blocks.distrust('c');
    expect(counted().resolved).toBe(0);
    blocks.distrust('a');
    expect([10, 20, 30].map((index) => blocks.orphans.has(hashOf(index)))).toEqual([false, true, false]);
    expect(counted()).toEqual({ inserted: 3, adopted: 0, pruned: 0, resolved: 2 });
  });

  it('goes after its time, when it is next looked for such', () => {
    bring('a', 10);
    for (let now = ORPHAN_SWEEP_MS; now < ORPHAN_TTL_MS; now += ORPHAN_SWEEP_MS) blocks.sweep(now);
    blocks.sweep(ORPHAN_TTL_MS - 1);
    expect([blocks.orphans.size, counted().pruned]).toEqual([1, 0]);
    blocks.sweep(ORPHAN_TTL_MS);
    expect(blocks.orphans.size).toBe(0);
    expect(counted()).toEqual({ inserted: 1, adopted: 0, pruned: 1, resolved: 1 });
  });

  it('is not looked for between two sweeps', () => {
    bring('a', 10);
    blocks.sweep(ORPHAN_TTL_MS - 1);
    blocks.sweep(ORPHAN_TTL_MS - 1 + ORPHAN_SWEEP_MS - 1);
    expect(blocks.orphans.size).toBe(1);
    blocks.sweep(ORPHAN_TTL_MS - 1 + ORPHAN_SWEEP_MS);
    expect(blocks.orphans.size).toBe(0);
  });
});

describe('announced blocks as a whole', () => {
  it('are idle while no body is awaited and none waits', () => {
    expect(blocks.isIdle).toBe(true);
    blocks.add('a', announce(10), 0);
    expect(blocks.isIdle).toBe(false);
    blocks.arrived('a', hashOf(10), bodyOf(10), 0);
    expect(blocks.isIdle).toBe(false);
    verify(10);
    expect(blocks.isIdle).toBe(true);
  });

  it('want to be called when the oldest that is awaited is to be given up', () => {
    expect(blocks.nextWake()).toBeUndefined();
    blocks.add('a', announce(10), 100);
    blocks.add('a', announce(11), 200);
    expect(blocks.nextWake()).toBe(100 + BLOCK_DEMAND_TIMEOUT_MS);
    blocks.forget(hashOf(10));
    expect(blocks.nextWake()).toBe(200 + BLOCK_DEMAND_TIMEOUT_MS);
    blocks.forget(hashOf(11));
    expect(blocks.nextWake()).toBeUndefined();
  });

  it('want to be called for what waits, from the first on, while anything waits', () => {
    bring('a', 10, 100);
    bring('a', 20, 200);
    const first = 100 + ORPHAN_SWEEP_MS;
    expect(blocks.nextWake()).toBe(first);
    blocks.sweep(first - 1);
    expect(blocks.nextWake()).toBe(first);
    blocks.sweep(first);
    expect(blocks.nextWake()).toBe(first + ORPHAN_SWEEP_MS);
    blocks.distrust('a');
    blocks.sweep(first + ORPHAN_SWEEP_MS);
    expect(blocks.nextWake()).toBeUndefined();
    bring('a', 30, 500_000);
    expect(blocks.nextWake()).toBe(500_000 + ORPHAN_SWEEP_MS);
  });

  it('want to be called for whichever of the two is sooner', () => {
    blocks.add('a', announce(10), 0);
    const sooner = BLOCK_DEMAND_TIMEOUT_MS - ORPHAN_SWEEP_MS - 1;
    bring('a', 20, sooner);
    expect(blocks.nextWake()).toBe(sooner + ORPHAN_SWEEP_MS);
    blocks.sweep(sooner + ORPHAN_SWEEP_MS);
    expect(blocks.nextWake()).toBe(BLOCK_DEMAND_TIMEOUT_MS);
  });
});
