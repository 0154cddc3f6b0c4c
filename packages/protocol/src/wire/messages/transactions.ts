/** Transactions between peers: what there is, the request, and its answer. */

import type { ByteReader } from '../../bytes/byte-reader.js';
import type { ByteWriter } from '../../bytes/byte-writer.js';
import {
  SMALL_MESSAGE_BYTES_MAX,
  TX_ANNOUNCED_MAX,
  TX_ANSWER_BYTES_MAX,
  TX_BYTES_MAX,
  TX_REQUESTED_MAX,
} from '../../limits.js';
import { readCount } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Tells which transactions the sender has. */
export interface Inv {
  /** Byte 11 on the wire. Needs no answer. */
  readonly type: 'inv';
  /** 1 to TX_ANNOUNCED_MAX relay ids of 32 bytes. */
  readonly relayIds: readonly Uint8Array[];
}

/** Requests transactions. */
export interface GetTxs {
  /** Byte 12 on the wire. */
  readonly type: 'getTxs';
  /** Chosen by the sender; each answer repeats it. An unsigned varint, at most 2^53 − 1. */
  readonly requestId: number;
  /** 1 to TX_REQUESTED_MAX relay ids of 32 bytes. */
  readonly relayIds: readonly Uint8Array[];
}

/**
 * Answers a `getTxs`: its transactions in its order. An answer may come in several messages, of which each goes on where
 * the last one ended. A sender ends a message once it holds TX_ANSWER_BYTES_MAX.
 */
export interface Txs {
  /** Byte 13 on the wire. */
  readonly type: 'txs';
  /** That of the `getTxs` it answers. */
  readonly requestId: number;
  /** At least one. Empty where the sender does not have it, or does not give it. Views of the message. */
  readonly transactions: readonly Uint8Array[];
}

/** Type, request id and a count stand before ids and transactions. */
const ENVELOPE_BYTES = 64;

function writeIds(writer: ByteWriter, relayIds: readonly Uint8Array[], max: number): void {
  if (relayIds.length === 0 || relayIds.length > max)
    throw new RangeError(`relayIds: ${relayIds.length}, must be 1 to ${max}`);
  writer.varint(relayIds.length);
  for (const id of relayIds) writer.raw(id);
}

function readIds(reader: ByteReader, max: number): Uint8Array[] {
  const count = readCount(reader, max);
  if (count === 0 || reader.remaining < 32 * count) reader.fail();
  return reader.failed ? [] : Array.from({ length: count }, () => reader.view(32));
}

/** Row of {@link Inv}. */
export const inv: MessageRow<Inv> = {
  type: 'inv',
  typeByte: 11,
  kind: 'notice',
  bytesMax: 32 * TX_ANNOUNCED_MAX + ENVELOPE_BYTES,
  cost: 1,
  part: 'transactions',
  sizeHint: ({ relayIds }) => 32 * relayIds.length + ENVELOPE_BYTES,
  encode: (writer, { relayIds }) => writeIds(writer, relayIds, TX_ANNOUNCED_MAX),
  decode: (reader) => ({ type: 'inv', relayIds: readIds(reader, TX_ANNOUNCED_MAX) }),
};

/** Row of {@link GetTxs}. */
export const getTxs: MessageRow<GetTxs> = {
  type: 'getTxs',
  typeByte: 12,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'transactions',
  sizeHint: ({ relayIds }) => 32 * relayIds.length + ENVELOPE_BYTES,
  encode: (writer, { relayIds }) => writeIds(writer, relayIds, TX_REQUESTED_MAX),
  decode: (reader, requestId) => ({
    type: 'getTxs',
    requestId,
    relayIds: readIds(reader, TX_REQUESTED_MAX),
  }),
};

/** Row of {@link Txs}. */
export const txs: MessageRow<Txs> = {
  type: 'txs',
  typeByte: 13,
  kind: 'answer',
  bytesMax: TX_ANSWER_BYTES_MAX + TX_BYTES_MAX + 4 * TX_REQUESTED_MAX + ENVELOPE_BYTES,
  cost: 0,
  part: 'transactions',
  sizeHint: ({ transactions }) => transactions.reduce((sum, { length }) => sum + length + 4, ENVELOPE_BYTES),
  encode(writer, { transactions }) {
    if (transactions.length === 0 || transactions.length > TX_REQUESTED_MAX)
      throw new RangeError(`transactions: ${transactions.length}, must be 1 to ${TX_REQUESTED_MAX}`);
    writer.varint(transactions.length);
    for (const bytes of transactions) {
      if (bytes.length > TX_BYTES_MAX) throw new RangeError(`transaction: ${bytes.length} bytes`);
      writer.varint(bytes.length);
      writer.raw(bytes);
    }
  },
  decode(reader, requestId) {
    const count = readCount(reader, TX_REQUESTED_MAX);
    if (count === 0) reader.fail();
    const transactions: Uint8Array[] = [];
    while (transactions.length < count && !reader.failed)
      transactions.push(reader.view(readCount(reader, TX_BYTES_MAX)));
    return { type: 'txs', requestId, transactions };
  },
};
