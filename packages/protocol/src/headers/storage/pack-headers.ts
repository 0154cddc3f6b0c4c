/** Headers of the best chain as a list of batches for the disk: as peers sent them where that is known, else encoded now. */
import { defined } from '../../assert.js';
import { ByteWriter } from '../../bytes/byte-writer.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { PackedBatch } from './batch-list.js';
import type { ReceivedBatches } from './received-batches.js';
import type { ChainLayout } from './stored-chain.js';

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
