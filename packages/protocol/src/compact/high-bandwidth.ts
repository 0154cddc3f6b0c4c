/**
 * Who sends new blocks unasked to whom. This node wants them of the peers that brought it the last new blocks first, at most
 * HIGH_BANDWIDTH_PEERS_MAX; and it sends them to those peers that want them.
 *
 * Whoever connects to this node can bring blocks fast to get a place, and then be silent. So the last place of a peer that
 * this node itself chose to connect to is not given to one that came to it (as in Bitcoin Core).
 *
 * Memory: a few entries of each peer.
 */
import { defined } from '../assert.js';
import { HIGH_BANDWIDTH_PEERS_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';

/** The choice of this side, and those of the others. */
export class HighBandwidth {
  /** Peers that want blocks of this node unasked. */
  readonly wanting = new Set<Peer>();
  /** Peers that are to send them, the one that was first longest ago before the others. */
  readonly #chosen = new Set<Peer>();
  /** Peers that were chosen once: one that slept, or whose link hung, may not know for long that this has ended. */
  readonly #former = new Set<Peer>();

  constructor(readonly outbox: Outbox) {}

  /** The peers that are to send blocks unasked, to look at. */
  get chosen(): ReadonlySet<Peer> {
    return this.#chosen;
  }

  /** A peer was the first to bring a new block. */
  choose(peer: Peer): void {
    if (!peer.hasCompactBlocks) return;
    const isNew = !this.#chosen.delete(peer);
    this.#chosen.add(peer);
    if (!isNew) return;
    this.#former.delete(peer);
    this.outbox.send(peer, { type: 'sendCompact', highBandwidth: true });
    if (this.#chosen.size > HIGH_BANDWIDTH_PEERS_MAX) this.dismiss(this.#leastUseful());
  }

  /** The peer that was first longest ago, unless it is the only one that this node connected to. */
  #leastUseful(): Peer {
    const [oldest, next] = this.#chosen;
    const dialed = [...this.#chosen].filter(({ isChosen }) => isChosen);
    const isLastDialed = dialed.length === 1 && dialed[0] === oldest;
    return defined(isLastDialed ? next : oldest, 'more peers are chosen than there are places');
  }

  /** A peer is not to send blocks unasked any more. */
  dismiss(peer: Peer): void {
    if (!this.#chosen.delete(peer)) return;
    this.#former.add(peer);
    this.outbox.send(peer, { type: 'sendCompact', highBandwidth: false });
  }

  /** No peer is to send blocks unasked any more. */
  dismissAll(): void {
    for (const peer of [...this.#chosen]) this.dismiss(peer);
  }

  /** Whether a peer may send a block unasked: its rate bounds how many. */
  maySend(peer: Peer): boolean {
    return this.#chosen.has(peer) || this.#former.has(peer);
  }

  /** A peer is gone. */
  forget(peer: Peer): void {
    this.wanting.delete(peer);
    this.#chosen.delete(peer);
    this.#former.delete(peer);
  }
}
