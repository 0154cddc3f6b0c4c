/** Headers of the best chain: the request, and its answer. */
import {
  HEADERS_PAYLOAD_BYTES_MAX,
  HEADERS_PER_MESSAGE_MAX,
  LOCATOR_HASHES_MAX,
  SMALL_MESSAGE_BYTES_MAX,
} from '../../limits.js';
import { readCount } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Requests headers after the last one that both chains have. */
export interface GetHeaders {
  /** Byte 5 on the wire. */
  readonly type: 'getHeaders';
  /** Chosen by the sender; the answer repeats it. An unsigned varint, at most 2^53 − 1. */
  readonly requestId: number;
  /** Hashes of the requester's chain, highest first; the first one that is on the other side's best chain counts. */
  readonly locator: readonly Uint8Array[];
  /** Last header wanted, or undefined for as many as there are. */
  readonly stop: Uint8Array | undefined;
  /** Headers to skip after that one, so that requests can overlap. */
  readonly skip: number;
  /** 1 to HEADERS_PER_MESSAGE_MAX. */
  readonly max: number;
}

/** Answers `getHeaders`: consecutive headers of the sender's best chain. */
export interface Headers {
  /** Byte 6 on the wire. */
  readonly type: 'headers';
  /** That of the `getHeaders` it answers. */
  readonly requestId: number;
  /** 32 bytes: hash of the header before the first. With no headers: the last one that the sender has. */
  readonly parent: Uint8Array;
  /** Headers in the payload: 0 to HEADERS_PER_MESSAGE_MAX. 0 if the sender has none after the locator. */
  readonly count: number;
  /** The family's batch codec; a view of the message. */
  readonly payload: Uint8Array;
}

/** Type, request id, parent and count stand before the headers. */
const HEADERS_ENVELOPE_BYTES = 64;

/** Row of {@link GetHeaders}. */
export const getHeaders: MessageRow<GetHeaders> = {
  type: 'getHeaders',
  typeByte: 5,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'headerServer',
  namedTip: ({ locator: [tip] }) => tip,
  sizeHint: ({ locator }) => 32 * locator.length + 64,
  encode(writer, message) {
    writer.varint(message.locator.length);
    for (const hash of message.locator) writer.raw(hash);
    writer.u8(message.stop === undefined ? 0 : 1);
    if (message.stop !== undefined) writer.raw(message.stop);
    writer.varint(message.skip);
    writer.varint(message.max);
  },
  decode(reader, requestId) {
    const count = readCount(reader, LOCATOR_HASHES_MAX);
    const locator = Array.from({ length: count }, () => reader.view(32));
    const stop = readCount(reader, 1) === 1 ? reader.view(32) : undefined;
    const skip = reader.varint();
    const max = readCount(reader, HEADERS_PER_MESSAGE_MAX);
    if (max === 0) reader.fail();
    return { type: 'getHeaders', requestId, locator, stop, skip, max };
  },
};

/** Row of {@link Headers}. */
export const headers: MessageRow<Headers> = {
  type: 'headers',
  typeByte: 6,
  kind: 'answer',
  bytesMax: HEADERS_PAYLOAD_BYTES_MAX + HEADERS_ENVELOPE_BYTES,
  cost: 0,
  part: 'headerSync',
  sizeHint: ({ payload }) => payload.length + HEADERS_ENVELOPE_BYTES,
  encode(writer, message) {
    if (message.payload.length > HEADERS_PAYLOAD_BYTES_MAX) throw new RangeError('payload: too long');
    writer.raw(message.parent);
    writer.varint(message.count);
    writer.raw(message.payload);
  },
  decode(reader, requestId) {
    const parent = reader.view(32);
    const count = readCount(reader, HEADERS_PER_MESSAGE_MAX);
    if (reader.remaining > HEADERS_PAYLOAD_BYTES_MAX) reader.fail();
    return { type: 'headers', requestId, parent, count, payload: reader.view(reader.remaining) };
  },
};
