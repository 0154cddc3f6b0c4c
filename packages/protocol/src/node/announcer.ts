/**
 * Announcements, both ways. Every peer is told of a new tip: at once at rest, now and then while headers stream in. What
 * a peer announces leads to a request, never to trust; announcing what is known here costs its sender.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import type { HeaderSync } from '../headers/header-sync.js';
import type { EventTime } from '../io/event.js';
import { ANNOUNCE_INTERVAL_MS, DUPLICATE_COST } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part, Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { Announce } from '../wire/messages/announce.js';

/** What the announcer tells the node around it. */
export interface AnnouncerListener {
  /** A peer claims another height. @param before  what it claimed until now; @returns whether more than that follows */
  claimed(peer: Peer, before: number): boolean;
  /** A peer announces a block that is not known here. @returns whether there may be something to ask it for */
  offered(peer: Peer, message: Announce, now: number): boolean;
}

/** Remembers which tip was announced, and announces the next one when it is time. */
export class Announcer implements Part<Announce> {
  readonly name = 'announcer';
  /** Hash of the tip that was announced last: a slot may be given to another header. */
  #announced: Uint8Array;
  #at = Number.NEGATIVE_INFINITY;
  /** A leader that has not been told of the newest tip. */
  #owed: Peer | undefined;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly sync: HeaderSync,
    readonly listener: AnnouncerListener,
  ) {
    this.#announced = tree.hash(tree.tip).slice();
  }

  /** The tip as it is needs no announcement: it was read from disk. */
  skip(): void {
    this.#announced = this.tree.hash(this.tree.tip).slice();
  }

  receive(peer: Peer, message: Announce, { now }: EventTime): Reception {
    let isNews = peer.announced !== undefined;
    const before = peer.height;
    peer.height = message.height;
    if (peer.height !== before && this.listener.claimed(peer, before)) isNews = true;
    if (!this.sync.announced(peer, message)) {
      const isOffer = this.listener.offered(peer, message, now);
      // A leader is chosen when there is none.
      return isNews || isOffer || !this.sync.isActive ? undefined : 'quiet';
    }
    this.outbox.counters.count('vision_p2p_dupes_dropped_total');
    if (!peer.messages.take(now, DUPLICATE_COST)) return 'PEER_FLOOD';
    return isNews ? undefined : 'quiet';
  }

  advance({ now }: EventTime): void {
    const { tree } = this;
    // The peer that headers stream in from.
    const { leader } = this.sync;
    const isStreaming = leader !== undefined;
    const tip = tree.tip;
    const isAnnounced = areEqual(tree.hash(tip), this.#announced);
    if (isAnnounced) this.#settle(leader);
    if (isAnnounced || (isStreaming && now < this.#at + ANNOUNCE_INTERVAL_MS)) return;
    const hash = tree.hash(tip).slice();
    this.#announced = hash;
    this.#at = now;
    // The leader brings such tips one after another. It is told of a tip from elsewhere when its turn has ended.
    this.#owed = leader;
    this.#tell(this.peers.ready.filter((peer) => peer !== leader && !knows(peer, hash)));
  }

  /** A leader that was not told of a tip is told once its turn has ended, unless it has brought that tip itself. */
  #settle(leader: Peer | undefined): void {
    const peer = this.#owed;
    if (peer === undefined || peer === leader) return;
    this.#owed = undefined;
    if (this.peers.get(peer.id) === peer && !knows(peer, this.tree.hash(this.tree.tip))) this.#tell([peer]);
  }

  /** A peer has said hello: it is told of a tip that came after our own hello. */
  peerReady(peer: Peer): void {
    const { greetedWith } = peer;
    if (greetedWith !== undefined && !areEqual(greetedWith, this.tree.hash(this.tree.tip)))
      this.#tell([peer]);
  }

  #tell(peers: readonly Peer[]): void {
    const { tree } = this;
    const hash = tree.hash(tree.tip);
    const prev = tree.hash(tree.parent(tree.tip));
    this.outbox.broadcast(peers, { type: 'announce', height: tree.tipHeight, hash, prev });
  }
}

function knows({ bestKnown }: Peer, hash: Uint8Array): boolean {
  return bestKnown !== undefined && areEqual(bestKnown, hash);
}
