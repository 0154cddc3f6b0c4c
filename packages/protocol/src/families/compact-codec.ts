/**
 * Compact blocks as BIP152 lays them out, for all families: they differ in the header, in how a number is written, and in
 * what a transaction is.
 *
 *     compact block   head (header, nonce 8 bytes), count and short ids, count and prefilled transactions, each of them after
 *                     the number of places between it and the one before
 *     places          hash, count, the numbers of places between each and the one before
 *     transactions    hash, count, transactions
 */
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import type { HeaderBatch } from '../chain/chain-family.js';
import {
  COMPACT_NONCE_BYTES,
  type CompactRules,
  type PlacedTransaction,
  SHORT_ID_BYTES,
} from '../chain/compact-rules.js';

/** What a family says of the parts. */
export interface CompactFormat {
  /** Most transactions of a block. */
  readonly transactionsMax: number;
  writeSize(writer: ByteWriter, size: number): void;
  readSize(reader: ByteReader): number;
  /** One header with all that its hash needs, but for its height. */
  writeHeader(writer: ByteWriter, header: HeaderBatch): void;
  /** Fails the reader, or says that there is none, if there is no header. */
  readHeader(reader: ByteReader, height: number): HeaderBatch | undefined;
  /** Moves behind the transaction that begins here, or fails the reader. */
  skipTransaction(reader: ByteReader): void;
}

/** The facet of a family with this format. */
export function compactRules(format: CompactFormat): CompactRules {
  const { transactionsMax, writeSize, readSize } = format;

  /** A count of what takes at least `bytesMin` each. */
  const readCount = (reader: ByteReader, bytesMin: number): number => {
    const count = readSize(reader);
    if (count <= transactionsMax && count * bytesMin <= reader.remaining) return count;
    reader.fail();
    return 0;
  };
  const readTransaction = (reader: ByteReader): Uint8Array => {
    const start = reader.position;
    format.skipTransaction(reader);
    return reader.bytes.subarray(start, reader.position);
  };
  /** The place after `last` and as many more as follow. */
  const readPlace = (reader: ByteReader, last: number): number => {
    const place = last + 1 + readSize(reader);
    if (place >= transactionsMax) reader.fail();
    return place;
  };

  return {
    compactHead(header, nonce) {
      const writer = new ByteWriter();
      format.writeHeader(writer, header);
      writer.raw(nonce);
      return writer.bytes();
    },
    encodeCompact({ head, shortIds, prefilled }) {
      const writer = new ByteWriter(head.length + shortIds.length + 64);
      writer.raw(head);
      writeSize(writer, shortIds.length / SHORT_ID_BYTES);
      writer.raw(shortIds);
      writeSize(writer, prefilled.length);
      let last = -1;
      for (const { index, bytes } of prefilled) {
        writeSize(writer, index - last - 1);
        writer.raw(bytes);
        last = index;
      }
      return writer.bytes();
    },
    decodeCompact(bytes, height) {
      const reader = new ByteReader(bytes);
      const header = format.readHeader(reader, height);
      reader.skip(COMPACT_NONCE_BYTES);
      if (header === undefined || reader.failed) return undefined;
      const head = bytes.subarray(0, reader.position);
      const ids = readCount(reader, SHORT_ID_BYTES);
      const shortIds = reader.view(ids * SHORT_ID_BYTES);
      const count = readCount(reader, 2);
      const prefilled: PlacedTransaction[] = [];
      for (let last = -1; prefilled.length < count && !reader.failed; ) {
        last = readPlace(reader, last);
        prefilled.push({ index: last, bytes: readTransaction(reader) });
      }
      const total = ids + count;
      // A place is within the block, those of the short ids included.
      const isWithin = total <= transactionsMax && (prefilled.at(-1)?.index ?? -1) < total;
      return reader.isDone && isWithin ? { header, head, shortIds, prefilled } : undefined;
    },
    encodePlaces({ hash, items }) {
      const writer = new ByteWriter(48 + items.length);
      writer.raw(hash);
      writeSize(writer, items.length);
      let last = -1;
      for (const index of items) {
        writeSize(writer, index - last - 1);
        last = index;
      }
      return writer.bytes();
    },
    decodePlaces(bytes) {
      const reader = new ByteReader(bytes);
      const hash = reader.view(32);
      const items: number[] = [];
      const count = readCount(reader, 1);
      for (let last = -1; items.length < count && !reader.failed; ) {
        last = readPlace(reader, last);
        items.push(last);
      }
      return reader.isDone ? { hash, items } : undefined;
    },
    encodeTransactions({ hash, items }) {
      const writer = new ByteWriter(48 + items.reduce((sum, { length }) => sum + length, 0));
      writer.raw(hash);
      writeSize(writer, items.length);
      for (const transaction of items) writer.raw(transaction);
      return writer.bytes();
    },
    decodeTransactions(bytes) {
      const reader = new ByteReader(bytes);
      const hash = reader.view(32);
      const items: Uint8Array[] = [];
      const count = readCount(reader, 1);
      while (items.length < count && !reader.failed) items.push(readTransaction(reader));
      return reader.isDone ? { hash, items } : undefined;
    },
  };
}
