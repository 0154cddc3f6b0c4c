/** Threads that search nonces for whatever work there is at the moment. */
import { randomBytes } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import type { VisionXSolution } from '@vision-light/pow';
import {
  FIRST_SLICE_NONCES,
  nextSliceNonces,
  type TemplateInput,
  type VisionXParams,
} from '@vision-light/protocol';
import { SEARCH_DEATHS_IN_A_ROW_MAX, SLICE_MS, SLICE_NONCES_MAX } from '../limits.js';
import type { SearchSlice, SliceResult } from './search-slice.js';

// Threads run what was built, also when this file is run from its source: Node cannot load TypeScript.
const entry = new URL('../../dist/miner/search-worker.js', import.meta.url);

const SLICE_BOUNDS = { ms: SLICE_MS, nonces: SLICE_NONCES_MAX };

/** A header without its nonce, and what to hash for it. */
export interface SearchWork {
  readonly template: Uint8Array;
  readonly input: TemplateInput;
}

/** What a searcher asks of, and tells, its owner. */
export interface SearcherOptions {
  readonly threads: number;
  readonly params: VisionXParams;
  /** Called whenever a thread is free: what to search next, or undefined to rest until `wake`. */
  nextWork(): SearchWork | undefined;
  /** A nonce was found, perhaps for work that is out of date by now. */
  onSolution(work: SearchWork, solution: VisionXSolution): void;
  /** Every thread is gone for good: they died too often. */
  onFailure(reason: string): void;
}

interface SearchThread {
  readonly worker: Worker;
  work: SearchWork | undefined;
  nonces: number;
}

/** A fixed number of threads. Each asks for work when it is free, so that new work waits for one slice at most. */
export class Searcher {
  readonly #options: SearcherOptions;
  readonly #threads = new Set<SearchThread>();
  // Random, so that two miners with the same name and clock do not try the same nonces.
  #nextNonce = randomBytes(8).readBigUInt64BE();
  #deathsInARow = 0;
  #isClosed = false;
  #noncesTried = 0;

  constructor(options: SearcherOptions) {
    this.#options = options;
    for (let i = 0; i < options.threads; i++) this.#spawn();
  }

  /** Nonces tried so far, by all threads. */
  get noncesTried(): number {
    return this.#noncesTried;
  }

  /** There is work again. */
  wake(): void {
    for (const thread of this.#threads) if (thread.work === undefined) this.#feed(thread);
  }

  /** Ends all threads; nothing is called back afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const workers = [...this.#threads].map(({ worker }) => worker);
    this.#threads.clear();
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #spawn(): void {
    // Options of this process, a test tool's conditions among them, are not for the thread.
    const worker = new Worker(entry, { execArgv: [] });
    const thread: SearchThread = { worker, work: undefined, nonces: FIRST_SLICE_NONCES };
    this.#threads.add(thread);
    worker.on('message', (result: SliceResult) => this.#take(thread, result));
    worker.on('error', (error) => this.#bury(thread, String(error)));
    worker.on('exit', (code) => this.#bury(thread, `exit code ${code}`));
    this.#feed(thread);
  }

  #feed(thread: SearchThread): void {
    if (this.#isClosed) return;
    const work = this.#options.nextWork();
    if (work === undefined) return;
    thread.work = work;
    const { params } = this.#options;
    const slice: SearchSlice = {
      params,
      input: work.input,
      startNonce: this.#nextNonce,
      count: thread.nonces,
    };
    this.#nextNonce = BigInt.asUintN(64, this.#nextNonce + BigInt(thread.nonces));
    thread.worker.postMessage(slice);
  }

  #take(thread: SearchThread, { solution, tried, elapsedMs }: SliceResult): void {
    const { work } = thread;
    if (this.#isClosed || work === undefined) return;
    thread.work = undefined;
    this.#deathsInARow = 0;
    this.#noncesTried += tried;
    if (solution === undefined) {
      thread.nonces = nextSliceNonces(thread.nonces, elapsedMs, SLICE_BOUNDS);
    } else {
      this.#options.onSolution(work, solution);
    }
    // The owner may have woken the thread already.
    if (thread.work === undefined) this.#feed(thread);
  }

  #bury(thread: SearchThread, reason: string): void {
    if (this.#isClosed || !this.#threads.delete(thread)) return;
    if (++this.#deathsInARow <= SEARCH_DEATHS_IN_A_ROW_MAX) {
      this.#spawn();
    } else if (this.#threads.size === 0) {
      this.#isClosed = true;
      this.#options.onFailure(reason);
    }
  }
}
