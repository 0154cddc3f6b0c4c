/**
 * What watches of a page ask of the node: to look through a block or the mempool, and to keep how far they are. Each block is
 * looked through from memory if its transactions are there. Else its filter says whether it may have anything, where peers
 * serve filters, and only then, or without filters, its body is fetched.
 */
import {
  type BlockResult,
  bytesToHex,
  type FoundTransaction,
  type LightNode,
  type StorageChange,
  type Store,
  searchTransactions,
  sha256,
  type WantedTransactions,
} from '@vision-light/protocol';
import type { AddressNames, SearchAnswer, WatchRecord } from '../boundary/messages.js';
import { FilteredRun, type FilterWay } from './filtered-run.js';

/** What the node answers later. */
export interface WatchWays extends FilterWay {
  /** The body of a block by its hash, from wherever it is. */
  fetchBlock(hash: Uint8Array): Promise<BlockResult>;
}

/** See the head of this file. */
export class WatchService {
  readonly #filtered: FilteredRun;

  /** @param ways  to what the node answers by notices */
  constructor(
    readonly node: LightNode,
    readonly store: Store,
    readonly ways: WatchWays,
  ) {
    this.#filtered = new FilteredRun(node, (asked) => ways.filterBlocks(asked));
  }

  /** See `NodeControl.addressNames`. */
  names(addresses: readonly string[]): AddressNames {
    const names = addresses.map((address) => this.node.tree.family.addressName(address));
    const all = [...new Set(names)].toSorted().join();
    return { names, digest: bytesToHex(sha256(new TextEncoder().encode(all))) };
  }

  /** See `NodeControl.searchBlock`. */
  async searchBlock(text: string, wanted: WantedTransactions): Promise<SearchAnswer> {
    const { tree, transactions } = this.node;
    const { family } = tree;
    const hash = family.hashFromHex(text);
    if (hash === undefined) return { ok: false, code: 'BLOCK_UNKNOWN' };
    const known = transactions.follower.included.itemsOf(hash)?.map(({ tx }) => tx);
    if (known !== undefined) return { ok: true, found: searchTransactions(family, known, wanted) };
    const filter = await this.#filtered.wordOf(hash, wanted);
    if (filter?.word === 'without') return { ok: true, found: [], filter };
    const result = await this.ways.fetchBlock(hash);
    if (!result.ok) return result;
    const found = searchTransactions(family, family.splitBody(result.body) ?? [], wanted);
    return { ok: true, found, filter };
  }

  /** See `NodeControl.searchPool`. */
  searchPool(wanted: WantedTransactions, ids: readonly string[] | undefined): readonly FoundTransaction[] {
    const { tree, transactions } = this.node;
    const { family } = tree;
    const asked = ids && new Set(ids);
    const pool = [...transactions.mempool.values()].map(({ tx }) => tx);
    const some = pool.filter(({ id }) => asked?.has(family.hashToHex(id)) !== false);
    return searchTransactions(family, some, wanted);
  }

  /** See `NodeControl.watchRecords`. If the store fails, nothing was kept: the watches begin anew. */
  async records(): Promise<WatchRecord[]> {
    try {
      const names = await this.store.list('watches');
      const records = await this.store.read(names.map((key) => ({ table: 'watches', key })));
      return records.map(({ key, value }) => [String(key), new TextDecoder().decode(value)]);
    } catch {
      return [];
    }
  }

  /** See `NodeControl.keepWatches`. If the store fails, the next visit goes on from what was kept before. */
  async keep(records: readonly WatchRecord[]): Promise<void> {
    const changes = records.map(
      ([key, text]): StorageChange =>
        text === undefined
          ? { kind: 'delete', table: 'watches', key }
          : { kind: 'put', table: 'watches', key, value: new TextEncoder().encode(text) },
    );
    await this.store.write(changes).catch(() => {});
  }
}
