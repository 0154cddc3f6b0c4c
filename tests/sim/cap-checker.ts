/** What must hold of a node's effects, seen from outside: what is under way never exceeds what `effect.ts` promises. */
import { type Effect, type NodeEventBody, PEERS_MAX, type StorageOperation } from '@vision-light/protocol';
import {
  BLOCK_DEMANDS_MAX,
  BODY_BYTES_WORST_MAX,
  BODY_READS_MAX,
  DEFERRED_BLOCK_REQUESTS_MAX,
  DEFERRED_REQUESTS_MAX,
  FOLLOWED_BLOCKS,
  HELD_HEADERS_MAX,
  MEMPOOL_NAMES_MAX,
  MEMPOOL_TRANSACTIONS_MAX,
  ORPHAN_BYTES_MAX,
  ORPHANS_MAX,
  ORPHANS_PER_PEER_MAX,
  OWN_TRANSACTIONS_BYTES_MAX,
  OWN_TRANSACTIONS_MAX,
  PRESYNC_BYTES_MAX,
  PRESYNCS_MAX,
  SIGNATURE_JOBS_MAX,
  SIGNATURES_WAITING_BYTES_MAX,
  SIGNATURES_WAITING_MAX,
  STORAGE_REQUESTS_MAX,
  TREE_HEADERS_MAX,
  TX_ACCOUNTS_MAX,
  TX_ANNOUNCEMENTS_PER_PEER_MAX,
  TX_INCLUDED_BYTES_MAX,
  TX_REJECTS_MAX,
  TX_REQUESTED_MAX,
  TX_SERVED_MAX,
  UNSENT_BYTES_MAX,
  WANTED_BLOCKS_MAX,
  WINDOW_MAX,
} from '../../packages/protocol/src/limits.js';

/** What may be sent in one step beyond the cap: the node looks at it once a step. */
const STEP_BYTES_MAX = 4 * 2 ** 20;

interface CheckedPeer {
  readonly id: string;
}

/** What is looked at of a node; a `LightNode` has it, and so does what a test puts in its place. */
export interface CheckedNode {
  readonly status: { readonly peers: number };
  readonly held: { readonly size: number };
  readonly tree: {
    readonly sideCount: number;
    readonly sideCountMax: number;
    readonly count: number;
    readonly family: { readonly bodyBytesMax: number };
  };
  readonly sync: { presyncBytes(): number };
  readonly transactions: {
    readonly rejects: number;
    readonly mempool: {
      readonly size: number;
      readonly bytes: number;
      readonly names: number;
      readonly bytesMax: number;
    };
    readonly tracker: {
      readonly size: number;
      announcedBy(peer: CheckedPeer): number;
      inFlightOf(peer: CheckedPeer): number;
    };
    readonly trickle: { queuedFor(peer: CheckedPeer): number; marksOf(peer: CheckedPeer): number };
    readonly server: { waiting(peer: CheckedPeer): number };
    readonly signatures: { readonly size: number; readonly bytes: number; readonly jobs: number };
    readonly sender: { readonly own: { readonly size: number; readonly bytes: number } };
    readonly follower: {
      readonly included: { readonly bytes: number; readonly blocks: number; readonly accounts: number };
    };
  };
  readonly headerServer: { waiting(peer: CheckedPeer): number };
  readonly blocks: {
    readonly download: {
      readonly pending: number;
      readonly bytesInFlight: number;
      windowOf(peer: string): { readonly size: number } | undefined;
    };
    readonly orphans: {
      readonly size: number;
      readonly bytes: number;
      readonly parents: number;
      countOf(peer: string): number;
    };
    readonly server: { waiting(peer: CheckedPeer): number };
    /** All of them, also those that have not said hello. */
    readonly peers: Iterable<CheckedPeer> & {
      readonly size: number;
      get(id: string): CheckedPeer | undefined;
    };
  };
}

/** What a storage request is about, as far as it has a cap of its own. */
type StorageUse = 'header write' | 'body write' | 'transaction write' | 'index write' | 'body read' | 'other';

function useOf(operation: StorageOperation): StorageUse {
  if (operation.kind === 'list') return 'other';
  const items = operation.kind === 'read' ? operation.selections : operation.changes;
  if (items.some(({ table }) => table === 'discouraged')) return 'other';
  if (items.length === 1 && items.some((item) => 'key' in item && item.key === 'root')) return 'other';
  const isOfBodies = items.some(({ table }) => table === 'bodies');
  if (operation.kind === 'read') return isOfBodies ? 'body read' : 'other';
  if (items.some(({ table }) => table === 'transactions')) return 'transaction write';
  if (items.some(({ table }) => table === 'txBlocks')) return 'index write';
  return isOfBodies ? 'body write' : 'header write';
}

export class CapChecker {
  readonly #jobs = new Set<number>();
  /** Storage requests under way, and what each is about. */
  readonly #storage = new Map<number, StorageUse>();
  /** How many of each use. */
  readonly #uses = new Map<StorageUse, number>();
  readonly #unsent = new Map<string, number>();
  /** Requests of the application for blocks that are not answered. */
  #demands = 0;
  #unsentMax = 0;
  /** Whom the event is about; undefined if about no peer. */
  #peer: string | undefined;
  /** Whether an effect was performed since the last look. */
  #hasActed = false;
  #untilSweep = 0;

  constructor(
    readonly node: CheckedNode,
    readonly jobsMax: number,
    readonly peersMax = PEERS_MAX,
    /** In so many steps all is looked at at least once, and else what the step is about. */
    readonly sweepSteps = 1,
  ) {}

  /** The most bytes that ever waited for one peer. */
  get unsentMax(): number {
    return this.#unsentMax;
  }

  /** Bytes that wait for all peers together. */
  get unsentTotal(): number {
    let total = 0;
    for (const bytes of this.#unsent.values()) total += bytes;
    return total;
  }

  before(event: NodeEventBody): void {
    // Of two events in one step only the second would be known.
    if (this.#peer !== undefined) this.#untilSweep = 0;
    switch (event.type) {
      case 'bytesReceived':
      case 'messageComing':
      case 'peerConnected':
        this.#peer = event.peer;
        break;
      case 'sendDrained':
        this.#peer = event.peer;
        this.#unsent.set(event.peer, event.bufferedBytes);
        break;
      case 'peerDisconnected':
        this.#unsent.delete(event.peer);
        break;
      case 'powVerified':
        this.#jobs.delete(event.job);
        break;
      case 'storageAnswered':
        this.#countUse(this.#storage.get(event.request), -1);
        this.#storage.delete(event.request);
        break;
      case 'command':
        if (event.command.kind === 'block') this.#demands++;
        break;
    }
  }

  performed(effect: Effect): void {
    this.#hasActed = true;
    switch (effect.type) {
      case 'send': {
        const unsent = (this.#unsent.get(effect.peer) ?? 0) + effect.bytes.length;
        this.#unsent.set(effect.peer, unsent);
        if (unsent > this.#unsentMax) this.#unsentMax = unsent;
        break;
      }
      case 'disconnect':
        this.#unsent.delete(effect.peer);
        break;
      case 'verifyPow':
        this.#jobs.add(effect.job);
        break;
      case 'storage':
        this.#storage.set(effect.request, useOf(effect.operation));
        this.#countUse(this.#storage.get(effect.request), 1);
        break;
      case 'emit':
        if (effect.notice.type === 'block') this.#demands--;
        // Nobody is answered any more.
        if (effect.notice.type === 'closed') this.#demands = Number.NEGATIVE_INFINITY;
        break;
    }
  }

  #countUse(use: StorageUse | undefined, by: number): void {
    if (use !== undefined) this.#uses.set(use, (this.#uses.get(use) ?? 0) + by);
  }

  /**
   * Looks at the node after a step. Most steps are a peer's that tells what is known, and looking at all others costs
   * more than the step: a network of thousands looks at that peer, and at all else at the next sweep.
   *
   * @throws {Error} naming the cap that does not hold
   */
  check(): void {
    const peer = this.#peer;
    const isSweep = this.#untilSweep === 0;
    this.#untilSweep = (isSweep ? this.sweepSteps : this.#untilSweep) - 1;
    if (isSweep || this.#hasActed || peer === undefined) this.#checkNode();
    const { peers } = this.node.blocks;
    if (isSweep) for (const each of peers) this.#checkPeer(each);
    const concerned = peer === undefined || isSweep ? undefined : peers.get(peer);
    if (concerned !== undefined) this.#checkPeer(concerned);
    this.#peer = undefined;
    this.#hasActed = false;
  }

  #checkNode(): void {
    const { node } = this;
    holds('hash jobs under way', this.#jobs.size, this.jobsMax);
    const count = (use: StorageUse): number => this.#uses.get(use) ?? 0;
    holds('writes under way', count('header write'), 1);
    holds('writes of transactions under way', count('transaction write'), 1);
    holds('writes of the index under way', count('index write'), 1);
    holds('body writes under way', count('body write'), 1);
    holds('body reads under way', count('body read'), BODY_READS_MAX);
    holds('storage requests under way', this.#storage.size, STORAGE_REQUESTS_MAX);
    holds('headers ahead of the clock', node.held.size, HELD_HEADERS_MAX);
    holds('headers beside the best chain', node.tree.sideCount, node.tree.sideCountMax);
    holds('headers', node.tree.count, TREE_HEADERS_MAX);
    holds(
      'bytes of branches that show their work',
      node.sync.presyncBytes(),
      PRESYNCS_MAX * PRESYNC_BYTES_MAX,
    );
    const { download, orphans, peers } = node.blocks;
    holds('bodies wanted', download.pending, WANTED_BLOCKS_MAX);
    holds('bytes of bodies under way', download.bytesInFlight, BODY_BYTES_WORST_MAX);
    holds('orphans', orphans.size, ORPHANS_MAX);
    holds('bytes of orphans', orphans.bytes, ORPHAN_BYTES_MAX);
    holds('parents of orphans', orphans.parents, orphans.size);
    holds('peers', peers.size, this.peersMax);
    this.#checkTransactions();
    holds('peers that said hello', node.status.peers, peers.size);
    holds('blocks that the application waits for', this.#demands, BLOCK_DEMANDS_MAX);
    holds('bytes that wait for one peer', this.#unsentMax, UNSENT_BYTES_MAX + STEP_BYTES_MAX);
  }

  #checkTransactions(): void {
    const { mempool, tracker, signatures, sender, follower, rejects } = this.node.transactions;
    const { included } = follower;
    holds('transactions in the mempool', mempool.size, MEMPOOL_TRANSACTIONS_MAX);
    holds('bytes in the mempool', mempool.bytes, mempool.bytesMax);
    holds('names in the mempool', mempool.names, MEMPOOL_NAMES_MAX);
    holds('transactions announced', tracker.size, this.peersMax * TX_ANNOUNCEMENTS_PER_PEER_MAX);
    holds('signatures', signatures.size, SIGNATURES_WAITING_MAX);
    holds('bytes of signatures', signatures.bytes, SIGNATURES_WAITING_BYTES_MAX);
    holds('jobs of signatures', signatures.jobs, SIGNATURE_JOBS_MAX);
    holds('transactions of this side', sender.own.size, OWN_TRANSACTIONS_MAX);
    holds('bytes of transactions of this side', sender.own.bytes, OWN_TRANSACTIONS_BYTES_MAX);
    holds('bytes of transactions in blocks', included.bytes, TX_INCLUDED_BYTES_MAX);
    holds('blocks whose transactions are kept', included.blocks, FOLLOWED_BLOCKS);
    holds('senders', included.accounts, TX_ACCOUNTS_MAX);
    holds('refused transactions', rejects, TX_REJECTS_MAX);
  }

  #checkPeer(peer: CheckedPeer): void {
    const { id } = peer;
    const { download, orphans, server } = this.node.blocks;
    holds('requests of one peer that wait', this.node.headerServer.waiting(peer), DEFERRED_REQUESTS_MAX);
    holds('requests for bodies of one peer that wait', server.waiting(peer), DEFERRED_BLOCK_REQUESTS_MAX);
    const { mempool, tracker, trickle, server: txServer } = this.node.transactions;
    holds('announcements of one peer', tracker.announcedBy(peer), TX_ANNOUNCEMENTS_PER_PEER_MAX);
    holds('transactions that one peer was asked for', tracker.inFlightOf(peer), TX_REQUESTED_MAX);
    holds('transactions that one peer asks for', txServer.waiting(peer), TX_SERVED_MAX);
    holds('marks of one peer', trickle.marksOf(peer), mempool.size);
    holds('transactions that one peer is told', trickle.queuedFor(peer), mempool.size);
    holds('orphans of one peer', orphans.countOf(id), ORPHANS_PER_PEER_MAX);
    holds('the window of one peer', download.windowOf(id)?.size ?? 0, WINDOW_MAX);
  }
}

function holds(what: string, value: number, max: number): void {
  if (value > max) throw new Error(`${what}: ${value} is more than ${max}`);
}
