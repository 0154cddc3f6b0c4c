/** What adding headers to the tree leads to. */
import type { HeaderVerdict } from '../chain/chain-family.js';

/** A change of the best chain that abandoned headers. Slots, lowest height first. */
export interface BranchSwitch {
  readonly ancestor: number;
  readonly disconnected: readonly number[];
  readonly connected: readonly number[];
}

/** A header that is in the tree. */
export type InsertedHeader =
  /** It is new, and beside the best chain. */
  | { readonly kind: 'accepted'; readonly slot: number }
  /** It was in the tree before. */
  | { readonly kind: 'duplicate'; readonly slot: number }
  /** It is the new tip, on top of the old one. */
  | { readonly kind: 'extended'; readonly slot: number }
  /** It is the new tip, on another branch than the old one. `disconnected` may be evicted by the next insertion. */
  | { readonly kind: 'reorganised'; readonly slot: number; readonly reorg: BranchSwitch };

/** What adding a header led to whose rules were checked before. */
export type CheckedInsertResult =
  | InsertedHeader
  | {
      readonly kind: 'rejected';
      readonly code: 'HEADER_EQUIVOCATION' | 'TREE_FULL';
      readonly detail: string;
    };

/** What adding a header led to. */
export type InsertResult =
  | CheckedInsertResult
  | Exclude<HeaderVerdict, { readonly kind: 'ok' }>
  /** Its parent is not in the tree; `missing` is the parent's hash. */
  | { readonly kind: 'orphan'; readonly missing: Uint8Array };

/** Headers that were appended in bulk. */
export interface AppendedRun {
  /** Height of the first of them. */
  readonly firstHeight: number;
  /** Slot of the last of them, which is the tip; the old tip if there was room for none. */
  readonly lastSlot: number;
  /** How many there was room for. */
  readonly count: number;
}
