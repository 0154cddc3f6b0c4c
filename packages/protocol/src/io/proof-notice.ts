/** What a node tells its application of proofs. */

/** What a proof is made of, but the network: `ProofMaterial` of `proofs/make-tx-proof.ts`. The bytes are nobody else's. */
export interface Provable {
  readonly ok: true;
  readonly height: number;
  readonly ids: Uint8Array;
  readonly position: number;
  readonly committed: Uint8Array;
  readonly firstCommitted: Uint8Array;
  readonly tie: 'root' | 'links' | 'work';
  readonly anchor: number;
  readonly headers: Uint8Array;
  readonly path: Uint8Array;
}
