/**
 * From frames to the part that takes the message: well-formed, within the rate, in its turn. A message is looked up in
 * the table of messages, whose row names the part.
 *
 * Memory: one message of each peer that has begun and not ended (`framing.ts`).
 */
import { defined } from '../assert.js';
import type { EventTime } from '../io/event.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part, Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { MessageRow } from '../wire/message-row.js';
import type { WireFault } from '../wire/wire-fault.js';

/** What the router tells of a peer's frames. */
export interface RouterListener {
  /** Bytes came. @returns whether a deadline came nearer, or went */
  heard(peer: Peer, wasPartial: boolean, messages: number, now: number): boolean;
  /** Says why, and disconnects. */
  punish(peer: Peer, code: string, now: number): void;
}

/** Hands each message to its part; see the head of this file. */
export class Router {
  /** By type byte. */
  readonly #takers: Part[] = [];

  /** @throws {InvariantError} if the table names a part that is not in the list, or that takes no messages */
  constructor(
    parts: readonly Part[],
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly listener: RouterListener,
  ) {
    for (const { type, typeByte, part: name } of outbox.codec.rows) {
      const part = parts.find((each) => each.name === name && each.receive !== undefined);
      this.#takers[typeByte] = defined(part, `the part ${name} takes the message ${type}`);
    }
  }

  /**
   * Takes one frame of a peer.
   *
   * @returns false if nothing follows from it but what its part did, and no deadline came nearer
   */
  receive(id: string, bytes: Uint8Array, time: EventTime): boolean {
    const peer = this.peers.get(id);
    if (peer === undefined) return false;
    const { assembler } = peer;
    const wasPartial = assembler.isPartial;
    const messages = assembler.push(bytes);
    let isNews = this.listener.heard(peer, wasPartial, messages.length, time.now);
    for (const message of messages) {
      const reception = this.#message(peer, message, time);
      if (reception !== 'quiet') isNews = true;
      if (reception !== 'quiet' && reception !== undefined) this.listener.punish(peer, reception, time.now);
      if (this.peers.get(id) !== peer) return true;
    }
    if (assembler.fault !== undefined) this.listener.punish(peer, assembler.fault, time.now);
    return isNews || assembler.fault !== undefined || this.outbox.isOverfull;
  }

  #message(peer: Peer, bytes: Uint8Array, time: EventTime): Reception | WireFault | 'PEER_WRONG_VERSION' {
    const { codec, counters } = this.outbox;
    const decoded = codec.decode(bytes);
    if (!decoded.ok) return decoded.code;
    const { message, row } = decoded;
    if (row.cost > 0 && !peer.messages.take(time.now, row.cost)) return 'PEER_FLOOD';
    if (!isInTurn(row, peer)) return 'PEER_OUT_OF_TURN';
    counters.received(message);
    return this.#takers[row.typeByte]?.receive?.(peer, message, time);
  }
}

/** A greeting first and once, then anything; a farewell at any time. */
function isInTurn({ kind }: MessageRow, peer: Peer): boolean {
  return kind === 'farewell' || (kind === 'greeting') !== peer.isReady;
}
