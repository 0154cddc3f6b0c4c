/** What a miner in a page can be told, and what it tells. */

/** How to mine. */
export interface MineOptions {
  /** The miner field of its headers: 1 to 64 bytes of UTF-8. Default `vision-light page`. */
  readonly miner?: string;
  /** Ends it when it is aborted. */
  readonly signal?: AbortSignal;
}

/** What happens while a page mines. */
export type MiningEvent =
  /** Told once a second while it searches. */
  | {
      readonly kind: 'searched';
      /** The height that it searches a block for. */
      readonly height: number;
      /** Nonces tried so far. */
      readonly hashes: number;
      /** Of the time since the last event of this kind in which it searched. */
      readonly hashesPerSecond: number;
    }
  /** It waits: the node is not synced, so a block might stand beside a longer chain. */
  | { readonly kind: 'paused' }
  /** A block was found here, and is in the best chain of this node now. Another block may displace it later. */
  | { readonly kind: 'mined'; readonly height: number; readonly hash: string };
