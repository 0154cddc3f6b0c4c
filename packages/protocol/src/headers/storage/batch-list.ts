/**
 * How headers look on disk: as a list of batches, each in the family's batch codec just as a peer sent it, so that nothing
 * is encoded again on the way from the wire to the disk.
 *
 *     format   u8
 *     and for each batch:
 *     parent   32      hash of the header before the first
 *     count    varint  1 … HEADERS_PER_MESSAGE_MAX
 *     length   varint
 *     payload          `length` bytes
 *
 * A segment is one such list, an entry of the journal a list of one batch. The format has another number whenever a batch
 * codec or this list changes, so that what an older release wrote is fetched anew and never misread.
 */
import { ByteReader } from '../../bytes/byte-reader.js';
import { ByteWriter } from '../../bytes/byte-writer.js';
import { HEADERS_PER_MESSAGE_MAX } from '../../limits.js';

/** First byte of everything stored. */
export const FORMAT = 2;

/** The format of releases that kept chunks of 2000 headers. */
export const FORMER_FORMAT = 1;

/** Consecutive headers, encoded. */
export interface PackedBatch {
  /** 32 bytes: hash of the header before the first. */
  readonly parent: Uint8Array;
  readonly count: number;
  readonly payload: Uint8Array;
}

/** The bytes of a list of batches. */
export function packBatches(batches: readonly PackedBatch[]): Uint8Array {
  const heads = batches.map(({ parent, count, payload }, i) => {
    const head = new ByteWriter(48);
    if (i === 0) head.u8(FORMAT);
    head.raw(parent);
    head.varint(count);
    head.varint(payload.length);
    return head.view();
  });
  const parts = batches.flatMap(({ payload }, i) => [heads[i] ?? payload, payload]);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @returns the batches of a list, views of its bytes; undefined if it is none. The payloads are not looked at. */
export function unpackBatches(bytes: Uint8Array): PackedBatch[] | undefined {
  const reader = new ByteReader(bytes);
  if (reader.u8() !== FORMAT) return undefined;
  const batches: PackedBatch[] = [];
  do {
    const parent = reader.view(32);
    const count = reader.varint();
    const payload = reader.view(reader.varint());
    if (reader.failed || count === 0 || count > HEADERS_PER_MESSAGE_MAX) return undefined;
    batches.push({ parent, count, payload });
  } while (!reader.isDone);
  return batches;
}
