import { beforeEach, describe, expect, it } from 'vitest';
import { hashOf, heightOf, type StraightChain, treeOf } from '../../../../tests/straight-chain.js';
import type { Effect } from '../io/effect.js';
import { StoragePort } from '../io/storage-port.js';
import { FOLLOWED_AHEAD_MAX, FOLLOWED_BLOCKS, FOLLOWED_SCAN_MAX } from '../limits.js';
import { RequestLedger } from '../peer/request-ledger.js';
import { BlockDownload } from './block-download.js';
import { BlockFollower } from './block-follower.js';
import { BodyChecker } from './body-checker.js';
import { FollowedBlocks } from './followed-blocks.js';
import { StoredBlocks } from './stored-blocks.js';

let chain: StraightChain;
/** Heights whose body follows from the header. */
let implied: (height: number) => boolean;
/** Heights whose body the store did not take. */
let refused: Set<number>;
let dropped: number[];
let isSyncing: boolean;
let waitsForBlocks: boolean;
/** The store has taken what it was given last. */
let answerWrite: () => void;
let stored: StoredBlocks;
let download: BlockDownload;

beforeEach(() => {
  implied = () => false;
  refused = new Set();
  dropped = [];
  isSyncing = false;
  waitsForBlocks = false;
  download = new BlockDownload(1000, new RequestLedger());
});

/** The store holds the bodies of these heights. */
function follower(
  count: number,
  tipHeight: number,
  kept: readonly number[] = [],
  baseHeight = 0,
): BlockFollower {
  chain = { tipHeight, baseHeight, tip: tipHeight };
  const tree = treeOf(chain, {
    impliedBody: ({ height }) => (implied(height) ? Uint8Array.of(0) : undefined),
  });
  const ignore = (): void => undefined;
  const listener = { stored: ignore, storeFailed: ignore, written: ignore };
  const storage = new StoragePort({
    push: (effect: Effect) => {
      if (effect.type === 'storage')
        answerWrite = () =>
          storage.answered(
            { type: 'storageAnswered', request: effect.request, result: { kind: 'write' } },
            0,
          );
    },
  });
  stored = new StoredBlocks(storage, listener);
  for (const height of kept) stored.put(hashOf(height), Uint8Array.of(1));
  const followed = new FollowedBlocks(tree, count);
  return new BlockFollower(followed, stored, download, new BodyChecker(tree), {
    wasRefused: (hash) => refused.has(heightOf(hash)),
    dropped: (hash) => dropped.push(heightOf(hash)),
    isSyncing: () => isSyncing,
    waitsForBlocks: () => waitsForBlocks,
  });
}

function join(id: string, isArchive: boolean): void {
  download.ledger.peerReady({
    id,
    lastBytesAt: 0,
    partialSince: undefined,
    partialBytes: 0,
  });
  download.addPeer(id, isArchive);
}

const wanted = (): number[] => download.hashes().map(heightOf);
const kept = (): number[] => [...stored.hashes()].map(heightOf);

/** The chain grows. */
function grow(tipHeight: number): void {
  chain.tipHeight = tipHeight;
  chain.tip = tipHeight;
}

describe('following', () => {
  it('wants the newest, newest first', () => {
    const one = follower(4, 10);
    expect(one.hasMore).toBe(true);
    one.follow();
    expect([wanted(), one.hasMore]).toEqual([[10, 9, 8, 7], false]);
    grow(11);
    expect(one.hasMore).toBe(true);
    one.follow();
    expect(wanted()).toEqual([10, 9, 8, 7, 11]);
  });

  it('passes over what is stored, what a header implies, and what the store did not take', () => {
    implied = (height) => height === 9;
    refused.add(8);
    const one = follower(4, 10, [10]);
    one.follow();
    expect(wanted()).toEqual([7]);
  });

  it('wants so many at a time, and goes on where it was', () => {
    join('archive', true);
    const one = follower(Number.POSITIVE_INFINITY, 1000);
    one.follow();
    expect([download.pending, one.hasMore]).toEqual([FOLLOWED_AHEAD_MAX, false]);
    expect(wanted().at(-1)).toBe(1000 - FOLLOWED_AHEAD_MAX + 1);
    download.cancel(hashOf(1000));
    expect(one.hasMore).toBe(true);
    one.follow();
    expect([download.pending, wanted().at(-1)]).toEqual([FOLLOWED_AHEAD_MAX, 1000 - FOLLOWED_AHEAD_MAX]);
  });

  it('looks at so many heights in one step', () => {
    const first = 10_000 - FOLLOWED_SCAN_MAX;
    implied = (height) => height > first;
    join('archive', true);
    const one = follower(Number.POSITIVE_INFINITY, 10_000);
    one.follow();
    expect([wanted(), one.hasMore]).toEqual([[], true]);
    one.follow();
    expect(wanted()[0]).toBe(first);
  });

  it('wants what is old only while there is an archive, and of archives only', () => {
    join('plain', false);
    const one = follower(FOLLOWED_BLOCKS + 2, 1000);
    one.follow();
    const newest = Array.from({ length: FOLLOWED_BLOCKS }, (_, i) => 1000 - i);
    expect(wanted()).toEqual(newest);
    join('archive', true);
    one.restart();
    one.follow();
    const old = [1000 - FOLLOWED_BLOCKS, 1000 - FOLLOWED_BLOCKS - 1];
    expect(wanted()).toEqual([...newest, ...old]);
    for (const height of newest) download.cancel(hashOf(height));
    expect(download.poll(0)).toMatchObject([{ peerId: 'archive', hashes: old.map(hashOf) }]);
  });

  it('wants what is new of any peer, although there is an archive', () => {
    join('plain', false);
    join('archive', true);
    follower(1, 1000).follow();
    expect(download.poll(0).map(({ peerId }) => peerId)).toEqual(['plain']);
  });
});

describe('letting go', () => {
  it('drops what is not among the newest any more, from the store and from what is wanted', () => {
    const one = follower(4, 10, [6, 7, 10]);
    for (const height of [5, 6, 7, 8]) download.want(hashOf(height));
    one.prune();
    expect(kept()).toEqual([7, 10]);
    // What is wanted is cancelled by the listener.
    expect(dropped).toEqual([6, 5, 6]);
  });

  it('looks once for each tip, and again after a restart', () => {
    const one = follower(4, 10, [6]);
    one.prune();
    stored.put(hashOf(5), Uint8Array.of(1));
    one.prune();
    expect(kept()).toEqual([5]);
    one.restart();
    one.prune();
    expect(kept()).toEqual([]);
    stored.put(hashOf(8), Uint8Array.of(1));
    grow(12);
    one.prune();
    expect(kept()).toEqual([]);
  });

  it('drops nothing of a node that keeps all', () => {
    const one = follower(Number.POSITIVE_INFINITY, 10, [1, 500]);
    one.prune();
    expect([kept(), dropped]).toEqual([[1, 500], []]);
  });

  it('drops everything of a node that keeps none', () => {
    const one = follower(0, 10, [9, 10, 11]);
    isSyncing = true;
    one.prune();
    expect(kept()).toEqual([]);
  });

  it('drops nothing before there is a header above the base', () => {
    const one = follower(1, 10, [1, 500], 10);
    one.prune();
    expect(kept()).toEqual([1, 500]);
    grow(11);
    one.prune();
    expect(kept()).toEqual([]);
  });

  it('drops a body without a header unless headers are on their way, and looks again when they came', () => {
    const one = follower(4, 10, [500]);
    isSyncing = true;
    one.prune();
    expect(kept()).toEqual([500]);
    isSyncing = false;
    one.prune();
    expect([kept(), dropped]).toEqual([[], [500]]);
    stored.put(hashOf(5), Uint8Array.of(1));
    one.prune();
    expect(kept()).toEqual([5]);
  });

  it('looks once while headers are on their way if each body has its header', () => {
    const one = follower(4, 10, [10]);
    isSyncing = true;
    one.prune();
    stored.put(hashOf(5), Uint8Array.of(1));
    one.prune();
    expect(kept()).toEqual([10, 5]);
  });

  it.each([
    ['keeps a body without a header while it may be of one below the base', 11, [3]],
    ['drops a body without a header if all that is kept is from the base on', 10, []],
  ])('%s', (_what, baseHeight, left) => {
    // The lowest height whose body is kept is 13 - 4 + 1 = 10.
    const one = follower(4, 13, [3], baseHeight);
    one.prune();
    expect(kept()).toEqual(left);
  });

  it('keeps the base if it is among the newest, and wants nothing below the header after it', () => {
    const one = follower(4, 13, [10], 10);
    for (const height of [10, 11]) download.want(hashOf(height));
    one.prune();
    expect([kept(), dropped]).toEqual([[10], [10]]);
  });

  it('knows that nothing is below genesis', () => {
    const one = follower(4, 2, [500]);
    one.prune();
    expect(kept()).toEqual([]);
  });

  it('cancels nothing that has no header', () => {
    const one = follower(4, 10);
    download.want(hashOf(500));
    one.prune();
    expect(dropped).toEqual([]);
  });
});

describe('saving data', () => {
  it('wants nothing by itself, cancels what is wanted, and goes on afterwards with all that is not here', () => {
    const one = follower(4, 10, [9]);
    one.follow();
    one.pause(true);
    expect([dropped, one.isFollowing, one.hasMore]).toEqual([[10, 8, 7], false, false]);
    for (const height of dropped) download.cancel(hashOf(height));
    grow(11);
    one.follow();
    expect([wanted(), kept()]).toEqual([[], [9]]);
    one.pause(false);
    one.follow();
    expect(wanted()).toEqual([11, 10, 8]);
  });

  it('follows all the same while something waits for a block', () => {
    const one = follower(4, 10);
    one.pause(true);
    waitsForBlocks = true;
    one.follow();
    expect([wanted(), one.isFollowing]).toEqual([[10, 9, 8, 7], true]);
  });
});

describe('a store that is full', () => {
  /** Bodies of these heights that the store has taken. */
  function full(count: number, tipHeight: number, heights: readonly number[]): BlockFollower {
    const one = follower(count, tipHeight, heights);
    stored.advance();
    answerWrite();
    return one;
  }

  it('keeps the newer half of what it has, and never more from then on', () => {
    const one = full(64, 10, [3, 4, 5, 6, 7, 8, 9, 10]);
    one.makeRoom();
    one.prune();
    expect([kept(), one.lacks(6)]).toEqual([[7, 8, 9, 10], false]);
    grow(11);
    one.follow();
    one.prune();
    expect([wanted(), kept()]).toEqual([[11], [8, 9, 10]]);
  });

  it('keeps the newest body in any case, and gives nothing up that it does not have', () => {
    const one = full(64, 10, [9, 10]);
    stored.put(hashOf(8), Uint8Array.of(1));
    one.makeRoom();
    one.makeRoom();
    one.prune();
    expect(kept()).toEqual([10]);
    one.makeRoom();
    one.prune();
    expect(kept()).toEqual([10]);
  });

  it('keeps everything of an archive', () => {
    const one = full(Number.POSITIVE_INFINITY, 10, [7, 8, 9, 10]);
    one.makeRoom();
    one.prune();
    expect(kept()).toEqual([7, 8, 9, 10]);
  });
});
