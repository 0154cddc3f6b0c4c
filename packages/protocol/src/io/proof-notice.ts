/** What a node tells its application of proofs. */

/** What a proof is made of, but the network: `ProofMaterial` of `proofs/make-tx-proof.ts`. The bytes are nobody else's. */
export interface Provable {
  /** A proof can be made. If not, the result has `false` here, and a code. */
  readonly ok: true;
  /** Of the block. */
  readonly height: number;
  /** Ids of all transactions of the block, in order: 32 bytes each, internal order, one after another. */
  readonly ids: Uint8Array;
  /** Of the transaction in its block, from 0. */
  readonly position: number;
  /** The bytes of the transaction that its id is the hash of, see `TransactionRules.committedBytes`. */
  readonly committed: Uint8Array;
  /** The same of the first transaction of the block, which may be this one. */
  readonly firstCommitted: Uint8Array;
  /** What ties the block to the anchor: see the head of `proofs/tx-proof.ts`. */
  readonly tie: 'root' | 'links' | 'work';
  /** Height of what a verifier has to know: of the tie `links` the tip, of the others a checkpoint. */
  readonly anchor: number;
  /** Canonical bytes of the headers that the tie needs, lowest height first, one after another. */
  readonly headers: Uint8Array;
  /** Hashes of 32 bytes: of the tie `root` up to the root of the checkpoint, of `work` that of the last header, of `links` none. */
  readonly path: Uint8Array;
}
