/**
 * Messages out of the bytes of one connection, however they are cut. The length that a message claims is held against the limit
 * of its name before anything is kept of it, and nothing is allocated for bytes that have not come: what is kept of a message that
 * has begun takes at most twice the bytes that arrived of it, so at most 8 MB for the longest. A message that lies in one
 * piece is not copied.
 */
import { ByteReader } from '@vision-light/protocol';
import type { BitcoinFault } from '../bitcoin-faults.js';
import { UNKNOWN_MESSAGE_BYTES_MAX } from '../limits.js';
import {
  CHECKSUM_AT,
  CHECKSUM_BYTES,
  COMMAND_AT,
  COMMAND_BYTES,
  defaultHash,
  FRAME_HEADER_BYTES,
  LENGTH_AT,
  type PayloadHash,
} from './frame-header.js';
import type { BitcoinMessage } from './message.js';
import { messageRows } from './message-table.js';

const nothing = new Uint8Array(0);

/** What the 24 bytes before a payload say. */
interface FrameHeader {
  readonly name: string;
  /** Bytes of the whole message, these included. */
  readonly end: number;
}

/** Reads the messages of one connection. */
export class MessageReader {
  /** Set by the first fault; later bytes are ignored. */
  fault: BitcoinFault | undefined = undefined;
  /** Name of the message that the fault is in, for logs: at most 12 printable characters. Undefined if it has none. */
  faultCommand: string | undefined = undefined;
  readonly #magic: number;
  readonly #hash: PayloadHash;
  /** What came of a message that has begun, from its first byte; longer than {@link #kept}. */
  #partial = nothing;
  #kept = 0;
  /** Of the message that has begun, once its 24 bytes have come. */
  #header: FrameHeader | undefined;

  /** @param magic  of the network, see `networks.ts` */
  constructor(magic: number, hash: PayloadHash = defaultHash) {
    this.#magic = magic;
    this.#hash = hash;
  }

  /** Bytes of the message that has begun and not ended; 0 between messages. */
  get partialBytes(): number {
    return this.#kept;
  }

  /**
   * Takes the next bytes of the connection.
   *
   * @returns the messages that they complete, in order. Those before a fault are good. Views in them point into `chunk`, or into
   * memory that is theirs
   */
  push(chunk: Uint8Array): BitcoinMessage[] {
    const messages: BitcoinMessage[] = [];
    // A socket of Node gives a Buffer, whose `slice` shares memory where that of other arrays copies.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    for (let at = 0; this.fault === undefined && at < bytes.length; ) {
      const rest = bytes.subarray(at);
      at += this.#kept === 0 ? this.#begin(rest, messages) : this.#complete(rest, messages);
    }
    if (this.fault !== undefined) this.#forget();
    return messages;
  }

  /** A message that begins with these bytes. @returns how many of them are dealt with */
  #begin(bytes: Uint8Array, messages: BitcoinMessage[]): number {
    const header = this.#readHeader(bytes);
    if (this.fault !== undefined) return bytes.length;
    if (header === undefined || header.end > bytes.length) {
      this.#keep(bytes, header?.end ?? FRAME_HEADER_BYTES);
      this.#header = header;
      return bytes.length;
    }
    this.#take(bytes.subarray(0, header.end), header, messages);
    return header.end;
  }

  /** Goes on with the message that has begun. @returns how many of the bytes are dealt with */
  #complete(bytes: Uint8Array, messages: BitcoinMessage[]): number {
    // What stands before the payload says how much there is to keep.
    const end = this.#header?.end ?? FRAME_HEADER_BYTES;
    const taken = bytes.subarray(0, end - this.#kept);
    this.#keep(taken, end);
    const frame = this.#partial.subarray(0, this.#kept);
    const header = this.#header ?? this.#readHeader(frame);
    this.#header = header;
    if (header?.end === this.#kept) {
      this.#forget();
      this.#take(frame, header, messages);
    }
    return taken.length;
  }

  /** @param end  how many bytes will be kept at most: no more are allocated */
  #keep(bytes: Uint8Array, end: number): void {
    const kept = this.#kept + bytes.length;
    if (kept > this.#partial.length) {
      const larger = new Uint8Array(Math.min(end, Math.max(kept, 2 * this.#partial.length)));
      larger.set(this.#partial.subarray(0, this.#kept));
      this.#partial = larger;
    }
    this.#partial.set(bytes, this.#kept);
    this.#kept = kept;
  }

  #forget(): void {
    this.#partial = nothing;
    this.#kept = 0;
    this.#header = undefined;
  }

  /** A wrong magic is noticed at once: whoever speaks another protocol may wait for an answer. */
  #readHeader(bytes: Uint8Array): FrameHeader | undefined {
    const reader = new ByteReader(bytes);
    if (bytes.length >= COMMAND_AT && reader.u32() !== this.#magic) return this.#fail('BITCOIN_WRONG_MAGIC');
    if (bytes.length < FRAME_HEADER_BYTES) return undefined;
    const name = commandName(reader.view(COMMAND_BYTES));
    if (name === undefined) return this.#fail('BITCOIN_BAD_COMMAND');
    reader.position = LENGTH_AT;
    const length = reader.u32();
    if (length > (messageRows.get(name)?.payloadMax ?? UNKNOWN_MESSAGE_BYTES_MAX))
      return this.#fail('BITCOIN_TOO_LARGE', name);
    return { name, end: FRAME_HEADER_BYTES + length };
  }

  /** A whole message. */
  #take(frame: Uint8Array, { name }: FrameHeader, messages: BitcoinMessage[]): void {
    const payload = frame.subarray(FRAME_HEADER_BYTES);
    const checksum = this.#hash(payload).subarray(0, CHECKSUM_BYTES);
    const isIntact = checksum.every((byte, i) => byte === frame[CHECKSUM_AT + i]);
    const message = isIntact ? decodePayload(name, payload) : undefined;
    if (message !== undefined) messages.push(message);
    else this.#fail(isIntact ? 'BITCOIN_MALFORMED' : 'BITCOIN_BAD_CHECKSUM', name);
  }

  #fail(code: BitcoinFault, command?: string): undefined {
    this.fault = code;
    this.faultCommand = command;
    return undefined;
  }
}

/**
 * The message of this name with this payload; views point into it.
 *
 * @returns undefined if the payload is malformed
 */
export function decodePayload(name: string, payload: Uint8Array): BitcoinMessage | undefined {
  const row = messageRows.get(name);
  if (row === undefined) return { command: 'unknown', name };
  const reader = new ByteReader(payload);
  const message = row.decode(reader);
  const isWhole = row.mayHaveMore === true ? !reader.failed : reader.isDone;
  return isWhole ? message : undefined;
}

/** Printable ASCII, and zeros behind it. */
function commandName(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0);
  const name = String.fromCharCode(...(end === -1 ? bytes : bytes.subarray(0, end)));
  const isFilled = end === -1 || bytes.subarray(end).every((byte) => byte === 0);
  return isFilled && /^[\x20-\x7e]*$/.test(name) ? name : undefined;
}
