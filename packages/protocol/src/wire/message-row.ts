/**
 * One row of the table of messages: all that the wire and the router know of one message. A part of the node that gets a
 * new message adds a row to `message-table.ts`; nothing else in this folder changes.
 */
import type { ByteReader } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';

/** The fields that every message has. */
export interface WireMessage {
  /** Name of its row in the table. It is not sent: on the wire the row has a byte. */
  readonly type: string;
  /** Of a request and of its answer. */
  readonly requestId?: number;
}

/**
 * The role of a message. A `challenge` comes first, then a `greeting`, each once. A `farewell` may come at any time, and
 * nothing comes after it. All others come after the greeting. A `request` has an id that its sender chose, an `answer` that of its request;
 * all others have 0.
 */
export type MessageKind = 'challenge' | 'greeting' | 'farewell' | 'notice' | 'request' | 'answer';

/** One message: its bytes, its bounds, and the part of the node that takes it. */
export interface MessageRow<M extends WireMessage = WireMessage> {
  /** Name of the message. No two rows of a table have the same. */
  readonly type: M['type'];
  /** First byte of the message. A number is never reused. */
  readonly typeByte: number;
  /** When the message may come, and whether it has a request id. */
  readonly kind: MessageKind;
  /** Most bytes of the whole message. A receiver refuses more as soon as the type has come. */
  readonly bytesMax: number;
  /** What it takes of its sender's rate, see MESSAGES_PER_SECOND_MAX. 0 for answers: there are at most as many as requests. */
  readonly cost: number;
  /** Name of the part of the node that takes it. */
  readonly part: string;
  /** True if a newer version may have more fields behind those that this one knows, which are skipped. */
  readonly mayHaveMore?: boolean;
  /** About how many bytes it takes, so that the writer need not grow; 128 if absent. */
  sizeHint?(message: M): number;
  /**
   * The newest header that the sender has, or is about to have, as far as this message says it.
   *
   * @returns its hash, 32 bytes, a view; undefined if the message says nothing
   */
  namedTip?(message: M): Uint8Array | undefined;
  /**
   * Looks at a body before it is decoded.
   *
   * @returns a code if this version cannot read it
   */
  refuse?(reader: ByteReader): 'PEER_WRONG_VERSION' | undefined;
  /** Writes what follows the request id. @throws {RangeError} if a field is out of its range */
  encode(writer: ByteWriter, message: M): void;
  /** Reads it back; views point into the message. It counts only if the reader did not fail. */
  decode(reader: ByteReader, requestId: number): M;
}
