/** Watches of a node. This file lies beside the library, and is loaded with the first watch. */
import {
  CONFIRMATIONS_MAX,
  type FoundTransaction,
  type RemovalReason,
  WATCH_EVENTS_MAX,
  WATCHES_MAX,
} from '@vision-light/protocol';
import { EventStream } from '../streams/event-stream.js';
import { ChainWatcher, codeOf, type Follower } from './chain-watcher.js';
import type {
  AddressWatchEvent,
  IncludedTx,
  Scanned,
  TxPlace,
  TxWatchEvent,
  WatchOptions,
  WatchTxOptions,
} from './watch-events.js';
import type { WatchNode } from './watch-node.js';
import { readKeptWatch, recordsToRemove } from './watch-record.js';
import { Watched, type WatchedListener } from './watched.js';

/** How many blocks pass between two reports of a watch that catches up. */
const REPORT_BLOCKS = 16;

const watchers = new WeakMap<WatchNode, ChainWatcher>();

function watcherOf(node: WatchNode): ChainWatcher {
  const watcher = watchers.get(node) ?? new ChainWatcher(node);
  watchers.set(node, watcher);
  return watcher;
}

/** One watch: its place in the chain, what it tells, and what is kept of it. */
abstract class Watch<Event extends { readonly kind: string }> implements Follower, WatchedListener {
  readonly stream: EventStream<Event | Scanned>;
  readonly watched: Watched;
  /** The next height to look at when that was told last; undefined while it keeps up. */
  #reported: number | undefined = Number.NEGATIVE_INFINITY;
  #isKeeping = false;
  #keptAt: string | undefined;

  constructor(
    readonly node: WatchNode,
    readonly name: string,
    id: string | undefined,
    address: string | undefined,
    readonly options: WatchOptions,
  ) {
    const { signal } = options;
    const watcher = watcherOf(node);
    const end = (): void => this.stream.end();
    this.watched = new Watched(id, address, this);
    this.stream = new EventStream<Event | Scanned>({
      max: WATCH_EVENTS_MAX,
      counts: ['scanned', 'confirmed'],
      onRead: () => {
        void this.#keep();
        void watcher.goOn();
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
    const { from, next, missing, isFound } = this.watched;
    if (from === undefined || isFound) return;
    const isBehind = next < tip;
    const isWorthTelling = isBehind
      ? this.#reported === undefined || next >= this.#reported + REPORT_BLOCKS
      : next > tip && this.#reported !== undefined;
    // A watch that has one block to go follows the chain: that is not reported.
    if (isBehind || next > tip) {
      if (isWorthTelling) this.stream.push({ kind: 'scanned', from, to: next - 1, tip, missing });
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
  async #keep(): Promise<void> {
    if (this.#isKeeping) return;
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

class TxWatch extends Watch<TxWatchEvent> {
  #confirmations = 0;
  readonly #wanted: number;

  constructor(
    node: WatchNode,
    readonly txid: string,
    options: WatchTxOptions,
  ) {
    super(node, `tx:${txid}`, txid, undefined, options);
    this.#wanted = options.confirmations ?? CONFIRMATIONS_MAX;
  }

  /** What is known of a transaction is the same wherever one begins, if that is above. */
  protected isUseful(keptFrom: number, from = Number.POSITIVE_INFINITY): boolean {
    return keptFrom <= from;
  }

  override moved(tip: number): void {
    const place = this.watched.places.get(this.txid);
    if (place === undefined) this.#confirmations = 0;
    else {
      const kind = this.#confirmations === 0 ? 'included' : 'confirmed';
      const placed = this.placed(this.txid, place);
      const isNews = placed.confirmations !== this.#confirmations;
      this.#confirmations = placed.confirmations;
      if (isNews) this.stream.push({ kind, ...placed });
      if (placed.confirmations >= this.#wanted) this.stream.end();
    }
    super.moved(tip);
  }

  // What comes and goes in the mempool is told to whoever reads; where blocks put it, is kept for whoever reads late.
  seen(): void {
    if (!this.isFull) this.stream.push({ kind: 'seen' });
  }

  dropped(_txid: string, reason: RemovalReason): void {
    if (!this.isFull) this.stream.push({ kind: 'dropped', reason });
  }

  included(): void {
    // Told with how many blocks follow.
  }

  reorgedOut(_txid: string, { height, block }: TxPlace): void {
    this.#confirmations = 0;
    this.stream.push({ kind: 'reorgedOut', height, block });
  }
}

class AddressWatch extends Watch<AddressWatchEvent> {
  constructor(
    node: WatchNode,
    readonly address: string,
    options: WatchOptions,
  ) {
    super(node, `address:${address}`, undefined, address, options);
  }

  /** An application that says where to begin wants to be told all from there. */
  protected isUseful(_keptFrom: number, from: number | undefined): boolean {
    return from === undefined;
  }

  seen(found: FoundTransaction): void {
    if (!this.isFull) this.stream.push({ kind: 'seen', ...this.#partOf(found) });
  }

  dropped(): void {
    // Nobody waits for a certain one.
  }

  included(found: FoundTransaction, place: TxPlace): void {
    this.stream.push({ kind: 'included', ...this.#partOf(found), ...this.placed(found.txid, place) });
  }

  reorgedOut(txid: string, { height, block }: TxPlace): void {
    this.stream.push({ kind: 'reorgedOut', txid, height, block });
  }

  #partOf({ txid, from, to }: FoundTransaction) {
    return { txid, pays: from.includes(this.address), isPaid: to.includes(this.address) };
  }
}

async function begun<Event extends { readonly kind: string }>(
  watch: Watch<Event>,
): Promise<EventStream<Event | Scanned>> {
  const { signal } = watch.options;
  if (signal?.aborted !== true)
    await watch.begin().catch((error: unknown) => {
      watch.stream.end(codeOf(error) === 'NODE_CLOSED' ? undefined : { error });
    });
  return watch.stream;
}

/** See `LightNodeHandle.watchTx`. */
export async function watchTx(
  node: WatchNode,
  txid: string,
  options: WatchTxOptions,
): Promise<AsyncIterableIterator<TxWatchEvent, undefined>> {
  checkOptions('watchTx', options);
  assertCount('watchTx', 'confirmations', options.confirmations);
  return begun(new TxWatch(node, txid, options));
}

/** See `LightNodeHandle.watchAddress`. */
export async function watchAddress(
  node: WatchNode,
  address: string,
  options: WatchOptions,
): Promise<AsyncIterableIterator<AddressWatchEvent, undefined>> {
  checkOptions('watchAddress', options);
  if (typeof address !== 'string')
    throw new TypeError(`watchAddress: must be given an address, got ${String(address)}`);
  const name = await node.call('addressName', address);
  if (name === undefined)
    throw new RangeError(`watchAddress: no address of this network: ${JSON.stringify(address)}`);
  return begun(new AddressWatch(node, name, options));
}

/** See `LightNodeHandle.waitForConfirmations`. */
export async function waitForConfirmations(
  node: WatchNode,
  txid: string,
  count: number,
  options: WatchOptions,
): Promise<IncludedTx> {
  checkOptions('waitForConfirmations', options);
  if (count === undefined) throw new TypeError('waitForConfirmations: must be given a number');
  assertCount('waitForConfirmations', 'count', count);
  const { signal } = options;
  for await (const event of await watchTx(node, txid, { ...options, confirmations: count })) {
    const isIncluded = event.kind === 'included' || event.kind === 'confirmed';
    if (!isIncluded || event.confirmations < count) continue;
    const { kind: _, ...included } = event;
    return Object.freeze(included);
  }
  signal?.throwIfAborted();
  throw node.errorOf('NODE_CLOSED');
}

function checkOptions(caller: string, { from, signal }: WatchOptions): void {
  assertCount(caller, 'from', from);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`${caller}: signal must be an AbortSignal, got ${String(signal)}`);
}

function assertCount(caller: string, name: string, count: unknown): void {
  if (count === undefined) return;
  if (typeof count !== 'number')
    throw new TypeError(`${caller}: ${name} must be a number, got ${String(count)}`);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`${caller}: ${name} must be an integer from 1, got ${count}`);
}
