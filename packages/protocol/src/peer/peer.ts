/**
 * What several parts of a node know of one peer; what only one part knows is in that part. Memory of one peer is bounded
 * by one partial message and the fixed fields here; what it is sent waits in the channel, and `sendBufferBytes` says how
 * much that is.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import {
  FRAME_BYTES_MAX,
  FRAME_BYTES_MIN,
  MESSAGES_BURST_MAX,
  MESSAGES_PER_SECOND_MAX,
  SERVED_BYTES_PER_SECOND_MAX,
} from '../limits.js';
import { messageCodec } from '../wire/codec.js';
import { MessageAssembler } from '../wire/framing.js';
import {
  type Hello,
  hasService,
  SERVICE_ARCHIVE,
  SERVICE_COMPACT_BLOCKS,
  SERVICE_GATEWAY,
  SERVICE_TRANSACTIONS,
  SERVICE_TX_INDEX,
} from '../wire/messages/hello.js';
import type { SpareBuffers } from '../wire/spare-buffers.js';
import { MessageBudgets } from './message-budgets.js';
import { RoundTrip } from './round-trip.js';
import { Served, type UploadLimit } from './served.js';
import { TokenBucket } from './token-bucket.js';

/** What a peer said its new tip is: a claim, to be looked up. */
export interface AnnouncedTip {
  readonly height: number;
  /** A copy. */
  readonly hash: Uint8Array;
  /** The header before it, a copy. */
  readonly prev: Uint8Array;
}

/** What of a peer depends on the node that has it. */
export interface PeerOptions {
  /** Bytes of headers and bodies a second that it may be sent for long. */
  readonly servedBytesPerSecond?: number;
  /** What all peers of the node may be sent together. */
  readonly upload?: UploadLimit;
  /** Whether this side chose to connect to it; false if it came to us, or if that is not known. */
  readonly isChosen?: boolean;
  /** The network that it is in, if that is known. */
  readonly group?: string | undefined;
  /** Who introduced it, such as the address of a signaling server, if that is known. */
  readonly introducer?: string | undefined;
  /** Whether it speaks for a full node, see `peerConnected`. */
  readonly isBridged?: boolean;
  /** Shared by all peers of a node. */
  readonly spares?: SpareBuffers;
  /** Most bytes of a message by its first byte; those of the protocol's own messages if absent. */
  readonly bytesMaxOf?: (typeByte: number) => number;
}

/** One peer's state: what it claims, what it was asked, how it behaves. */
export class Peer {
  /** Joins the frames that come from it to messages. */
  readonly assembler: MessageAssembler;
  /** How much it may still send, all types together. Beyond that its fault is PEER_FLOOD. */
  readonly messages: TokenBucket;
  /** How many of some types it may still send. Beyond that its fault is PEER_FLOOD. */
  readonly budgets = new MessageBudgets();
  /** Bytes of headers and bodies that it may still be sent. */
  readonly served: Served;
  /** From pings to its pongs; time-outs of requests to it follow from that. */
  readonly roundTrip = new RoundTrip();
  /** Bytes of a frame to it, at most: FRAME_BYTES_MIN to FRAME_BYTES_MAX, within that what its side takes. */
  readonly frameBytesMax: number;
  /** Whether this side chose to connect to it: somebody who wants to be next to this node cannot choose that. */
  readonly isChosen: boolean;
  /** The network that it is in; undefined if that is not known. */
  readonly group: string | undefined;
  /** Who introduced it; undefined if that is not known. */
  readonly introducer: string | undefined;
  /** Whether it is a full node of the network, for which a translator in this process speaks. It has no key. */
  readonly isBridged: boolean;

  /** The services that it was told last that this side offers; undefined until our hello is sent. */
  toldServices: number | undefined = undefined;
  /** Hash of the tip in our hello to it; undefined until that is sent. */
  greetedWith: Uint8Array | undefined = undefined;
  /** Whether its challenge has come. */
  isChallenged = false;
  /** Messages that came while the signature of its hello was verified; undefined at any other time. */
  held: Uint8Array[] | undefined = undefined;
  /** Undefined until it said hello, and until that is verified where the node has a key. */
  hello: Hello | undefined = undefined;
  /** What the two speak: the lower of both versions. */
  version = 0;
  /** False if the node knows its gateways by their keys, and this peer has none of these. */
  mayBeGateway = true;
  /** By how much its clock was ahead of ours when its hello came, seconds; undefined if it did not say. */
  clockAheadS: number | undefined = undefined;
  /** The highest tip that it claims. */
  height = 0;
  /** The most work that it claims and has not failed to prove. */
  claimedChainwork = 0n;
  /** Its newest announcement, until that header is known here. */
  announced: AnnouncedTip | undefined = undefined;
  /** Hash of the best header that it delivered or announced and that is in the tree. */
  bestKnown: Uint8Array | undefined = undefined;

  /** Hash of the newest tip that this node told it of, in whichever way. */
  toldOf: Uint8Array | undefined = undefined;
  /** Hash of the tip that this node named to it last in a ping or a pong, which asks for nothing. */
  namedTip: Uint8Array | undefined = undefined;
  /** New tips that it was told of since it last asked this node for headers or bodies. */
  tipsSinceAsked = 0;
  /** When one of the two last announced something to the other. */
  announcedAt = Number.NEGATIVE_INFINITY;
  /** When its channel opened. */
  readonly openedAt: number;
  /** Monotonic ms at which bytes last came from it; at first that at which its channel opened. */
  lastBytesAt: number;
  /** When the message that is coming in began; undefined between messages. */
  partialSince: number | undefined = undefined;
  /** Bytes of a message that a translator waits for the rest of, see `messageComing`. */
  comingBytes = 0;
  /** Bytes that wait in its channel: a message adds to them, and the platform says when they fall (`sendDrained`). */
  sendBufferBytes = 0;

  constructor(
    /** The name that `peerConnected` gave to the channel; no two peers of a node have the same. */
    readonly id: string,
    messageBytesMax: number,
    maxFrameBytes: number | undefined,
    now: number,
    options: PeerOptions = {},
  ) {
    const {
      servedBytesPerSecond = SERVED_BYTES_PER_SECOND_MAX,
      isChosen = false,
      spares,
      bytesMaxOf = (typeByte) => messageCodec.bytesMaxOf(typeByte),
    } = options;
    this.assembler = new MessageAssembler(messageBytesMax, bytesMaxOf, spares);
    this.messages = new TokenBucket(MESSAGES_PER_SECOND_MAX, MESSAGES_BURST_MAX, now);
    this.served = new Served(servedBytesPerSecond, now, options.upload);
    const wanted = maxFrameBytes ?? FRAME_BYTES_MAX;
    this.frameBytesMax = wanted >= FRAME_BYTES_MIN ? Math.min(FRAME_BYTES_MAX, wanted) : FRAME_BYTES_MIN;
    this.isChosen = isChosen;
    this.group = options.group;
    this.introducer = options.introducer;
    this.isBridged = options.isBridged ?? false;
    this.openedAt = now;
    this.lastBytesAt = now;
  }

  /** True while a message of it has begun and not ended. */
  get isPartial(): boolean {
    return this.partialBytes > 0;
  }

  /** Bytes of the message that has begun. */
  get partialBytes(): number {
    return this.assembler.partialBytes + this.comingBytes;
  }

  /** Whether it has said hello. */
  get isReady(): boolean {
    return this.hello !== undefined;
  }

  /** Whether it counts as an always-on peer. */
  get isGateway(): boolean {
    return this.mayBeGateway && this.serves(SERVICE_GATEWAY);
  }

  /** True if it says that it keeps the body of every header. */
  get isArchive(): boolean {
    return this.serves(SERVICE_ARCHIVE);
  }

  /** True if it says that it relays transactions. */
  get relaysTransactions(): boolean {
    return this.serves(SERVICE_TRANSACTIONS);
  }

  /** True if it speaks compact blocks. */
  get hasCompactBlocks(): boolean {
    return this.serves(SERVICE_COMPACT_BLOCKS);
  }

  /** True if it says in which block a transaction is. */
  get hasTxIndex(): boolean {
    return this.serves(SERVICE_TX_INDEX);
  }

  /** Whether it is known to have a tip, or a later one that is not known here yet. */
  knows(hash: Uint8Array, height: number): boolean {
    if (this.announced !== undefined && this.announced.height > height) return true;
    return this.bestKnown !== undefined && areEqual(this.bestKnown, hash);
  }

  /** Whether this node has told it of that tip, as the last one. */
  wasToldOf(hash: Uint8Array): boolean {
    return this.toldOf !== undefined && areEqual(this.toldOf, hash);
  }

  /** Whether it has said that it offers a service. */
  serves(bit: number): boolean {
    return hasService(this.hello?.services ?? 0, bit);
  }
}
