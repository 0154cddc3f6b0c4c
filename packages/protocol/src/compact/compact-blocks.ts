/**
 * Compact blocks (BIP152): a new block as its header and short ids, from which a node that knows most transactions puts the
 * body together.
 *
 * Unasked they come from the peers that this node has chosen (high-bandwidth.ts). Where another peer announces a new block
 * it is asked for the compact block, if this node knows transactions at all. Only a header whose parent is known, and whose
 * branch has enough work, is verified here; else the message counts as an announcement. A header that is verified is in the
 * tree, and the compact block goes on, just as it came, to the peers that want it: it may be sent before its body is known,
 * never before its work is. If it has shown to be wrong by then, it is not passed on.
 *
 * What is missing is asked for once, of the peer that sent the compact block. Two equal short ids, a wrong root, or a peer
 * that does not answer lead to the ordinary download, and no relaying peer is at fault. A header that breaks a rule, bytes
 * that are no such message, and places that are not there are their sender's fault.
 *
 * Memory: COMPACT_REBUILDS_MAX blocks that are on their way, each a compact block and an entry for each of its transactions;
 * what compact-server.ts and compact-relay.ts state.
 */
import type { BlockSync } from '../blocks/block-sync.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { bytesToHex } from '../bytes/hex.js';
import type { CheckedBody } from '../chain/checked-body.js';
import type { BatchOutcome, SourceKey } from '../headers/batch-request.js';
import type { Verifier } from '../headers/verifier.js';
import type { EventTime } from '../io/event.js';
import { COMPACT_REBUILDS_MAX, NEAR_TIP_HEADERS } from '../limits.js';
import { isClockBehind } from '../peer/clock-evidence.js';
import type { Outbox } from '../peer/outbox.js';
import { earliest, type Part, type Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { RequestKind, RequestLedger } from '../peer/request-ledger.js';
import type { Offence } from '../peer/verdicts.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { Announce } from '../wire/messages/announce.js';
import type {
  BlockTxns,
  CompactBlockMessage,
  GetBlockTxns,
  GetCompactBlock,
  SendCompact,
} from '../wire/messages/compact.js';
import { CompactRelay } from './compact-relay.js';
import { CompactServer } from './compact-server.js';
import { HighBandwidth } from './high-bandwidth.js';
import { compactRequests, type PendingBlock, PendingBlocks, transactionRequests } from './pending-blocks.js';
import type { KnownTransactions } from './rebuild.js';
import { Rebuilder } from './rebuilder.js';

/** What compact blocks ask of the node around them. */
export interface CompactListener {
  /** Says why, and disconnects. */
  punish(peer: Peer, code: Offence): void;
  /** A message says no more than that a peer has a block. */
  announced(peer: Peer, message: Announce, time: EventTime): Reception;
  /** What is known of a peer's chain has changed. */
  updated(peer: Peer): void;
  /** Whether a branch of so much chainwork may be kept at once. */
  hasEnoughWork(chainwork: bigint): boolean;
  /** Whether many headers are still to come. */
  isFar(): boolean;
}

type CompactMessage = CompactBlockMessage | GetBlockTxns | BlockTxns | SendCompact | GetCompactBlock;

/** Everything about compact blocks; see the head of this file. */
export class CompactBlocks implements Part<CompactMessage> {
  readonly name = 'compactBlocks';
  readonly highBandwidth: HighBandwidth;
  readonly #server: CompactServer;
  readonly #pending: PendingBlocks;
  readonly #relay: CompactRelay;
  readonly #rebuilder: Rebuilder;
  #time: EventTime = { now: 0, wallTime: 0 };

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly blocks: BlockSync,
    readonly verifier: Verifier,
    readonly ledger: RequestLedger,
    readonly outbox: Outbox,
    readonly known: KnownTransactions,
    readonly listener: CompactListener,
    random: () => number,
  ) {
    this.highBandwidth = new HighBandwidth(outbox);
    this.#server = new CompactServer(tree, blocks, outbox, random, (peer, code) =>
      listener.punish(peer, code),
    );
    this.#pending = new PendingBlocks(blocks.download, ledger);
    this.#relay = new CompactRelay(tree, peers, blocks, this.highBandwidth, this.#server);
    this.#rebuilder = new Rebuilder(blocks, ledger, outbox, known, this.#pending, this.#server, this.#relay);
  }

  /** Blocks on their way, to look at. */
  get pending(): number {
    return this.#pending.size;
  }

  receive(peer: Peer, message: CompactMessage, time: EventTime): Reception {
    this.#time = time;
    const { now } = time;
    switch (message.type) {
      case 'compactBlock':
        return this.#compactBlock(peer, message);
      case 'blockTxns':
        return this.#rebuilder.received(peer, message, now);
      case 'getBlockTxns': {
        const places = this.tree.family.decodePlaces(message.places);
        if (places === undefined || places.items.length === 0) return 'PEER_COMPACT_MALFORMED';
        return this.#server.requestTransactions(peer, message.requestId, places, now);
      }
      case 'getCompactBlock':
        return this.#server.requestBlock(peer, message.requestId, message.hash, now);
      case 'sendCompact':
        if (message.highBandwidth) this.highBandwidth.wanting.add(peer);
        else this.highBandwidth.wanting.delete(peer);
        return 'quiet';
    }
  }

  /**
   * A peer announces a block that is not known here. It is asked for the compact block, where that may help.
   *
   * @returns whether it is on its way so
   */
  offered(peer: Peer, message: Announce, now: number): boolean {
    const key = bytesToHex(message.hash);
    this.#relay.heard(key, peer);
    const coming = this.#pending.get(key);
    coming?.others.add(peer);
    if (coming !== undefined) return true;
    const isHelpful = peer.hasCompactBlocks && this.blocks.follower.isFollowing && this.known.size > 0;
    // One place is left for what comes unasked.
    const mayAsk = this.#pending.size < COMPACT_REBUILDS_MAX - 1 && !this.#pending.hasFailed(key);
    if (!isHelpful || !mayAsk || this.ledger.inFlight(peer.id, compactRequests) > 0) return false;
    if (this.#parentOf(message) === undefined || this.listener.isFar()) return false;
    if (this.#pending.isComing(key)) return false;
    const pending = this.#pending.begin(peer, message);
    this.#pending.ask(pending, compactRequests, now);
    this.outbox.send(peer, { type: 'getCompactBlock', requestId: pending.requestId, hash: message.hash });
    return true;
  }

  bodyAccepted(slot: number, body: CheckedBody): void {
    const pending = this.#pending.get(bytesToHex(this.tree.hash(slot)));
    if (pending !== undefined) this.#pending.end(pending);
    if (!this.listener.isFar()) this.#relay.bodyAccepted(slot, body);
  }

  peerGone(peer: Peer): void {
    this.highBandwidth.forget(peer);
    this.verifier.drop(sourceOf(peer));
    for (const pending of this.#pending.all()) {
      if (pending.peer === peer) this.#pending.giveUp(pending);
      if (pending.peer === peer) for (const other of pending.others) this.#announce(other, pending);
    }
  }

  /** Slots, and what was found out about headers, mean nothing any more. */
  chainReplaced(): void {
    for (const pending of this.#pending.all()) this.#pending.end(pending);
    this.#server.clear();
  }

  advance(time: EventTime): void {
    this.#time = time;
    const { now } = time;
    this.#expire(compactRequests, now);
    this.#expire(transactionRequests, now);
    this.#relay.advance(now, this.listener.isFar());
  }

  nextWake(): number | undefined {
    return earliest(this.ledger.dueAt(compactRequests), this.ledger.dueAt(transactionRequests));
  }

  // What comes

  #compactBlock(peer: Peer, { requestId, height, block: message }: CompactBlockMessage): Reception {
    const { now, wallTime } = this.#time;
    const { counters } = this.outbox;
    let asked: PendingBlock | undefined;
    if (requestId !== 0) {
      const answer = this.ledger.take(peer.id, compactRequests, requestId, now);
      if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
      asked = this.#pending.requested(peer, compactRequests, requestId);
    } else if (!this.highBandwidth.maySend(peer) || height === 0) {
      return 'PEER_UNSOLICITED';
    }
    if (height === 0) {
      if (asked !== undefined) this.#pending.giveUp(asked);
      return undefined;
    }
    counters.count('vision_compact_blocks_received_total');
    counters.count('vision_p2p_headers_received_total');
    // It stays while its header is verified and its transactions are found; the message does not.
    const bytes = message.slice();
    const { family } = this.tree;
    const block = family.decodeCompact(bytes, height);
    if (block === undefined) return 'PEER_COMPACT_MALFORMED';
    const hash = block.header.hashes;
    if (asked !== undefined && !areEqual(asked.hash, hash)) return 'PEER_UNSOLICITED';
    peer.announcedAt = now;
    peer.height = height;
    const announce: Announce = { type: 'announce', height, hash, prev: family.parent(block.header.records) };
    const slot = this.tree.find(hash);
    let pending = asked ?? this.#pending.get(bytesToHex(hash));
    if (pending !== undefined && pending !== asked) {
      // Whoever was asked for it need not answer any more.
      if (pending.kind === compactRequests) this.#pending.end(pending);
      else return this.#duplicate(peer, pending);
      pending = undefined;
    }
    if (slot !== undefined) {
      peer.bestKnown = hash;
      const isFull = pending === undefined && this.#pending.size >= COMPACT_REBUILDS_MAX;
      if (!this.blocks.follower.lacks(slot) || isFull || this.#pending.hasFailed(bytesToHex(hash))) {
        this.blocks.download.offer(hash, peer.id);
        if (pending !== undefined) this.#pending.end(pending);
        counters.count('vision_p2p_dupes_dropped_total');
        return 'quiet';
      }
    } else {
      this.#relay.heard(bytesToHex(hash), peer);
      const parent = this.#parentOf(announce);
      if (parent !== undefined && this.tree.height(parent) + 1 !== height) return 'PEER_COMPACT_MALFORMED';
      const chainwork =
        parent === undefined ? 0n : this.tree.chainwork(parent) + family.work(block.header.records);
      const isFull = pending === undefined && this.#pending.size >= COMPACT_REBUILDS_MAX;
      if (isFull || parent === undefined || !this.listener.hasEnoughWork(chainwork)) {
        if (pending !== undefined) this.#pending.giveUp(pending);
        return this.listener.announced(peer, announce, this.#time);
      }
    }
    pending ??= this.#pending.begin(peer, announce);
    pending.kind = undefined;
    pending.requestId = 0;
    pending.block = block;
    pending.bytes = bytes;
    if (slot !== undefined) {
      this.#rebuilder.start(pending, slot, this.#time.now);
      return undefined;
    }
    const waiting = pending;
    const batch = { source: sourceOf(peer), parent: announce.prev.slice(), count: 1, content: block.header };
    this.verifier.submit({ ...batch, done: (outcome) => this.#verified(waiting, outcome) }, wallTime);
    return undefined;
  }

  /** The same block from another peer. */
  #duplicate(peer: Peer, pending: PendingBlock): Reception {
    this.outbox.counters.count('vision_p2p_dupes_dropped_total');
    pending.others.add(peer);
    if (this.tree.find(pending.hash) !== undefined) this.#has(peer, pending);
    return 'quiet';
  }

  #verified(pending: PendingBlock, { fault, held }: BatchOutcome): void {
    if (this.#pending.get(pending.key) !== pending) return;
    const { peer, hash } = pending;
    const slot = this.tree.find(hash);
    if (fault === undefined && slot !== undefined) {
      for (const each of [peer, ...pending.others]) this.#has(each, pending);
      this.#rebuilder.start(pending, slot, this.#time.now);
      return;
    }
    this.#pending.giveUp(pending);
    if (held > 0) return;
    const isNobodysFault =
      fault === undefined ||
      fault === 'UNKNOWN_PARENT' ||
      fault === 'TREE_FULL' ||
      fault === 'POW_UNAVAILABLE' ||
      (fault === 'HEADER_TIME_TOO_NEW' && isClockBehind(this.peers.ready));
    if (isNobodysFault) this.#announce(peer, pending);
    else this.listener.punish(peer, fault);
    for (const other of pending.others) this.#announce(other, pending);
  }

  #announce(peer: Peer, { announce }: PendingBlock): void {
    if (this.peers.get(peer.id) !== peer) return;
    const reception = this.listener.announced(peer, announce, this.#time);
    if (reception !== undefined && reception !== 'quiet') this.listener.punish(peer, reception);
  }

  /** A peer has a block whose header is in the tree now. */
  #has(peer: Peer, { hash }: PendingBlock): void {
    peer.bestKnown = hash;
    this.blocks.download.offer(hash, peer.id);
    this.listener.updated(peer);
  }

  // What did not come

  #expire(kind: RequestKind, now: number): void {
    for (const [peerId, overdue] of this.ledger.overdue(kind, now)) {
      const peer = this.peers.get(peerId);
      const outcome = this.ledger.failed(peerId, kind, now);
      for (const { requestId } of overdue) {
        const pending = peer && this.#pending.requested(peer, kind, requestId);
        if (pending === undefined) this.ledger.giveUp(peerId, kind, requestId);
        else if (kind === transactionRequests) this.#rebuilder.fail(pending, true);
        else this.#pending.giveUp(pending, true);
      }
      if (peer === undefined) continue;
      this.highBandwidth.dismiss(peer);
      if (outcome === 'unresponsive') this.listener.punish(peer, 'PEER_UNRESPONSIVE');
    }
  }

  // Who has what

  /** The slot of the header before a block, where that is near the tip. */
  #parentOf({ prev }: Announce): number | undefined {
    const slot = this.tree.find(prev);
    return slot === undefined || this.tree.height(slot) < this.tree.tipHeight - NEAR_TIP_HEADERS
      ? undefined
      : slot;
  }
}

function sourceOf({ id }: Peer): SourceKey {
  return `compact:${id}`;
}
