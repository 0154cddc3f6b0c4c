/**
 * One watch: how far it has looked, and what it has found. What it has found is held to the best chain at each change of that.
 *
 * Memory: WATCH_TRAIL_HEADERS headers that it has passed, transactions of as many blocks (WATCH_FOUND_MAX at most), and
 * WATCH_COINS_MAX coins.
 */
import {
  type FoundTransaction,
  type NamedCoin,
  type RemovalReason,
  WATCH_COINS_MAX,
  WATCH_FOUND_MAX,
  WATCH_TRAIL_HEADERS,
  type WantedTransactions,
} from '@vision-light/protocol';
import type { FilterWord, SearchAnswer } from '../boundary/messages.js';
import type { Filtered, TxPlace } from './watch-events.js';
import type { KeptWatch, TrailMark } from './watch-record.js';

/** Hash of the best chain's header at a height: null above the tip, undefined if it is not known. */
export type HashAt = (height: number) => Promise<string | null | undefined>;

/** What a watch waits for: one transaction, or all that concern some names. */
export interface Target {
  /** Of the transaction. */
  readonly id?: string;
  /** See `TouchRules.addressName`. */
  readonly names: readonly string[];
}

/** What a watch tells of. */
export interface WatchedListener {
  seen(found: FoundTransaction): void;
  dropped(txid: string, reason: RemovalReason): void;
  included(found: FoundTransaction, place: TxPlace): void;
  reorgedOut(txid: string, place: TxPlace): void;
}

/** See the head of this file. */
export class Watched {
  /** Undefined until it is known where to begin. */
  from: number | undefined;
  next = 0;
  /** Blocks that nobody has. */
  missing = 0;
  /** What filters have said of the blocks that were looked at. */
  filtered: Filtered = { blocks: 0, peers: 0, open: 0 };
  readonly id: string | undefined;
  readonly #names: ReadonlySet<string>;
  readonly places = new Map<string, TxPlace>();
  /** Lowest first. */
  #trail: TrailMark[] = [];
  #coins = new Map<string, string>();
  /** Transactions of the mempool that were told of. */
  readonly #seen = new Set<string>();

  constructor(
    { id, names }: Target,
    readonly listener: WatchedListener,
  ) {
    this.id = id;
    this.#names = new Set(names);
  }

  /** What to look for. */
  get wanted(): WantedTransactions {
    return {
      ids: this.id === undefined ? [] : [this.id],
      names: [...this.#names],
      coins: [...this.#coins],
    };
  }

  /** A chain has a transaction once, so one that is found is not looked for any more. */
  get isFound(): boolean {
    return this.id !== undefined && this.places.size > 0;
  }

  /** Begins at a height. */
  begin(from: number): void {
    this.from = from;
    this.next = from;
  }

  /** Goes on where an earlier visit ended. */
  restore({ from, next, missing, filtered, trail, places, coins }: KeptWatch): void {
    this.from = from;
    this.next = next;
    this.missing = missing;
    this.filtered = filtered;
    this.#trail = [...trail];
    for (const [txid, place] of places) this.places.set(txid, place);
    this.#addCoins(coins);
  }

  /** What to keep of it. */
  kept(at: number): KeptWatch | undefined {
    const { from, next, missing, filtered } = this;
    if (from === undefined) return undefined;
    const { length } = this.#trail;
    // Ever fewer of the older ones: 1, 2, 4, … back.
    const trail = this.#trail.filter((_, i) => Number.isInteger(Math.log2(length - i)));
    return {
      version: 2,
      at,
      from,
      next,
      missing,
      filtered,
      trail,
      places: [...this.places],
      coins: [...this.#coins],
    };
  }

  /**
   * Goes back to where it is still on the best chain, and tells of what is not there any more.
   *
   * @returns whether anything is not
   */
  async verify(hashAt: HashAt): Promise<boolean> {
    const found = this.places.size;
    for (const [txid, place] of [...this.places].toReversed()) {
      const hash = await hashAt(place.height);
      if (hash === undefined || hash === place.block) continue;
      this.places.delete(txid);
      this.listener.reorgedOut(txid, place);
    }
    const before = this.#trail.length;
    for (let top = this.#trail.at(-1); top !== undefined; top = this.#trail.at(-1)) {
      const hash = await hashAt(top[0]);
      if (hash === undefined || hash === top[1]) break;
      this.#trail.pop();
    }
    if (this.#trail.length < before) this.next = (this.#trail.at(-1)?.[0] ?? (this.from ?? 1) - 1) + 1;
    return this.places.size < found;
  }

  /** Whether a block is the next one after what was looked at. */
  fits(height: number, parent: string): boolean {
    const top = this.#trail.at(-1);
    return top === undefined || top[0] !== height - 1 || top[1] === parent;
  }

  /** A block was looked through; or nobody has it. */
  searched(height: number, block: string, answer: SearchAnswer): void {
    this.#trail.push([height, block]);
    if (this.#trail.length > WATCH_TRAIL_HEADERS) this.#trail.shift();
    this.next = height + 1;
    if (!answer.ok) {
      this.missing++;
      return;
    }
    if (answer.filter !== undefined) this.#filteredBy(answer.filter);
    for (const each of answer.found) {
      if (!this.#concerns(each)) continue;
      this.#addCoins(each.coins.filter(([, name]) => this.#names.has(name)));
      this.#seen.delete(each.txid);
      if (this.places.get(each.txid)?.block === block) continue;
      const place = { height, block, position: each.position };
      this.places.set(each.txid, place);
      this.listener.included(each, place);
    }
    if (this.id !== undefined) return;
    for (const [txid, place] of this.places)
      if (place.height <= height - WATCH_TRAIL_HEADERS || this.places.size > WATCH_FOUND_MAX)
        this.places.delete(txid);
  }

  /** Below this height no header is known. */
  raise(from: number): void {
    this.from = from;
    this.next = from;
    this.#trail = [];
  }

  /** These are in the mempool. */
  pooled(found: readonly FoundTransaction[]): void {
    for (const each of found) {
      if (!this.#concerns(each) || this.#seen.has(each.txid) || this.places.has(each.txid)) continue;
      // Of more than that the blocks will tell.
      if (this.#seen.size >= WATCH_FOUND_MAX) return;
      this.#seen.add(each.txid);
      this.listener.seen(each);
    }
  }

  /** One has left the mempool. */
  left(txid: string, reason: RemovalReason): void {
    if (this.#seen.delete(txid) && reason !== 'included') this.listener.dropped(txid, reason);
  }

  #concerns({ txid, from, to }: FoundTransaction): boolean {
    const { id } = this;
    return id === undefined ? [...from, ...to].some((name) => this.#names.has(name)) : txid === id;
  }

  #filteredBy({ word, peers }: FilterWord): void {
    const { filtered } = this;
    if (word === 'open') this.filtered = { ...filtered, open: filtered.open + 1 };
    else
      this.filtered = {
        ...filtered,
        blocks: filtered.blocks + 1,
        peers: filtered.blocks === 0 ? peers : Math.min(filtered.peers, peers),
      };
  }

  #addCoins(coins: readonly NamedCoin[]): void {
    for (const [coin, name] of coins) this.#coins.set(coin, name);
    for (const oldest of this.#coins.keys()) {
      if (this.#coins.size <= WATCH_COINS_MAX) return;
      this.#coins.delete(oldest);
    }
  }
}
