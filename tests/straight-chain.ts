/** A chain without branches in the place of a header tree, for tests of what asks a tree for heights and hashes alone. */
import type { ChainFamily, HeaderTree } from '@vision-light/protocol';

/** What a test may change. The slot of a header is its height. */
export interface StraightChain {
  tipHeight: number;
  baseHeight: number;
  tip: number;
}

/** The hash of a header says its height. */
export function hashOf(height: number): Uint8Array {
  const hash = new Uint8Array(32);
  new DataView(hash.buffer).setUint32(0, height);
  return hash;
}

export function heightOf(hash: Uint8Array): number {
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0);
}

/** @param family  what of the rules is asked for */
export function treeOf(chain: StraightChain, family: Partial<ChainFamily>): HeaderTree {
  return Object.assign(chain, {
    at: (height: number) => (height <= chain.tipHeight ? height : undefined),
    hash: hashOf,
    find: (hash: Uint8Array) => {
      const height = heightOf(hash);
      return height >= chain.baseHeight && height <= chain.tipHeight ? height : undefined;
    },
    height: (slot: number) => slot,
    isOnBestChain: () => true,
    record: () => undefined,
    parentRecord: () => undefined,
    family,
  }) as unknown as HeaderTree;
}
