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
 * what compact-server.ts states; FIRST_SENDERS_MAX hashes, twice.
 */
import { bodyRequests } from '../blocks/block-download.js';
import type { BlockSync } from '../blocks/block-sync.js';
import { areEqual } from '../bytes/compare-bytes.js';
import { bytesToHex } from '../bytes/hex.js';
import { type ReadCompactBlock, SHORT_ID_BYTES } from '../chain/compact-rules.js';
import type { BatchOutcome, SourceKey } from '../headers/batch-request.js';
import type { Verifier } from '../headers/verifier.js';
import type { EventTime } from '../io/event.js';
import { COMPACT_REBUILDS_MAX, FIRST_SENDERS_MAX, NEAR_TIP_HEADERS } from '../limits.js';
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
import { CompactServer } from './compact-server.js';
import { HighBandwidth } from './high-bandwidth.js';
import { type KnownTransactions, prefill, Rebuild } from './rebuild.js';

/** `getCompactBlock`. */
export const compactRequests: RequestKind = { ...bodyRequests, name: 'getCompactBlock' };
/** `getBlockTxns`. */
export const transactionRequests: RequestKind = { ...bodyRequests, name: 'getBlockTxns' };

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

/** A block on its way. */
interface Pending {
  readonly key: string;
  readonly hash: Uint8Array;
  readonly peer: Peer;
  /** What the peer said, as an announcement. */
  readonly announce: Announce;
  /** Of what the peer was asked; 0 while it is asked for nothing, and the header is being verified. */
  requestId: number;
  kind: RequestKind | undefined;
  block: ReadCompactBlock | undefined;
  bytes: Uint8Array | undefined;
  rebuild: Rebuild | undefined;
  /** Other peers that sent the same block while its header was being verified. */
  readonly others: Set<Peer>;
}

type CompactMessage = CompactBlockMessage | GetBlockTxns | BlockTxns | SendCompact | GetCompactBlock;

/** Everything about compact blocks; see the head of this file. */
export class CompactBlocks implements Part<CompactMessage> {
  readonly name = 'compactBlocks';
  readonly highBandwidth: HighBandwidth;
  readonly #server: CompactServer;
  /** By hash in hex. */
  readonly #pending = new Map<string, Pending>();
  /** Blocks that were given up here: they are not asked for in this way again. Oldest first. */
  readonly #failed = new Set<string>();
  /** Who spoke of a block first, by hash in hex. Oldest first. */
  readonly #first = new Map<string, Peer>();
  #tip: Uint8Array;
  /** There may be somebody to send the tip to. */
  #mayTell = false;
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
    this.#tip = tree.hash(tree.tip).slice();
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
        return this.#blockTxns(peer, message);
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
    this.#isFirst(key, peer);
    const pendingHere = this.#pending.get(key);
    pendingHere?.others.add(peer);
    if (pendingHere !== undefined) return true;
    const isHelpful = peer.hasCompactBlocks && this.blocks.isFollowing && this.known.size > 0;
    // One place is left for what comes unasked.
    const mayAsk = this.#pending.size < COMPACT_REBUILDS_MAX - 1 && !this.#failed.has(key);
    if (!isHelpful || !mayAsk || this.ledger.inFlight(peer.id, compactRequests) > 0) return false;
    if (this.#parentOf(message) === undefined || this.listener.isFar()) return false;
    const pending = this.#begin(peer, message);
    this.#ask(pending, compactRequests, now);
    this.outbox.send(peer, { type: 'getCompactBlock', requestId: pending.requestId, hash: message.hash });
    return true;
  }

  bodyAccepted(slot: number, body: Uint8Array): void {
    const pending = this.#pending.get(bytesToHex(this.tree.hash(slot)));
    if (pending !== undefined) this.#end(pending);
    if (slot !== this.tree.tip) return;
    if (this.#lacking().length > 0 && this.#server.get(this.tree.hash(slot)) === undefined)
      this.#server.make(slot, body);
    this.#mayTell = true;
  }

  peerGone(peer: Peer): void {
    this.highBandwidth.forget(peer);
    this.verifier.drop(sourceOf(peer));
    for (const pending of [...this.#pending.values()]) {
      if (pending.peer === peer) this.#giveUp(pending);
      if (pending.peer === peer) for (const other of pending.others) this.#announce(other, pending);
    }
  }

  /** Slots, and what was found out about headers, mean nothing any more. */
  chainReplaced(): void {
    for (const pending of [...this.#pending.values()]) this.#end(pending);
    this.#server.clear();
  }

  advance(time: EventTime): void {
    this.#time = time;
    const { now } = time;
    this.#expire(compactRequests, now);
    this.#expire(transactionRequests, now);
    const hash = this.tree.hash(this.tree.tip);
    if (!areEqual(hash, this.#tip)) {
      this.#tip = hash.slice();
      this.#mayTell = true;
      const first = this.#first.get(bytesToHex(hash));
      const isHere = first !== undefined && this.peers.get(first.id) === first;
      if (isHere && this.blocks.isFollowing && !this.listener.isFar()) this.highBandwidth.choose(first, now);
    }
    if (this.#mayTell && !this.listener.isFar()) this.#tell(now);
    this.#mayTell = false;
  }

  nextWake(): number | undefined {
    return earliest(this.ledger.dueAt(compactRequests), this.ledger.dueAt(transactionRequests));
  }

  // What comes

  #compactBlock(peer: Peer, { requestId, height, block: message }: CompactBlockMessage): Reception {
    const { now, wallTime } = this.#time;
    const { counters } = this.outbox;
    let asked: Pending | undefined;
    if (requestId !== 0) {
      const answer = this.ledger.take(peer.id, compactRequests, requestId, now);
      if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
      asked = this.#requested(peer, compactRequests, requestId);
    } else if (!this.highBandwidth.maySend(peer, now) || height === 0) {
      return 'PEER_UNSOLICITED';
    }
    if (height === 0) {
      if (asked !== undefined) this.#giveUp(asked);
      return undefined;
    }
    counters.count('vision_compact_blocks_received_total');
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
      if (pending.kind === compactRequests) this.#end(pending);
      else return this.#duplicate(peer, pending);
      pending = undefined;
    }
    if (slot !== undefined) {
      peer.bestKnown = hash;
      const isFull = pending === undefined && this.#pending.size >= COMPACT_REBUILDS_MAX;
      if (!this.blocks.lacks(slot) || isFull || this.#failed.has(bytesToHex(hash))) {
        this.blocks.download.offer(hash, peer.id);
        if (pending !== undefined) this.#end(pending);
        counters.count('vision_p2p_dupes_dropped_total');
        return 'quiet';
      }
    } else {
      this.#isFirst(bytesToHex(hash), peer);
      const parent = this.#parentOf(announce);
      if (parent !== undefined && this.tree.height(parent) + 1 !== height) return 'PEER_COMPACT_MALFORMED';
      const chainwork =
        parent === undefined ? 0n : this.tree.chainwork(parent) + family.work(block.header.records);
      const isFull = pending === undefined && this.#pending.size >= COMPACT_REBUILDS_MAX;
      if (isFull || parent === undefined || !this.listener.hasEnoughWork(chainwork)) {
        if (pending !== undefined) this.#giveUp(pending);
        return this.listener.announced(peer, announce, this.#time);
      }
    }
    pending ??= this.#begin(peer, announce);
    pending.kind = undefined;
    pending.requestId = 0;
    pending.block = block;
    pending.bytes = bytes;
    if (slot !== undefined) {
      this.#rebuild(pending, slot);
      return undefined;
    }
    const waiting = pending;
    const batch = { source: sourceOf(peer), parent: announce.prev.slice(), count: 1, content: block.header };
    this.verifier.submit({ ...batch, done: (outcome) => this.#verified(waiting, outcome) }, wallTime);
    return undefined;
  }

  /** The same block from another peer. */
  #duplicate(peer: Peer, pending: Pending): Reception {
    this.outbox.counters.count('vision_p2p_dupes_dropped_total');
    pending.others.add(peer);
    if (this.tree.find(pending.hash) !== undefined) this.#has(peer, pending);
    return 'quiet';
  }

  #verified(pending: Pending, { fault, held }: BatchOutcome): void {
    if (this.#pending.get(pending.key) !== pending) return;
    const { peer, hash } = pending;
    const slot = this.tree.find(hash);
    if (fault === undefined && slot !== undefined) {
      for (const each of [peer, ...pending.others]) this.#has(each, pending);
      this.#rebuild(pending, slot);
      return;
    }
    this.#giveUp(pending);
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

  #announce(peer: Peer, { announce }: Pending): void {
    if (this.peers.get(peer.id) !== peer) return;
    const reception = this.listener.announced(peer, announce, this.#time);
    if (reception !== undefined && reception !== 'quiet') this.listener.punish(peer, reception);
  }

  /** A peer has a block whose header is in the tree now. */
  #has(peer: Peer, { hash }: Pending): void {
    peer.bestKnown = hash;
    this.blocks.download.offer(hash, peer.id);
    this.listener.updated(peer);
  }

  // Putting together

  #rebuild(pending: Pending, slot: number): void {
    const { block, bytes, peer, hash } = pending;
    if (block === undefined || bytes === undefined) return;
    const { download } = this.blocks;
    const count = block.shortIds.length / SHORT_ID_BYTES + block.prefilled.length;
    const kept = { bytes, height: this.tree.height(slot), count };
    if (!this.blocks.lacks(slot)) {
      if (this.blocks.isFollowing) this.#server.keep(hash, kept);
      this.#end(pending);
      return;
    }
    download.want(hash, { offeredBy: peer.id });
    download.offer(hash, peer.id);
    const rebuild = Rebuild.of(block, this.known);
    pending.rebuild = rebuild;
    this.#server.keep(hash, kept);
    if (rebuild === undefined) {
      this.#fail(pending);
    } else if (rebuild.missing.length === 0) {
      this.#complete(pending, rebuild, 0);
    } else if (download.isInFlight(hash)) {
      // The whole body is as near as what is missing.
      this.#end(pending);
    } else {
      this.#ask(pending, transactionRequests, this.#time.now);
      const places = this.tree.family.encodePlaces({ hash, items: rebuild.missing });
      this.outbox.send(peer, { type: 'getBlockTxns', requestId: pending.requestId, places });
    }
    this.#mayTell = true;
  }

  #blockTxns(peer: Peer, { requestId, transactions }: BlockTxns): Reception {
    const answer = this.ledger.take(peer.id, transactionRequests, requestId, this.#time.now);
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    const found = this.tree.family.decodeTransactions(transactions);
    if (found === undefined) return 'PEER_COMPACT_MALFORMED';
    const pending = this.#requested(peer, transactionRequests, requestId);
    if (pending?.rebuild === undefined) return 'quiet';
    if (!areEqual(found.hash, pending.hash)) return 'PEER_UNSOLICITED';
    if (found.items.length === 0) {
      this.#fail(pending);
      return undefined;
    }
    if (!pending.rebuild.fill(found.items)) return 'PEER_COMPACT_MALFORMED';
    this.#complete(pending, pending.rebuild, transactions.length);
    return undefined;
  }

  /** Nothing is missing any more. @param bytes  of what was sent for it */
  #complete(pending: Pending, rebuild: Rebuild, bytes: number): void {
    const { hash, block, announce } = pending;
    const { family } = this.tree;
    const body = rebuild.body(family);
    this.#pending.delete(pending.key);
    if (body === undefined || block === undefined || this.blocks.submitted(hash, body) !== undefined) {
      this.#fail(pending);
      return;
    }
    this.blocks.download.release(hash);
    const { counters } = this.outbox;
    counters.count('vision_compact_block_reconstructions_total');
    counters.count('vision_p2p_blocks_received_total');
    const spent = bytes + (pending.bytes?.length ?? 0);
    counters.count('vision_compact_block_bandwidth_saved_bytes', Math.max(0, body.length - spent));
    if (bytes === 0) return;
    // What was missing here others miss too.
    const more = rebuild.missing.map((index) => ({
      index,
      bytes: rebuild.transactions[index] ?? new Uint8Array(0),
    }));
    const richer = family.encodeCompact(prefill(block, more));
    this.#server.keep(hash, { bytes: richer, height: announce.height, count: rebuild.transactions.length });
  }

  // What is on its way

  #begin(peer: Peer, { height, hash, prev }: Announce): Pending {
    const announce: Announce = { type: 'announce', height, hash: hash.slice(), prev: prev.slice() };
    const pending: Pending = {
      key: bytesToHex(hash),
      hash: announce.hash,
      peer,
      announce,
      requestId: 0,
      kind: undefined,
      block: undefined,
      bytes: undefined,
      rebuild: undefined,
      others: new Set(),
    };
    this.#pending.set(pending.key, pending);
    this.blocks.download.defer(hash);
    return pending;
  }

  #ask(pending: Pending, kind: RequestKind, now: number): void {
    pending.kind = kind;
    pending.requestId = this.ledger.ask(pending.peer.id, kind, pending.peer.roundTrip.timeoutMs, now);
  }

  #requested(peer: Peer, kind: RequestKind, requestId: number): Pending | undefined {
    for (const pending of this.#pending.values())
      if (pending.peer === peer && pending.kind === kind && pending.requestId === requestId) return pending;
    return undefined;
  }

  /** It is here, or comes another way. @param silent  whether its peer did not answer in time */
  #end({ key, hash, peer, kind, requestId }: Pending, silent = false): void {
    this.#pending.delete(key);
    if (kind !== undefined) this.ledger.giveUp(peer.id, kind, requestId);
    this.blocks.download.release(hash, silent ? peer.id : undefined);
  }

  /** It does not come this way. */
  #giveUp(pending: Pending, silent = false): void {
    this.#end(pending, silent);
    this.#failed.add(pending.key);
    const [oldest] = this.#failed;
    if (this.#failed.size > FIRST_SENDERS_MAX && oldest !== undefined) this.#failed.delete(oldest);
  }

  /** It could not be put together. */
  #fail(pending: Pending, silent = false): void {
    this.outbox.counters.count('vision_compact_block_reconstruction_failures_total');
    this.#server.discard(pending.hash);
    this.#giveUp(pending, silent);
  }

  #expire(kind: RequestKind, now: number): void {
    for (const [peerId, overdue] of this.ledger.overdue(kind, now)) {
      const peer = this.peers.get(peerId);
      const outcome = this.ledger.failed(peerId, kind, now);
      for (const { requestId } of overdue) {
        const pending = peer && this.#requested(peer, kind, requestId);
        if (pending === undefined) this.ledger.giveUp(peerId, kind, requestId);
        else if (kind === transactionRequests) this.#fail(pending, true);
        else this.#giveUp(pending, true);
      }
      if (peer === undefined) continue;
      this.highBandwidth.dismiss(peer, now);
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

  #isFirst(key: string, peer: Peer): void {
    if (this.#first.has(key)) return;
    this.#first.set(key, peer);
    const [oldest] = this.#first.keys();
    if (this.#first.size > FIRST_SENDERS_MAX && oldest !== undefined) this.#first.delete(oldest);
  }

  /** Peers that want blocks unasked, and have not heard of the tip from here, nor shown that they have it. */
  #lacking(): Peer[] {
    const { tip, tipHeight } = this.tree;
    const hash = this.tree.hash(tip);
    return [...this.highBandwidth.wanting].filter(
      (peer) => !peer.knows(hash, tipHeight) && !peer.wasToldOf(hash),
    );
  }

  #tell(now: number): void {
    const { tip } = this.tree;
    const peers = this.#lacking();
    if (peers.length === 0) return;
    const hash = this.tree.hash(tip);
    let block = this.#server.get(hash);
    if (block === undefined) {
      const implied = this.blocks.implied(tip);
      block = implied && this.#server.make(tip, implied);
    }
    if (block === undefined) return;
    for (const peer of peers) {
      this.#server.send(peer, 0, block);
      peer.toldOf = hash.slice();
      peer.announcedAt = now;
    }
  }
}

function sourceOf({ id }: Peer): SourceKey {
  return `compact:${id}`;
}
