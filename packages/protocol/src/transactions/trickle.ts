/**
 * Who is told of which transaction, and when: each peer by a clock of its own, drawn by chance, so that the order in which
 * peers hear of something says little about where it comes from. A peer is never told of what it has told.
 *
 * A transaction of this side is told to one peer, drawn by chance, as if it were any other one. All others are told once
 * somebody else announces it, or after a time drawn by chance (TX_EMBARGO_MS on average) if nobody does. So a peer that is
 * connected to many nodes and looks who tells it first is likely to hear of it from elsewhere first. The one peer that was
 * told may guess; and whoever sees this side's traffic, or knows whose account it is, needs no guess.
 *
 * A peer is given a transaction only if it was told of it, or if the transaction was here when the peer's clock last struck:
 * so nobody learns by asking what has just come in.
 *
 * Memory: for each peer a mark for each transaction in the mempool, which goes with the transaction: so nothing that was told
 * is remembered for longer than it matters.
 */
import {
  TX_ANNOUNCED_MAX,
  TX_EMBARGO_MS,
  TX_TELL_CHOSEN_INTERVAL_MS,
  TX_TELL_INTERVAL_MS,
} from '../limits.js';
import { earliest } from '../peer/part.js';
import type { PoolEntry } from './pool/pool-entry.js';

/** What is looked at of a peer; a `Peer` has it. */
export interface ToldPeer {
  readonly isChosen: boolean;
  /** Whether it is a full node of the network. */
  readonly isBridged: boolean;
}

/** `queued`: it will be told. `told`: it was. `knows`: it has told this side. */
type Mark = 'queued' | 'told' | 'knows';

interface Listener {
  readonly marks: Map<PoolEntry, Mark>;
  readonly queue: Set<PoolEntry>;
  /** When its clock strikes next; drawn when there is something to tell, for such a clock has no memory. */
  nextAt: number;
  /** Order of the first transaction that came after its clock last struck. */
  seenOrder: number;
}

/** A transaction of this side that not all may be told of. */
interface Secret {
  /** Undefined until there is a peer that can be told. */
  until: number | undefined;
}

/** Tells peers of transactions; see the head of this file. */
export class Trickle<P extends ToldPeer> {
  readonly #listeners = new Map<P, Listener>();
  readonly #secrets = new Map<PoolEntry, Secret>();

  /**
   * @param random  numbers of [0, 1)
   * @param nextOrder  of the mempool
   */
  constructor(
    readonly random: () => number,
    readonly nextOrder: () => number,
  ) {}

  /** Transactions that wait to be told to a peer. */
  queuedFor(peer: P): number {
    return this.#listeners.get(peer)?.queue.size ?? 0;
  }

  /** Marks that are kept of a peer. */
  marksOf(peer: P): number {
    return this.#listeners.get(peer)?.marks.size ?? 0;
  }

  /** A peer that relays transactions: it is told of all that is here. */
  addPeer(peer: P, entries: Iterable<PoolEntry>, now: number): void {
    const listener = {
      marks: new Map(),
      queue: new Set<PoolEntry>(),
      nextAt: Number.POSITIVE_INFINITY,
      seenOrder: 0,
    };
    this.#listeners.set(peer, listener);
    for (const entry of entries) {
      const secret = this.#secrets.get(entry);
      if (secret === undefined) this.#queue(peer, listener, entry, now);
      else if (secret.until === undefined) this.#whisper(entry, now);
    }
  }

  removePeer(peer: P): void {
    this.#listeners.delete(peer);
  }

  /** A transaction is in the mempool, from a peer or a block that went: all peers are told, but those that have announced it. */
  entered(entry: PoolEntry, announcers: Iterable<P>, now: number): void {
    for (const peer of announcers) this.#listeners.get(peer)?.marks.set(entry, 'knows');
    for (const [peer, listener] of this.#listeners) this.#queue(peer, listener, entry, now);
  }

  /** A transaction of this side is in the mempool. */
  enteredSecretly(entry: PoolEntry, now: number): void {
    this.#secrets.set(entry, { until: undefined });
    this.#whisper(entry, now);
  }

  /** A peer announces what is here. */
  announced(peer: P, entry: PoolEntry, now: number): void {
    const listener = this.#listeners.get(peer);
    if (listener === undefined) return;
    const mark = listener.marks.get(entry);
    listener.queue.delete(entry);
    if (mark !== 'told') listener.marks.set(entry, 'knows');
    // It came back, unless it is the one that was told alone.
    if (mark !== 'told' && this.#secrets.has(entry)) this.#open(entry, now);
    if (peer.isBridged) this.#returned(entry, now);
  }

  /** A transaction is not in the mempool any more. */
  left(entry: PoolEntry): void {
    this.#secrets.delete(entry);
    for (const { marks, queue } of this.#listeners.values()) {
      marks.delete(entry);
      queue.delete(entry);
    }
  }

  /** Whether a peer that asks for a transaction is given it. */
  mayServe(peer: P, entry: PoolEntry): boolean {
    const listener = this.#listeners.get(peer);
    if (listener === undefined) return false;
    if (listener.marks.get(entry) === 'told') return true;
    return !this.#secrets.has(entry) && entry.order < listener.seenOrder;
  }

  /** Whom to tell of what now: in random order, at most TX_ANNOUNCED_MAX at a time. */
  poll(now: number, tell: (peer: P, entries: readonly PoolEntry[]) => void): void {
    for (const [entry, { until }] of this.#secrets)
      if (until !== undefined && now >= until) this.#open(entry, now);
    for (const [peer, listener] of this.#listeners) {
      if (now < listener.nextAt) continue;
      listener.nextAt = Number.POSITIVE_INFINITY;
      listener.seenOrder = this.nextOrder();
      const entries = shuffled(listener.queue, this.random);
      listener.queue.clear();
      for (const entry of entries) listener.marks.set(entry, 'told');
      for (let at = 0; at < entries.length; at += TX_ANNOUNCED_MAX)
        tell(peer, entries.slice(at, at + TX_ANNOUNCED_MAX));
    }
  }

  nextWake(): number | undefined {
    let wake: number | undefined;
    for (const { nextAt } of this.#listeners.values())
      if (Number.isFinite(nextAt)) wake = earliest(wake, nextAt);
    for (const { until } of this.#secrets.values()) wake = earliest(wake, until);
    return wake;
  }

  #queue(peer: P, listener: Listener, entry: PoolEntry, now: number): void {
    if (listener.marks.has(entry)) return;
    listener.marks.set(entry, 'queued');
    listener.queue.add(entry);
    if (Number.isFinite(listener.nextAt)) return;
    listener.nextAt = now + this.#drawn(peer.isChosen ? TX_TELL_CHOSEN_INTERVAL_MS : TX_TELL_INTERVAL_MS);
  }

  /** One peer is told, those that this node chose first. */
  #whisper(entry: PoolEntry, now: number): void {
    const secret = this.#secrets.get(entry);
    const peers = [...this.#listeners.keys()];
    const chosen = peers.filter(({ isChosen }) => isChosen);
    const among = chosen.length > 0 ? chosen : peers;
    const peer = among[Math.floor(this.random() * among.length)];
    const listener = peer && this.#listeners.get(peer);
    if (secret === undefined || peer === undefined || listener === undefined) return;
    secret.until = now + this.#drawn(TX_EMBARGO_MS);
    this.#queue(peer, listener, entry, now);
  }

  /**
   * A full node announces what is here: others of its network have it. Those from whom it came here hear of that once, since
   * they may have no other way to learn it.
   */
  #returned(entry: PoolEntry, now: number): void {
    for (const [peer, listener] of this.#listeners) {
      if (peer.isBridged || listener.marks.get(entry) !== 'knows') continue;
      listener.marks.delete(entry);
      this.#queue(peer, listener, entry, now);
    }
  }

  #open(entry: PoolEntry, now: number): void {
    if (this.#secrets.delete(entry)) this.entered(entry, [], now);
  }

  /** A time of a clock that strikes after so long on average, and whenever it likes. */
  #drawn(meanMs: number): number {
    return -Math.log(1 - this.random()) * meanMs;
  }
}

function shuffled<T>(items: Iterable<T>, random: () => number): T[] {
  return [...items]
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
