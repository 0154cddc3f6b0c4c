/** Messages to bytes and back: type (1 byte), request id (varint), body. The bodies are those of the table's rows. */
import { assert, defined } from '../assert.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { writeU32 } from '../bytes/integers.js';
import { SMALL_MESSAGE_BYTES_MAX } from '../limits.js';
import { LENGTH_BYTES } from './framing.js';
import type { Message } from './message.js';
import type { MessageRow, WireMessage } from './message-row.js';
import { messageRows } from './message-table.js';
import type { WireFault } from './wire-fault.js';

/** Bytes of a message that does not say how many it takes. */
const SIZE_HINT_BYTES = 128;

/** A message, or what is wrong with its bytes. */
export type DecodeResult<M extends WireMessage = Message> =
  | { readonly ok: true; readonly message: M; readonly row: MessageRow }
  | { readonly ok: false; readonly code: WireFault | 'PEER_WRONG_VERSION'; readonly detail: string };

/** Encodes and decodes the messages of a table. */
export class MessageCodec<M extends WireMessage = WireMessage> {
  readonly #byByte: (MessageRow<M> | undefined)[] = [];
  readonly #byType = new Map<string, MessageRow<M>>();

  constructor(readonly rows: readonly MessageRow<M>[]) {
    for (const row of rows) {
      assert(this.#byByte[row.typeByte] === undefined, `type byte ${row.typeByte} is used once`);
      this.#byByte[row.typeByte] = row;
      this.#byType.set(row.type, row);
    }
  }

  /** The row of a message that this codec knows. */
  rowOf({ type }: WireMessage): MessageRow<M> {
    return defined(this.#byType.get(type), `a message ${type} has a row in the table`);
  }

  /**
   * Most bytes of a message, by its first byte. A receiver refuses a longer one without waiting for its end.
   *
   * @param typeByte  also of a type that is not known
   */
  bytesMaxOf(typeByte: number): number {
    return this.#byByte[typeByte]?.bytesMax ?? SMALL_MESSAGE_BYTES_MAX;
  }

  /** A message as it is sent on the stream of bytes, with its length before it. @throws {RangeError} if a field is out of range */
  encodeStream(message: M): Uint8Array {
    const row = this.rowOf(message);
    const writer = new ByteWriter(LENGTH_BYTES + (row.sizeHint?.(message) ?? SIZE_HINT_BYTES));
    writer.u32(0);
    writer.u8(row.typeByte);
    writer.varint(message.requestId ?? 0);
    row.encode(writer, message);
    const stream = writer.view();
    writeU32(stream, 0, stream.length - LENGTH_BYTES);
    return stream;
  }

  /** Views in the result point into `bytes`. */
  decode(bytes: Uint8Array): DecodeResult<M> {
    if (bytes.length === 0) return { ok: false, code: 'WIRE_EMPTY', detail: 'no bytes' };
    const reader = new ByteReader(bytes);
    const typeByte = reader.u8();
    const requestId = reader.varint();
    const row = this.#byByte[typeByte];
    if (row === undefined) return { ok: false, code: 'WIRE_UNKNOWN_TYPE', detail: `type ${typeByte}` };
    const refusal = row.refuse?.(new ByteReader(bytes.subarray(reader.position)));
    if (refusal !== undefined) return { ok: false, code: refusal, detail: row.type };
    const message = row.decode(reader, requestId);
    // Messages that are neither requests nor answers have id 0, so that each has one encoding.
    if (requestId !== 0 && row.kind !== 'request' && row.kind !== 'answer') reader.fail();
    const isWhole = row.mayHaveMore === true ? !reader.failed : reader.isDone;
    if (!isWhole) return { ok: false, code: 'WIRE_MALFORMED', detail: row.type };
    return { ok: true, message, row };
  }
}

/** The codec of the protocol's own messages. */
export const messageCodec = new MessageCodec(messageRows);

/** @throws {RangeError} if a field is out of its range */
export function encodeMessage(message: Message): Uint8Array {
  return messageCodec.encodeStream(message).slice(LENGTH_BYTES);
}

/** Views in the result point into `bytes`. */
export function decodeMessage(bytes: Uint8Array): DecodeResult {
  return messageCodec.decode(bytes);
}
