import type { NodeFace } from '../streams/node-face.js';

/** What a miner takes of the node. */
export interface MiningNode extends NodeFace<'MINING_UNSUPPORTED'> {
  subscribe(type: 'tip' | 'status', listener: () => void): () => void;
}

/** Time and chance, as a miner needs them. */
export interface MiningPlatform {
  /** Unix milliseconds. */
  now(): number;
  /** 0 to 1. */
  chance(): number;
  /** A random u64: two miners with the same name and clock do not try the same nonces. */
  firstNonce(): bigint;
}
