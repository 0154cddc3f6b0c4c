/** What a node tells its application. */
import type { BodyFault } from '../chain/body-fault.js';
import type { HeaderInfo } from '../chain/chain-family.js';
import type { ProofFault } from '../chain/proof/proof-fault.js';
import type { TreeBase } from '../tree/tree-base.js';
import type { Provable } from './proof-notice.js';
import type { Tip } from './tip.js';
import type { TransactionNotice } from './transaction-notice.js';
import type { TrustFacts } from './trust.js';

/** A change of branch as one value. Both lists are lowest height first. */
export interface Reorg {
  /** The newest header that both branches have. */
  readonly ancestor: Tip;
  /** What left the best chain, lowest height first. */
  readonly disconnected: readonly Tip[];
  /** What took its place, lowest height first. */
  readonly connected: readonly Tip[];
}

/** A run of blocks that became the best chain at once although its blocks are of different times: a sign of selfish mining. */
export interface WithheldRun {
  /** How many blocks came together. */
  readonly blocks: number;
  /** Seconds from the timestamp of the first of them to that of the last. */
  readonly spreadS: number;
  /** How many blocks left the best chain for them. */
  readonly displaced: number;
  /** The last of them. */
  readonly tip: Tip;
}

/**
 * How far the node is. `synced`: at least one peer, none claims more chainwork than is verified, and none has headers that
 * this side did not take.
 */
export type Phase = 'connecting' | 'syncing' | 'synced' | 'stalled' | 'closed';

/** Why a peer's headers are not taken, though it is not at fault. The claim stays open. */
export type OpenReason = 'HEADERS_AHEAD' | 'BRANCH_REFUSED' | 'LOW_WORK';

/** Why the phase is `syncing` or `stalled` where that is not because headers are on their way. */
export const statusReasons = {
  CLOCK_BEHIND:
    'The clock of this device is behind: the newest headers are ahead of it, and wait until it shows their time.',
  HEADERS_AHEAD: 'The newest headers of a peer are ahead of the clock, and wait until it shows their time.',
  BRANCH_REFUSED: 'A peer claims more work on a branch for which there is no room here.',
  LOW_WORK: 'The chains that peers have shown have less work than this network must have.',
  GENESIS_ONLY: 'The peers know no header but genesis either. The first one is awaited.',
} as const;

/** A code of {@link statusReasons}. */
export type StatusReason = keyof typeof statusReasons;

/** The node's state in numbers, for people. */
export interface Status {
  /** What it is about. */
  readonly phase: Phase;
  /** Peers that have said hello. */
  readonly peers: number;
  /** The highest tip that any of them claims; our own height if none does. */
  readonly bestPeerHeight: number;
  /** Headers verified a second, over the last few seconds. */
  readonly headersPerSecond: number;
  /** Height up to which the best chain is on disk; 0 while nothing is. */
  readonly storedHeight: number;
  /**
   * Height from which on every header is verified. After a reload the newest headers are there first, and the rest of what
   * is stored is verified in the background; 0 once all of it is.
   */
  readonly verifiedFrom: number;
  /** 0 to 1: verified height against `bestPeerHeight`; 1 only if the phase is `synced`. */
  readonly progress: number;
  /** What keeps the node from being `synced`, where that is known. */
  readonly reason?: StatusReason;
}

/** A peer that has said hello, as the API shows it. */
export interface PeerInfo {
  /** Of its connection; another one when it comes again. */
  readonly id: string;
  /** As it says: a page, or a peer that is always on. A full node is what a gateway connects to by its bridge. */
  readonly kind: 'browser' | 'gateway' | 'fullNode';
  /** Of the best header that it claims; nothing vouches for that. */
  readonly height: number;
  /** Smoothed round-trip time in ms; undefined until the first pong. */
  readonly rttMs: number | undefined;
  /** Its Ed25519 public key, 64 hex digits, which it has proven to have; undefined in a node without a key of its own. */
  readonly key: string | undefined;
  /** What it says that it serves, beside headers. */
  readonly services: readonly PeerService[];
  /** Bodies that may be asked of it at a time, by how fast it gives them; undefined while it is asked for none. */
  readonly bodyWindow: number | undefined;
}

/**
 * `archive`: the body of every header of its chain. `transactions`: it relays those that are in no block yet.
 * `compactBlocks`: new blocks by the names of their transactions. `txIndex`: which block has a transaction. `live`: it is
 * connected to full nodes of the network now. `filters`: compact filters of its blocks.
 */
export type PeerService = 'archive' | 'transactions' | 'compactBlocks' | 'txIndex' | 'live' | 'filters';

/** What became of a request for a block. */
export type BlockResult =
  /** The body is the one that the header commits to; its bytes are nobody else's. */
  | { readonly ok: true; readonly height: number; readonly body: Uint8Array }
  | { readonly ok: false; readonly code: BlockFault };

/** What can keep a block from the application, as the API reports it. */
export const blockFaults = {
  BLOCK_UNKNOWN: 'No verified header has this hash.',
  BLOCK_UNAVAILABLE: 'No peer has given the body of this block.',
  BLOCK_BUSY: 'Too many blocks are asked for at once.',
} as const;

/** A code of {@link blockFaults}. */
export type BlockFault = keyof typeof blockFaults;

/** What is wrong with a checkpoint, or keeps one from being made. */
export const checkpointFaults = {
  CHECKPOINT_FALSE: 'The checkpoint is false, so the chain is verified from genesis on.',
  CHECKPOINT_UNKNOWN: 'A peer has come as far as the checkpoint and does not have it.',
  CHECKPOINT_CONFLICT:
    'The stored chain does not have the checkpoint and has shown less work, so the node goes on from the checkpoint.',
  CHECKPOINT_UNAVAILABLE:
    'There is no verified header at that height, or the chain is not verified down to genesis yet.',
  CHECKPOINT_BUSY: 'Too many checkpoints are asked for at once.',
} as const;

/** What became of a request for a checkpoint. */
export type CheckpointResult =
  /** The header with its window and its chainwork, and the root over all headers up to it. */
  | { readonly ok: true; readonly base: TreeBase; readonly root: Uint8Array }
  | { readonly ok: false; readonly code: 'CHECKPOINT_UNAVAILABLE' | 'CHECKPOINT_BUSY' };

/** What can keep blocks from being looked through by their filters. */
export const filterSearchFaults = {
  FILTERS_BUSY: 'Too many searches by filters are under way at once.',
  FILTERS_UNAVAILABLE: 'No peer gives the filters of these blocks.',
} as const;

/** Which blocks may concern some scripts. */
export type FilteredBlocks =
  | {
      readonly ok: true;
      /** Heights, lowest first, those of `open` among them. All others of the range certainly do not. */
      readonly heights: readonly number[];
      /** Heights about whose filters peers differ, and whose blocks do not tell who is wrong. */
      readonly open: readonly number[];
      /** How many peers say the same of all others. */
      readonly peers: number;
    }
  | { readonly ok: false; readonly code: keyof typeof filterSearchFaults };

/** What became of the wish for a proof. */
export type ProvableResult = Provable | { readonly ok: false; readonly code: ProofFault | BlockFault };

/** Anything that the node tells its application, told apart by `type`. */
export type NodeNotice =
  | TransactionNotice
  /** The stored chain is loaded; comes once, before any peer is met. */
  | { readonly type: 'ready'; readonly tip: Tip }
  | { readonly type: 'tip'; readonly tip: Tip }
  | { readonly type: 'reorg'; readonly reorg: Reorg }
  /** Branches with the same work: first the one that is followed, then the others as they came. */
  | { readonly type: 'competing'; readonly tips: readonly Tip[] }
  | { readonly type: 'withheld'; readonly withheld: WithheldRun }
  | { readonly type: 'status'; readonly status: Status }
  /** What the answers rest on, whenever that has changed. */
  | { readonly type: 'trust'; readonly trust: TrustFacts }
  /** The peers as they are now; `change` says what happened last. */
  | {
      readonly type: 'peer';
      readonly change: {
        readonly kind: 'connected' | 'disconnected' | 'updated';
        readonly id: string;
        readonly code?: string;
        /** What is known beyond the code, for people. */
        readonly detail?: string;
      };
      readonly peers: readonly PeerInfo[];
    }
  /** Whoever shows it has the sentence of the code (`faultSentence`); `detail` is what is known beyond it, or empty. */
  | { readonly type: 'error'; readonly code: string; readonly detail: string }
  /**
   * Answer to a `submit` command: how many of its headers are in the tree now; `code` tells what stopped the rest, and
   * `bodyFault` what is wrong with the first of their bodies that is not the one of its header.
   */
  | {
      readonly type: 'submitted';
      readonly ticket: number;
      readonly accepted: number;
      readonly code?: string;
      readonly bodyFault?: BodyFault;
    }
  /** Answer to a `header` command; undefined if no header of the best chain is known there. */
  | { readonly type: 'header'; readonly ticket: number; readonly header: HeaderInfo | undefined }
  /** Answer to a `block` command. */
  | { readonly type: 'block'; readonly ticket: number; readonly result: BlockResult }
  /** Answer to a `checkpoint` command. */
  | { readonly type: 'checkpoint'; readonly ticket: number; readonly result: CheckpointResult }
  /** Answer to a `filterBlocks` command. */
  | { readonly type: 'filtered'; readonly ticket: number; readonly result: FilteredBlocks }
  /** Answer to a `proveTransaction` command. */
  | { readonly type: 'provable'; readonly ticket: number; readonly result: ProvableResult }
  | { readonly type: 'closed' };
