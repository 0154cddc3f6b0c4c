/** One watch: its place in the chain, what it tells, and what is kept of it. What it waits for, each kind of watch says. */
import {
  type FoundTransaction,
  type RemovalReason,
  WATCH_EVENTS_MAX,
  WATCHES_MAX,
} from '@vision-light/protocol';
import { EventStream } from '../streams/event-stream.js';
import { ChainWatcher, codeOf, type Follower } from './chain-watcher.js';
import type { IncludedTx, Scanned, TxPlace, WatchOptions } from './watch-events.js';
import type { WatchNode } from './watch-node.js';
import { readKeptWatch, recordsToRemove } from './watch-record.js';
import { type Target, Watched, type WatchedListener } from './watched.js';

/** How many blocks pass between two reports of a watch that catches up. */
const REPORT_BLOCKS = 16;

const watchers = new WeakMap<WatchNode, ChainWatcher>();

function watcherOf(node: WatchNode): ChainWatcher {
  const watcher = watchers.get(node) ?? new ChainWatcher(node);
  watchers.set(node, watcher);
  return watcher;
}

/** See the head of this file. */
export abstract class Watch<Event extends { readonly kind: string }> implements Follower, WatchedListener {
  readonly stream: EventStream<Event | Scanned>;
  readonly watched: Watched;
  /** The next height to look at when that was told last; undefined while it keeps up. */
  #reported: number | undefined = Number.NEGATIVE_INFINITY;
  #isKeeping = false;
  #keeping: Promise<void> = Promise.resolve();
  #keptAt: string | undefined;

  constructor(
    readonly node: WatchNode,
    readonly name: string,
    target: Target,
    readonly options: WatchOptions,
  ) {
    const { signal } = options;
    const watcher = watcherOf(node);
    const end = (): void => this.stream.end();
    this.watched = new Watched(target, this);
    this.stream = new EventStream<Event | Scanned>({
      max: WATCH_EVENTS_MAX,
      counts: ['scanned', 'confirmed'],
      onRead: () => {
        void watcher.goOn();
        return this.#keep();
      },
      onEnd: () => {
        signal?.removeEventListener('abort', end);
        watcher.delete(this);
      },
    });
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  }

  get isFull(): boolean {
    return this.stream.isFull;
  }

  /** Looks up what was kept, and begins. */
  async begin(): Promise<void> {
    const { from } = this.options;
    const records = await this.node.call('watchRecords');
    // The application may have aborted it meanwhile.
    if (this.stream.hasEnded) return;
    const watcher = watcherOf(this.node);
    // Looked at here, where nothing is awaited before `add`: many watches may begin at the same time.
    if (watcher.size >= WATCHES_MAX) throw this.node.errorOf('WATCHES_FULL');
    const text = records.find(([name]) => name === this.name)?.[1];
    const kept = text === undefined ? undefined : readKeptWatch(text);
    if (kept !== undefined && this.isUseful(kept.from, from)) this.watched.restore(kept);
    else if (from !== undefined) this.watched.begin(from);
    watcher.add(this);
  }

  /** Whether to go on from what was kept though the application says where to begin. */
  protected abstract isUseful(keptFrom: number, from: number | undefined): boolean;

  abstract seen(found: FoundTransaction): void;
  abstract dropped(txid: string, reason: RemovalReason): void;
  abstract included(found: FoundTransaction, place: TxPlace): void;
  abstract reorgedOut(txid: string, place: TxPlace): void;

  moved(tip: number): void {
    const { from, next, missing, filtered, isFound } = this.watched;
    if (from === undefined || isFound) return;
    const isBehind = next < tip;
    const isWorthTelling = isBehind
      ? this.#reported === undefined || next >= this.#reported + REPORT_BLOCKS
      : next > tip && this.#reported !== undefined;
    // A watch that has one block to go follows the chain: that is not reported.
    if (isBehind || next > tip) {
      if (isWorthTelling) this.stream.push({ kind: 'scanned', from, to: next - 1, tip, missing, filtered });
      if (!isBehind) this.#reported = undefined;
      else if (isWorthTelling) this.#reported = next;
    }
    void this.#keep();
  }

  failed(error: unknown): void {
    this.stream.end({ error });
  }

  closed(): void {
    this.stream.end();
  }

  protected placed(txid: string, place: TxPlace): IncludedTx {
    const { node } = this;
    return {
      ...place,
      confirmations: Math.max(1, node.tip.height - place.height + 1),
      proof: () => node.proveTx(txid, { block: place.block }),
    };
  }

  /** Keeps how far it is, once the reader has dealt with all of it: what a page is closed over is told again. */
  #keep(): Promise<void> {
    if (!this.#isKeeping) this.#keeping = this.#keepAll();
    return this.#keeping;
  }

  async #keepAll(): Promise<void> {
    this.#isKeeping = true;
    try {
      while (this.stream.isDrained) {
        const kept = this.watched.kept(0);
        const text = JSON.stringify(kept);
        if (kept === undefined || text === this.#keptAt) break;
        const isFirst = this.#keptAt === undefined;
        this.#keptAt = text;
        const record = [this.name, JSON.stringify({ ...kept, at: Date.now() })] as const;
        const old = isFirst ? recordsToRemove(await this.node.call('watchRecords'), this.name) : [];
        await this.node.call('keepWatches', [...old, record]);
      }
    } catch {
      // Whoever runs the node is gone: the next one is told with the next block.
      this.#keptAt = undefined;
    } finally {
      this.#isKeeping = false;
    }
  }
}

/** Begins a watch. @returns what it tells */
export async function begun<Event extends { readonly kind: string }>(
  watch: Watch<Event>,
): Promise<EventStream<Event | Scanned>> {
  const { signal } = watch.options;
  if (signal?.aborted !== true)
    await watch.begin().catch((error: unknown) => {
      watch.stream.end(codeOf(error) === 'NODE_CLOSED' ? undefined : { error });
    });
  return watch.stream;
}
