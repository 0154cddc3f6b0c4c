/** Collects the effects of one step, and turns messages into frames on the way. */
import type { Effect } from '../io/effect.js';
import type { NodeNotice } from '../io/notice.js';
import { encodeMessage } from '../wire/codec.js';
import { frameMessage } from '../wire/framing.js';
import type { Message } from '../wire/message.js';
import type { Peer } from './peer.js';
import { Tally } from './tally.js';

/** The effects of the step that is being taken. */
export class Outbox {
  /** What the node has done so far, for its metrics. */
  readonly tally = new Tally();
  #effects: Effect[] = [];

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

  send(peer: Peer, message: Message): void {
    this.tally.sent(message);
    for (const bytes of frameMessage(encodeMessage(message), peer.frameBytesMax)) {
      peer.sendBufferBytes += bytes.length;
      this.#effects.push({ type: 'send', peer: peer.id, bytes });
    }
  }
}
