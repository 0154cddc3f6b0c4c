/**
 * Which blocks of a range may concern some scripts: the filters that peers agree about are downloaded, held to their hashes and
 * matched. A block about which they do not agree is one that may.
 *
 * Memory: FILTER_SEARCHES_MAX searches, each with FILTERS_REQUESTED_MAX filters.
 */
import { FILTER_SEARCHES_MAX } from '../limits.js';
import type { Agreed, AgreementContext, FilterAgreement } from './filter-agreement.js';
import { downloadFilters } from './filter-download.js';
import { type FilterRange, partOf } from './filter-range.js';

/** What a search has found. */
export interface FilterMatches {
  /** Heights of blocks that may concern the scripts, those that are open included. */
  readonly heights: readonly number[];
  /** Heights of blocks about whose filters peers differ, and which decide nothing. */
  readonly open: readonly number[];
  /** How many peers say the same of all others. */
  readonly peers: number;
}

/** See the head of this file. */
export class FilterSearch {
  #searches = 0;

  constructor(
    readonly context: AgreementContext,
    readonly agreement: FilterAgreement,
  ) {}

  /**
   * @param range  at most FILTERS_REQUESTED_MAX blocks
   * @param done  called once: with a code if there are too many searches, or no peer gives the filters
   */
  find(
    range: FilterRange,
    scripts: readonly Uint8Array[],
    done: (found: FilterMatches | 'FILTERS_BUSY' | 'FILTERS_UNAVAILABLE') => void,
  ): void {
    if (this.#searches >= FILTER_SEARCHES_MAX) {
      done('FILTERS_BUSY');
      return;
    }
    this.#searches++;
    const finish = (found: FilterMatches | 'FILTERS_UNAVAILABLE'): void => {
      this.#searches--;
      done(found);
    };
    this.agreement.find(range, (agreed) => {
      if (agreed === undefined) finish('FILTERS_UNAVAILABLE');
      else this.#download(range, agreed, scripts, finish);
    });
  }

  #download(
    range: FilterRange,
    agreed: Agreed,
    scripts: readonly Uint8Array[],
    done: (found: FilterMatches | 'FILTERS_UNAVAILABLE') => void,
  ): void {
    const heights: number[] = [];
    const open: number[] = [];
    const runs = runsOf(agreed.hashes);
    for (const [i, hash] of agreed.hashes.entries()) if (hash === undefined) open.push(range.first + i);
    const next = (): void => {
      const run = runs.shift();
      if (run === undefined) {
        heights.push(...open);
        heights.sort((a, b) => a - b);
        done({ heights, open, peers: agreed.peers.length });
        return;
      }
      const part = partOf(range, run.from, run.hashes.length);
      downloadFilters(this.context, part, run.hashes, agreed.peers, (filters) => {
        if (filters === undefined) {
          done('FILTERS_UNAVAILABLE');
          return;
        }
        for (const [i, filter] of filters.entries()) {
          const block = part.blocks[i] ?? new Uint8Array(0);
          // What is no filter, though peers agree about it, says nothing of the block.
          if (this.context.rules.mayConcern(filter, block, scripts) !== false) heights.push(part.first + i);
        }
        next();
      });
    };
    next();
  }
}

/** The blocks that have a hash, as runs of consecutive ones. */
function runsOf(hashes: readonly (Uint8Array | undefined)[]) {
  const runs: { readonly from: number; readonly hashes: Uint8Array[] }[] = [];
  for (const [i, hash] of hashes.entries()) {
    if (hash === undefined) continue;
    const last = runs.at(-1);
    if (last !== undefined && last.from + last.hashes.length === i) last.hashes.push(hash);
    else runs.push({ from: i, hashes: [hash] });
  }
  return runs;
}
