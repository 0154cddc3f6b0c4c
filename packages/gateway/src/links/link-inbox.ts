/**
 * The events of one kind of links on their way to the core. Decides which are handed on now, and which wait.
 *
 * In one turn of the event loop a kind hands on LINK_EVENTS_PER_TURN_MAX events; the others wait for the next turn, in
 * their order. So a kind that reports without end, even from inside `send`, leaves time for the other kinds, for hashing
 * and for the store.
 *
 * Memory: of each peer LINK_EVENTS_WAITING_MAX events of together LINK_BYTES_WAITING_MAX bytes wait, and its
 * disconnection. No new peer is taken while events of LINK_PEERS_WAITING_MAX peers wait.
 */
import type { NodeEventBody } from '@vision-light/protocol';
import {
  LINK_BYTES_WAITING_MAX,
  LINK_EVENTS_PER_TURN_MAX,
  LINK_EVENTS_WAITING_MAX,
  LINK_PEERS_WAITING_MAX,
} from '../limits.js';

/** An event of a link, as the core takes it. */
export type PeerEvent = Extract<NodeEventBody, { readonly peer: string }>;

interface Waiting {
  events: number;
  bytes: number;
}

/** The events of one kind of links; see the head of this file. */
export class LinkInbox {
  readonly #deliver: (event: PeerEvent) => void;
  #queue: PeerEvent[] = [];
  /** What waits of each peer, by its id. */
  readonly #waiting = new Map<string, Waiting>();
  #leftInTurn = LINK_EVENTS_PER_TURN_MAX;
  #isDelivering = false;
  #nextTurn: NodeJS.Immediate | undefined;

  /** @param deliver  hands an event to the core; does not throw */
  constructor(deliver: (event: PeerEvent) => void) {
    this.#deliver = deliver;
  }

  /** Whether an event may be added: it can be handed on now, or not too much waits already. */
  hasRoom(event: PeerEvent): boolean {
    if (this.#isPassing) return true;
    const waiting = this.#waiting.get(event.peer);
    if (waiting === undefined) {
      return event.type !== 'peerConnected' || this.#waiting.size < LINK_PEERS_WAITING_MAX;
    }
    const bytes = waiting.bytes + bytesOf(event);
    return waiting.events < LINK_EVENTS_WAITING_MAX && bytes <= LINK_BYTES_WAITING_MAX;
  }

  /** Hands an event on, now or in a later turn. */
  add(event: PeerEvent): void {
    this.#nextTurn ??= setImmediate(() => this.#beginTurn());
    if (this.#isPassing) {
      this.#leftInTurn -= 1;
      this.#deliver(event);
      return;
    }
    const waiting = this.#waiting.get(event.peer) ?? { events: 0, bytes: 0 };
    waiting.events += 1;
    waiting.bytes += bytesOf(event);
    this.#waiting.set(event.peer, waiting);
    this.#queue.push(event);
  }

  /** Drops what waits. */
  clear(): void {
    this.#queue = [];
    this.#waiting.clear();
  }

  /** Nothing waits, so that the next event would not overtake any, and the turn has room for it. */
  get #isPassing(): boolean {
    return this.#leftInTurn > 0 && this.#queue.length === 0 && !this.#isDelivering;
  }

  #beginTurn(): void {
    this.#nextTurn = undefined;
    this.#leftInTurn = LINK_EVENTS_PER_TURN_MAX;
    if (this.#queue.length === 0) return;
    this.#nextTurn = setImmediate(() => this.#beginTurn());
    const batch = this.#queue.splice(0, this.#leftInTurn);
    this.#leftInTurn -= batch.length;
    this.#isDelivering = true;
    for (const event of batch) {
      this.#forget(event);
      this.#deliver(event);
    }
    this.#isDelivering = false;
  }

  #forget(event: PeerEvent): void {
    const waiting = this.#waiting.get(event.peer);
    if (waiting === undefined) return;
    waiting.events -= 1;
    waiting.bytes -= bytesOf(event);
    if (waiting.events === 0) this.#waiting.delete(event.peer);
  }
}

function bytesOf(event: PeerEvent): number {
  return event.type === 'bytesReceived' ? event.bytes.length : 0;
}
