/**
 * What a node is made of: the parts, in the order in which they do what is due, and what one of them tells another. A
 * new concern is one line in the list.
 */
import { BlockSync } from '../blocks/block-sync.js';
import { SecretStream } from '../bytes/secret-stream.js';
import { CompactBlocks } from '../compact/compact-blocks.js';
import { Filters } from '../filters/filters.js';
import { ForkSigns } from '../forks/fork-signs.js';
import { peerIdOf } from '../headers/batch-request.js';
import { HeaderServer } from '../headers/header-server.js';
import { HeaderSync } from '../headers/header-sync.js';
import { HeldHeaders } from '../headers/held-headers.js';
import type { ChainProver } from '../headers/storage/chain-prover.js';
import type { ChainWriter } from '../headers/storage/chain-writer.js';
import { TipClaims } from '../headers/tip-claims.js';
import { counter, Verifier } from '../headers/verifier.js';
import { Introductions } from '../introductions/introductions.js';
import { SignaturePort } from '../io/signature-port.js';
import { StoragePort } from '../io/storage-port.js';
import { StoreFaultReport } from '../io/store-fault-report.js';
import { FOLLOWED_BLOCKS, NEAR_TIP_HEADERS, PEERS_MAX, PEERS_TARGET, SEEN_HEADERS_MAX } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import type { Part } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import { PeerSet } from '../peer/peer-set.js';
import { RequestLedger } from '../peer/request-ledger.js';
import { SeenFilter } from '../peer/seen-filter.js';
import type { Offence } from '../peer/verdicts.js';
import { ProofRequests } from '../proofs/proof-requests.js';
import { TransactionRelay } from '../transactions/transaction-relay.js';
import { HeaderTree } from '../tree/header-tree.js';
import { genesisBase } from '../tree/tree-base.js';
import { TrustReporter } from '../trust/trust-reporter.js';
import { MessageCodec } from '../wire/codec.js';
import type { WireMessage } from '../wire/message-row.js';
import { messageRows } from '../wire/message-table.js';
import { Announcer } from './announcer.js';
import { ChainStorage } from './chain/chain-storage.js';
import type { Checkpoints } from './chain/checkpoints.js';
import { ChainChanges } from './chain-changes.js';
import { Discouraged } from './greeting/discouraged.js';
import { HeldRelease } from './held-release.js';
import { type LightNodeOptions, type NodeExtension, secretOf, sessionOptions } from './node-options.js';
import type { PartsListener } from './parts-listener.js';
import { PeerSearch } from './peer-search.js';
import { seededRandom } from './random.js';
import { Router } from './router.js';
import { Sessions } from './sessions.js';
import { LiveNetwork } from './status/live-network.js';
import { PeerNotices } from './status/peer-notices.js';
import { StatusReporter } from './status/status-reporter.js';
import { Submissions } from './submissions.js';
import { UnsentLimit } from './unsent-limit.js';

/** All parts of one node. */
export class NodeParts {
  readonly outbox: Outbox;
  readonly storage: StoragePort;
  readonly signatures: SignaturePort;
  readonly storeFaults: StoreFaultReport;
  readonly peers = new PeerSet();
  readonly ledger = new RequestLedger();
  readonly held = new HeldHeaders();
  readonly random: () => number;
  readonly tree: HeaderTree;
  readonly verifier: Verifier;
  readonly discouraged: Discouraged;
  readonly sessions: Sessions;
  readonly headerServer: HeaderServer;
  readonly sync: HeaderSync;
  readonly blocks: BlockSync;
  readonly transactions: TransactionRelay;
  readonly compact: CompactBlocks;
  readonly announcer: Announcer;
  readonly notices: PeerNotices;
  readonly changes: ChainChanges;
  readonly chain: ChainStorage;
  readonly prover: ChainProver;
  readonly writer: ChainWriter;
  readonly reporter: StatusReporter;
  readonly forks: ForkSigns;
  readonly trust: TrustReporter;
  readonly submissions: Submissions;
  readonly proofs: ProofRequests;
  readonly filters: Filters;
  readonly introductions: Introductions;
  readonly router: Router;
  readonly checkpoints: Checkpoints;
  /** In the order in which they do what is due. */
  readonly list: readonly Part[];

  /** @param extension  parts that are added to the list, and the rows of their messages */
  constructor(
    options: LightNodeOptions,
    extension: NodeExtension | undefined,
    readonly listener: PartsListener,
  ) {
    const { family, followedBlocks = FOLLOWED_BLOCKS, peersMax = PEERS_MAX } = options;
    const codec = new MessageCodec<WireMessage>([...messageRows, ...(extension?.rows ?? [])]);
    const outbox = new Outbox(codec);
    const { peers, ledger } = this;
    const punish = (peer: Peer, code: Offence): void => this.sessions.punish(peer, code, listener.now());
    const base = options.checkpoint?.base ?? options.base ?? genesisBase(family);
    const dropped = new SeenFilter(SEEN_HEADERS_MAX);
    const tree = new HeaderTree(family, { base, dropped: (hash) => dropped.add(hash) });
    this.outbox = outbox;
    const storage = new StoragePort(outbox);
    this.storage = storage;
    const signatures = new SignaturePort(outbox);
    this.signatures = signatures;
    const secret = secretOf(options);
    const storeFaults = new StoreFaultReport(
      ({ code, detail }) => listener.error(code, detail),
      () => this.blocks.follower.makeRoom(),
    );
    this.storeFaults = storeFaults;
    this.tree = tree;
    this.random = seededRandom(options.seed);
    const nextJob = counter();

    this.changes = new ChainChanges(tree, outbox, {
      inserted: (result, source) => {
        this.reporter.countHeaders(1, listener.now());
        // Before the bodies of the new branch: what the old one had is taken back first.
        if (result.kind === 'reorganised') this.transactions.reorganised(result.reorg);
        this.blocks.inserted(result);
        this.forks.inserted(result, source && peers.get(peerIdOf(source) ?? ''), listener.now());
      },
      appended: (firstHeight) => {
        this.reporter.countHeaders(tree.tipHeight + 1 - firstHeight, listener.now());
        this.blocks.appended(firstHeight);
        this.forks.appended(firstHeight, listener.now());
      },
      changed: (ancestorHeight) => {
        this.writer.changed(ancestorHeight, listener.now());
        this.checkpoints.changed(ancestorHeight);
        this.filters.changed(ancestorHeight);
      },
    });
    this.verifier = new Verifier(
      tree,
      this.held,
      outbox,
      {
        inserted: (result, source) => this.changes.inserted(result, source),
        appended: (firstHeight) => this.changes.appended(firstHeight),
        equivocated: (hash) => listener.error('HEADER_EQUIVOCATION', family.hashToHex(hash)),
      },
      Math.max(1, options.hashers) * 2,
      nextJob,
    );
    this.notices = new PeerNotices(peers, outbox, (peerId) => this.blocks.download.windowOf(peerId)?.size);
    const claims = new TipClaims(tree, this.held, dropped);
    this.discouraged = new Discouraged(storage);
    this.sessions = new Sessions(
      tree,
      peers,
      outbox,
      ledger,
      signatures,
      {
        now: () => listener.now(),
        ready: (peer) => {
          for (const part of this.list) part.peerReady?.(peer);
          this.router.release(peer, listener.time());
        },
        gone: (peer, code, now, detail) => {
          for (const part of this.list) part.peerGone?.(peer, code, now, detail);
        },
        namedTip: (peer, tip) => {
          if (claims.named(peer, tip)) this.notices.updated(peer, listener.now(), false);
        },
        // Of one that is known already the next ping or block reports it.
        measured: (peer, isFirst) => this.notices.updated(peer, listener.now(), isFirst),
        discourage: (peer) => this.discouraged.addPeer(peer, listener.time().wallTime),
        isDiscouraged: (key) => this.discouraged.has(key, listener.time().wallTime),
        error: (code, detail) => listener.error(code, detail),
      },
      sessionOptions(options, extension, secret),
    );
    this.headerServer = new HeaderServer(tree, outbox, (fork) => this.prover.mayKnowMore(fork));
    const sync = new HeaderSync(
      tree,
      claims,
      this.verifier,
      peers,
      outbox,
      ledger,
      {
        punish,
        unsolicited: (...answer) => this.checkpoints.below.receive(...answer),
        failed: (code) => listener.error(code),
        verified: (...headers) => this.writer.received(...headers),
        walked: () => this.reporter.progressed(listener.now()),
      },
      new SecretStream(secret),
      options.minChainwork ?? family.presync.minChainwork,
    );
    this.sync = sync;
    // Bodies that are the newest now would soon be old, and what transactions are checked against is not known.
    const isFar = (): boolean =>
      sync.leader !== undefined && sync.leader.height > tree.tipHeight + NEAR_TIP_HEADERS;
    this.blocks = new BlockSync(tree, peers, outbox, storage, ledger, followedBlocks, {
      punish,
      accepted: (slot, body) => {
        for (const part of this.list) part.bodyAccepted?.(slot, body);
      },
      storeAnswered: (failure) => {
        storeFaults.answered('bodies', failure);
        if (failure === undefined) this.writer.retry();
      },
      forwarded: options.forwardedBlocks,
      now: () => listener.now(),
      isSyncing: () => sync.isActive,
      waitsForBlocks: () => this.transactions.sender.own.size > 0,
      isFar,
    });
    this.transactions = new TransactionRelay({
      tree,
      outbox,
      storage,
      signatures,
      isGateway: options.isGateway,
      random: this.random,
      now: () => listener.now(),
      isFar,
      punish,
      readBody: (hash, reader) => this.blocks.read(hash, reader),
      storeAnswered: (failure) => storeFaults.answered('transactions', failure),
    });
    this.compact = new CompactBlocks(
      tree,
      peers,
      this.blocks,
      this.verifier,
      ledger,
      outbox,
      this.transactions,
      {
        punish,
        announced: (...announcement) => this.announcer.receive(...announcement),
        updated: (peer) => this.notices.updated(peer, listener.now(), true),
        hasEnoughWork: (chainwork) => chainwork >= sync.lowWork.enough,
        isFar,
      },
      this.random,
    );
    const isAtRest = (): boolean => !sync.isActive && this.verifier.isIdle;
    this.chain = new ChainStorage(
      {
        tree,
        peers,
        outbox,
        ledger,
        storage,
        storeFaults,
        verifier: this.verifier,
        sync,
        base,
        random: this.random,
        nextJob,
        isAtRest,
        punish,
        listener,
      },
      options,
    );
    const { prover, writer, checkpoints } = this.chain;
    this.prover = prover;
    this.writer = writer;
    this.checkpoints = checkpoints;
    this.announcer = new Announcer(
      tree,
      peers,
      outbox,
      sync,
      {
        claimed: (peer, before) => {
          this.notices.updated(peer, listener.now(), true);
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
    this.forks = new ForkSigns(tree, outbox, () => this.reporter.status.phase === 'synced');
    this.trust = new TrustReporter(this, options.gateways !== undefined);
    this.submissions = new Submissions(family, this.verifier, this.blocks, outbox, () => sync.lowWork.enough);
    const txIndex = options.txIndex?.(this);
    this.proofs = new ProofRequests(this, punish, txIndex);
    this.filters = new Filters(this, options.filters ?? family.filters, options.filterArchive, punish);
    const context = { tree, peers, outbox, storage, ledger, signatures, random: this.random, punish };
    // One place is kept for those who come.
    const search = new PeerSearch(Math.max(1, Math.min(PEERS_TARGET, peersMax - 1)), peers, outbox, (now) =>
      this.introductions.search(now),
    );
    const isDiscouraged = (key: Uint8Array, wallTime: number): boolean => this.discouraged.has(key, wallTime);
    this.introductions = new Introductions(
      { ...context, family, isDiscouraged, now: () => listener.now() },
      options.introduces === true ? options.identity : undefined,
      () => search.wanted,
      secret,
    );
    this.list = [
      ledger,
      new HeldRelease(tree, this.held, (result) => this.changes.inserted(result, undefined)),
      new UnsentLimit(outbox, punish),
      this.headerServer,
      this.sessions,
      this.discouraged,
      sync,
      // Before what downloads bodies whole, and what announces.
      this.compact,
      this.blocks,
      this.transactions,
      ...(txIndex === undefined ? [] : [txIndex]),
      this.proofs,
      this.filters,
      this.announcer,
      new LiveNetwork(peers, outbox, (peer) => this.notices.updated(peer, listener.now(), true)),
      this.notices,
      this.introductions,
      search,
      this.changes,
      this.prover,
      ...this.checkpoints.list,
      this.writer,
      ...(extension?.parts(context) ?? []),
      this.reporter,
      this.forks,
      this.trust,
    ];
    this.router = new Router(this.list, peers, outbox, this.sessions, this.sessions.options.version);
  }

  /** The answer to a `verifyPow`: one of them has asked. */
  powVerified(job: number, hashes: Uint8Array | undefined, wallTime: number): void {
    this.verifier.powVerified(job, hashes, wallTime);
    this.prover.powVerified(job, hashes, wallTime);
    this.checkpoints.powVerified(job, hashes);
    this.chain.hasher.powVerified(job, hashes);
  }
}
