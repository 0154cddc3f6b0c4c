/**
 * What page and node worker say to one another, beside the calls of {@link NodeControl}.
 *
 * `peer` names one connection, not one node: a second connection to the same node has another name. So a late word
 * about a connection that is gone is never taken for one about its successor.
 */
import type {
  BlockFault,
  ChannelEnds,
  Checkpoint,
  CheckpointResult,
  CustomNetwork,
  DeviceConditions,
  FoundTransaction,
  HeaderBatch,
  HeaderInfo,
  Introduction,
  MempoolInfo,
  Metrics,
  NetworkName,
  NodeNotice,
  PowJob,
  ProvableResult,
  ResourceLimits,
  TransactionStatus,
  TreeBase,
  VisionTransaction,
  WantedTransactions,
} from '@vision-light/protocol';
import type { Block } from './block.js';

/** What the node may take of the device. */
export interface NodeLimits extends ResourceLimits {
  /** Bytes of records in the database. */
  readonly storageBytes: number;
}

/** What the worker needs to know of the options. */
export interface NodeWorkerSettings {
  readonly network: NetworkName | CustomNetwork;
  readonly storage: 'indexeddb' | 'memory';
  readonly hashers: number;
  readonly maxPeers: number;
  readonly followedBlocks: number;
  readonly minChainwork: bigint | undefined;
  /** What to begin with, as the application gave it; false for genesis, undefined for what ships with the code. */
  readonly checkpoint: unknown;
  /** Public keys of the only peers that count as gateways. */
  readonly gateways: readonly Uint8Array[] | undefined;
  /** What the node may take of the device. */
  readonly limits: NodeLimits;
  /** Address of what is loaded where WebCrypto has no Ed25519. */
  readonly ed25519Url: string;
  /** Whether another tab may take the node over; then this one ends as soon as it notices. */
  readonly isShared: boolean;
  /** Whether this tab has taken the node from one that did not answer, and that may still have the database. */
  readonly isTheft: boolean;
}

/** Whether the node could be started. Errors as data, because classes do not survive the way between workers. */
export type StartResult =
  /**
   * `networkId` is what signaling servers know the network by, 64 hex digits; `identity` the node's public key, 64 hex
   * digits, undefined where this browser cannot sign.
   */
  | { readonly ok: true; readonly networkId: string; readonly identity: string | undefined }
  | { readonly ok: false; readonly fault: 'TypeError' | 'RangeError' | 'NO_WASM'; readonly message: string };

/** A block, or why there is none. */
export type BlockAnswer =
  | { readonly ok: true; readonly block: Block }
  | { readonly ok: false; readonly code: BlockFault };

/** A checkpoint, or why there is none. */
export type CheckpointAnswer =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | Extract<CheckpointResult, { ok: false }>;

/** What was looked for in a block, or why nobody could look. */
export type SearchAnswer =
  | {
      readonly ok: true;
      readonly found: readonly FoundTransaction[];
      /** What the block's filter said, if that decided whether to look into it. */
      readonly filter?: FilterWord | undefined;
    }
  | { readonly ok: false; readonly code: BlockFault };

/** What peers say of the filter of a block. */
export interface FilterWord {
  /** `without`: it has nothing of what is wanted. `open`: they differ, and the block did not tell who is right. */
  readonly word: 'without' | 'open';
  /** How many say the same. */
  readonly peers: number;
}

/** Names of addresses, and a short name for all of them. */
export interface AddressNames {
  /** In the order in which they were given; undefined for what is no address of this network. */
  readonly names: readonly (string | undefined)[];
  /** 64 hex digits: the same for the same names in any order, and for no others. */
  readonly digest: string;
}

/** A record of what is watched, and its name; to be removed if it has no text. */
export type WatchRecord = readonly [name: string, text: string | undefined];

/** Id of a transaction that was taken, or why it was not. */
export type SendAnswer = { readonly id: string } | { readonly code: string };

/** How many headers that were submitted were taken; if fewer than there were, `code` says why. */
export type Submitted = Pick<Extract<NodeNotice, { type: 'submitted' }>, 'accepted' | 'code'>;

/**
 * Calls from the page, through comlink. All but `start`, `device` and `close` may come from another tab, and be repeated at another
 * node if the one that performed it is gone (`tabs/tab-messages.ts`).
 */
export interface NodeControl {
  /** Starts the node; a `ready` notice follows once the stored chain is loaded. */
  start(settings: NodeWorkerSettings): Promise<StartResult>;
  header(heightOrHash: number | string): HeaderInfo | undefined | Promise<HeaderInfo | undefined>;
  /** @param hash  64 hex digits, display order */
  block(hash: string): Promise<BlockAnswer>;
  /**
   * Checks and relays a transaction: encoded, or of Vision as an object.
   *
   * @param isRepeated  another node of this origin may have taken it already; then it is taken if it is known here
   */
  sendTransaction(tx: Uint8Array | VisionTransaction, isRepeated?: boolean): Promise<SendAnswer>;
  /**
   * What proves that a block has a transaction.
   *
   * @param id  64 hex digits, display order
   * @param block  the same, of the block
   * @param checkpoint  height
   */
  proveTransaction(
    id: string,
    wish: { readonly block?: string; readonly confirmations?: number; readonly checkpoint?: number },
  ): Promise<ProvableResult>;
  mempool(): Promise<MempoolInfo>;
  transactionStatus(id: string): TransactionStatus | undefined;
  /** Number of the next transaction of a sender, as far as it is known. */
  nextNumber(account: string): bigint;
  /** A checkpoint of the chain, or why there is none. */
  checkpoint(height: number | undefined): Promise<CheckpointAnswer>;
  /** See `TouchRules.addressName`. */
  addressNames(addresses: readonly string[]): AddressNames;
  /** Looks through a block: from memory, from the store, or from peers. @param hash  64 hex digits, display order */
  searchBlock(hash: string, wanted: WantedTransactions): Promise<SearchAnswer>;
  /** Looks through the mempool, or through those of these ids in it. */
  searchPool(wanted: WantedTransactions, ids: readonly string[] | undefined): readonly FoundTransaction[];
  /** What is kept of what was watched. */
  watchRecords(): Promise<readonly WatchRecord[]>;
  /** Keeps that. */
  keepWatches(records: readonly WatchRecord[]): Promise<void>;
  /** What the page knows of the device has changed. */
  device(conditions: DeviceConditions): void;
  /** The tip, and the headers before it as far as a rule looks back for the next one. Undefined while there is no node. */
  newestHeaders(): TreeBase | undefined;
  /** Hashes as soon as no header waits to be verified. Undefined while there is no node. @throws if the hash workers fail */
  hashForMiner(job: PowJob): Promise<Uint8Array> | undefined;
  /** Verifies a header that was found here, and tells others. */
  submit(batch: HeaderBatch): Promise<Submitted>;
  /** The page became visible, or the network came back. */
  resume(): void;
  /** Takes leave of the peers and writes what is not yet stored. */
  close(): Promise<void>;
}

/** From the page to the node worker. */
export type ToNodeWorker =
  /** First message: where {@link NodeControl} is to answer. */
  | { readonly type: 'control'; readonly port: MessagePort }
  /** A new connection, its channel handed over before it opens. */
  | { readonly type: 'channel'; readonly peer: string; readonly channel: RTCDataChannel }
  /** A new connection whose channel stays on the page; its messages pass through `port`. */
  | { readonly type: 'relay'; readonly peer: string; readonly port: MessagePort }
  /** Who made the connection, and what the session descriptions say. Comes before the channel opens. */
  | {
      readonly type: 'described';
      readonly peer: string;
      /** True if this side dialed the other one. */
      readonly isChosen: boolean;
      /** The largest message that the other side takes. */
      readonly maxMessageBytes: number;
      readonly channel: ChannelEnds;
    }
  /** The connection is gone. */
  | { readonly type: 'gone'; readonly peer: string }
  /** To be told to the node with this key, by way of a peer of both. */
  | { readonly type: 'sendSignal'; readonly to: Uint8Array; readonly payload: Uint8Array }
  /** A hash worker crashed, or could not be started. */
  | { readonly type: 'hasherDied'; readonly hasher: number; readonly reason: string };

/** From the node worker to the page: about its hash workers, and everything else. */
export type FromNodeWorker = HasherMessage | FromNode;

/** What the node worker wants of the page for its hash workers, each of which has a number of its own. */
export type HasherMessage =
  /** A hash worker, which is to take its jobs from `port`. */
  | { readonly type: 'hasherWanted'; readonly hasher: number; readonly port: MessagePort }
  /** It has no use any more. */
  | { readonly type: 'hasherDone'; readonly hasher: number };

/** From the node to the page. */
export type FromNode =
  /** With each batch, the metrics as they are after it; alone, without notices, when only they have changed. */
  | {
      readonly type: 'notices';
      readonly notices: readonly NodeNotice[];
      readonly metrics: Metrics | undefined;
    }
  | { readonly type: 'requestPeers'; readonly count: number }
  /** Peers introduce somebody, or pass something on. */
  | { readonly type: 'introduction'; readonly introduction: Introduction }
  /** The channel is open: set-up has succeeded. */
  | { readonly type: 'opened'; readonly peer: string }
  /** The node takes leave of a peer: what was sent may still be on its way. `fault` is the peer's, if it has one. */
  | { readonly type: 'leaving'; readonly peer: string; readonly fault: string | undefined }
  /** The channel is closed. */
  | { readonly type: 'closed'; readonly peer: string }
  /** Another tab has taken the database over, and this node has ended. */
  | { readonly type: 'fenced' };

/**
 * Through the port of a relayed channel, both ways: a channel message as its bytes, or a word about the channel. Page to
 * worker: 'open', 'closed', and how many bytes are still buffered. Worker to page: 'close'.
 */
export type RelayMessage =
  | ArrayBuffer
  | { readonly type: 'open' }
  | { readonly type: 'drained'; readonly bufferedBytes: number }
  | { readonly type: 'close' }
  | { readonly type: 'closed' };
