/** `getheaders` and `headers`. */
import { HEADERS_MAX, LOCATOR_HASHES_MAX } from '../../limits.js';
import { COUNT_BYTES, HASH_BYTES, readCount, writeCount, writeHash, writeU32 } from '../fields.js';
import type { BitcoinRow } from '../message-row.js';

/** Bytes of a header. */
export const HEADER_BYTES = 80;

/** Asks for the headers after the newest block of the locator that the receiver has, up to `stop`. */
export interface GetHeaders {
  readonly command: 'getheaders';
  /** Of the protocol, u32; nobody reads it. */
  readonly version: number;
  /** Hashes of blocks, newest first, at most 101; views when read. */
  readonly locator: readonly Uint8Array[];
  /** Hash of the last header that is wanted; zeros for as many as there are. */
  readonly stop: Uint8Array;
}

/** See {@link GetHeaders}. */
export const getheaders: BitcoinRow<GetHeaders> = {
  command: 'getheaders',
  payloadMax: 4 + COUNT_BYTES + (LOCATOR_HASHES_MAX + 1) * HASH_BYTES,
  decode(reader) {
    const version = reader.u32();
    const count = readCount(reader, LOCATOR_HASHES_MAX);
    const locator = Array.from({ length: count }, () => reader.view(HASH_BYTES));
    return { command: 'getheaders', version, locator, stop: reader.view(HASH_BYTES) };
  },
  encode(writer, { version, locator, stop }) {
    writeU32(writer, 'version', version);
    writeCount(writer, locator.length, LOCATOR_HASHES_MAX);
    for (const hash of locator) writeHash(writer, hash);
    writeHash(writer, stop);
  },
};

/** Headers in the order of the chain: an answer to `getheaders`, or the announcement of new blocks. */
export interface Headers {
  readonly command: 'headers';
  /** 0 to 2000. */
  readonly count: number;
  /** The headers, 80 bytes each, without anything between them; memory of its own. */
  readonly records: Uint8Array;
}

/** On the wire a 0 follows each header: how many transactions are sent with it. */
const sentBytes = HEADER_BYTES + 1;

/** See {@link Headers}. */
export const headers: BitcoinRow<Headers> = {
  command: 'headers',
  payloadMax: COUNT_BYTES + HEADERS_MAX * sentBytes,
  decode(reader) {
    const count = readCount(reader, HEADERS_MAX);
    // Nothing is allocated for headers that have not come.
    if (reader.remaining !== count * sentBytes) reader.fail();
    const records = new Uint8Array(reader.failed ? 0 : count * HEADER_BYTES);
    for (let at = 0; at < records.length; at += HEADER_BYTES) {
      reader.copy(records, at, HEADER_BYTES);
      if (reader.u8() !== 0) reader.fail();
    }
    return { command: 'headers', count, records };
  },
  encode(writer, { count, records }) {
    if (records.length !== count * HEADER_BYTES)
      throw new RangeError(`records: ${records.length} bytes of ${count} headers`);
    writeCount(writer, count, HEADERS_MAX);
    for (let at = 0; at < records.length; at += HEADER_BYTES) {
      writer.raw(records.subarray(at, at + HEADER_BYTES));
      writer.u8(0);
    }
  },
};
