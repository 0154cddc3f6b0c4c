/**
 * Reads the stored chain back. Nothing stored is trusted: every rule is checked again for every header, and the hashing
 * is done again, for all headers where that is cheap, else for the last ones of the chain and of each chunk and for
 * random runs. A chunk counts wholly or not at all: a damaged one ends the chain before it, and the rest is fetched anew.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import type { StoredChain, StoredChunk } from '../io/stored-chain.js';
import { REVERIFY_LAST, REVERIFY_RUN_HEADERS, REVERIFY_RUNS } from '../limits.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { BatchOutcome } from './batch-request.js';
import type { Range } from './batch-verification.js';
import { chunkOf, decodeChunk, decodeTip, heightBefore } from './chunk-codec.js';
import type { Verifier } from './verifier.js';

/** How loading went; the tree holds what was good. */
export interface LoadOutcome {
  /** True if something stored was damaged, foreign or missing. */
  readonly isDamaged: boolean;
}

/** Feeds the stored chunks to the verifier, one after the other. */
export class ChainLoader {
  readonly #chain: StoredChain;
  /** Those that hold headers above the base of the tree. */
  readonly #chunks: readonly StoredChunk[];
  /** Number of the first of them. */
  readonly #first: number;
  /** Height that the chunks claim to reach, and those of the random runs' first headers. */
  readonly #tipHeight: number;
  readonly #runs: readonly number[];
  #next = 0;
  #isTaking = false;
  #mustTakeNext = false;

  /** @param random  0 to 1, of which the sample is drawn */
  constructor(
    readonly tree: HeaderTree,
    readonly verifier: Verifier,
    chain: StoredChain,
    random: () => number,
    readonly done: (outcome: LoadOutcome) => void,
  ) {
    this.#chain = chain;
    const { baseHeight } = tree;
    this.#first = chunkOf(baseHeight + 1);
    this.#chunks = chain.chunks.filter(({ index }) => index >= this.#first);
    const count = this.#chunks.reduce((sum, { bytes }) => sum + (decodeChunk(bytes)?.count ?? 0), 0);
    this.#tipHeight = baseHeight + count;
    this.#runs = Array.from({ length: REVERIFY_RUNS }, () => baseHeight + 1 + Math.floor(random() * count));
  }

  start(wallTime: number): void {
    this.#takeNext(wallTime);
  }

  /** A chunk of which nothing is hashed is done at once: so this is a loop, or the stack would grow with the chain. */
  #takeNext(wallTime: number): void {
    this.#mustTakeNext = true;
    if (this.#isTaking) return;
    this.#isTaking = true;
    while (this.#mustTakeNext) {
      this.#mustTakeNext = false;
      this.#take(wallTime);
    }
    this.#isTaking = false;
  }

  #take(wallTime: number): void {
    const chunk = this.#chunks[this.#next];
    if (chunk === undefined) {
      this.#finish(false);
      return;
    }
    const decoded = decodeChunk(chunk.bytes);
    const from = this.tree.tipHeight;
    const index = this.#first + this.#next;
    const before = heightBefore(index, this.tree.baseHeight);
    if (decoded === undefined || chunk.index !== index || from !== before) {
      this.#finish(true);
      return;
    }
    const { parent, count, payload } = decoded;
    // The chunks are one chain; a branch beside it would be valid, and yet not what the disk is taken for.
    if (!areEqual(parent, this.tree.hash(this.tree.tip))) {
      this.#finish(true);
      return;
    }
    this.#next++;
    const plan = this.tree.family.claimsHashes ? () => this.#sample(from, count) : undefined;
    const done = (outcome: BatchOutcome): void => {
      if (outcome.fault !== undefined || outcome.accepted < count) this.#finish(true);
      else this.#takeNext(wallTime);
    };
    this.verifier.submit(
      {
        source: 'disk',
        parent,
        count,
        content: payload,
        isAllOrNothing: true,
        done,
        ...(plan === undefined ? {} : { plan }),
      },
      wallTime,
    );
  }

  /** Which headers of the chunk after height `from` are hashed again; ranges ascend and do not overlap. */
  #sample(from: number, count: number): Range[] {
    const chosen = new Set<number>();
    for (const first of this.#runs)
      for (let i = 0; i < REVERIFY_RUN_HEADERS; i++) chosen.add(first + i - from - 1);
    for (let height = this.#tipHeight - REVERIFY_LAST + 1; height <= this.#tipHeight; height++)
      chosen.add(height - from - 1);
    // A header that was changed on disk changes the parent of all after it, so the last ones of its chunk tell.
    for (let i = 1; i <= REVERIFY_RUN_HEADERS; i++) chosen.add(count - i);
    const indexes = [...chosen].filter((index) => index >= 0 && index < count).sort((a, b) => a - b);
    const ranges: { from: number; to: number }[] = [];
    for (const index of indexes) {
      const last = ranges[ranges.length - 1];
      if (last !== undefined && last.to === index) last.to++;
      else ranges.push({ from: index, to: index + 1 });
    }
    return ranges;
  }

  #finish(isDamaged: boolean): void {
    const pointer = this.#chain.tip === undefined ? undefined : decodeTip(this.#chain.tip);
    const slot = pointer === undefined ? undefined : this.tree.find(pointer.hash);
    const isEmpty = this.#chain.chunks.length === 0 && this.#chain.tip === undefined;
    const isWhole = isEmpty || slot === this.tree.tip;
    this.done({ isDamaged: isDamaged || !isWhole });
  }
}
