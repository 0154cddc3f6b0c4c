import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../bytes/hex.js';
import {
  HeaderCommitment,
  hashLeaf,
  isUnderRoot,
  RootBuilder,
  SUBTREE_HEADERS,
} from './header-commitment.js';

/** The leaves, roots and paths by which implementations of RFC 6962 and RFC 9162 test themselves. @see google/certificate-transparency, merkletree/merkle_tree_test.cc */
const knownLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const knownRoots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];
const knownPaths: [index: number, size: number, path: string[]][] = [
  [0, 1, []],
  [
    0,
    8,
    [
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ],
  ],
  [
    5,
    8,
    [
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ],
  ],
  [2, 3, ['fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125']],
  [
    1,
    5,
    [
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ],
  ],
];

function bytes(hex: string): Uint8Array {
  return hexToBytes(hex, hex.length / 2) as Uint8Array;
}

/** A chain whose headers are four bytes of their height, from a fork on of another branch. */
function chain(forkAt = Number.POSITIVE_INFINITY) {
  const read: number[] = [];
  const at = (height: number): Uint8Array =>
    Uint8Array.of(height, height >> 8, height >> 16, height < forkAt ? 0 : 1);
  const commitment = new HeaderCommitment({
    bytes: (height) => {
      read.push(height);
      return at(height);
    },
    hash: at,
  });
  return { commitment, read, at };
}

function rootOf(size: number, leaf: (index: number) => Uint8Array): string {
  const builder = new RootBuilder();
  for (let i = 0; i < size; i++) builder.append(hashLeaf(leaf(i)));
  return bytesToHex(builder.root());
}

describe('the Merkle tree of RFC 9162', () => {
  it.each(knownRoots.map((root, size) => [size, root] as const))(
    'has the known root of %i leaves',
    (size, root) => {
      const leaves = knownLeaves.map(bytes);
      expect(rootOf(size, (i) => leaves[i] as Uint8Array)).toBe(root);
      const commitment = new HeaderCommitment({
        bytes: (i) => leaves[i] as Uint8Array,
        hash: (i) => Uint8Array.of(i),
      });
      expect(bytesToHex(commitment.root(size))).toBe(root);
    },
  );

  it.each(knownPaths)('has the known path of leaf %i of %i', (index, size, path) => {
    const leaves = knownLeaves.map(bytes);
    const commitment = new HeaderCommitment({
      bytes: (i) => leaves[i] as Uint8Array,
      hash: (i) => Uint8Array.of(i),
    });
    expect(commitment.path(index, size).map(bytesToHex)).toEqual(path);
    const leaf = hashLeaf(leaves[index] as Uint8Array);
    expect(isUnderRoot(leaf, index, size, path.map(bytes), bytes(knownRoots[size] as string))).toBe(true);
  });
});

describe('a path', () => {
  it('leads to the root from every leaf, and from no other leaf, index or size', () => {
    const { commitment, at } = chain();
    for (let size = 1; size <= 20; size++) {
      const root = commitment.root(size);
      for (let index = 0; index < size; index++) {
        const path = commitment.path(index, size);
        const leaf = hashLeaf(at(index));
        expect(isUnderRoot(leaf, index, size, path, root)).toBe(true);
        for (let other = 0; other < size; other++)
          expect(isUnderRoot(leaf, other, size, path, root)).toBe(other === index);
        expect(isUnderRoot(hashLeaf(at(index + 1)), index, size, path, root)).toBe(false);
        expect(isUnderRoot(leaf, index, size, [...path, root], root)).toBe(false);
        expect(isUnderRoot(leaf, index, size, path.slice(1), root)).toBe(size === 1);
      }
    }
  });

  it('is void with any bit flipped', () => {
    const { commitment, at } = chain();
    const size = SUBTREE_HEADERS + 77;
    const root = commitment.root(size);
    fc.assert(
      fc.property(fc.nat(size - 1), fc.nat(), fc.nat(255), (index, where, bit) => {
        const path = commitment.path(index, size).map((hash) => hash.slice());
        const hash = path[where % path.length] as Uint8Array;
        hash[bit >> 3] = (hash[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(isUnderRoot(hashLeaf(at(index)), index, size, path, root)).toBe(false);
      }),
      { numRuns: 15 },
    );
  });

  it('is refused if it is out of range or not of hashes', () => {
    const { commitment, at } = chain();
    const root = commitment.root(1);
    const leaf = hashLeaf(at(0));
    expect(isUnderRoot(leaf, 0, 1, [], root)).toBe(true);
    for (const [index, size] of [
      [-1, 1],
      [1, 1],
      [0.5, 1],
      [0, 0],
      [0, Number.NaN],
      [0, 2 ** 53],
    ] as const)
      expect(isUnderRoot(leaf, index, size, [], root)).toBe(false);
    expect(isUnderRoot(leaf, 0, 2, [new Uint8Array(31)], commitment.root(2))).toBe(false);
    expect(() => commitment.path(1, 1)).toThrow(RangeError);
    expect(() => commitment.path(-1, 1)).toThrow('index: -1 of 1');
  });
});

describe('subtrees that are kept', () => {
  it('give the same roots and paths as the leaves', () => {
    const { commitment, at } = chain();
    for (const size of [1, 3].flatMap((n) => [-1, 0, 700].map((d) => n * SUBTREE_HEADERS + d))) {
      const root = commitment.root(size);
      expect(bytesToHex(root)).toBe(rootOf(size, at));
      for (const index of [0, SUBTREE_HEADERS - 1, size >> 1, size - 1].filter((index) => index < size))
        expect(isUnderRoot(hashLeaf(at(index)), index, size, commitment.path(index, size), root)).toBe(true);
    }
  });

  it('are hashed one at a time, and once', () => {
    const { commitment, read } = chain();
    const size = 3 * SUBTREE_HEADERS + 5;
    let steps = 0;
    while (commitment.prepare(size)) expect(read.length).toBe(++steps * SUBTREE_HEADERS);
    expect(steps).toBe(3);
    commitment.root(size);
    expect(read.length).toBe(3 * SUBTREE_HEADERS + 5);
  });

  it('are hashed again where the chain has changed', () => {
    let fork = Number.POSITIVE_INFINITY;
    const at = (height: number): Uint8Array => chain(fork).at(height);
    const commitment = new HeaderCommitment({ bytes: at, hash: at });
    const size = 2 * SUBTREE_HEADERS;
    const before = bytesToHex(commitment.root(size));
    fork = size - 1;
    const after = bytesToHex(commitment.root(size));
    expect(after).not.toBe(before);
    expect(after).toBe(rootOf(size, at));
  });
});
