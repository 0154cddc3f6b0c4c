/** Tells every peer of a new tip: at once at rest, now and then while headers stream in. */
import { ANNOUNCE_INTERVAL_MS } from '../limits.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { Outbox } from '../peer/outbox.js';
import type { PeerSet } from '../sync/peer-set.js';
import type { HeaderTree } from '../tree/header-tree.js';

export class Announcer {
  #announced: number;
  #at = Number.NEGATIVE_INFINITY;

  constructor(
    readonly tree: HeaderTree,
    readonly peers: PeerSet,
    readonly outbox: Outbox,
  ) {
    this.#announced = tree.tip;
  }

  /** The tip as it is needs no announcement: it was read from disk. */
  skip(): void {
    this.#announced = this.tree.tip;
  }

  advance(now: number, isStreaming: boolean): void {
    const { tree } = this;
    const tip = tree.tip;
    if (tip === this.#announced || (isStreaming && now < this.#at + ANNOUNCE_INTERVAL_MS)) return;
    this.#announced = tip;
    this.#at = now;
    const hash = tree.hash(tip).slice();
    const prev = tree.hash(tree.parent(tip)).slice();
    for (const peer of this.peers.ready) {
      const isKnown = peer.bestKnown !== undefined && areEqual(peer.bestKnown, hash);
      if (!isKnown) this.outbox.send(peer, { type: 'announce', height: tree.tipHeight, hash, prev });
    }
  }
}
