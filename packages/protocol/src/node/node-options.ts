/**
 * What a node is made with: what its platform says, and the parts that one adds to those of every node. What it tells its
 * peers about itself follows from that.
 */

import type { BodySource } from '../blocks/block-server.js';
import type { ForwardContext } from '../blocks/forwarded-blocks.js';
import type { ChainFamily } from '../chain/chain-family.js';
import type { FilterRules } from '../chain/filter/filter-rules.js';
import type { OpenCheckpoint } from '../checkpoints/checkpoint.js';
import type { ArchiveContext, FilterArchive } from '../filters/filter-archive.js';
import type { SignaturePort } from '../io/signature-port.js';
import type { StoragePort } from '../io/storage-port.js';
import { FOLLOWED_BLOCKS, PEERS_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestLedger } from '../peer/request-ledger.js';
import type { Offence } from '../peer/verdicts.js';
import type { TxBlocks } from '../proofs/proof-requests.js';
import type { TxIndexContext } from '../proofs/tx-index.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { TreeBase } from '../tree/tree-base.js';
import type { MessageRow } from '../wire/message-row.js';
import {
  KNOWN_SERVICES,
  PROTOCOL_VERSION,
  PROTOCOL_VERSION_MIN,
  SERVICE_ARCHIVE,
  SERVICE_COMPACT_BLOCKS,
  SERVICE_FILTERS,
  SERVICE_FOLLOWING,
  SERVICE_GATEWAY,
  SERVICE_INTRODUCES,
  SERVICE_TRANSACTIONS,
  SERVICE_TX_INDEX,
} from '../wire/messages/hello.js';
import { seededRandom } from './random.js';
import type { SessionOptions } from './sessions.js';

/** What a node is made of; the network is the family. */
export interface LightNodeOptions {
  /** The network. A peer whose hello has another `networkId` is disconnected with PEER_WRONG_NETWORK. */
  readonly family: ChainFamily;
  /** What to begin with if nothing is stored, until it is proven or refuted; genesis if absent. */
  readonly checkpoint?: OpenCheckpoint;
  /** A header to begin with that is never looked behind, for tests. */
  readonly base?: TreeBase;
  /** Seed of the node's samples, a 32-bit number. */
  readonly seed: number;
  /** Printable ASCII, at most 64 characters. */
  readonly userAgent: string;
  /** Whether it is always on. If so, peers are told (SERVICE_GATEWAY) and served faster, and the mempool may be larger. */
  readonly isGateway: boolean;
  /** How many jobs the platform hashes at a time; twice as many are handed out. */
  readonly hashers: number;
  /** Peers at a time; one more is rejected with PEER_TOO_MANY. Default PEERS_MAX. */
  readonly peersMax?: number;
  /** Peers of one network that come to this node, where the platform says in which network a peer is. Default: as many as there may be. */
  readonly peersPerGroupMax?: number;
  /** How many of the newest block bodies to fetch and keep: 0 for none, Infinity for all. Default FOLLOWED_BLOCKS. */
  readonly followedBlocks?: number;
  /** The rules of compact filters; those of the family if absent. */
  readonly filters?: FilterRules;
  /** Makes what keeps and serves compact filters, if the node is to do that. */
  readonly filterArchive?: (context: ArchiveContext) => FilterArchive;
  /** Makes what fetches the bodies that peers ask for from full nodes, if the node is to be connected to any. */
  readonly forwardedBlocks?: (context: ForwardContext) => BodySource;
  /** Whether it is to follow the network by full nodes, as peers or beside them (the command `followed`). Default: no. */
  readonly followsNetwork?: boolean;
  /** Bytes a second that all peers together are served for long; without a limit if absent. */
  readonly uploadBytesPerSecond?: number;
  /** Chainwork that a chain must have to be followed; what the network has for that if absent. */
  readonly minChainwork?: bigint;
  /** 16 random bytes that nobody else knows: what is kept of branches that have to show their work is keyed by it, and nonces follow from it. Made of `seed` if absent, for tests. */
  readonly secret?: Uint8Array;
  /** Headers of one stored segment, another number for tests: a store of another number is fetched anew. */
  readonly segmentHeaders?: number;
  /** The node's Ed25519 public key, 32 bytes: the platform signs with its other half. Absent only in tests: then the node neither signs nor demands a signature. */
  readonly identity?: Uint8Array;
  /** Whether the platform connects to nodes by signals that peers pass on (the effect `introduction`, the command `sendSignal`). Then this node also names its peers, and passes signals on. Needs `identity`. Default: no. */
  readonly introduces?: boolean;
  /** Makes the index of transactions that the node keeps and peers may ask: `TxIndex`. None if absent. */
  readonly txIndex?: (context: TxIndexContext) => TxBlocks & Part;
  /** Public keys of the only peers that count as gateways, whatever others say of themselves; any may if absent. */
  readonly gateways?: readonly Uint8Array[];
}

/** What the node gives to a part that is added to it. */
export interface PartContext {
  /** All verified headers, and which chain of them is the best. */
  readonly tree: HeaderTree;
  /** Every peer that is connected, also one that has not said hello yet. */
  readonly peers: PeerSet;
  /** Takes messages to peers, effects for the platform and notices for the application. */
  readonly outbox: Outbox;
  /** The tables. A part bounds what it has outstanding itself. */
  readonly storage: StoragePort;
  /** Where a part enters what it asks of a peer, and learns which answer belongs to it. */
  readonly ledger: RequestLedger;
  /** Has the platform verify signatures, and sign with the key of the node. */
  readonly signatures: SignaturePort;
  /** Numbers of [0, 1) that depend on the seed alone. */
  readonly random: () => number;
  /** Says why, and disconnects. */
  readonly punish: (peer: Peer, code: Offence) => void;
}

/** Parts beside those of every node, and the messages that they take. */
export interface NodeExtension {
  /** The messages. None has a type byte of the protocol or of another row. */
  readonly rows: readonly MessageRow[];
  /** A later version of the protocol, which has these messages; that of this code if absent. */
  readonly version?: number;
  /** Bit set of services that it offers beside those of this code; 0 if absent. */
  readonly services?: number;
  /** Bit set of services that a peer must know; one that does not will disconnect. 0 if absent. */
  readonly requires?: number;
  /** Makes the parts, for one node. */
  parts(context: PartContext): readonly Part[];
}

/** What sessions are held with. @param secret  16 random bytes: nonces follow from them */
export function sessionOptions(
  options: LightNodeOptions,
  extension: NodeExtension | undefined,
  secret: Uint8Array,
): SessionOptions {
  const { version = PROTOCOL_VERSION, services = 0, requires = 0 } = extension ?? {};
  const { followedBlocks = FOLLOWED_BLOCKS, peersMax = PEERS_MAX, isGateway } = options;
  const { peersPerGroupMax = peersMax, uploadBytesPerSecond = Number.MAX_SAFE_INTEGER } = options;
  const isArchive = followedBlocks === Number.POSITIVE_INFINITY || options.forwardedBlocks !== undefined;
  return {
    version,
    minVersion: PROTOCOL_VERSION_MIN,
    services:
      services +
      SERVICE_TRANSACTIONS +
      (isGateway ? SERVICE_GATEWAY : 0) +
      (isArchive ? SERVICE_ARCHIVE : 0) +
      (options.txIndex === undefined ? 0 : SERVICE_TX_INDEX) +
      (options.filterArchive === undefined ? 0 : SERVICE_FILTERS) +
      (options.followsNetwork === true ? SERVICE_FOLLOWING : 0) +
      (options.introduces === true && options.identity !== undefined ? SERVICE_INTRODUCES : 0) +
      (followedBlocks > 0 ? SERVICE_COMPACT_BLOCKS : 0),
    requires,
    known: KNOWN_SERVICES + services,
    userAgent: options.userAgent,
    isGateway,
    peersMax,
    peersPerGroupMax,
    uploadBytesPerSecond,
    identity: options.identity,
    gateways: options.gateways,
    secret,
  };
}

/** 16 bytes that nobody else knows. Those that follow from the seed only tests have. */
export function secretOf({ secret, seed }: LightNodeOptions): Uint8Array {
  const random = seededRandom(seed);
  return secret ?? Uint8Array.from({ length: 16 }, () => Math.floor(256 * random()));
}
