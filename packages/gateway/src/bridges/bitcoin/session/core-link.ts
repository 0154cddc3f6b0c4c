/**
 * The side of a session that faces the core: messages of our own protocol, in frames as a data channel would carry them.
 * To the core a full node is one more peer, so it applies to it what it applies to all: rules, caps, time-outs, turns.
 */
import {
  decodeMessage,
  encodeMessage,
  FRAME_BYTES_MAX,
  frameMessage,
  type Message,
  MessageAssembler,
} from '@vision-light/protocol';

/** Largest message that the core sends: bodies of the largest family. */
const CORE_MESSAGE_BYTES_MAX = 4 * 1024 * 1024;

/** Turns messages for the core into frames, and its frames into messages. */
export class CoreLink {
  /** Frames that are on their way. */
  readonly #unsaid: Uint8Array[] = [];
  #isSaying = false;
  readonly #assembler = new MessageAssembler(CORE_MESSAGE_BYTES_MAX);

  /** @param deliver  takes one frame for the core, which nobody writes to afterwards */
  constructor(readonly deliver: (frame: Uint8Array) => void) {}

  /** Says something to the core, which may ask for more before it has the last frame: what follows from that has its turn. */
  say(message: Message): void {
    this.#unsaid.push(...frameMessage(encodeMessage(message), FRAME_BYTES_MAX));
    if (this.#isSaying) return;
    this.#isSaying = true;
    for (let frame = this.#unsaid.shift(); frame !== undefined; frame = this.#unsaid.shift())
      this.deliver(frame);
    this.#isSaying = false;
  }

  /** What a frame of the core says. Views in the messages are valid until the next frame. */
  hear(frame: Uint8Array): Message[] {
    return this.#assembler.push(frame).flatMap((bytes) => {
      const decoded = decodeMessage(bytes);
      return decoded.ok ? [decoded.message] : [];
    });
  }
}
