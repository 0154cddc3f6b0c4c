/**
 * Messages on an ordered byte stream: each is preceded by its length (u32 little-endian), and the stream is cut into
 * data channel messages ("frames") where the receiver's limit requires it. A frame may hold several messages, or a part
 * of one. An incomplete message takes at most the memory of one message of the largest size. Nothing is allocated for
 * bytes that were announced but have not arrived. Memory of one message is used again for others.
 */
import { readU32, writeU32 } from '../bytes/integers.js';
import { FRAME_BYTES_MAX } from '../limits.js';
import { SpareBuffers } from './spare-buffers.js';
import type { WireFault } from './wire-fault.js';

/** The length of a message is sent before it. */
export const LENGTH_BYTES = 4;
const nothing = new Uint8Array(0);

/** Frames of one encoded message, none larger than `frameBytesMax`. */
export function frameMessage(message: Uint8Array, frameBytesMax: number): Uint8Array[] {
  const stream = new Uint8Array(LENGTH_BYTES + message.length);
  writeU32(stream, 0, message.length);
  stream.set(message, LENGTH_BYTES);
  return cutStream(stream, frameBytesMax);
}

/** Frames of a piece of the stream, none larger than `frameBytesMax`: copies, unless one frame holds all of it. */
export function cutStream(stream: Uint8Array, frameBytesMax: number): Uint8Array[] {
  if (stream.length <= frameBytesMax) return [stream];
  const frames: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += frameBytesMax) frames.push(stream.slice(at, at + frameBytesMax));
  return frames;
}

/** Puts frames of one peer together again. */
export class MessageAssembler {
  /** Set by the first fault; later frames are ignored. */
  fault: WireFault | undefined = undefined;
  /** The part of an incomplete message that has arrived; grows by doubling with the bytes that arrive, up to its end. */
  #partial: Uint8Array = nothing;
  #length = 0;

  /**
   * @param messageBytesMax  a longer message is a fault before its body is stored
   * @param bytesMaxOf  the same by a message's first byte, where that allows less
   * @param spares  shared by all assemblers whose messages are read one after another
   */
  constructor(
    readonly messageBytesMax: number,
    readonly bytesMaxOf: (typeByte: number) => number = () => messageBytesMax,
    readonly spares = new SpareBuffers(),
  ) {}

  /** True while a message has begun and not ended. */
  get isPartial(): boolean {
    return this.#length > 0;
  }

  /** Bytes of the message that has begun. */
  get partialBytes(): number {
    return this.#length;
  }

  /**
   * Takes a frame.
   *
   * @returns the messages that it completes, in order: views of `frame`, or of memory that the next frame of any peer
   * may overwrite. Those before a fault are good.
   */
  push(frame: Uint8Array): Uint8Array[] {
    if (this.fault !== undefined) return [];
    if (frame.length > FRAME_BYTES_MAX) return this.#fail('WIRE_FRAME_TOO_LARGE', []);
    const stream = this.#length === 0 ? frame : this.#append(frame);
    const messages: Uint8Array[] = [];
    let at = 0;
    while (stream.length - at >= LENGTH_BYTES) {
      const length = readU32(stream, at);
      if (length === 0) return this.#fail('WIRE_EMPTY', messages);
      if (length > this.#bytesMax(stream[at + LENGTH_BYTES])) return this.#fail('WIRE_TOO_LARGE', messages);
      const end = at + LENGTH_BYTES + length;
      if (end > stream.length) break;
      messages.push(stream.subarray(at + LENGTH_BYTES, end));
      at = end;
    }
    // Most frames hold whole messages, and nothing is kept of them.
    if (at === stream.length && this.#length === 0) return messages;
    const isConsumed = at > 0 || this.#length === 0;
    if (isConsumed) this.#keep(stream.subarray(at));
    return messages;
  }

  /** The first byte may not have arrived yet. */
  #bytesMax(typeByte: number | undefined): number {
    if (typeByte === undefined) return this.messageBytesMax;
    return Math.min(this.messageBytesMax, this.bytesMaxOf(typeByte));
  }

  #append(frame: Uint8Array): Uint8Array {
    const length = this.#length + frame.length;
    if (length > this.#partial.length) {
      // Not beyond the end of the message, if it is known: the buffer can then be kept as it is.
      const end = this.#length < LENGTH_BYTES ? 0 : LENGTH_BYTES + readU32(this.#partial, 0);
      const larger =
        this.spares.take(length) ?? new Uint8Array(Math.max(length, Math.min(this.#partial.length * 2, end)));
      larger.set(this.#partial.subarray(0, this.#length));
      this.spares.give(this.#partial);
      this.#partial = larger;
    }
    this.#partial.set(frame, this.#length);
    this.#length = length;
    return this.#partial.subarray(0, length);
  }

  /** Begins the next message in a place that was not handed out. */
  #keep(rest: Uint8Array): void {
    const before = this.#partial;
    this.#partial =
      rest.length === 0 ? nothing : (this.spares.take(rest.length) ?? new Uint8Array(rest.length));
    this.#partial.set(rest);
    this.#length = rest.length;
    this.spares.give(before);
  }

  #fail(code: WireFault, messages: Uint8Array[]): Uint8Array[] {
    this.fault = code;
    this.#keep(nothing);
    return messages;
  }
}
