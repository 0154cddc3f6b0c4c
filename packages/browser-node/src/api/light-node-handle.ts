import type {
  Checkpoint,
  HeaderInfo,
  MempoolInfo,
  Metrics,
  PeerInfo,
  Status,
  Tip,
  TransactionStatus,
  TxProof,
  VisionTransaction,
} from '@vision-light/protocol';
import type { Block } from '../boundary/block.js';
import type { Trust } from '../boundary/trust.js';
import type { Diagnosis } from '../diagnosis/diagnosis.js';
import type { MineOptions, MiningEvent } from '../mining/mining-events.js';
import type {
  AddressWatchEvent,
  IncludedTx,
  ScriptWatchEvent,
  TxWatchEvent,
  WatchedScripts,
  WatchOptions,
  WatchTxOptions,
} from '../watch/watch-events.js';
import type { ProveOptions } from './method-arguments.js';
import type { SentTransaction } from './sent-transaction.js';
import type { Listener, Subscriptions } from './subscriptions.js';

/** What {@link LightNodeHandle.tips} can be told. */
export interface TipsOptions {
  /** Ends the iteration when it is aborted. */
  readonly signal?: AbortSignal;
}

/** What {@link LightNodeHandle.checkpoint} can be told. */
export interface CheckpointOptions {
  /** Of its header. Default: 144 headers below the tip, or somewhat deeper where the checkpoint is smaller there. */
  readonly height?: number;
}

/** A text that a person carries to another page: an invitation, or the answer to one. */
export interface Invitation {
  /** About 200 upper-case letters and digits, which fit one QR code. They may be broken into lines, or typed in lower case. */
  readonly text: string;
  /** Until when it can be used, in seconds since the Unix epoch: ten minutes from the invitation on. */
  readonly expires: number;
  /**
   * Fulfilled once the other page is connected.
   *
   * @throws {LightNodeError} INVITE_EXPIRED if nobody answers in time; INVITE_FAILED if the two cannot reach one another;
   *   INVITE_UNKNOWN if another tab runs the node meanwhile; NODE_CLOSED
   */
  readonly joined: Promise<void>;
}

/** A running light node. What it gives out about tip, status, peers and events is frozen. */
export interface LightNodeHandle {
  /**
   * The best verified header; genesis or the checkpoint at first. It stays when another tab takes the node over: see README, "Several tabs".
   */
  readonly tip: Tip;
  /** `storedHeight` is 0 while nothing is kept on this device: `storage: 'memory'`, STORE_DENIED, STORE_BUSY, STORE_NEWER. */
  readonly status: Status;
  /**
   * Calls `listener` with each new value. A listener that throws is reported to the console and disturbs nobody else.
   *
   * @returns a function that ends the subscription
   * @throws {TypeError} if `listener` is not a function
   * @throws {RangeError} if there is no such kind
   */
  subscribe<Type extends keyof Subscriptions>(type: Type, listener: Listener<Type>): () => void;
  /**
   * The present tip, then each new one. A reader who is slower than the chain gets the newest, not a backlog. Ends when
   * `signal` is aborted and when the node is closed.
   *
   * @throws {TypeError} if `signal` is not an AbortSignal
   */
  tips(options?: TipsOptions): AsyncIterableIterator<Tip>;
  /**
   * A verified header of the best chain, or of a side branch by its hash. One that is stored and below
   * `status.verifiedFrom` is read and verified first, and found by its height alone.
   *
   * @returns undefined if it is not known
   * @throws {TypeError | RangeError} if the argument is neither a height nor a hash of 64 lowercase hex digits
   * @throws {LightNodeError} NODE_CLOSED
   */
  header(heightOrHash: number | string): Promise<HeaderInfo | undefined>;
  /**
   * A block by its hash: from this device, or from whichever peer has it. Its body is the one that the header commits to.
   *
   * @returns undefined if no verified header has this hash
   * @throws {TypeError | RangeError} if the argument is no hash of 64 lowercase hex digits
   * @throws {LightNodeError} BLOCK_UNAVAILABLE if no peer gives it, within a minute at most; BLOCK_BUSY if 64 are awaited
   *   already; NODE_CLOSED
   */
  block(hash: string): Promise<Block | undefined>;
  /**
   * This node's Ed25519 public key, 64 hex digits: who it is to its peers, for as long as this browser keeps it. Undefined
   * where the browser can neither sign nor verify (SIGNATURES_UNAVAILABLE).
   */
  readonly identity: string | undefined;
  /**
   * Sends a transaction: encoded, or on Vision as an object with the members of its JSON (integers as bigints). The node checks
   * what a light node can check, keeps it for the next visit, and passes it to one peer first, so that nobody can tell that
   * it began here. Every tab that shares the node hears of it through `subscribe('transaction')`, also after a reload.
   *
   * @returns what becomes of it; a refusal is an error with a TX_ code there
   * @throws {TypeError} if the argument is neither bytes nor an object
   */
  sendTx(tx: Uint8Array | VisionTransaction): SentTransaction;
  /**
   * What this node knows of a transaction now: whether it is in the mempool here, and what was checked of it, or in one of the
   * newest blocks (`followedBlocks`). It is undefined if this node knows nothing of it, which does not mean that it does not exist.
   *
   * @param id  64 lowercase hex digits
   * @throws {TypeError | RangeError} if that is no id
   * @throws {LightNodeError} NODE_CLOSED
   */
  txStatus(id: string): Promise<TransactionStatus | undefined>;
  /**
   * A proof that a block of the chain has a transaction: plain JSON, which whoever has the checkpoint verifies with
   * `verifyTxProof` of `@vision-light/protocol/verify`, with no network (headers of Vision above a checkpoint need `visionX` of
   * `@vision-light/protocol/visionx` too). A block that is not named is looked for among the
   * bodies here, then with peers that keep an index of transactions.
   *
   * @param txid  64 lowercase hex digits
   * @throws {TypeError | RangeError} if that is no id, or an option is none
   * @throws {LightNodeError} PROOF_ codes, each with the reason; BLOCK_UNKNOWN, BLOCK_UNAVAILABLE, BLOCK_BUSY; NODE_CLOSED
   */
  proveTx(txid: string, options?: ProveOptions): Promise<TxProof>;
  /**
   * Follows any transaction, not only one that was sent from here: seen in the mempool, included in a block, confirmed by each
   * further block, reorganised out, included again. Blocks that came while the page was closed are looked through too, with
   * bodies that peers give; `scanned` events say which. How far it has come is kept, so that after a reload it goes on from
   * there. It goes on when another tab takes the node over.
   *
   * Ends with the confirmations that are asked for, with `return`, when `signal` is aborted, and when the node is closed.
   *
   * @param txid  64 lowercase hex digits
   * @throws {TypeError | RangeError} if that is no id. What is wrong with an option, `next` rejects with
   * @throws {LightNodeError} `next`: WATCHES_FULL if 256 are watched already
   */
  watchTx(txid: string, options?: WatchTxOptions): AsyncIterableIterator<TxWatchEvent, undefined>;
  /**
   * Transactions that pay to or from an address, in the mempool and in blocks, as `watchTx` follows one.
   *
   * @param address  Vision: a public key, 64 hex digits, that sends a transaction, or that its access list or its arguments
   *   name. Bitcoin: an address, or a script in hex; what pays from it is found if its coin was found before
   * @throws {TypeError | RangeError} `next`: if that is no address of this network, or an option is none
   * @throws {LightNodeError} `next`: WATCHES_FULL
   */
  watchAddress(address: string, options?: WatchOptions): AsyncIterableIterator<AddressWatchEvent, undefined>;
  /**
   * Transactions that pay to or from any of some scripts, in the mempool and in blocks: each `match` has the position in its
   * block and makes a proof when asked. Where peers serve compact filters, only blocks that may have something are fetched.
   * The same scripts with the same `from` go on after a reload where they were: a match that the application has dealt with is
   * not told again.
   *
   * @param watched  the scripts, and where to begin. On Bitcoin what spends from a script is found if its coin was found before
   * @throws {TypeError | RangeError} `next`: if one is no script of this network, or there are none or more than 1,000
   * @throws {LightNodeError} `next`: WATCHES_FULL
   */
  watch(
    watched: WatchedScripts,
    options?: Pick<WatchOptions, 'signal'>,
  ): AsyncIterableIterator<ScriptWatchEvent, undefined>;
  /**
   * Waits until a transaction has so many confirmations, as `watchTx` follows it: reorganisations take some back meanwhile.
   *
   * @param count  blocks of the best chain that have it or follow the one that has it, from 1
   * @throws {TypeError | RangeError} if an argument is wrong
   * @throws the reason of `signal`
   * @throws {LightNodeError} NODE_CLOSED; WATCHES_FULL
   */
  waitForConfirmations(txid: string, count: number, options?: WatchOptions): Promise<IncludedTx>;
  /** Whether blocks of this network can be mined here: those of the devnet, and of networks of your own. */
  readonly canMine: boolean;
  /**
   * Mines empty blocks on the best verified header, with one of the node's hash workers at a time, as long as the node is synced
   * and somebody reads what it tells. Verification comes first. It takes a whole processor core, and a battery does not last.
   *
   * Ends with `return`, when `signal` is aborted, and when the node is closed. It goes on when another tab takes the node over.
   *
   * @throws {TypeError | RangeError} `next`: if an option is wrong
   * @throws {LightNodeError} `next`: MINING_UNSUPPORTED unless `canMine`; WORKER_FAILED
   */
  mine(options?: MineOptions): AsyncIterableIterator<MiningEvent, undefined>;
  /**
   * What the mempool holds: transactions that are in no block, as far as this node has heard of them.
   *
   * @throws {LightNodeError} NODE_CLOSED
   */
  mempool(): Promise<MempoolInfo>;
  /**
   * Vision: the nonce of the next transaction of a sender, as far as the newest blocks and the mempool say; 0 if they say
   * nothing. Whoever sent something longer ago must know better.
   *
   * @param publicKey  64 lowercase hex digits
   * @throws {TypeError | RangeError} if that is no key
   * @throws {LightNodeError} NODE_CLOSED
   */
  nextNonce(publicKey: string): Promise<bigint>;
  /**
   * A checkpoint of the chain that this node has verified, for another page or for whoever checks proofs.
   *
   * @param options.height  of its header. Default: 144 headers below the tip, or somewhat deeper where it is smaller there
   * @throws {TypeError | RangeError} if that is no height
   * @throws {LightNodeError} CHECKPOINT_UNAVAILABLE while the chain is not verified down to genesis, or above its tip;
   *   CHECKPOINT_BUSY if 16 are awaited already; NODE_CLOSED
   */
  checkpoint(options?: CheckpointOptions): Promise<Checkpoint>;
  /**
   * Makes an invitation, which joins this page to another one with no server: the other page accepts it and answers with a
   * text of its own, which this page accepts. The page must stay open meanwhile. Takes up to five seconds, in which the
   * browser finds out its own addresses; whoever reads the text learns them.
   *
   * @throws {LightNodeError} INVITES_FULL if four are open already, or there is no room for another peer; INVITE_FAILED;
   *   NODE_CLOSED
   */
  invite(): Promise<Invitation>;
  /**
   * Takes a text of another page, whether that is an invitation or the answer to one.
   *
   * @returns for an invitation: the answer, which must be carried back. For an answer: undefined, once the other page is connected
   * @throws {TypeError} if the argument is not a string
   * @throws {LightNodeError} INVITE_MALFORMED, INVITE_WRONG_NETWORK, INVITE_EXPIRED, INVITE_USED, INVITE_OWN, INVITE_UNKNOWN;
   *   INVITE_FAILED if the two cannot reach one another; INVITES_FULL as for `invite`; NODE_CLOSED
   */
  accept(text: string): Promise<Invitation | undefined>;
  /** The peers that have said hello. */
  peers(): readonly PeerInfo[];
  /**
   * What the answers of this node rest on, in numbers, and what speaks against them: a level, and the reasons as codes,
   * whose sentences are in `trustReasons`. `subscribe('trust')` tells when these change.
   */
  trust(): Trust;
  /**
   * Tries what the node needs, and says what stands in the way of peers and of keeping what it has: no signaling server, a
   * firewall, a NAT, a wrong clock and others, each with a sentence for a person. Takes up to eight
   * seconds if something does not answer.
   *
   * @throws {TypeError} if `diagnosis.js`, a file beside the library, cannot be loaded
   */
  diagnose(): Promise<Diagnosis>;
  /**
   * What the node counts, by the names that it has in Prometheus: counters since it was started in the tab that runs it,
   * gauges as they are. A copy of at most a second ago. Of a closed node the counters stay and the gauges are 0.
   */
  metrics(): Metrics;
  /**
   * Ends this handle. With the last one of the page, takes leave of the peers, writes what is not yet stored and releases
   * everything; another tab that shares the node goes on with it. Calling it again does nothing.
   */
  close(): Promise<void>;
}
