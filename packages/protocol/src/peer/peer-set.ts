/** The peers of a node, in the order of their arrival. */
import type { FollowedNodes } from '../io/event.js';
import type { Peer } from './peer.js';

/** Peers by id. */
export class PeerSet {
  readonly #peers = new Map<string, Peer>();
  /** Those that have said hello; made anew when it is asked for after a change. */
  #ready: readonly Peer[] | undefined = [];
  /** As of the last command that says so. */
  followed: FollowedNodes = { isReached: false, height: 0 };

  get size(): number {
    return this.#peers.size;
  }

  get(id: string): Peer | undefined {
    return this.#peers.get(id);
  }

  add(peer: Peer): void {
    this.#peers.set(peer.id, peer);
    this.#ready = undefined;
  }

  /** How many of a network have come to this node: those that it chose are not counted. */
  countOf(group: string): number {
    let count = 0;
    for (const peer of this.#peers.values()) if (!peer.isChosen && peer.group === group) count++;
    return count;
  }

  delete(id: string): boolean {
    this.#ready = undefined;
    return this.#peers.delete(id);
  }

  [Symbol.iterator](): IterableIterator<Peer> {
    return this.#peers.values();
  }

  /** To be called when a peer has said hello. */
  greeted(): void {
    this.#ready = undefined;
  }

  /** Whether a full node of the network is among them. */
  get hasFullNode(): boolean {
    return this.ready.some(({ isBridged }) => isBridged);
  }

  /** Whether this node follows its network: a full node is among its peers, or is followed beside them. */
  get isLive(): boolean {
    return this.followed.isReached || this.hasFullNode;
  }

  /** Those that have said hello: a list that does not change any more. */
  get ready(): readonly Peer[] {
    this.#ready ??= [...this.#peers.values()].filter((peer) => peer.isReady);
    return this.#ready;
  }
}
