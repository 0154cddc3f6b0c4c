/** Asks for more peers while there are fewer than wanted, ever more seldom while none come. */
import { PEER_SEARCH_INTERVAL_MAX_MS, PEER_SEARCH_INTERVAL_MS } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';

/** Decides when more peers are asked for. */
export class PeerSearch {
  #intervalMs = PEER_SEARCH_INTERVAL_MS;
  #nextAt = Number.NEGATIVE_INFINITY;
  #searchedAt = Number.NEGATIVE_INFINITY;
  #isWanting = false;

  constructor(
    readonly target: number,
    readonly outbox: Outbox,
  ) {}

  /**
   * Something changed (a peer left, the network came back): search at once, or PEER_SEARCH_INTERVAL_MS after the last
   * search, so that peers who come and go at once do not make it a flood.
   */
  hurry(): void {
    this.#intervalMs = PEER_SEARCH_INTERVAL_MS;
    this.#nextAt = Math.min(this.#nextAt, this.#searchedAt + PEER_SEARCH_INTERVAL_MS);
  }

  advance(peers: number, now: number): void {
    this.#isWanting = peers < this.target;
    if (!this.#isWanting || now < this.#nextAt) return;
    this.outbox.push({ type: 'requestPeers', count: this.target - peers });
    this.#searchedAt = now;
    this.#nextAt = now + this.#intervalMs;
    this.#intervalMs = Math.min(this.#intervalMs * 2, PEER_SEARCH_INTERVAL_MAX_MS);
  }

  nextWake(): number | undefined {
    return this.#isWanting ? this.#nextAt : undefined;
  }
}
