/**
 * Whoever sits between two nodes, because a signaling server has connected each of them to it and not to the other one. It
 * has certificates and connections of its own, and passes on what each node says.
 */
import { decodeMessage, type Message, MessageAssembler } from '@vision-light/protocol';
import { pino } from 'pino';
import { platformClock } from '../packages/gateway/src/platform-clock.js';
import { RtcLinks } from '../packages/gateway/src/webrtc/rtc-links.js';

/** Longer than what is said here. */
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024;

/** The connections to one of the two nodes. */
export class Face {
  readonly rtc = new RtcLinks({
    clock: platformClock,
    log: pino({ level: 'silent' }),
    requestPeers: () => {},
  });
  /** What the node has said, frame by frame. */
  readonly heard: Uint8Array[] = [];
  readonly #unsent: Uint8Array[] = [];
  #link: string | undefined;

  /** @param passOn  takes each frame of the node */
  constructor(passOn: (frame: Uint8Array) => void) {
    this.rtc.attach({
      connected: (link) => {
        this.#link = link;
        for (const frame of this.#unsent.splice(0)) this.rtc.send(link, frame);
      },
      received: (_link, frame) => {
        this.heard.push(frame);
        passOn(frame);
      },
      coming: () => {},
      drained: () => {},
      disconnected: () => {
        this.#link = undefined;
      },
    });
  }

  /** Says a frame to the node, at once or as soon as the connection to it is open. */
  say(frame: Uint8Array): void {
    if (this.#link === undefined) this.#unsent.push(frame);
    else this.rtc.send(this.#link, frame);
  }
}

/** Two faces, of which each says what the other one hears. */
export function joinedFaces(): readonly [Face, Face] {
  const first: Face = new Face((frame) => second.say(frame));
  const second: Face = new Face((frame) => first.say(frame));
  return [first, second];
}

/** The messages that frames of one connection hold. */
export function messagesIn(frames: readonly Uint8Array[]): Message[] {
  const assembler = new MessageAssembler(MESSAGE_BYTES_MAX);
  const messages = frames.flatMap((frame) => assembler.push(frame).map((message) => message.slice()));
  return messages.map((bytes) => {
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) throw new Error(`a node has said what no node reads: ${decoded.code}`);
    return decoded.message;
  });
}
