/** Compact filters: what commits to them, and the filters. */

import type { ByteReader } from '../../bytes/byte-reader.js';
import type { ByteWriter } from '../../bytes/byte-writer.js';
import {
  FILTER_BYTES_MAX,
  FILTER_HASHES_MAX,
  FILTERS_ANSWER_BYTES_MAX,
  FILTERS_REQUESTED_MAX,
  SMALL_MESSAGE_BYTES_MAX,
} from '../../limits.js';
import { readCount } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Requests what commits to the filters of consecutive blocks. */
export interface GetFilterHeaders {
  /** Byte 23 on the wire. */
  readonly type: 'getFilterHeaders';
  /** Chosen by the sender; the answer repeats it. An unsigned varint, at most 2^53 − 1. */
  readonly requestId: number;
  /** 32 bytes: hash of the last block. */
  readonly stop: Uint8Array;
  /** Blocks, the last one included: 1 to FILTER_HASHES_MAX. */
  readonly count: number;
}

/** Answers `getFilterHeaders`. */
export interface FilterHeaders {
  /** Byte 24 on the wire. */
  readonly type: 'filterHeaders';
  /** That of the `getFilterHeaders` it answers. */
  readonly requestId: number;
  /** 32 bytes: filter header of the block before the first. */
  readonly previous: Uint8Array;
  /** Hash of the filter of each block, 32 bytes each, lowest first; none if the sender does not have them. A view. */
  readonly hashes: Uint8Array;
}

/** Requests the filters of consecutive blocks. */
export interface GetFilters {
  /** Byte 25 on the wire. */
  readonly type: 'getFilters';
  /** Chosen by the sender; each answer repeats it. An unsigned varint, at most 2^53 − 1. */
  readonly requestId: number;
  /** 32 bytes: hash of the last block. */
  readonly stop: Uint8Array;
  /** Blocks, the last one included: 1 to FILTERS_REQUESTED_MAX. */
  readonly count: number;
}

/**
 * Answers a `getFilters`: its filters, lowest block first. An answer may come in several messages, of which each goes on where
 * the last one ended. A sender ends a message once it holds FILTERS_ANSWER_BYTES_MAX.
 */
export interface Filters {
  /** Byte 26 on the wire. */
  readonly type: 'filters';
  /** That of the `getFilters` it answers. */
  readonly requestId: number;
  /** At least one. Empty where the sender does not have it. Views of the message. */
  readonly filters: readonly Uint8Array[];
}

/** Type, request id, hashes and counts stand before the rest. */
const ENVELOPE_BYTES = 96;

/** The last block of a range and how many there are. */
function writeRange(writer: ByteWriter, { stop, count }: GetFilterHeaders | GetFilters): void {
  writer.raw(stop);
  writer.varint(count);
}

function readRange(reader: ByteReader, max: number): { readonly stop: Uint8Array; readonly count: number } {
  const stop = reader.view(32);
  const count = readCount(reader, max);
  if (count === 0) reader.fail();
  return { stop, count };
}

/** Row of {@link GetFilterHeaders}. */
export const getFilterHeaders: MessageRow<GetFilterHeaders> = {
  type: 'getFilterHeaders',
  typeByte: 23,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'filters',
  encode: writeRange,
  decode: (reader, requestId) => ({
    type: 'getFilterHeaders',
    requestId,
    ...readRange(reader, FILTER_HASHES_MAX),
  }),
};

/** Row of {@link FilterHeaders}. */
export const filterHeaders: MessageRow<FilterHeaders> = {
  type: 'filterHeaders',
  typeByte: 24,
  kind: 'answer',
  bytesMax: 32 * FILTER_HASHES_MAX + ENVELOPE_BYTES,
  cost: 0,
  part: 'filters',
  sizeHint: ({ hashes }) => hashes.length + ENVELOPE_BYTES,
  encode(writer, { previous, hashes }) {
    if (hashes.length % 32 !== 0 || hashes.length > 32 * FILTER_HASHES_MAX)
      throw new RangeError(`hashes: ${hashes.length} bytes`);
    writer.raw(previous);
    writer.varint(hashes.length / 32);
    writer.raw(hashes);
  },
  decode(reader, requestId) {
    const previous = reader.view(32);
    const count = readCount(reader, FILTER_HASHES_MAX);
    return { type: 'filterHeaders', requestId, previous, hashes: reader.view(32 * count) };
  },
};

/** Row of {@link GetFilters}. */
export const getFilters: MessageRow<GetFilters> = {
  type: 'getFilters',
  typeByte: 25,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'filters',
  encode: writeRange,
  decode: (reader, requestId) => ({
    type: 'getFilters',
    requestId,
    ...readRange(reader, FILTERS_REQUESTED_MAX),
  }),
};

/** Row of {@link Filters}. */
export const filters: MessageRow<Filters> = {
  type: 'filters',
  typeByte: 26,
  kind: 'answer',
  bytesMax: FILTERS_ANSWER_BYTES_MAX + FILTER_BYTES_MAX + 4 * FILTERS_REQUESTED_MAX + ENVELOPE_BYTES,
  cost: 0,
  part: 'filters',
  sizeHint: (message) => message.filters.reduce((sum, { length }) => sum + length + 4, ENVELOPE_BYTES),
  encode(writer, message) {
    const { length } = message.filters;
    if (length === 0 || length > FILTERS_REQUESTED_MAX)
      throw new RangeError(`filters: ${length}, must be 1 to ${FILTERS_REQUESTED_MAX}`);
    writer.varint(length);
    for (const filter of message.filters) {
      if (filter.length > FILTER_BYTES_MAX) throw new RangeError(`filter: ${filter.length} bytes`);
      writer.varint(filter.length);
      writer.raw(filter);
    }
  },
  decode(reader, requestId) {
    const count = readCount(reader, FILTERS_REQUESTED_MAX);
    if (count === 0) reader.fail();
    const read: Uint8Array[] = [];
    while (read.length < count && !reader.failed) read.push(reader.view(readCount(reader, FILTER_BYTES_MAX)));
    return { type: 'filters', requestId, filters: read };
  },
};
