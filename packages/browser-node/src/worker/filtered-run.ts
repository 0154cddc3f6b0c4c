/**
 * What compact filters say of the blocks that watches are about to look through: of a run of blocks at once, since watches go from
 * one block to the next.
 *
 * Memory: the hashes of FILTERS_REQUESTED_MAX blocks.
 */
import {
  bytesToHex,
  FILTERS_REQUESTED_MAX,
  type FilteredBlocks,
  type LightNode,
  type WantedTransactions,
} from '@vision-light/protocol';
import type { FilterWord } from '../boundary/messages.js';

/** Milliseconds for which bodies are fetched at once after nobody gave filters. */
const REST_MS = 30_000;

/** What blocks are asked by their filters. */
export interface FilterQuestion {
  readonly first: number;
  readonly last: number;
  readonly scripts: readonly Uint8Array[];
}

/** The way to the node. */
export interface FilterWay {
  filterBlocks(asked: FilterQuestion): Promise<FilteredBlocks>;
}

interface Run {
  /** The scripts that were asked for. */
  readonly key: string;
  /** What the filter of a block says, by its hash in hex; undefined of a block that may have something. */
  readonly words: ReadonlyMap<string, FilterWord | undefined>;
}

/** See the head of this file. */
export class FilteredRun {
  readonly #node: LightNode;
  readonly #ask: FilterWay['filterBlocks'];
  #run: Run | undefined;
  #restsUntil = Number.NEGATIVE_INFINITY;

  constructor(node: LightNode, ask: FilterWay['filterBlocks']) {
    this.#node = node;
    this.#ask = ask;
  }

  /** What a block's filter says of it; undefined if that it may have what is wanted, or if nobody gives filters. */
  async wordOf(hash: Uint8Array, { ids, names }: WantedTransactions): Promise<FilterWord | undefined> {
    const { tree } = this.#node;
    // A filter knows scripts, and no transactions.
    if (tree.family.filters === undefined || ids.length > 0 || names.length === 0) return undefined;
    const block = bytesToHex(hash);
    const key = names.join();
    if (this.#run?.key !== key || !this.#run.words.has(block)) this.#run = await this.#find(hash, names, key);
    return this.#run?.words.get(block);
  }

  async #find(hash: Uint8Array, names: readonly string[], key: string): Promise<Run | undefined> {
    const { tree } = this.#node;
    const slot = tree.find(hash);
    if (slot === undefined || !tree.isOnBestChain(slot) || performance.now() < this.#restsUntil)
      return undefined;
    const first = tree.height(slot);
    const last = Math.min(tree.tipHeight, first + FILTERS_REQUESTED_MAX - 1);
    const blocks: string[] = [];
    for (let height = first; height <= last; height++) {
      const at = tree.at(height);
      if (at !== undefined) blocks.push(bytesToHex(tree.hash(at)));
    }
    const scripts = names.flatMap((name) => hexBytes(name) ?? []);
    const result = await this.#ask({ first, last, scripts });
    if (!result.ok) {
      this.#restsUntil = performance.now() + REST_MS;
      return undefined;
    }
    const { peers } = result;
    const [may, open] = [new Set(result.heights), new Set(result.open)];
    const wordAt = (height: number): FilterWord | undefined => {
      if (open.has(height)) return { word: 'open', peers };
      return may.has(height) ? undefined : { word: 'without', peers };
    };
    return { key, words: new Map(blocks.map((block, i) => [block, wordAt(first + i)])) };
  }
}

/** Names of a family with filters are scripts in hex. */
function hexBytes(text: string): Uint8Array | undefined {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) return undefined;
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
