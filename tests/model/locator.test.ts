import { HeaderTree } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLocator, forkHeight, locatorHeights } from '../../packages/protocol/src/tree/locator.js';
import { add, family, genesis, type Made, make, root, trunk } from './made-headers.js';
import { tinyHash } from './tiny-family.js';

describe('locator', () => {
  it('thins out from the tip to genesis', () => {
    expect(locatorHeights(0)).toEqual([0]);
    expect(locatorHeights(1)).toEqual([1, 0]);
    expect(locatorHeights(3)).toEqual([3, 2, 1, 0]);
    expect(locatorHeights(100)).toEqual([100, 99, 98, 96, 92, 84, 68, 36, 0]);
    expect(locatorHeights(2 ** 32).length).toBeLessThanOrEqual(64);
  });

  it('finds where two chains part, within twice the distance', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(40), fc.nat(40), (common, ours, theirs) => {
        const near = new HeaderTree(family);
        const far = new HeaderTree(family);
        const grow = (trees: HeaderTree[], from: Made, count: number, salt: number): Made => {
          let at = from;
          for (let i = 0; i < count; i++) {
            at = make(at, 1, salt);
            for (const tree of trees) add(tree, at);
          }
          return at;
        };
        const fork = grow([near, far], root, common, 0);
        grow([near], fork, ours, 1);
        grow([far], fork, theirs, 2);
        const locator = buildLocator(near);
        expect(locator.length).toBe(locatorHeights(common + ours).length);
        const found = forkHeight(far, locator) as number;
        expect(found).toBeLessThanOrEqual(common);
        expect(common + ours - found).toBeLessThanOrEqual(Math.max(1, 2 * ours));
      }),
      { numRuns: 60 },
    );
  });

  it('ends with the base and then genesis, where a tree begins above genesis', () => {
    expect(locatorHeights(100, 90)).toEqual([100, 99, 98, 96, 92, 90]);
    expect(locatorHeights(90, 90)).toEqual([90]);
    const { base, below, root } = trunk(40);
    const tree = new HeaderTree(family, { base });
    const next = make(root, 1, 0);
    add(tree, next);
    expect(buildLocator(tree)).toEqual([next.hash, root.hash, genesis]);
    const known = [next.hash, root.hash].map((hash) => forkHeight(tree, [hash, genesis]));
    expect(known).toEqual([41, 40]);
    for (const { hash } of below) expect(forkHeight(tree, [hash])).toBeUndefined();
  });

  it('begins at genesis if nothing is known', () => {
    const tree = new HeaderTree(family);
    add(tree, make(root, 1, 0));
    expect(forkHeight(tree, [new Uint8Array(32), tinyHash(new Uint8Array(48))])).toBe(0);
    expect(forkHeight(tree, [])).toBe(0);
  });

  it('does not count a header beside the best chain', () => {
    const tree = new HeaderTree(family);
    const side = make(root, 1, 1);
    add(tree, make(root, 2, 0));
    add(tree, side);
    expect(forkHeight(tree, [side.hash])).toBe(0);
  });
});
