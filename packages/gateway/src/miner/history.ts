/** The first blocks of a network that nobody has mined yet, so that there is something to sync. */
import type { HeaderTree, VisionFamily } from '@vision-light/protocol';
import { HISTORY_BATCH_HEADERS } from '../limits.js';
import type { NodeHost, Submitted } from '../node-host.js';
import { HistoryMaker } from './history-maker.js';
import type { TransactionGenerator } from './transaction-generator.js';

/** What to lay down. */
export interface HistoryOptions {
  readonly host: NodeHost;
  readonly family: VisionFamily;
  /** The miner field of its headers. */
  readonly name: string;
  readonly blocks: number;
  readonly transactions: TransactionGenerator;
  onProgress(done: number, total: number): void;
  /** Ends the work after the batch under way. */
  readonly signal: AbortSignal;
}

/** `overtaken`: a peer with a longer chain appeared; the node syncs from it. */
export type HistoryOutcome = 'done' | 'overtaken' | 'stopped';

/**
 * How much of a history a chain is.
 *
 * @returns its height if all of it is history of this miner, 0 for genesis alone; undefined if anything else is in it
 */
export function laidHeight(tree: HeaderTree, family: VisionFamily, name: string): number | undefined {
  for (let height = 1; height <= tree.tipHeight; height++) {
    const [below, slot] = [tree.at(height - 1), tree.at(height)];
    if (below === undefined || slot === undefined) return undefined;
    const { miner } = family.describe(tree.record(slot), tree.hash(slot), height).fields;
    // Live mining finds no two blocks exactly one spacing apart but by chance. Before the first one is genesis alone.
    const isSpaced = height === 1 || tree.time(slot) - tree.time(below) === family.params.targetSpacingS;
    if (miner !== name || !isSpaced) return undefined;
  }
  return tree.tipHeight;
}

/**
 * Waits for a peer that has a longer chain.
 *
 * @returns true as soon as there is one; false after `waitMs`, or when `signal` is aborted
 */
export function awaitLongerChain(host: NodeHost, waitMs: number, signal: AbortSignal): Promise<boolean> {
  const { hash } = host.node.tip;
  return new Promise((resolve) => {
    const finish = (isFound: boolean): void => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener('abort', giveUp);
      resolve(isFound);
    };
    const giveUp = (): void => finish(false);
    const look = (): void => {
      if (host.node.tip.hash !== hash || hasHigherPeer(host)) finish(true);
    };
    const timer = setTimeout(giveUp, waitMs);
    const unsubscribe = host.subscribe(look);
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) giveUp();
    else look();
  });
}

/**
 * Mines headers from genesis on, or from where an earlier history ended, exactly one target spacing apart and ending now:
 * spaced so, they stay at the lowest difficulty. While the core verifies one batch, the next is made. Fewer than asked for
 * if genesis is not old enough, and none if the clock was put back since an earlier history ended.
 *
 * @throws {Error} if the searching thread dies again and again, or the core refuses a header
 */
export async function layHistory({
  host,
  family,
  name,
  blocks,
  transactions,
  onProgress,
  signal,
}: HistoryOptions): Promise<HistoryOutcome> {
  const spacing = family.params.targetSpacingS;
  const now = Math.floor(Date.now() / 1000);
  const sinceGenesis = now - family.time(family.genesis.record);
  const total = Math.max(0, Math.min(blocks, Math.floor(sinceGenesis / spacing)));
  const { tree, tip } = host.node;
  const timeOf = (height: number): number => now - (total - height) * spacing;
  const isLate = tip.height > 0 && timeOf(tip.height + 1) < tip.time + spacing;
  if (tip.height >= total || isLate) return 'done';
  const before = tree.batch(1, tip.height);
  const maker = new HistoryMaker({ family, name, transactions, before, timeOf });
  let submitted: Promise<Submitted> = Promise.resolve({ accepted: 0 });
  let lastHash = host.node.tip.hash;
  try {
    for (let done = tip.height; ; ) {
      const { batch, bodies } = await maker.make(Math.min(HISTORY_BATCH_HEADERS, total - done));
      const { code } = await submitted;
      if (signal.aborted) return 'stopped';
      if (code !== undefined) throw new Error(`history was refused: ${code}`);
      onProgress(done, total);
      if (host.node.tip.hash !== lastHash || hasHigherPeer(host)) return 'overtaken';
      if (batch.count === 0) return 'done';
      submitted = host.submit(batch, bodies, 'miner');
      done += batch.count;
      lastHash = family.hashToHex(batch.hashes.subarray(-32));
    }
  } finally {
    await maker.close();
  }
}

function hasHigherPeer({ node }: NodeHost): boolean {
  const { height } = node.tip;
  return node.peers().some((peer) => peer.height > height);
}
