/** How a chunk and the tip pointer look on disk. The headers of a chunk are in the family's batch codec. */
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import type { ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import { CHUNK_HEADERS } from '../io/stored-chain.js';

/** First byte of everything stored; another value is another format, and is fetched anew. */
const FORMAT_VERSION = 1;

/** A chunk taken apart; views of its bytes. */
export interface DecodedChunk {
  readonly parent: Uint8Array;
  readonly count: number;
  readonly payload: Uint8Array;
}

/** Index of the chunk that holds a height of at least 1. */
export function chunkOf(height: number): number {
  return Math.floor((height - 1) / CHUNK_HEADERS);
}

/** Height of the header before the first of a chunk; the chunk of a base is cut there. */
export function heightBefore(index: number, baseHeight: number): number {
  return Math.max(index * CHUNK_HEADERS, baseHeight);
}

/** Format version (1 byte), parent (32), count (varint), headers in the family's batch codec. */
export function encodeChunk(family: ChainFamily, parent: Uint8Array, batch: HeaderBatch): Uint8Array {
  const chunk = new GrowingChunk(family, parent);
  chunk.append(batch);
  return chunk.bytes();
}

/** A chunk that more headers may follow: what is encoded of it stays so. Memory: its bytes. */
export class GrowingChunk {
  readonly #parent: Uint8Array;
  readonly #payload: ByteWriter;
  #last: Uint8Array | undefined;
  #count = 0;

  /** @param parent  32 bytes: hash of the header before the first */
  constructor(
    readonly family: ChainFamily,
    parent: Uint8Array,
  ) {
    this.#parent = parent.slice();
    this.#payload = new ByteWriter();
  }

  get count(): number {
    return this.#count;
  }

  /** Headers that follow those that it holds. */
  append(batch: HeaderBatch): void {
    if (batch.count === 0) return;
    this.family.encodeBatch(this.#payload, batch, this.#last, this.#count);
    this.#last = batch.records.slice((batch.count - 1) * this.family.recordBytes);
    this.#count += batch.count;
  }

  /** A copy of the chunk as it is. */
  bytes(): Uint8Array {
    return packChunk(this.#parent, this.#count, this.#payload.view());
  }
}

/** The bytes of a chunk whose headers are encoded already. */
export function packChunk(parent: Uint8Array, count: number, payload: Uint8Array): Uint8Array {
  const head = new ByteWriter(64);
  head.u8(FORMAT_VERSION);
  head.raw(parent);
  head.varint(count);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head.view());
  bytes.set(payload, head.length);
  return bytes;
}

/** @returns the parts of a chunk, or undefined if it is none; the payload is not looked at */
export function decodeChunk(bytes: Uint8Array): DecodedChunk | undefined {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  const parent = reader.view(32);
  const count = reader.varint();
  const payload = reader.view(reader.remaining);
  const isValid = !reader.failed && version === FORMAT_VERSION && count > 0 && count <= CHUNK_HEADERS;
  return isValid ? { parent, count, payload } : undefined;
}

/** Format version (1 byte), height (varint), hash (32). */
export function encodeTip(height: number, hash: Uint8Array): Uint8Array {
  const writer = new ByteWriter(48);
  writer.u8(FORMAT_VERSION);
  writer.varint(height);
  writer.raw(hash);
  return writer.bytes();
}

/** @returns height and hash, or undefined if the bytes are no tip pointer */
export function decodeTip(bytes: Uint8Array): { height: number; hash: Uint8Array } | undefined {
  const reader = new ByteReader(bytes);
  const version = reader.u8();
  const height = reader.varint();
  const hash = reader.view(32);
  return reader.isDone && version === FORMAT_VERSION ? { height, hash } : undefined;
}
