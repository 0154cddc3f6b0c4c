/** What the verifier is asked, and what it answers. */
import type { Ancestry, HeaderBatch } from '../chain/chain-family.js';
import type { HeaderFault } from '../chain/header-fault.js';
import type { Peer } from '../peer/peer.js';
import type { Range } from './batch-verification.js';

/** Where a batch comes from: a peer's id (and whether it came with a compact block), the name of a source of this side, or the disk. No name can pass for another. */
export type SourceKey = `peer:${string}` | `compact:${string}` | `local:${string}` | 'disk';

/** The source of a peer's batches. */
export function sourceOf({ id }: Peer): SourceKey {
  return `peer:${id}`;
}

/** The id of the peer that a source is; undefined if it is none. */
export function peerIdOf(source: SourceKey): string | undefined {
  return source.startsWith('peer:') ? source.slice('peer:'.length) : undefined;
}

/** Headers that came, in copies: they wait for their turn, and what they came in is gone by then. */
export interface Answer {
  /** 32 bytes: hash of the header before the first, and its height. */
  readonly parent: Uint8Array;
  readonly parentHeight: number;
  readonly count: number;
  /** In the batch codec. */
  readonly content: Uint8Array;
}

/** A branch that is not in the tree. A batch that continues it is proven as a whole, and inserted nowhere. */
export interface OutsideBranch {
  /** Its last header. */
  readonly height: number;
  readonly lastHash: Uint8Array;
  /** What the rules look at; undefined if they are not to be checked. */
  readonly ancestry: Ancestry | undefined;
  /** Which headers of a batch to hash, ascending. */
  plan(batch: HeaderBatch): readonly Range[];
}

/** A batch to verify, who brought it, and whom to tell. */
export interface BatchRequest {
  readonly source: SourceKey;
  /** 32 bytes: hash of the header before the first. */
  readonly parent: Uint8Array;
  /** Height that this header must have; any if absent. Another one is answered with UNKNOWN_PARENT. */
  readonly parentHeight?: number;
  readonly count: number;
  /** Encoded headers, or decoded ones. */
  readonly content: Uint8Array | HeaderBatch;
  /** Which headers to hash, given which of them are new; all new ones if absent. */
  readonly plan?: (start: number, count: number) => readonly Range[];
  /** True if nothing of the batch counts unless all of it is good: where only a sample is hashed, a fault found late says that what was not hashed before it is in doubt as well. */
  readonly isAllOrNothing?: boolean;
  /** The branch that it continues, if that is not in the tree. */
  readonly outside?: OutsideBranch;
  /** Told once, when the batch is done with. Not told after the source was dropped. */
  readonly done: (outcome: BatchOutcome) => void;
}

/** What became of a batch. */
export interface BatchOutcome {
  /** Headers that are in the tree or held now. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly held: number;
  /** Whether every header is in the tree just as it came: none is held, and of none there is another under its hash. */
  readonly isVerbatim: boolean;
  /** Hash of the last header that is in the tree now, if any is. */
  readonly lastHash: Uint8Array | undefined;
  /** All headers of a batch that continues a branch outside of the tree, if all of them are proven. */
  readonly proven?: HeaderBatch;
  /** What ended the batch early. UNKNOWN_PARENT, TREE_FULL and POW_UNAVAILABLE are nobody's fault. */
  readonly fault: HeaderFault | 'UNKNOWN_PARENT' | 'TREE_FULL' | 'POW_UNAVAILABLE' | undefined;
  readonly detail: string;
}

/** The outcome of a request of which no header was looked at, or none is good. */
export function faultOutcome(fault: NonNullable<BatchOutcome['fault']>, detail: string): BatchOutcome {
  return {
    accepted: 0,
    duplicates: 0,
    held: 0,
    isVerbatim: false,
    lastHash: undefined,
    fault,
    detail,
  };
}
