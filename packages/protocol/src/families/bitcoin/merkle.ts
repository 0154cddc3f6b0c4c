import { areEqual } from '../../bytes/compare-bytes.js';
import { sha256d } from './transaction.js';

/** A root, and whether the list could be longer than the one that was meant. */
export interface BitcoinMerkleRoot {
  /** 32 bytes, internal order; zeros for no leaves. */
  readonly root: Uint8Array;
  /** True if two neighbours that are paired are equal: a list without the second one has the same root. */
  readonly isMutated: boolean;
}

/**
 * Root of Bitcoin's tree: double SHA-256, an odd node is paired with itself.
 *
 * @see Bitcoin Core `ComputeMerkleRoot`, CVE-2012-2459
 */
export function bitcoinMerkleRoot(leaves: readonly Uint8Array[]): BitcoinMerkleRoot {
  let isMutated = false;
  let level = leaves;
  while (level.length > 1) {
    const parents: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const left = level[i] as Uint8Array;
      const right = level[i + 1];
      if (right !== undefined && areEqual(left, right)) isMutated = true;
      parents.push(sha256d(left, right ?? left));
    }
    level = parents;
  }
  return { root: level[0] ?? new Uint8Array(32), isMutated };
}
