import { describe, expect, it } from 'vitest';
import type { HeaderTree } from '../tree/header-tree.js';
import { FollowedBlocks } from './followed-blocks.js';

/** A best chain of which only the height matters; a slot is its height. */
function chainOf(tipHeight: number, baseHeight = 0): { tipHeight: number } & HeaderTree {
  const chain = {
    tipHeight,
    baseHeight,
    height: (slot: number) => slot,
    isOnBestChain: (slot: number) => slot >= 0,
  };
  return chain as unknown as { tipHeight: number } & HeaderTree;
}

function takeAll(followed: FollowedBlocks): number[] {
  const heights: number[] = [];
  for (let height = followed.next(); height !== undefined; height = followed.next()) heights.push(height);
  return heights;
}

describe('FollowedBlocks', () => {
  it('looks at the newest, newest first, each once', () => {
    const chain = chainOf(10);
    const followed = new FollowedBlocks(chain, 4);
    expect(takeAll(followed)).toEqual([10, 9, 8, 7]);
    expect(followed.isDone).toBe(true);
    chain.tipHeight = 12;
    expect(takeAll(followed)).toEqual([11, 12]);
  });

  it('looks at all of a chain, and goes on downwards while it grows', () => {
    const chain = chainOf(5);
    const followed = new FollowedBlocks(chain, Number.POSITIVE_INFINITY);
    expect([followed.next(), followed.next()]).toEqual([5, 4]);
    chain.tipHeight = 6;
    expect(takeAll(followed)).toEqual([6, 3, 2, 1]);
  });

  it('leaves out what has grown too old before it was looked at', () => {
    const chain = chainOf(10);
    const followed = new FollowedBlocks(chain, 4);
    expect(followed.next()).toBe(10);
    chain.tipHeight = 1000;
    expect(takeAll(followed)).toEqual([1000, 999, 998, 997]);
  });

  it('looks again at what a reorganisation replaced, and at everything when it is told to', () => {
    const chain = chainOf(10);
    const followed = new FollowedBlocks(chain, 4);
    takeAll(followed);
    chain.tipHeight = 11;
    followed.reorganised(8);
    expect(takeAll(followed)).toEqual([9, 10, 11]);
    followed.reorganised(2);
    expect(takeAll(followed)).toEqual([11, 10, 9, 8]);
    followed.restart();
    expect(takeAll(followed)).toEqual([11, 10, 9, 8]);
  });

  it('looks at nothing below the base of the tree, nor at the base', () => {
    expect(takeAll(new FollowedBlocks(chainOf(9, 6), 64))).toEqual([9, 8, 7]);
    expect(takeAll(new FollowedBlocks(chainOf(6, 6), 64))).toEqual([]);
  });

  it('never looks at genesis, and at nothing for a count of 0', () => {
    expect(takeAll(new FollowedBlocks(chainOf(0), Number.POSITIVE_INFINITY))).toEqual([]);
    expect(takeAll(new FollowedBlocks(chainOf(2), 64))).toEqual([2, 1]);
    const none = new FollowedBlocks(chainOf(9), 0);
    expect([takeAll(none), none.isDone, none.includes(9)]).toEqual([[], true, false]);
  });
});
