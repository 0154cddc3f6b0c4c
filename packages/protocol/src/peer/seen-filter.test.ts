import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeenFilter } from './seen-filter.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);

describe('SeenFilter', () => {
  it('forgets the one seen least recently, and looking counts as seeing', () => {
    const filter = new SeenFilter(3);
    for (const index of [1, 2, 3]) filter.add(hashOf(index));
    expect(filter.has(hashOf(1))).toBe(true);
    filter.add(hashOf(4));
    expect([1, 2, 3, 4].map((index) => filter.has(hashOf(index)))).toEqual([true, false, true, true]);
  });

  it('does not add by being asked', () => {
    const filter = new SeenFilter(3);
    expect([filter.has(hashOf(1)), filter.has(hashOf(1)), filter.size]).toEqual([false, false, 0]);
  });

  it('is a least recently used list, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(9))), (acts) => {
        const filter = new SeenFilter(4);
        let model: number[] = [];
        for (const [isAdd, index] of acts) {
          const isKnown = model.includes(index);
          if (isAdd) filter.add(hashOf(index));
          else expect(filter.has(hashOf(index))).toBe(isKnown);
          if (isAdd || isKnown) model = [...model.filter((each) => each !== index), index].slice(-4);
          expect(filter.size).toBe(model.length);
        }
      }),
    );
  });
});
