/** What the chain rests on. */
export interface CheckpointState {
  /** The checkpoint that the application gave; absent without one, and once it was found to be false. */
  readonly checkpoint?: {
    readonly height: number;
    /** 64 lowercase hex digits (Bitcoin: display order). */
    readonly hash: string;
    /** Unix seconds, as its header says. */
    readonly time: number;
    /** True once everything below it is verified down to genesis, its chainwork and its root are right, and it is on the best chain. */
    readonly isProven: boolean;
  };
  /** True if the one that the application gave was false, or no peer had it. */
  readonly isFalse: boolean;
  /** Headers of the best chain that this node has verified, in this run or while it read them back. */
  readonly verifiedHeaders: number;
  /** Headers of the best chain, from genesis on, that it takes on trust. */
  readonly assumedHeaders: number;
  /** Peers that have come as far as the checkpoint and have another header there. */
  readonly unknowingPeers: number;
}
