/**
 * What verifies proofs that a block has a transaction, and no more: an application, a server or a script that has a
 * checkpoint needs no node, no network and no other package. All hashes are in it but VisionX (`visionx.ts`), which only headers of
 * Vision above a checkpoint need.
 */
export type { ProofFault } from './chain/proof/proof-fault.js';
export type { VisionXKernel } from './chain/proof/proof-rules.js';
export type { Checkpoint } from './checkpoints/checkpoint.js';
export type { NetworkName } from './families/network-names.js';
export type { CustomNetwork } from './families/vision/custom-network.js';
export type { ProofRefusal, ProofTie, TxProof } from './proofs/tx-proof.js';
export {
  type KnownHeader,
  type ProvenTx,
  type VerifyOptions,
  type VerifyResult,
  verifyTxProof,
} from './proofs/verify-tx-proof.js';
