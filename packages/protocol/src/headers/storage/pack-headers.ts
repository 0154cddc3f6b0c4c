/** Headers of the best chain as a list of batches for the disk: as peers sent them where that is known, else encoded now. */
import { defined } from '../../assert.js';
import { ByteWriter } from '../../bytes/byte-writer.js';
import { xxh32 } from '../../bytes/xxh32.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import { type PackedBatch, packBatches } from './batch-list.js';
import type { SegmentEntry } from './chain-records.js';
import type { ReceivedBatches } from './received-batches.js';
import { type ChainLayout, heightBefore } from './stored-chain.js';

/** The headers after one height of the best chain up to another one; both are in the tree. */
export function packHeaders(
  tree: HeaderTree,
  { batchHeaders }: ChainLayout,
  received: ReceivedBatches,
  from: number,
  to: number,
): PackedBatch[] {
  const batches: PackedBatch[] = [];
  let height = from;
  while (height < to) {
    const slot = defined(tree.at(height), 'the best chain has every height from its base to its tip');
    const parent = tree.hash(slot);
    const next = received.next(tree, height, to);
    if (next?.from === height) {
      batches.push({ parent, count: batchHeaders, payload: next.payload });
      height += batchHeaders;
      continue;
    }
    const end = Math.min(next?.from ?? to, to, height + batchHeaders);
    const batch = tree.batch(height + 1, end - height);
    const writer = new ByteWriter(batch.count * tree.family.encodedHeaderBytesMin + 64);
    tree.family.encodeBatch(writer, batch);
    batches.push({ parent, count: batch.count, payload: writer.view() });
    height = end;
  }
  return batches;
}

/** A whole segment of the best chain, and what the table says of it. */
export function packSegment(
  tree: HeaderTree,
  layout: ChainLayout,
  received: ReceivedBatches,
  index: number,
): { readonly bytes: Uint8Array; readonly entry: SegmentEntry } {
  const end = heightBefore(layout, index + 1);
  const bytes = packBatches(packHeaders(tree, layout, received, heightBefore(layout, index), end));
  const slot = defined(tree.at(end), 'the best chain has every height from its base to its tip');
  const lastHash = tree.hash(slot).slice();
  return { bytes, entry: { lastHash, chainwork: tree.chainwork(slot), digest: xxh32(bytes) } };
}
