/** What watches are told, and what they can be told to do. */
import type { RemovalReason, TxProof } from '@vision-light/protocol';

/** How far a watch has looked. Told when it begins to catch up, now and then meanwhile, and when it has caught up. */
export interface Scanned {
  /** Tells it from the other events. */
  readonly kind: 'scanned';
  /** The lowest height that it looks at. What is below it is not searched. */
  readonly from: number;
  /** All blocks up to this height were searched; `from` − 1 if none was. */
  readonly to: number;
  /** Height of the tip. */
  readonly tip: number;
  /** Blocks between `from` and `to` that no peer could give: what they have is not known. */
  readonly missing: number;
  /** What of this was left to compact filters. */
  readonly filtered: Filtered;
}

/** What compact filters have said of the blocks of a watch. All are 0 where no peer serves filters. */
export interface Filtered {
  /** Blocks that were not looked through, because their filters exclude all that is watched. */
  readonly blocks: number;
  /** The fewest peers that gave the same filter of any of those blocks: one alone could have left something out. */
  readonly peers: number;
  /** Blocks of which peers gave different filters, and the block did not tell who is right: they were looked through whole. */
  readonly open: number;
}

/** Where a transaction is in the best chain. */
export interface TxPlace {
  /** Height of its block. */
  readonly height: number;
  /** 64 lowercase hex digits. */
  readonly block: string;
  /** In the block, from 0. */
  readonly position: number;
}

/** A transaction that a block of the best chain has. */
export interface IncludedTx extends TxPlace {
  /** Blocks that have it or follow the one that has it. */
  readonly confirmations: number;
  /** Makes a proof of it, as `proveTx` of the node does: only then does it cost anything. @throws as that does */
  proof(): Promise<TxProof>;
}

/** What becomes of a transaction that is watched. */
export type TxWatchEvent =
  | Scanned
  /** It is in the mempool here. */
  | { readonly kind: 'seen' }
  /** It has left the mempool here, and no block has it. It may come back. */
  | { readonly kind: 'dropped'; readonly reason: RemovalReason }
  /** A block of the best chain has it. */
  | ({ readonly kind: 'included' } & IncludedTx)
  /** One more block, or one less, follows. */
  | ({ readonly kind: 'confirmed' } & IncludedTx)
  /** The block that had it is not on the best chain any more. It is looked for in those that took its place. */
  | { readonly kind: 'reorgedOut'; readonly height: number; readonly block: string };

/** How an address that is watched takes part: it pays, is paid, or both. */
export interface AddressPart {
  /** 64 lowercase hex digits. */
  readonly txid: string;
  /** Whether it spends from the address. */
  readonly pays: boolean;
  /** Whether it pays to the address. */
  readonly isPaid: boolean;
}

/** What happens to an address that is watched. */
export type AddressWatchEvent =
  | Scanned
  /** A transaction is in the mempool here. */
  | ({ readonly kind: 'seen' } & AddressPart)
  /** A block of the best chain has it. */
  | ({ readonly kind: 'included' } & AddressPart & IncludedTx)
  /** That block is not on the best chain any more. */
  | { readonly kind: 'reorgedOut'; readonly txid: string; readonly height: number; readonly block: string };

/** Which of the scripts that are watched a transaction concerns, each as the application gave it. */
export interface ScriptPart {
  /** 64 lowercase hex digits. */
  readonly txid: string;
  /** Those that it spends from. */
  readonly pays: readonly string[];
  /** Those that it pays to. */
  readonly paid: readonly string[];
}

/** What happens to scripts that are watched. */
export type ScriptWatchEvent =
  | Scanned
  /** A transaction is in the mempool here. */
  | ({ readonly kind: 'seen' } & ScriptPart)
  /** A block of the best chain has it. */
  | ({ readonly kind: 'match' } & ScriptPart & IncludedTx)
  /** That block is not on the best chain any more. */
  | { readonly kind: 'disconnected'; readonly txid: string; readonly height: number; readonly block: string };

/** What `watch` is to look for. */
export interface WatchedScripts {
  /** 1 to 1,000 of them. Bitcoin: addresses, or scripts in hex. Vision: public keys, 64 hex digits each. */
  readonly scripts: readonly string[];
  /** The lowest height to look at, from 1. If it is absent: the newest blocks, whose bodies a node has. */
  readonly from?: number;
}

/** What every watch can be told. */
export interface WatchOptions {
  /**
   * The lowest height to look at, from 1. If it is absent: where the last watch of the same ended, in this visit or an earlier
   * one; if there was none, the newest blocks, whose bodies a node has.
   */
  readonly from?: number;
  /** Ends the watch when it is aborted. */
  readonly signal?: AbortSignal;
}

/** What `watchTx` can be told. */
export interface WatchTxOptions extends WatchOptions {
  /** The watch ends with so many confirmations. Default: 144. */
  readonly confirmations?: number;
}
