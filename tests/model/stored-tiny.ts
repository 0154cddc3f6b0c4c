/** Chains of the tiny family as they lie on disk, and what damages them. */
import { ByteWriter, MemoryStore } from '@vision-light/protocol';
import { xxh32 } from '../../packages/protocol/src/bytes/xxh32.js';
import { type PackedBatch, packBatches } from '../../packages/protocol/src/headers/storage/batch-list.js';
import {
  encodeTable,
  encodeTip,
  type SegmentEntry,
} from '../../packages/protocol/src/headers/storage/chain-records.js';
import {
  type ChainLayout,
  chainLayout,
  type StoredPiece,
} from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { type WholeChain, writeWhole } from '../store-access.js';
import { createTinyFamily, type TinyHeader, tinyBatch } from './tiny-family.js';

export const family = createTinyFamily();
/** Segments of 50 headers in batches of 5. */
export const layout = chainLayout(0, 50);

/** A chain as it lies on disk, and what its table says. */
export interface TinyChain extends WholeChain {
  readonly entries: readonly SegmentEntry[];
}

/** What headers look like on disk, whether they are good or not. */
export function storedChain(
  headers: readonly TinyHeader[],
  of = family,
  in_: ChainLayout = layout,
): TinyChain {
  const { segmentHeaders, batchHeaders } = in_;
  const batch = tinyBatch(of.genesis.hash, headers);
  const hashAt = (at: number): Uint8Array =>
    at === 0 ? of.genesis.hash : batch.hashes.subarray(at * 32 - 32, at * 32);
  const packed = (from: number, to: number): PackedBatch => {
    const records = batch.records.subarray(from * of.recordBytes, to * of.recordBytes);
    const writer = new ByteWriter();
    of.encodeBatch(writer, { count: to - from, records, hashes: new Uint8Array(0) });
    return { parent: hashAt(from), count: to - from, payload: writer.bytes() };
  };
  const between = (from: number, to: number): PackedBatch[] =>
    Array.from({ length: Math.ceil((to - from) / batchHeaders) }, (_, i) =>
      packed(from + i * batchHeaders, Math.min(to, from + (i + 1) * batchHeaders)),
    );
  const segments: StoredPiece[] = [];
  const entries: SegmentEntry[] = [];
  let chainwork = of.work(of.genesis.record);
  for (let end = segmentHeaders; end <= headers.length; end += segmentHeaders) {
    const bytes = packBatches(between(end - segmentHeaders, end));
    for (let i = end - segmentHeaders; i < end; i++) chainwork += BigInt(headers[i]?.work ?? 1);
    segments.push({ index: segments.length, bytes });
    entries.push({ lastHash: hashAt(end).slice(), chainwork, digest: xxh32(bytes) });
  }
  const journal = between(segments.length * segmentHeaders, headers.length).map((each, index) => ({
    index,
    bytes: packBatches([each]),
  }));
  const tip = encodeTip({ height: headers.length, hash: hashAt(headers.length) });
  return { segments, journal, entries, table: encodeTable(in_, entries), tip };
}

/** Consecutive headers of which some are other than plain. */
export function plainHeaders(
  count: number,
  change: (number: number) => Partial<TinyHeader> = () => ({}),
): TinyHeader[] {
  return Array.from({ length: count }, (_, i) => ({ number: i + 1, ...change(i + 1) }));
}

export async function storeOf(chain: WholeChain): Promise<MemoryStore> {
  const store = new MemoryStore();
  await writeWhole(store, chain);
  return store;
}

/** A copy of a piece with a bit flipped. */
export function flipped({ index, bytes }: StoredPiece, at: number, bit = 4): StoredPiece {
  const copy = bytes.slice();
  copy[at] = (copy[at] as number) ^ (1 << bit);
  return { index, bytes: copy };
}

/** The chain with another entry in its table. */
export function withEntry(chain: TinyChain, index: number, change: Partial<SegmentEntry>): TinyChain {
  const entries = chain.entries.map((entry, i) => (i === index ? { ...entry, ...change } : entry));
  return { ...chain, entries, table: encodeTable(layout, entries) };
}

/** The chain with a damaged segment whose digest is that of the damaged bytes. */
export function withPoisoned(
  chain: TinyChain,
  index: number,
  poison: (piece: StoredPiece) => StoredPiece,
): TinyChain {
  const segments = chain.segments.map((piece, i) => (i === index ? poison(piece) : piece));
  const digest = xxh32(segments[index]?.bytes ?? new Uint8Array(0));
  return { ...withEntry(chain, index, { digest }), segments };
}
