/**
 * Which announced transactions are asked of whom, as Bitcoin Core's `TxRequestTracker` decides it: one peer is asked for one
 * transaction at a time, those that this node chose before others, and among equals whom chance picked for this
 * transaction. The next one is asked when a peer says that it does not have it, when it leaves, or after
 * TX_REQUEST_TIMEOUT_MS. So no peer can keep a transaction from this node by announcing it first.
 *
 * An announcement waits TX_REQUEST_DELAY_MS if its peer was not chosen while others are, and as much again if as many
 * transactions of the peer are under way as may be; what a peer was to be asked for goes to others if it delivers nothing
 * for so long. What is under way of a peer counts until the peer answers, also when
 * another one has been asked meanwhile: a peer that never answers is asked for TX_REQUESTED_MAX, and then for no more.
 *
 * **Bounds.** Every announcement is one `Announcement`, which is in three places: in the `announcements` of its peer, of
 * which `announce` puts no more than TX_ANNOUNCEMENTS_PER_PEER_MAX in; in the `offers` of its transaction, in which each peer
 * is at most once; and perhaps in the one heap, while it waits for a time. They are put in and taken out together
 * (`announce`, `#drop`). A transaction is in `#wanted` only while it has an announcement. What a peer was asked for is in its
 * `requests`, at most TX_REQUESTED_MAX ids. So memory is bounded by peers × (TX_ANNOUNCEMENTS_PER_PEER_MAX +
 * TX_REQUESTED_MAX), and what one peer announces takes no place of another's.
 */
import { assert, defined } from '../assert.js';
import {
  TX_ANNOUNCEMENTS_PER_PEER_MAX,
  TX_REQUEST_DELAY_MS,
  TX_REQUEST_INTERVAL_MS,
  TX_REQUEST_TIMEOUT_MS,
  TX_REQUESTED_MAX,
} from '../limits.js';
import { type HeapItem, IndexedHeap } from './pool/indexed-heap.js';

/** What the tracker looks at of a peer; a `Peer` has it. */
export interface AnnouncingPeer {
  readonly id: string;
  readonly isChosen: boolean;
}

/** A request that is to be sent. */
export interface TransactionRequest<P> {
  readonly peer: P;
  readonly requestId: number;
  readonly relayIds: readonly Uint8Array[];
}

/** A transaction that some peers have announced and that is not here. */
interface Wanted<P extends AnnouncingPeer> {
  readonly key: string;
  readonly id: Uint8Array;
  readonly offers: Map<PeerRecord<P>, Announcement<P>>;
  /** The one that is asked, or next to be asked, or whose answer is being verified. */
  current: Announcement<P> | undefined;
}

/**
 * `waiting`: until its time. `ready`: it may be asked. `next`: it will be, as soon as its peer may be asked. `asked`: until
 * its time. `here`: its answer is being verified. `done`: the peer did not bring it, and is not asked again.
 */
type OfferState = 'waiting' | 'ready' | 'next' | 'asked' | 'here' | 'done';

interface Announcement<P extends AnnouncingPeer> extends HeapItem {
  readonly wanted: Wanted<P>;
  readonly record: PeerRecord<P>;
  /** Drawn; among equals the least is asked first. */
  readonly rank: number;
  state: OfferState;
  /** Monotonic ms of what it waits for, while it is in the heap. */
  dueAt: number;
}

/** One `getTxs` that is not answered wholly. */
interface Pending {
  readonly requestId: number;
  readonly keys: readonly string[];
  answered: number;
}

interface PeerRecord<P extends AnnouncingPeer> {
  readonly peer: P;
  readonly announcements: Map<string, Announcement<P>>;
  /** What it is to be asked for next. */
  readonly next: Set<Announcement<P>>;
  /** Oldest first. */
  readonly requests: Pending[];
  /** Ids of those that are not answered. */
  inFlight: number;
  askedAt: number;
  /** When it was last seen to be overloaded, or to be so still; undefined once it answers. */
  fullAt: number | undefined;
}

/** Chooses whom to ask for which transaction; see the head of this file. */
export class RequestTracker<P extends AnnouncingPeer> {
  readonly #wanted = new Map<string, Wanted<P>>();
  readonly #records = new Map<P, PeerRecord<P>>();
  readonly #timed = new IndexedHeap<Announcement<P>>((a, b) => a.dueAt < b.dueAt);
  /** Peers that have something in `next`. */
  readonly #asking = new Set<PeerRecord<P>>();
  #chosen = 0;
  #lastRequestId = 0;

  /** @param random  numbers of [0, 1) */
  constructor(readonly random: () => number) {}

  /** Transactions that are announced and not here. */
  get size(): number {
    return this.#wanted.size;
  }

  has(key: string): boolean {
    return this.#wanted.has(key);
  }

  /** Announcements of one peer that are kept. */
  announcedBy(peer: P): number {
    return this.#records.get(peer)?.announcements.size ?? 0;
  }

  /** Transactions that were asked of one peer and not answered. */
  inFlightOf(peer: P): number {
    return this.#records.get(peer)?.inFlight ?? 0;
  }

  addPeer(peer: P): void {
    if (peer.isChosen) this.#chosen++;
    this.#records.set(peer, {
      peer,
      announcements: new Map(),
      next: new Set(),
      requests: [],
      inFlight: 0,
      askedAt: Number.NEGATIVE_INFINITY,
      fullAt: undefined,
    });
  }

  removePeer(peer: P): void {
    const record = this.#records.get(peer);
    if (record === undefined) return;
    this.#records.delete(peer);
    if (peer.isChosen) this.#chosen--;
    for (const announcement of [...record.announcements.values()]) this.#drop(announcement);
    this.#asking.delete(record);
  }

  /** A peer announces a transaction that is not here. @returns false if nothing follows from it */
  announce(peer: P, id: Uint8Array, key: string, now: number): boolean {
    const record = this.#records.get(peer);
    if (record === undefined || record.announcements.has(key)) return false;
    if (record.announcements.size >= TX_ANNOUNCEMENTS_PER_PEER_MAX) return false;
    const known = this.#wanted.get(key);
    const wanted = known ?? { key, id: id.slice(), offers: new Map(), current: undefined };
    if (known === undefined) this.#wanted.set(key, wanted);
    const isLate = !peer.isChosen && this.#chosen > 0;
    const delays = Number(isLate) + Number(record.inFlight >= TX_REQUESTED_MAX);
    const announcement: Announcement<P> = {
      wanted,
      record,
      rank: this.random(),
      state: 'ready',
      dueAt: 0,
      heapIndex: -1,
    };
    record.announcements.set(key, announcement);
    wanted.offers.set(record, announcement);
    if (delays > 0) this.#wait(announcement, 'waiting', now + delays * TX_REQUEST_DELAY_MS);
    else this.#choose(wanted);
    return true;
  }

  /** Who has announced a transaction that is not here. */
  announcers(key: string): P[] {
    return [...(this.#wanted.get(key)?.offers.keys() ?? [])].map(({ peer }) => peer);
  }

  /**
   * The next transaction of a peer's answer is here.
   *
   * @returns its key; undefined if the peer was not asked for one
   */
  take(peer: P, requestId: number): string | undefined {
    const record = this.#records.get(peer);
    const request = record?.requests[0];
    if (record === undefined || request === undefined || request.requestId !== requestId) return undefined;
    const key = defined(request.keys[request.answered], 'a request that is not answered asks for more');
    request.answered++;
    record.inFlight--;
    record.fullAt = undefined;
    if (request.answered === request.keys.length) record.requests.shift();
    return key;
  }

  /** What a peer sent is being verified: nobody else is asked before that has ended. */
  verifying(peer: P, key: string): void {
    const offer = this.#offerOf(peer, key);
    if (offer === undefined) return;
    const { wanted } = offer;
    const { current } = wanted;
    // Another one may have been asked meanwhile, in vain.
    if (current !== undefined && current !== offer) this.#rest(current, 'ready');
    this.#rest(offer, 'here');
    wanted.current = offer;
  }

  /** A peer does not have what it announced, or sent something that is no good: the next one is asked. */
  failed(peer: P, key: string): void {
    const offer = this.#offerOf(peer, key);
    if (offer !== undefined) this.#fail(offer);
  }

  /** A transaction is here, or is not wanted. */
  forget(key: string): void {
    for (const offer of [...(this.#wanted.get(key)?.offers.values() ?? [])]) this.#drop(offer, true);
  }

  /** What is to be asked now, and of whom. */
  poll(now: number): TransactionRequest<P>[] {
    this.#wakeUp(now);
    const requests: TransactionRequest<P>[] = [];
    for (const record of this.#asking) {
      const room = TX_REQUESTED_MAX - record.inFlight;
      if (room <= 0) this.#handOver(record, now);
      if (room <= 0 || now < record.askedAt + TX_REQUEST_INTERVAL_MS) continue;
      const offers: Announcement<P>[] = [];
      for (const offer of record.next) {
        if (offers.length === room) break;
        offers.push(offer);
      }
      for (const offer of offers) {
        this.#leaveNext(offer);
        this.#wait(offer, 'asked', now + TX_REQUEST_TIMEOUT_MS);
      }
      const requestId = ++this.#lastRequestId;
      record.requests.push({ requestId, keys: offers.map(({ wanted }) => wanted.key), answered: 0 });
      record.inFlight += offers.length;
      record.askedAt = now;
      requests.push({ peer: record.peer, requestId, relayIds: offers.map(({ wanted }) => wanted.id) });
    }
    return requests;
  }

  /** When {@link poll} is to be called next, if nothing happens before. */
  nextWake(): number | undefined {
    let wake = this.#timed.first?.dueAt;
    for (const { askedAt, fullAt } of this.#asking) {
      const at = fullAt === undefined ? askedAt + TX_REQUEST_INTERVAL_MS : fullAt + TX_REQUEST_DELAY_MS;
      if (wake === undefined || at < wake) wake = at;
    }
    return wake;
  }

  /** A peer that has as much to deliver as it may, and delivers nothing, is not waited for if others can be asked. */
  #handOver(record: PeerRecord<P>, now: number): void {
    record.fullAt ??= now;
    if (now < record.fullAt + TX_REQUEST_DELAY_MS) return;
    record.fullAt = now;
    for (const { wanted } of [...record.next]) this.#choose(wanted);
  }

  #offerOf(peer: P, key: string): Announcement<P> | undefined {
    return this.#records.get(peer)?.announcements.get(key);
  }

  #wakeUp(now: number): void {
    for (
      let first = this.#timed.first;
      first !== undefined && first.dueAt <= now;
      first = this.#timed.first
    ) {
      if (first.state === 'asked') this.#fail(first);
      else {
        this.#rest(first, 'ready');
        this.#choose(first.wanted);
      }
    }
  }

  #fail(offer: Announcement<P>): void {
    const { wanted } = offer;
    this.#rest(offer, 'done');
    if (wanted.current === offer) wanted.current = undefined;
    const isHopeless = [...wanted.offers.values()].every(({ state }) => state === 'done');
    if (isHopeless) this.forget(wanted.key);
    else this.#choose(wanted);
  }

  /** Finds whom to ask, unless somebody is being asked. */
  #choose(wanted: Wanted<P>): void {
    const { current } = wanted;
    if (current !== undefined && current.state !== 'next') return;
    let best: Announcement<P> | undefined;
    for (const offer of wanted.offers.values())
      if (
        (offer.state === 'ready' || offer.state === 'next') &&
        (best === undefined || isBetter(offer, best))
      )
        best = offer;
    if (best === current || best === undefined) return;
    if (current !== undefined) this.#rest(current, 'ready');
    best.state = 'next';
    wanted.current = best;
    best.record.next.add(best);
    this.#asking.add(best.record);
  }

  #leaveNext(offer: Announcement<P>): void {
    const { next } = offer.record;
    if (next.delete(offer) && next.size === 0) this.#asking.delete(offer.record);
  }

  #wait(offer: Announcement<P>, state: 'waiting' | 'asked', dueAt: number): void {
    offer.state = state;
    offer.dueAt = dueAt;
    this.#timed.add(offer);
  }

  /** It waits for no time any more. */
  #rest(offer: Announcement<P>, state: OfferState): void {
    this.#timed.delete(offer);
    this.#leaveNext(offer);
    offer.state = state;
  }

  #drop(offer: Announcement<P>, isForgotten = false): void {
    const { wanted, record } = offer;
    this.#rest(offer, 'done');
    record.announcements.delete(wanted.key);
    wanted.offers.delete(record);
    if (wanted.current === offer) wanted.current = undefined;
    assert(wanted.offers.size > 0 || wanted.current === undefined, 'whoever is asked has announced it');
    const isHopeless = [...wanted.offers.values()].every(({ state }) => state === 'done');
    if (wanted.offers.size === 0) this.#wanted.delete(wanted.key);
    else if (isForgotten) return;
    else if (isHopeless) this.forget(wanted.key);
    else this.#choose(wanted);
  }
}

/** Who is asked first: a peer with room, then one that this node chose, then by chance. */
function isBetter<P extends AnnouncingPeer>(a: Announcement<P>, b: Announcement<P>): boolean {
  const hasRoom = a.record.inFlight < TX_REQUESTED_MAX;
  if (hasRoom !== b.record.inFlight < TX_REQUESTED_MAX) return hasRoom;
  if (a.record.peer.isChosen !== b.record.peer.isChosen) return a.record.peer.isChosen;
  return a.rank < b.rank;
}
