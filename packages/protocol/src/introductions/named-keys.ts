/**
 * By way of which peers a node can be reached that is no peer: those that named it, and those that passed on a signal of
 * it. It is a claim of theirs, and nothing but signals to that node follows from it.
 *
 * Memory of one peer: NAMED_KEYS_PER_PEER_MAX keys.
 */
import { bytesToHex } from '../bytes/hex.js';
import { NAMED_KEYS_PER_PEER_MAX } from '../limits.js';
import type { Peer } from '../peer/peer.js';

/** Who knows whom; see the head of this file. */
export class NamedKeys {
  /** Of each peer, the one that it named first is the first. */
  readonly #named = new Map<Peer, Set<string>>();

  /** A peer knows the node with this key. */
  add(peer: Peer, key: Uint8Array): void {
    const name = bytesToHex(key);
    const named = this.#named.get(peer) ?? new Set();
    this.#named.set(peer, named);
    named.delete(name);
    named.add(name);
    const [oldest] = named;
    if (named.size > NAMED_KEYS_PER_PEER_MAX && oldest !== undefined) named.delete(oldest);
  }

  /** A peer does not know it, or not any more. */
  remove(peer: Peer, key: Uint8Array): void {
    this.#named.get(peer)?.delete(bytesToHex(key));
  }

  /** Nothing that the peer has named can be reached by way of it. */
  forget(peer: Peer): void {
    this.#named.delete(peer);
  }

  /** The peers that know a node, in the order in which they first named any. */
  routesTo(key: Uint8Array): Peer[] {
    const name = bytesToHex(key);
    return [...this.#named].flatMap(([peer, named]) => (named.has(name) ? [peer] : []));
  }

  /** How many keys a peer is remembered to have named. */
  countOf(peer: Peer): number {
    return this.#named.get(peer)?.size ?? 0;
  }
}
