import { describe, expect, it } from 'vitest';
import { bitcoinFilterRules } from './filter-rules.js';

const block = new Uint8Array(32).fill(9);
/** Without items. */
const empty = Uint8Array.of(0);

describe('a filter excludes', () => {
  it('a script that it would have', () => {
    expect(bitcoinFilterRules.mayConcern(empty, block, [Uint8Array.of(0x51)])).toBe(false);
  });

  it.each([
    ['data', Uint8Array.of(0x6a, 1, 7)],
    ['nothing', new Uint8Array(0)],
  ])('no script that filters never have: %s', (_what, script) => {
    expect(bitcoinFilterRules.mayConcern(empty, block, [Uint8Array.of(0x51), script])).toBe(true);
  });
});
