/**
 * From frames to the part that takes the message: well-formed, within the rate, in its turn. A message is looked up in
 * the table of messages, whose row names the part.
 *
 * Memory: one message of each peer that has begun and not ended (`framing.ts`).
 */
import { assert, defined } from '../assert.js';
import type { EventTime } from '../io/event.js';
import { HELD_BYTES_MAX, HELD_MESSAGES_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Part, Reception } from '../peer/part.js';
import type { Peer } from '../peer/peer.js';
import type { PeerSet } from '../peer/peer-set.js';
import type { Offence } from '../peer/verdicts.js';
import type { MessageRow } from '../wire/message-row.js';
import type { WireFault } from '../wire/wire-fault.js';

/** What the router tells of a peer's frames. */
export interface RouterListener {
  /** Bytes came. @returns whether a deadline came nearer, or went */
  heard(peer: Peer, wasPartial: boolean, messages: number, now: number): boolean;
  /** A message says which tip its sender has. @param tip  32 bytes, a view */
  namedTip(peer: Peer, tip: Uint8Array): void;
  /** Says why, and disconnects. */
  punish(peer: Peer, code: Offence, now: number): void;
}

/** What can be wrong with a message before its part has it. */
type RouterFault = WireFault | 'PEER_WRONG_VERSION';

/** Hands each message to its part; see the head of this file. */
export class Router {
  /** By type byte. */
  readonly #takers: Part[] = [];

  /** @throws {InvariantError} if two parts have one name, or the table names one that is not in the list or takes no messages */
  constructor(
    parts: readonly Part[],
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly listener: RouterListener,
    /** Of the protocol that this node speaks. */
    readonly version: number,
  ) {
    const names = new Set(parts.map(({ name }) => name));
    assert(names.size === parts.length, 'each part has a name of its own');
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
    const { assembler, isPartial: wasPartial } = peer;
    peer.comingBytes = 0;
    const messages = assembler.push(bytes);
    let isNews = this.listener.heard(peer, wasPartial, messages.length, time.now);
    for (const message of messages) {
      if (this.#take(peer, message, time)) isNews = true;
      if (this.peers.get(id) !== peer) return true;
    }
    if (assembler.fault !== undefined) this.listener.punish(peer, assembler.fault, time.now);
    return isNews || assembler.fault !== undefined || this.outbox.isOverfull;
  }

  /** Of a message that a translator takes in, so many bytes have come. @returns whether a deadline came nearer */
  coming(id: string, bytes: number, now: number): boolean {
    const peer = this.peers.get(id);
    if (peer === undefined) return false;
    const { isPartial } = peer;
    peer.comingBytes = bytes;
    return this.listener.heard(peer, isPartial, 0, now);
  }

  /** A peer is ready: what it sent while its signature was verified has its turn. */
  release(peer: Peer, time: EventTime): void {
    const held = peer.held ?? [];
    peer.held = undefined;
    for (const message of held) {
      if (this.peers.get(peer.id) !== peer) return;
      this.#take(peer, message, time);
    }
  }

  /** @returns whether anything may follow from it but what its part did */
  #take(peer: Peer, message: Uint8Array, time: EventTime): boolean {
    const reception = peer.held === undefined ? this.#message(peer, message, time) : hold(peer.held, message);
    if (reception !== 'quiet' && reception !== undefined) this.listener.punish(peer, reception, time.now);
    return reception !== 'quiet';
  }

  #message(peer: Peer, bytes: Uint8Array, time: EventTime): Reception | RouterFault {
    const { codec, counters } = this.outbox;
    const decoded = codec.decode(bytes);
    if (!decoded.ok) return this.#unread(peer, decoded.code, time);
    const { message, row } = decoded;
    if (row.cost > 0 && !peer.messages.take(time.now, row.cost)) return 'PEER_FLOOD';
    if (!peer.budgets.take(row.type, time.now)) return 'PEER_FLOOD';
    if (!isInTurn(row, peer)) return 'PEER_OUT_OF_TURN';
    counters.received(message);
    const tip = row.namedTip?.(message);
    if (tip !== undefined) this.listener.namedTip(peer, tip);
    return this.#takers[row.typeByte]?.receive?.(peer, message, time);
  }

  /** A message that cannot be read. A newer version may have types that this one does not know: they cost, and are skipped. */
  #unread(peer: Peer, code: RouterFault, { now }: EventTime): Reception | RouterFault {
    if (code !== 'WIRE_UNKNOWN_TYPE' || (peer.hello?.version ?? 0) <= this.version) return code;
    this.outbox.counters.count('vision_p2p_messages_skipped_total');
    return peer.messages.take(now) ? 'quiet' : 'PEER_FLOOD';
  }
}

/** A challenge and a greeting first, each once, then anything; a farewell at any time. */
function isInTurn({ kind }: MessageRow, peer: Peer): boolean {
  if (kind === 'challenge') return !peer.isReady && !peer.isChallenged;
  return kind === 'farewell' || (kind === 'greeting') !== peer.isReady;
}

/** Keeps a message until its sender is known. */
function hold(held: Uint8Array[], message: Uint8Array): 'quiet' | 'PEER_FLOOD' {
  const bytes = held.reduce((sum, { length }) => sum + length, message.length);
  if (held.length >= HELD_MESSAGES_MAX || bytes > HELD_BYTES_MAX) return 'PEER_FLOOD';
  held.push(message.slice());
  return 'quiet';
}
