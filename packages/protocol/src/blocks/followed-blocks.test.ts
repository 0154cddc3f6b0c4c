import { describe, expect, it } from 'vitest';
import { FOLLOWED_BLOCKS } from '../limits.js';
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

  it('looks at the only body there is', () => {
    expect(takeAll(new FollowedBlocks(chainOf(1), 64))).toEqual([1]);
    expect(takeAll(new FollowedBlocks(chainOf(9), 1))).toEqual([9]);
  });

  it('goes on upwards if the chain has grown by just what is kept', () => {
    const chain = chainOf(10);
    const followed = new FollowedBlocks(chain, 4);
    takeAll(followed);
    chain.tipHeight = 14;
    expect(takeAll(followed)).toEqual([11, 12, 13, 14]);
  });

  it('looks at everything again in a short chain too', () => {
    const followed = new FollowedBlocks(chainOf(2), 64);
    takeAll(followed);
    followed.restart();
    expect(takeAll(followed)).toEqual([2, 1]);
  });

  it('begins at the tip again if a reorganisation replaced all that it had looked at, and looks at each once', () => {
    const chain = chainOf(10);
    const followed = new FollowedBlocks(chain, 4);
    expect(followed.next()).toBe(10);
    followed.reorganised(8);
    expect(takeAll(followed)).toEqual([10, 9, 8, 7]);
  });

  it('keeps the newest bodies of the best chain, and no others', () => {
    const followed = new FollowedBlocks(chainOf(10), 4);
    expect([10, 7, 6].map((slot) => followed.includes(slot))).toEqual([true, true, false]);
    const chain = chainOf(10);
    chain.isOnBestChain = (slot) => slot !== 9;
    expect([10, 9].map((slot) => new FollowedBlocks(chain, 4).includes(slot))).toEqual([true, false]);
  });

  it('calls old what is below the newest that every peer keeps, however many this node keeps', () => {
    const followed = new FollowedBlocks(chainOf(100), 4);
    const edge = 100 - FOLLOWED_BLOCKS;
    expect([100, edge + 1, edge, edge - 1].map((slot) => followed.isOld(slot))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});
