/** Collects the effects of one step, and turns messages into frames on the way. */
import type { Effect } from '../io/effect.js';
import type { NodeNotice } from '../io/notice.js';
import { FRAME_BYTES_MIN, UNSENT_BYTES_MAX } from '../limits.js';
import { encodeStream } from '../wire/codec.js';
import { cutStream } from '../wire/framing.js';
import type { Message } from '../wire/message.js';
import { Counters } from './counters.js';
import type { Peer } from './peer.js';

/** The effects of the step that is being taken. */
export class Outbox {
  /** What the node has done so far, for its metrics. */
  readonly counters = new Counters();
  #effects: Effect[] = [];
  /** Peers for whom more waits than may. */
  #overfull = new Set<Peer>();

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

  /** @returns how many bytes that is on the wire */
  send(peer: Peer, message: Message): number {
    return this.#sendFrames(peer, message, cutStream(encodeStream(message), peer.frameBytesMax));
  }

  /** The same small message to many: it is encoded once. */
  broadcast(peers: readonly Peer[], message: Message): void {
    if (peers.length === 0) return;
    const frames = cutStream(encodeStream(message), FRAME_BYTES_MIN);
    for (const peer of peers) this.#sendFrames(peer, message, frames);
  }

  #sendFrames(peer: Peer, message: Message, frames: readonly Uint8Array[]): number {
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
