/**
 * Announcements, both ways. At rest a new tip is announced at once, and while headers stream in now and then. What a peer
 * announces leads to a request, never to trust; announcing what is known here costs its sender.
 *
 * In a network at rest most peers hear of a block from somebody else. So it is announced at once to those peers that asked
 * this node for headers or bodies lately, to ANNOUNCED_AT_ONCE others in turn, and to all where no peer has it yet. The
 * rest is told ANNOUNCE_LATE_MS to twice as long after, and only if it has not announced the same block by then. Between two
 * peers that announced something to each other lately even this waits, until ANNOUNCE_QUIET_MS to twice as long have passed.
 *
 * Memory: two entries of each peer.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import type { HeaderSync } from '../headers/header-sync.js';
import type { EventTime } from '../io/event.js';
import {
  ANNOUNCE_INTERVAL_MS,
  ANNOUNCE_LATE_MS,
  ANNOUNCE_QUIET_MS,
  ANNOUNCED_AT_ONCE,
  ASKING_TIPS,
  DUPLICATE_COST,
} from '../limits.js';
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
  /** All that have said hello; the one that was told longest ago comes first. */
  readonly #turns = new Set<Peer>();
  /** Those that are told of the newest tip later, the first of them at `#lateAt`. */
  readonly #late = new Set<Peer>();
  #lateAt = Number.POSITIVE_INFINITY;
  /** How long no announcement must have been exchanged with them; drawn anew for each tip, as two peers count from the same one. */
  #quietMs = ANNOUNCE_QUIET_MS;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly sync: HeaderSync,
    readonly listener: AnnouncerListener,
    /** Numbers of [0, 1). */
    readonly random: () => number,
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
    peer.announcedAt = now;
    if (peer.height !== before && this.listener.claimed(peer, before)) isNews = true;
    if (!this.sync.announced(peer, message)) {
      const isOffer = this.listener.offered(peer, message, now);
      // A leader is chosen when there is none.
      return isNews || isOffer || !this.sync.isActive ? undefined : 'quiet';
    }
    this.outbox.counters.count('vision_p2p_dupes_dropped_total');
    if (!peer.messages.take(now, DUPLICATE_COST)) return 'PEER_FLOOD';
    if (isNews) return undefined;
    return this.#late.size > 0 && this.#isLastLate(peer) ? undefined : 'quiet';
  }

  /** Whether nobody waits for the tip any more, now that this peer has announced something. */
  #isLastLate(peer: Peer): boolean {
    if (peer.knows(this.tree.hash(this.tree.tip), this.tree.tipHeight)) this.#late.delete(peer);
    return this.#late.size === 0;
  }

  advance({ now }: EventTime): void {
    const { tree } = this;
    // The peer that headers stream in from.
    const { leader } = this.sync;
    const isStreaming = leader !== undefined;
    const tip = tree.tip;
    const isAnnounced = areEqual(tree.hash(tip), this.#announced);
    if (isAnnounced) {
      this.#settle(leader, now);
      if (now >= this.#lateAt) this.#tellLate(now);
    }
    if (isAnnounced || (isStreaming && now < this.#at + ANNOUNCE_INTERVAL_MS)) return;
    this.#announced = tree.hash(tip).slice();
    this.#at = now;
    // The leader brings such tips one after another. It is told of a tip from elsewhere when its turn has ended.
    this.#owed = leader;
    this.#spread(leader, now);
  }

  nextWake(): number | undefined {
    return this.#late.size > 0 ? this.#lateAt : undefined;
  }

  /** Tells some peers of a new tip, and puts off the others. */
  #spread(leader: Peer | undefined, now: number): void {
    const others = [...this.#turns].filter((peer) => peer !== leader);
    const lacking = this.#lacking(others);
    // A compact block tells as much as an announcement. What no peer has begins to spread here.
    const isOurs = lacking.length === others.length;
    const atOnce: Peer[] = [];
    this.#late.clear();
    let places = ANNOUNCED_AT_ONCE;
    const hash = this.tree.hash(this.tree.tip);
    for (const peer of lacking) {
      if (peer.wasToldOf(hash)) continue;
      const isAsking = isOurs || peer.tipsSinceAsked < ASKING_TIPS;
      if (isAsking || places-- > 0) atOnce.push(peer);
      else this.#late.add(peer);
    }
    const factor = 1 + this.random();
    this.#quietMs = ANNOUNCE_QUIET_MS * factor;
    this.#lateAt = Math.max(now + ANNOUNCE_LATE_MS * factor, this.#quietAt());
    this.#tell(atOnce, now);
  }

  /** Tells those that have not heard of the tip from others meanwhile, together with those that are due soon. */
  #tellLate(now: number): void {
    const due: Peer[] = [];
    for (const peer of this.#late) {
      if (now + ANNOUNCE_LATE_MS < peer.announcedAt + this.#quietMs) continue;
      this.#late.delete(peer);
      due.push(peer);
    }
    this.#lateAt = this.#quietAt();
    this.#tell(this.#lacking(due), now);
  }

  /** When the first of those that are told later has exchanged no announcement for long. */
  #quietAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { announcedAt } of this.#late) at = Math.min(at, announcedAt + this.#quietMs);
    return at;
  }

  /** A leader that was not told of a tip is told once its turn has ended, unless it has brought that tip itself. */
  #settle(leader: Peer | undefined, now: number): void {
    const peer = this.#owed;
    if (peer === undefined || peer === leader) return;
    this.#owed = undefined;
    if (this.peers.get(peer.id) === peer) this.#tell(this.#lacking([peer]), now);
  }

  /** A peer has said hello: it is told of a tip that came after our own hello. */
  peerReady(peer: Peer): void {
    this.#turns.add(peer);
    const { greetedWith } = peer;
    if (greetedWith !== undefined && !areEqual(greetedWith, this.tree.hash(this.tree.tip)))
      this.#tell([peer], peer.lastBytesAt);
  }

  peerGone(peer: Peer): void {
    this.#turns.delete(peer);
    this.#late.delete(peer);
  }

  #tell(peers: readonly Peer[], now: number): void {
    const { tree } = this;
    const hash = tree.hash(tree.tip);
    for (const peer of peers) {
      peer.toldOf = hash.slice();
      peer.tipsSinceAsked++;
      peer.announcedAt = now;
      this.#turns.delete(peer);
      this.#turns.add(peer);
    }
    const prev = tree.family.parent(tree.record(tree.tip));
    this.outbox.broadcast(peers, { type: 'announce', height: tree.tipHeight, hash, prev });
  }

  /** Those of some peers that are not known to have the tip, or a later one that is not known here yet. */
  #lacking(peers: readonly Peer[]): Peer[] {
    const { tip, tipHeight } = this.tree;
    const hash = this.tree.hash(tip);
    return peers.filter((peer) => !peer.knows(hash, tipHeight));
  }
}
