/** The peers of a node, in the order of their arrival. */
import type { Peer } from '../peer/peer.js';

/** Peers by id. */
export class PeerSet {
  readonly #peers = new Map<string, Peer>();

  get size(): number {
    return this.#peers.size;
  }

  get(id: string): Peer | undefined {
    return this.#peers.get(id);
  }

  add(peer: Peer): void {
    this.#peers.set(peer.id, peer);
  }

  delete(id: string): boolean {
    return this.#peers.delete(id);
  }

  [Symbol.iterator](): IterableIterator<Peer> {
    return this.#peers.values();
  }

  /** Those that have said hello. */
  get ready(): Peer[] {
    return [...this.#peers.values()].filter((peer) => peer.isReady);
  }
}
