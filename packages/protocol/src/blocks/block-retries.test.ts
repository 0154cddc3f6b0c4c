import { describe, expect, it } from 'vitest';
import { MISSING_RETRY_MAX_MS, MISSING_RETRY_MS } from '../limits.js';
import { BlockRetries } from './block-retries.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);

describe('BlockRetries', () => {
  it('asks again after a second, then twice as long each time, up to a maximum', () => {
    const missing = new BlockRetries();
    const pauses: number[] = [];
    let now = 0;
    for (let i = 0; i < 12; i++) {
      missing.add(hashOf(1), now);
      missing.add(hashOf(1), now + 1);
      const at = missing.nextWake() as number;
      expect(missing.takeDue(at - 1)).toEqual([]);
      expect(missing.takeDue(at)).toEqual([hashOf(1)]);
      pauses.push(at - now);
      now = at;
    }
    expect(pauses.slice(0, 3)).toEqual([1, 2, 4].map((factor) => factor * MISSING_RETRY_MS));
    expect(pauses.at(-1)).toBe(MISSING_RETRY_MAX_MS);
  });

  it('asks with what is due for what is due soon, in one', () => {
    const missing = new BlockRetries();
    const soon = 0.25 * MISSING_RETRY_MS;
    for (const [index, at] of [0, soon / 2, soon, soon + 1].entries()) missing.add(hashOf(index), at);
    expect(missing.takeDue(MISSING_RETRY_MS - 1)).toEqual([]);
    expect(missing.takeDue(MISSING_RETRY_MS)).toEqual([0, 1, 2].map(hashOf));
    expect(missing.nextWake()).toBe(MISSING_RETRY_MS + soon + 1);
  });

  it('for what is lost for good asks ever more seldom', () => {
    const missing = new BlockRetries();
    const hour = 3_600_000;
    let asked = 0;
    for (let now: number | undefined = 0; now !== undefined && now < hour; now = missing.nextWake()) {
      asked += missing.takeDue(now).length;
      missing.add(hashOf(1), now);
    }
    // Ten times in the first ten minutes and a little more, and then once in ten minutes.
    expect(asked).toBe(14);
  });

  it('counts for each by itself, and forgets what came', () => {
    const missing = new BlockRetries();
    missing.add(hashOf(1), 0);
    missing.add(hashOf(2), 500);
    missing.delete(hashOf(1));
    expect([missing.size, missing.nextWake()]).toEqual([1, 500 + MISSING_RETRY_MS]);
    expect(missing.takeDue(10_000)).toEqual([hashOf(2)]);
    expect(missing.nextWake()).toBeUndefined();
  });

  it('keeps a hash of its own, since the given one may be a view of a message', () => {
    const missing = new BlockRetries();
    const hash = hashOf(1);
    missing.add(hash, 0);
    hash.fill(9);
    expect(missing.takeDue(MISSING_RETRY_MS)).toEqual([hashOf(1)]);
  });
});
