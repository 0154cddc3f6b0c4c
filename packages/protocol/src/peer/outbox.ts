/** Collects the effects of one step, and turns messages into frames on the way. */
import type { Effect } from '../io/effect.js';
import type { NodeNotice } from '../io/notice.js';
import { FRAME_BYTES_MIN, UNSENT_BYTES_MAX } from '../limits.js';
import { type MessageCodec, messageCodec } from '../wire/codec.js';
import { cutStream } from '../wire/framing.js';
import type { Message } from '../wire/message.js';
import type { MessageRow, WireMessage } from '../wire/message-row.js';
import { Counters } from './counters.js';
import type { Peer } from './peer.js';

/** The effects of the step that is being taken. */
export class Outbox {
  /** What the node has done so far, for its metrics. */
  readonly counters = new Counters();
  #effects: Effect[] = [];
  /** Peers for whom more waits than may. */
  #overfull = new Set<Peer>();

  /** @param codec  of the messages that the node speaks */
  constructor(readonly codec: MessageCodec = messageCodec) {}

  /** The effects since the last call, in order. */
  take(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  push(effect: Effect): void {
    this.#effects.push(effect);
  }

  emit(notice: NodeNotice): void {
    this.#effects.push({ type: 'emit', notice });
  }

  /**
   * A message to one peer.
   *
   * @param row  of a message that is not the protocol's own
   * @returns how many bytes that is on the wire
   */
  send(peer: Peer, message: Message): number;
  send<M extends WireMessage>(peer: Peer, message: M, row: MessageRow<M>): number;
  send(peer: Peer, message: WireMessage): number {
    return this.#sendFrames(peer, message, cutStream(this.codec.encodeStream(message), peer.frameBytesMax));
  }

  /** The same small message to many: it is encoded once. */
  broadcast(peers: readonly Peer[], message: Message): void {
    if (peers.length === 0) return;
    const frames = cutStream(this.codec.encodeStream(message), FRAME_BYTES_MIN);
    for (const peer of peers) this.#sendFrames(peer, message, frames);
  }

  #sendFrames(peer: Peer, message: WireMessage, frames: readonly Uint8Array[]): number {
    this.counters.sent(message);
    let total = 0;
    for (const bytes of frames) {
      total += bytes.length;
      this.#effects.push({ type: 'send', peer: peer.id, bytes });
    }
    peer.sendBufferBytes += total;
    this.weigh(peer);
    return total;
  }

  /** Looks at what waits for a peer. */
  weigh(peer: Peer): void {
    if (peer.sendBufferBytes > UNSENT_BYTES_MAX) this.#overfull.add(peer);
  }

  /** Whether there are peers for whom more waits than may. */
  get isOverfull(): boolean {
    return this.#overfull.size > 0;
  }

  /** Those of whom {@link isOverfull} speaks, once. */
  takeOverfull(): Peer[] {
    const peers = [...this.#overfull];
    this.#overfull.clear();
    return peers;
  }
}
