import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  devnetMerkleRoot,
  followMainnetPath,
  mainnetMerklePath,
  mainnetMerkleRoot,
  receiptsRoot,
} from './merkle.js';

const leaf = fc.uint8Array({ minLength: 32, maxLength: 32 });
const leaves = fc.array(leaf, { minLength: 1, maxLength: 20 });

describe('mainnet', () => {
  test('every path leads to the root, and no other leaf does', () => {
    fc.assert(
      fc.property(leaves, fc.nat(), (all, pick) => {
        const index = pick % all.length;
        const path = mainnetMerklePath(all, index);
        const own = all[index] as Uint8Array;
        expect(followMainnetPath(own, path)).toEqual(mainnetMerkleRoot(all));
        const other = new Uint8Array(own);
        other[0] = (other[0] as number) ^ 1;
        expect(followMainnetPath(other, path)).not.toEqual(mainnetMerkleRoot(all));
      }),
    );
  });

  test('does not commit to the number of leaves: why a proof there needs more', () => {
    const [a, b, c] = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte)) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ];
    expect(mainnetMerkleRoot([a, b, c])).toEqual(mainnetMerkleRoot([a, b, c, c]));
    expect(devnetMerkleRoot([a, b, c])).not.toEqual(devnetMerkleRoot([a, b, c, c]));
  });

  test('wrong arguments are the caller’s mistake', () => {
    expect(() => mainnetMerklePath([], 0)).toThrow(RangeError);
    expect(() => receiptsRoot([new Uint8Array(32)], [])).toThrow(RangeError);
  });
});

test('devnet: a root changes with any leaf, their order and their number', () => {
  fc.assert(
    fc.property(leaves, leaf, (all, extra) => {
      const root = devnetMerkleRoot(all);
      expect(devnetMerkleRoot([...all, extra])).not.toEqual(root);
      expect(devnetMerkleRoot([extra, ...all.slice(1)]).join() === root.join()).toBe(
        extra.join() === all[0]?.join(),
      );
    }),
  );
});
