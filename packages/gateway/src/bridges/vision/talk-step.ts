/** What the talk with a node consists of: what it wants done, and what came of it. One thing at a time. */
import type { NamedHeader } from './header-page.js';
import type { VisionNodeFault } from './node-faults.js';

/** A block as a node gave it, before any rule has looked at it. */
export interface FetchedBlock {
  /** 64 lowercase digits: what its own header says its hash is. */
  readonly hash: string;
  readonly record: Uint8Array;
  readonly body: Uint8Array;
}

/** Something by its name, as `inv` names it. */
export interface OfferedObject {
  readonly type: 'block' | 'tx';
  readonly hash: string;
}

/** What is to be done next. Each is answered by the outcome of the same line, or by `failed`. */
export type TalkEffect =
  /** → `headers` */
  | { readonly type: 'getHeaders'; readonly locator: readonly string[]; readonly max: number }
  /** → `blocks` */
  | { readonly type: 'getBlocks'; readonly names: readonly string[] }
  /** To the core, as blocks of somebody else. → `submitted` */
  | { readonly type: 'submit'; readonly blocks: readonly FetchedBlock[] }
  /** → `wanted` */
  | { readonly type: 'offer'; readonly objects: readonly OfferedObject[] }
  /** The block of a header in the tree, whole or without its transactions. → `posted` */
  | { readonly type: 'postBlock'; readonly hash: Uint8Array; readonly isCompact: boolean }
  /** The JSON of transactions, all in one request or the only one. → `posted` */
  | { readonly type: 'postTransactions'; readonly texts: readonly string[]; readonly isList: boolean };

/** What became of a post. */
export type PostResult =
  /** The node has it now, or had it before. */
  | 'taken'
  /** It lacks the block before. */
  | 'deferred'
  /** It cannot do with what was sent. */
  | 'refused'
  /** It was not sent: it is larger than such nodes take, or it is not here. */
  | 'unsent';

/** Why there is no answer. */
export interface TalkFailure extends VisionNodeFault {
  readonly type: 'failed';
  /** HTTP status, if there is one. */
  readonly status?: number;
  /** Milliseconds for which the node asks to be left alone. */
  readonly retryAfterMs?: number;
}

/** What came of an effect. */
export type TalkOutcome =
  /** Undefined if they cannot be read. */
  | { readonly type: 'headers'; readonly headers: readonly NamedHeader[] | undefined }
  /** Those that could be read, and what was wrong with the first that could not. */
  | { readonly type: 'blocks'; readonly blocks: readonly FetchedBlock[]; readonly malformed?: string }
  | {
      readonly type: 'submitted';
      readonly accepted: number;
      readonly code?: string;
      readonly bodyFault?: string;
    }
  /** Undefined if the node does not say what it lacks, as existing nodes do not. */
  | { readonly type: 'wanted'; readonly hashes: readonly string[] | undefined }
  | { readonly type: 'posted'; readonly result: PostResult }
  | TalkFailure;

/** Whether less may be what helps: the answer took too long, was too large, or was too much for the node. */
export function isTooMuch({ code, status = 0 }: TalkFailure): boolean {
  if (code === 'VISION_NODE_TIMEOUT' || code === 'VISION_NODE_ANSWER_TOO_LARGE') return true;
  return code === 'VISION_NODE_STATUS' && (status === 413 || status >= 500);
}
