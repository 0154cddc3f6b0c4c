import { readFileSync } from 'node:fs';
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

const groupsOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../../../../tests/vectors/${name}.json`, import.meta.url), 'utf8'));
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const toBytes = (texts: readonly string[]): Uint8Array[] =>
  texts.map((text) => new Uint8Array(Buffer.from(text, 'hex')));

interface MainnetTree {
  readonly leaves: string[];
  readonly tx_root: string;
  readonly receipt_status: number[];
  readonly receipts_root: string;
  readonly paths: { readonly hash: string; readonly sibling_is: string }[][];
}

test.each<MainnetTree>(groupsOf('vision-vectors').merkle)('the roots and paths of tree %#', (tree) => {
  const leaves = toBytes(tree.leaves);
  expect(toHex(mainnetMerkleRoot(leaves))).toBe(tree.tx_root);
  const succeeded = tree.receipt_status.map((status) => status === 1);
  expect(toHex(receiptsRoot(leaves, succeeded))).toBe(tree.receipts_root);
  const paths = leaves.map((_, index) => mainnetMerklePath(leaves, index));
  expect(paths.map((path) => path.map(({ hash, siblingIs }) => [toHex(hash), siblingIs]))).toEqual(
    tree.paths.map((path) => path.map(({ hash, sibling_is: siblingIs }) => [hash, siblingIs])),
  );
  expect(toBytes(tree.leaves)).toEqual(leaves);
});

test.each<{ tx_hashes: string[]; tx_root: string }>(groupsOf('vision-devnet-vectors').devnet_merkle)(
  'the root of the devnet’s tree %#',
  (tree) => expect(toHex(devnetMerkleRoot(toBytes(tree.tx_hashes)))).toBe(tree.tx_root),
);

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
