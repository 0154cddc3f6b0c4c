/** Makes proofs of what a node knows: the transactions of a block, which were held to its header, and verified headers. */
import { areEqual } from '../bytes/compare-bytes.js';
import { collectHashes, wholeTree } from '../chain/proof/partial-tree.js';
import type { CustomNetwork, NetworkName } from '../families/proof-families.js';
import { proofFamilyOf } from '../families/proof-families.js';
import {
  checkedParts,
  type ProofRefusal,
  type ProofTie,
  refused,
  shownTree,
  type TxProof,
} from './tx-proof.js';
import { writeTxProof } from './write-proof.js';

/** What a proof is made of. */
export interface ProofMaterial {
  /** As `createLightNode` takes it; the proof states it. */
  readonly network: NetworkName | CustomNetwork;
  /** Of the block. */
  readonly height: number;
  /** Ids of its transactions, in order: 32 bytes each, internal order, one after another. */
  readonly ids: Uint8Array;
  /** Of the transaction in question. */
  readonly position: number;
  /** The bytes that its id commits to, see `TransactionRules.committedBytes`. */
  readonly committed: Uint8Array;
  /** Those of the first transaction of the block. */
  readonly firstCommitted: Uint8Array;
  /** How the block is tied to what a verifier knows. `headers` and `path` must be those of this tie. */
  readonly tie: ProofTie;
  /** Height of what the proof is to be held to. */
  readonly anchor: number;
  /** Canonical bytes of the headers that the tie needs, lowest height first: see `firstHeaderOf`. */
  readonly headers: Uint8Array;
  /** Of the tie `root` the hashes from the header, or from its parent and then from it, to the root of the checkpoint; of `work` that of the last header. */
  readonly path: Uint8Array;
}

/**
 * Makes a proof. What it is made of is taken for good: whoever gets it verifies it.
 *
 * @returns the proof, or why nothing is proven
 * @throws {RangeError} if there is no transaction at that position, or the network is none
 */
export function makeTxProof(
  material: ProofMaterial,
): { readonly ok: true; readonly proof: TxProof } | ProofRefusal {
  const { network, height, position, committed: tx, firstCommitted, tie, anchor, headers, path } = material;
  const family = proofFamilyOf(network);
  const { tree } = family;
  const ids = Array.from({ length: material.ids.length / 32 }, (_, i) =>
    material.ids.subarray(32 * i, 32 * (i + 1)),
  );
  const id = ids[position];
  const committed = family.readCommitted(tx);
  if (id === undefined || committed === undefined || !areEqual(committed.id, id))
    throw new RangeError(`position: no such transaction at ${position} of ${ids.length}`);
  if (committed.isNodeSized) return refused('PROOF_TX_AMBIGUOUS');
  if (tie === 'links' && family.areLinksWeak) return refused('PROOF_LINKS_WEAK');
  const partial = shownTree(family, position, ids.length, true);
  const nodes = wholeTree(
    tree,
    ids.map((each) => tree.leaf(each)),
  );
  const showsCoinbase = family.hasCoinbase && position > 0;
  const result = checkedParts({
    network,
    family,
    height,
    id,
    tx,
    position,
    count: ids.length,
    coinbase: showsCoinbase ? firstCommitted : undefined,
    hashes: collectHashes(partial, nodes),
    tie,
    anchor,
    path,
    headers,
  });
  return result.ok ? { ok: true, proof: writeTxProof(result.parts) } : result;
}
