/** Everything that can happen to a node. A run is the list of its events and their times. */
import type { HeaderBatch } from '../chain/chain-family.js';
import type { SendSignalCommand } from './introduction.js';
import type { StorageFailure, StorageResult } from './storage.js';

/** When an event happened. */
export interface EventTime {
  /** Monotonic milliseconds; never falls. */
  readonly now: number;
  /** Seconds since the Unix epoch by the local clock, whole or fractional. */
  readonly wallTime: number;
}

/** Full nodes that are no peers: the platform follows them by itself, and hands in what they have. */
export interface FollowedNodes {
  /** Whether one of them answers. */
  readonly isReached: boolean;
  /** Height of the highest tip that those which answer claim. */
  readonly height: number;
}

/** The two ends of an encrypted channel, as this side's platform sees them. */
export interface ChannelEnds {
  /** SHA-256 of the certificate that this side uses in the channel, 32 bytes. */
  readonly localFingerprint: Uint8Array;
  /** SHA-256 of the certificate with which the other side must have proven itself, 32 bytes. */
  readonly remoteFingerprint: Uint8Array;
  /** Who named that fingerprint, such as the address of a signaling server; absent if unknown. */
  readonly introducer?: string;
}

/** Headers from this side (a miner, a file, a bridge): verified like those of a peer. Answered by a `submitted` notice. */
export interface SubmitCommand {
  /** By this the node knows the command. */
  readonly kind: 'submit';
  /** At least one header. If the one before the first is not in the tree, the code of the answer is UNKNOWN_PARENT. */
  readonly batch: HeaderBatch;
  /** Their bodies, in order, as far as this side has them; checked and kept once the headers are in the tree. */
  readonly bodies?: readonly (Uint8Array | undefined)[];
  /** Chosen by the caller; the `submitted` notice repeats it. */
  readonly ticket: number;
  /** Name of what brings them. Sources wait for themselves only; what names none shares one. */
  readonly source?: string;
  /** They are of somebody else: a branch that has yet to show its work is refused with LOW_WORK. */
  readonly isForwarded?: boolean;
}

/** A proof is wanted that a block has a transaction. */
export interface ProveCommand {
  /** By this the node knows the command. */
  readonly kind: 'proveTransaction';
  /** 32 bytes, internal order. */
  readonly id: Uint8Array;
  /** 32 bytes: hash of the block; if it is absent, the block is looked for. */
  readonly block?: Uint8Array;
  /** How many the block must have at least. */
  readonly confirmations?: number;
  /**
   * Height of the checkpoint that the proof is to be held to. If it is absent, the one that this node began with, if that
   * is below the block, else its tip.
   */
  readonly checkpoint?: number;
  /** Chosen by the caller; the `provable` notice repeats it. */
  readonly ticket: number;
}

/** What the application or the platform asks of the node. */
export type Command =
  | SubmitCommand
  /**
   * The header of the best chain at a height, also if it is stored and not in memory yet. Answered by a `header` notice, at
   * once or when it is read and verified.
   */
  | { readonly kind: 'header'; readonly height: number; readonly ticket: number }
  /** One block by the hash of a verified header, from the store or from peers. Answered by a `block` notice. */
  | { readonly kind: 'block'; readonly hash: Uint8Array; readonly ticket: number }
  /**
   * A transaction, encoded: checked, relayed, watched and kept for the next visit. One that is only forwarded for somebody
   * else is relayed like that of a peer, and neither watched nor kept. Answered by a `sent` notice.
   */
  | {
      readonly kind: 'sendTransaction';
      readonly bytes: Uint8Array;
      readonly isForwarded?: boolean;
      readonly ticket: number;
    }
  /** A checkpoint of the best chain, at a height or deep enough below the tip. Answered by a `checkpoint` notice. */
  | { readonly kind: 'checkpoint'; readonly height?: number; readonly ticket: number }
  /** What proves that a block has a transaction. Answered by a `provable` notice. */
  | ProveCommand
  /**
   * Which blocks of the best chain, from one height to another, may concern some scripts, by their filters: at most
   * FILTERS_REQUESTED_MAX blocks. Answered by a `filtered` notice.
   */
  | {
      readonly kind: 'filterBlocks';
      readonly first: number;
      readonly last: number;
      readonly scripts: readonly Uint8Array[];
      readonly ticket: number;
    }
  /** What the mempool holds. Answered by a `mempool` notice. */
  | { readonly kind: 'mempool'; readonly ticket: number }
  /** What this node may take of its device from now on: see `node/resources.ts`. */
  | { readonly kind: 'resources'; readonly uploadBytesPerSecond: number; readonly followsBlocks: boolean }
  /** How full nodes fare that the platform follows by itself: they count as peers do for what the node's phase is. */
  | { readonly kind: 'followed'; readonly nodes: FollowedNodes }
  /** Answered by an `introduction` effect only if the signal reaches nobody. */
  | SendSignalCommand
  /** The page became visible, or the network came back: look at every deadline and peer now. */
  | { readonly kind: 'resume' }
  /** Write what is not yet stored and disconnect every peer; a `closed` notice follows. */
  | { readonly kind: 'close' };

/** A command that is answered by a notice with its ticket. */
export type AnsweredCommand = Extract<Command, { readonly ticket: number }>;

/** What happened, without its time; `type` says what. With its time it is the only input of a node. */
export type NodeEventBody =
  /** First event of all; the node begins to read its store. */
  | { readonly type: 'start' }
  | {
      readonly type: 'peerConnected';
      readonly peer: string;
      /** Largest data channel message that the other side takes, bytes; absent if unknown. */
      readonly maxMessageBytes?: number;
      /** True if this side chose to connect to it; absent if it came to us, or if that is not known. */
      readonly isChosen?: boolean;
      /** The network that the other side's address is in, by a name; absent if that is not known. */
      readonly group?: string;
      /** What the channel is between; absent for a channel that nothing encrypts between its ends, such as one in memory. */
      readonly channel?: ChannelEnds;
      /**
       * True if the other side is a translator in this process, which speaks for a full node of the network in this protocol.
       * It has no key, so none is asked of it. What it brings is judged as that of any peer.
       */
      readonly isBridged?: boolean;
    }
  | { readonly type: 'peerDisconnected'; readonly peer: string }
  /** One data channel message. The node keeps no view of it: after the step its memory may serve another purpose. */
  | { readonly type: 'bytesReceived'; readonly peer: string; readonly bytes: Uint8Array }
  /**
   * A translator (`isBridged`) has so many bytes of a message of its full node, of which it can pass nothing on before the last
   * one is there. As bytes of a message of the peer's own they say that it is not silent.
   */
  | { readonly type: 'messageComing'; readonly peer: string; readonly bytes: number }
  /** The channel's send buffer fell to `bufferedBytes`. */
  | { readonly type: 'sendDrained'; readonly peer: string; readonly bufferedBytes: number }
  /** Answer to `verifyPow`; `hashes` is absent if the hashing itself failed (a worker died). */
  | { readonly type: 'powVerified'; readonly job: number; readonly hashes?: Uint8Array }
  /** Answer to `verifySignatures`: 1 for each good one, else 0; `valid` is absent if nothing could be verified. */
  | { readonly type: 'signaturesVerified'; readonly job: number; readonly valid?: Uint8Array }
  /** Answer to `sign`: 64 bytes; `signature` is absent if the platform could not sign. */
  | { readonly type: 'signed'; readonly job: number; readonly signature?: Uint8Array }
  /** Answer to `storage`: a result of the kind that was asked for. */
  | { readonly type: 'storageAnswered'; readonly request: number; readonly result: StorageResult }
  /** Answer to `storage` that failed: nothing was written, and the node goes on from memory. */
  | { readonly type: 'storageAnswered'; readonly request: number; readonly failure: StorageFailure }
  /**
   * The store was opened anew, and what it holds is not what was read from it and written to it: nothing, or what somebody
   * else left there. What was asked of it before is answered all the same, and those answers say nothing any more.
   */
  | { readonly type: 'storeEmptied' }
  /** The time of `nextWake` has come; harmless when early. */
  | { readonly type: 'wake' }
  | { readonly type: 'command'; readonly command: Command };
