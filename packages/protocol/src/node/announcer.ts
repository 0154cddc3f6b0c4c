/** Tells every peer of a new tip: at once at rest, now and then while headers stream in. */

import { areEqual } from '../bytes/compare-bytes.js';
import { ANNOUNCE_INTERVAL_MS } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../sync/peer-set.js';
import type { HeaderTree } from '../tree/header-tree.js';

/** Remembers which tip was announced, and announces the next one when it is time. */
export class Announcer {
  /** Hash of the tip that was announced last: a slot may be given to another header. */
  #announced: Uint8Array;
  #at = Number.NEGATIVE_INFINITY;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
  ) {
    this.#announced = tree.hash(tree.tip).slice();
  }

  /** The tip as it is needs no announcement: it was read from disk. */
  skip(): void {
    this.#announced = this.tree.hash(this.tree.tip).slice();
  }

  advance(now: number, isStreaming: boolean): void {
    const { tree } = this;
    const tip = tree.tip;
    const isAnnounced = areEqual(tree.hash(tip), this.#announced);
    if (isAnnounced || (isStreaming && now < this.#at + ANNOUNCE_INTERVAL_MS)) return;
    const hash = tree.hash(tip).slice();
    this.#announced = hash;
    this.#at = now;
    for (const peer of this.peers.ready) {
      const isKnown = peer.bestKnown !== undefined && areEqual(peer.bestKnown, hash);
      if (!isKnown) this.#tell(peer);
    }
  }

  /** A peer has said hello: it hears of a tip that came after our own hello. */
  arrived(peer: Peer): void {
    const { greetedWith } = peer;
    if (greetedWith !== undefined && !areEqual(greetedWith, this.tree.hash(this.tree.tip))) this.#tell(peer);
  }

  #tell(peer: Peer): void {
    const { tree } = this;
    const hash = tree.hash(tree.tip);
    const prev = tree.hash(tree.parent(tree.tip));
    this.outbox.send(peer, { type: 'announce', height: tree.tipHeight, hash, prev });
  }
}
