import { Sha256 } from '../../../bytes/sha256.js';

/** A root, and whether the list could be longer than the one that was meant. */
export interface BitcoinMerkleRoot {
  /** 32 bytes, internal order; zeros for no leaves. */
  readonly root: Uint8Array;
  /** True if two neighbours that are paired are equal: a list without the second one has the same root. */
  readonly isMutated: boolean;
}

const hashBytes = 32;

/**
 * Root of Bitcoin's tree: double SHA-256, an odd node is paired with itself.
 *
 * @see Bitcoin Core `ComputeMerkleRoot`, CVE-2012-2459
 */
export function bitcoinMerkleRoot(leaves: readonly Uint8Array[]): BitcoinMerkleRoot {
  const hasher = new Sha256();
  // Each level overwrites the one below, so that a tree of thousands of nodes is one allocation.
  const level = new Uint8Array(Math.max(1, leaves.length) * hashBytes);
  for (const [i, leaf] of leaves.entries()) level.set(leaf, i * hashBytes);
  let isMutated = false;
  for (let count = leaves.length; count > 1; count = Math.ceil(count / 2)) {
    for (let i = 0; i < count; i += 2) {
      const left = i * hashBytes;
      const right = Math.min(i + 1, count - 1) * hashBytes;
      if (right !== left && areSame(level, left, right)) isMutated = true;
      hasher.update(level, left, left + hashBytes);
      hasher.update(level, right, right + hashBytes);
      hasher.doubleDigestInto(level, left / 2);
    }
  }
  return { root: level.slice(0, hashBytes), isMutated };
}

function areSame(level: Uint8Array, a: number, b: number): boolean {
  for (let i = 0; i < hashBytes; i++) if (level[a + i] !== level[b + i]) return false;
  return true;
}
