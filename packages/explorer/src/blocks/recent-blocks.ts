/**
 * Goes through the newest blocks with their bodies, newest first, to look for something in their transactions. Whoever looks
 * decides when to stop. What was read is kept for the next time: RECENT_BLOCKS_MAX blocks, and no more transactions than
 * KEPT_TRANSACTIONS_MAX.
 */
import type { BodyTransaction, LightNodeHandle } from '@vision-light/browser-node';

/** As many as a node keeps the bodies of by default (`followedBlocks`). */
export const RECENT_BLOCKS_MAX = 64;

/** Of all blocks that are kept: some tens of megabytes. A block of Bitcoin has about 3,000. Arbitrary. */
const KEPT_TRANSACTIONS_MAX = 50_000;

/** A block and its transactions, without its bytes. */
export interface RecentBlock {
  readonly height: number;
  readonly hash: string;
  readonly time: number;
  readonly transactions: readonly BodyTransaction[];
}

const kept = new Map<string, RecentBlock>();

/**
 * The newest blocks of the best chain, newest first. A body that no peer gives ends it.
 *
 * @param signal  ends it
 */
export async function* recentBlocks(
  node: LightNodeHandle,
  signal: AbortSignal,
): AsyncGenerator<RecentBlock, void> {
  const lowest = Math.max(0, node.tip.height - RECENT_BLOCKS_MAX + 1);
  for (let height = node.tip.height; height >= lowest && !signal.aborted; height--) {
    const header = await node.header(height);
    if (header === undefined) return;
    const block = kept.get(header.hash) ?? (await readBlock(node, header.hash));
    if (block === undefined || signal.aborted) return;
    yield block;
  }
}

async function readBlock(node: LightNodeHandle, hash: string): Promise<RecentBlock | undefined> {
  const block = await node.block(hash);
  if (block === undefined) return undefined;
  const { height, header, transactions } = block;
  const recent = { height, hash, time: header.time, transactions };
  kept.set(hash, recent);
  let count = 0;
  for (const each of kept.values()) count += each.transactions.length;
  // The lowest is dropped first. Whoever looks next begins at the tip again, and wants the newest.
  for (const lowest of [...kept.values()].toSorted((a, b) => a.height - b.height)) {
    if (kept.size <= RECENT_BLOCKS_MAX && count <= KEPT_TRANSACTIONS_MAX) break;
    kept.delete(lowest.hash);
    count -= lowest.transactions.length;
  }
  return recent;
}
