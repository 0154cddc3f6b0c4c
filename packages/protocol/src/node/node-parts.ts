/**
 * What a node is made of: the parts, in the order in which they do what is due, and what one of them tells another. A
 * new concern is one line in the list.
 */
import { assert } from '../assert.js';
import { BlockSync } from '../blocks/block-sync.js';
import { SecretStream } from '../bytes/secret-stream.js';
import type { ChainFamily } from '../chain/chain-family.js';
import { CompactBlocks } from '../compact/compact-blocks.js';
import type { KnownTransactions } from '../compact/rebuild.js';
import { BatchHasher } from '../headers/batch-hasher.js';
import { HeaderServer } from '../headers/header-server.js';
import { HeaderSync } from '../headers/header-sync.js';
import { HeldHeaders } from '../headers/held-headers.js';
import { ChainLoader, type LoadOutcome } from '../headers/storage/chain-loader.js';
import { ChainProver } from '../headers/storage/chain-prover.js';
import type { SegmentEntry } from '../headers/storage/chain-records.js';
import { ChainWriter } from '../headers/storage/chain-writer.js';
import { type ChainLayout, chainLayout } from '../headers/storage/stored-chain.js';
import { TipClaims } from '../headers/tip-claims.js';
import { counter, Verifier } from '../headers/verifier.js';
import { StoragePort } from '../io/storage-port.js';
import { StoreFaultReport } from '../io/store-fault-report.js';
import { FOLLOWED_BLOCKS, NEAR_TIP_HEADERS, PEERS_MAX, PEERS_TARGET, SEEN_HEADERS_MAX } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import type { Part } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import { PeerSet } from '../peer/peer-set.js';
import { RequestLedger } from '../peer/request-ledger.js';
import { SeenFilter } from '../peer/seen-filter.js';
import { HeaderTree } from '../tree/header-tree.js';
import { genesisBase, type TreeBase } from '../tree/tree-base.js';
import { MessageCodec, messageCodec } from '../wire/codec.js';
import type { MessageRow, WireMessage } from '../wire/message-row.js';
import { messageRows } from '../wire/message-table.js';
import { Announcer } from './announcer.js';
import { ChainChanges } from './chain-changes.js';
import { HeldRelease } from './held-release.js';
import { PeerNotices } from './peer-notices.js';
import { PeerSearch } from './peer-search.js';
import { seededRandom } from './random.js';
import { Router } from './router.js';
import { Sessions } from './sessions.js';
import { StatusReporter } from './status-reporter.js';
import { Submissions } from './submissions.js';
import { UnsentLimit } from './unsent-limit.js';

/** What a node is made of; the network is the family. */
export interface LightNodeOptions {
  readonly family: ChainFamily;
  /** The header to begin with, which is taken on trust; genesis if absent. */
  readonly base?: TreeBase;
  /** Seed of the node's samples, a 32-bit number. */
  readonly seed: number;
  /** Printable ASCII, at most 64 characters. */
  readonly userAgent: string;
  readonly isGateway: boolean;
  /** How many jobs the platform hashes at a time; twice as many are handed out. */
  readonly hashers: number;
  readonly peersMax?: number;
  /** How many of the newest block bodies to fetch and keep: 0 for none, Infinity for all. Default FOLLOWED_BLOCKS. */
  readonly followedBlocks?: number;
  /** Transactions that a new block may have, from which it is put together; none if absent. */
  readonly knownTransactions?: KnownTransactions;
  /** Chainwork that a chain must have to be followed; what the network has for that if absent. */
  readonly minChainwork?: bigint;
  /** 16 random bytes that nobody else knows: what is kept of branches that have to show their work is keyed by it. Made of `seed` if absent, for tests. */
  readonly secret?: Uint8Array;
  /** Headers of one stored segment, another number for tests: a store of another number is fetched anew. */
  readonly segmentHeaders?: number;
}

/** What the node gives to a part that is added to it. */
export interface PartContext {
  readonly tree: HeaderTree;
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  readonly storage: StoragePort;
  readonly ledger: RequestLedger;
  /** Numbers of [0, 1) that depend on the seed alone. */
  readonly random: () => number;
  /** Says why, and disconnects. */
  readonly punish: (peer: Peer, code: string) => void;
}

/** Parts beside those of every node, and the messages that they take. */
export interface NodeExtension {
  readonly rows: readonly MessageRow[];
  parts(context: PartContext): readonly Part[];
}

/** What the parts ask of the node around them. */
export interface PartsListener {
  /** Monotonic ms of the step that is being taken. */
  now(): number;
  /** Something went wrong that the application should know. */
  error(code: string, detail?: string): void;
  /** A stored segment is damaged; of all that is stored these are left. */
  damaged(left: readonly SegmentEntry[]): void;
}

/** All parts of one node. */
export class NodeParts {
  readonly outbox: Outbox;
  readonly storage: StoragePort;
  readonly storeFaults: StoreFaultReport;
  readonly peers = new PeerSet();
  readonly ledger = new RequestLedger();
  readonly held = new HeldHeaders();
  readonly random: () => number;
  readonly tree: HeaderTree;
  readonly verifier: Verifier;
  readonly sessions: Sessions;
  readonly headerServer: HeaderServer;
  readonly sync: HeaderSync;
  readonly blocks: BlockSync;
  readonly compact: CompactBlocks;
  readonly announcer: Announcer;
  readonly notices: PeerNotices;
  readonly changes: ChainChanges;
  readonly hasher: BatchHasher;
  readonly prover: ChainProver;
  readonly writer: ChainWriter;
  readonly reporter: StatusReporter;
  readonly submissions: Submissions;
  readonly router: Router;
  /** In the order in which they do what is due. */
  readonly list: readonly Part[];
  readonly #layout: ChainLayout;
  readonly #base: TreeBase;

  /** @param extension  parts that are added to the list, and the rows of their messages */
  constructor(
    options: LightNodeOptions,
    extension: NodeExtension | undefined,
    readonly listener: PartsListener,
  ) {
    const { family, followedBlocks = FOLLOWED_BLOCKS, peersMax = PEERS_MAX } = options;
    const codec =
      extension === undefined
        ? messageCodec
        : new MessageCodec<WireMessage>([...messageRows, ...extension.rows]);
    const outbox = new Outbox(codec);
    const { peers, ledger } = this;
    const punish = (peer: Peer, code: string): void => this.sessions.punish(peer, code, listener.now());
    const dropped = new SeenFilter(SEEN_HEADERS_MAX);
    const tree = new HeaderTree(family, { base: options.base, dropped: (hash) => dropped.add(hash) });
    this.outbox = outbox;
    const storage = new StoragePort(outbox);
    this.storage = storage;
    const storeFaults = new StoreFaultReport(({ code, detail }) => listener.error(code, detail));
    this.storeFaults = storeFaults;
    this.tree = tree;
    this.random = seededRandom(options.seed);
    this.#base = options.base ?? genesisBase(family);
    this.#layout = chainLayout(this.#base.height, options.segmentHeaders);
    const nextJob = counter();
    this.hasher = new BatchHasher(family, outbox, nextJob);

    this.changes = new ChainChanges(tree, outbox, {
      inserted: (result) => {
        this.reporter.countHeaders(1, listener.now());
        this.blocks.inserted(result);
      },
      appended: (firstHeight) => {
        this.reporter.countHeaders(tree.tipHeight + 1 - firstHeight, listener.now());
        this.blocks.appended(firstHeight);
      },
      changed: (ancestorHeight) => this.writer.changed(ancestorHeight, listener.now()),
    });
    this.verifier = new Verifier(
      tree,
      this.held,
      outbox,
      {
        inserted: (result) => this.changes.inserted(result),
        appended: (firstHeight) => this.changes.appended(firstHeight),
        equivocated: (hash) => listener.error('HEADER_EQUIVOCATION', family.hashToHex(hash)),
      },
      Math.max(1, options.hashers) * 2,
      nextJob,
    );
    this.notices = new PeerNotices(peers, outbox);
    this.sessions = new Sessions(
      tree,
      peers,
      outbox,
      ledger,
      {
        ready: (peer) => {
          for (const part of this.list) part.peerReady?.(peer);
        },
        gone: (peer, code, now) => {
          for (const part of this.list) part.peerGone?.(peer, code, now);
        },
        measured: (peer) => this.notices.updated(peer, listener.now()),
      },
      {
        userAgent: options.userAgent,
        isGateway: options.isGateway,
        isArchive: followedBlocks === Number.POSITIVE_INFINITY,
        hasCompactBlocks: followedBlocks > 0,
        peersMax,
        session: drawSession(this.random),
      },
    );
    this.headerServer = new HeaderServer(tree, outbox, (fork) => this.prover.mayKnowMore(fork));
    const sync = new HeaderSync(
      tree,
      new TipClaims(tree, this.held, dropped),
      this.verifier,
      peers,
      outbox,
      ledger,
      {
        punish,
        failed: (code) => listener.error(code),
        verified: (...headers) => this.writer.received(...headers),
        walked: () => this.reporter.progressed(listener.now()),
      },
      new SecretStream(options.secret ?? secretOf(options.seed)),
      options.minChainwork ?? family.presync.minChainwork,
    );
    this.sync = sync;
    // Bodies that are the newest now would soon be old.
    const isFar = (): boolean =>
      sync.leader !== undefined && sync.leader.height > tree.tipHeight + NEAR_TIP_HEADERS;
    this.blocks = new BlockSync(tree, peers, outbox, storage, ledger, followedBlocks, {
      punish,
      accepted: (slot, body) => {
        for (const part of this.list) part.bodyAccepted?.(slot, body);
      },
      storeAnswered: (failure) =>
        failure === undefined ? storeFaults.works('bodies') : storeFaults.failed('bodies', failure),
      isSyncing: () => sync.isActive,
      isFar,
    });
    this.compact = new CompactBlocks(
      tree,
      peers,
      this.blocks,
      this.verifier,
      ledger,
      outbox,
      options.knownTransactions ?? noTransactions,
      {
        punish,
        announced: (...announcement) => this.announcer.receive(...announcement),
        updated: (peer) => this.notices.updated(peer, listener.now()),
        hasEnoughWork: (chainwork) => chainwork >= sync.lowWork.enough,
        isFar,
      },
      this.random,
    );
    const isAtRest = (): boolean => !sync.isActive && this.verifier.isIdle;
    this.writer = new ChainWriter(
      tree,
      storage,
      this.#layout,
      (failure) => storeFaults.failed('headers', failure),
      isAtRest,
      () => storeFaults.works('headers'),
    );
    this.prover = new ChainProver(
      tree,
      this.hasher,
      storage,
      outbox,
      this.#layout,
      this.#base,
      nextJob,
      this.random,
      { damaged: (left) => listener.damaged(left), isAtRest },
    );
    this.announcer = new Announcer(
      tree,
      peers,
      outbox,
      sync,
      {
        claimed: (peer, before) => {
          this.notices.updated(peer, listener.now());
          return this.reporter.isHeightNews(before, peer.height);
        },
        offered: (peer, message, now) =>
          this.compact.offered(peer, message, now) || this.blocks.announced(peer, message, now),
      },
      this.random,
    );
    this.reporter = new StatusReporter(tree, peers, sync, this.writer, this.prover, outbox, (code) =>
      listener.error(code),
    );
    this.submissions = new Submissions(family, this.verifier, this.blocks, outbox);
    const context: PartContext = { tree, peers, outbox, storage, ledger, random: this.random, punish };
    this.list = [
      ledger,
      new HeldRelease(tree, this.held, (result) => this.changes.inserted(result)),
      new UnsentLimit(outbox, punish),
      this.headerServer,
      this.sessions,
      sync,
      // Before what downloads bodies whole, and what announces.
      this.compact,
      this.blocks,
      this.announcer,
      this.notices,
      // One place is kept for those who come.
      new PeerSearch(Math.max(1, Math.min(PEERS_TARGET, peersMax - 1)), peers, outbox),
      this.changes,
      this.prover,
      this.writer,
      ...(extension?.parts(context) ?? []),
      this.reporter,
    ];
    const names = new Set(this.list.map(({ name }) => name));
    assert(names.size === this.list.length, 'each part has a name of its own');
    this.router = new Router(this.list, peers, outbox, this.sessions);
  }

  /** What reads the stored chain into the tree. */
  loader(done: (outcome: LoadOutcome) => void): ChainLoader {
    const { tree, verifier, hasher, storage, random } = this;
    return new ChainLoader(tree, verifier, hasher, storage, this.#layout, this.#base, random, done);
  }

  /** The answer to a `verifyPow`: one of them has asked. */
  powVerified(job: number, hashes: Uint8Array | undefined, wallTime: number): void {
    this.verifier.powVerified(job, hashes, wallTime);
    this.prover.powVerified(job, hashes, wallTime);
    this.hasher.powVerified(job, hashes);
  }
}

const noTransactions: KnownTransactions = { size: 0, each: () => undefined };

/** A secret that only tests have. */
function secretOf(seed: number): Uint8Array {
  const random = seededRandom(seed);
  return Uint8Array.from({ length: 16 }, () => Math.floor(256 * random()));
}

/** 64 bits that are never all zero. */
function drawSession(random: () => number): bigint {
  const word = (): bigint => BigInt(Math.floor(random() * 2 ** 32));
  return (word() << 32n) | word() | 1n;
}
