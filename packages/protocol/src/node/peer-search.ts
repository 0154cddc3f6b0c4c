/** Asks the platform, and the peers that there are, for more peers while there are fewer than wanted, less and less often while none come. */
import type { EventTime } from '../io/event.js';
import { PEER_SEARCH_INTERVAL_MAX_MS, PEER_SEARCH_INTERVAL_MS } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';

/** Decides when more peers are asked for. */
export class PeerSearch implements Part {
  readonly name = 'peerSearch';
  #intervalMs = PEER_SEARCH_INTERVAL_MS;
  #nextAt = Number.NEGATIVE_INFINITY;
  #searchedAt = Number.NEGATIVE_INFINITY;
  #isWanting = false;

  constructor(
    readonly target: number,
    /** How many there are. */
    readonly peers: { readonly size: number },
    readonly outbox: Outbox,
    /** Asks the peers that there are whom they know. */
    readonly askPeers: (now: number) => void,
  ) {}

  /** How many more are wanted. */
  get wanted(): number {
    return Math.max(0, this.target - this.peers.size);
  }

  peerGone(peer: Peer, code: string | undefined): void {
    if (peer.isReady || code !== undefined) this.#hurry();
  }

  resumed(): void {
    this.#hurry();
  }

  /**
   * Something changed: search at once, or PEER_SEARCH_INTERVAL_MS after the last search, so that peers which come and go
   * at once do not make it a flood.
   */
  #hurry(): void {
    this.#intervalMs = PEER_SEARCH_INTERVAL_MS;
    this.#nextAt = Math.min(this.#nextAt, this.#searchedAt + PEER_SEARCH_INTERVAL_MS);
  }

  advance({ now }: EventTime): void {
    const { wanted } = this;
    this.#isWanting = wanted > 0;
    if (!this.#isWanting || now < this.#nextAt) return;
    this.outbox.push({ type: 'requestPeers', count: wanted });
    this.askPeers(now);
    this.#searchedAt = now;
    this.#nextAt = now + this.#intervalMs;
    this.#intervalMs = Math.min(this.#intervalMs * 2, PEER_SEARCH_INTERVAL_MAX_MS);
  }

  nextWake(): number | undefined {
    return this.#isWanting ? this.#nextAt : undefined;
  }
}
