/**
 * Turns batches from peers, from this side and from disk into headers of the tree.
 *
 * Batches of one source are taken in order, one at a time; sources take turns at the hashers, so that one of them cannot
 * hold up another. Bounded: a source has at most the batches that were asked of it (HEADER_REQUESTS_IN_FLIGHT_MAX,
 * SUBMISSIONS_MAX), and at most two jobs a hasher are under way.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import { POW_RETRIES_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { HeaderTree } from '../tree/header-tree.js';
import { ActiveBatch, type BatchJob, type VerifierListener } from './active-batch.js';
import { type BatchRequest, faultOutcome, type SourceKey } from './batch-request.js';
import type { HeldHeaders } from './held-headers.js';

interface Job extends BatchJob {
  readonly source: SourceKey;
  readonly active: ActiveBatch;
}

interface Source {
  readonly queue: BatchRequest[];
  active: ActiveBatch | undefined;
}

/** Numbers from 1 on. */
export function counter(): () => number {
  let last = 0;
  return () => ++last;
}

/** Owns all verification under way; see the head of this file. */
export class Verifier {
  /** In the order of their turns. */
  readonly #sources = new Map<SourceKey, Source>();
  readonly #jobs = new Map<number, Job>();

  constructor(
    readonly tree: HeaderTree,
    readonly heldHeaders: HeldHeaders,
    readonly outbox: Outbox,
    readonly listener: VerifierListener,
    readonly jobsMax: number,
    /** Numbers that no other job of the node has. */
    readonly nextJob: () => number = counter(),
  ) {}

  /** Batches of a source that are not done with. */
  pending(source: SourceKey): number {
    const entry = this.#sources.get(source);
    return entry === undefined ? 0 : entry.queue.length + (entry.active === undefined ? 0 : 1);
  }

  get isIdle(): boolean {
    return this.#sources.size === 0;
  }

  submit(request: BatchRequest, wallTime: number): void {
    const source = this.#sources.get(request.source) ?? { queue: [], active: undefined };
    this.#sources.set(request.source, source);
    source.queue.push(request);
    this.#pump(wallTime);
  }

  /** Forgets what a source has brought and is not verified yet. */
  drop(source: SourceKey): void {
    this.#sources.delete(source);
  }

  /** The tree begins anew: what waits or is under way has no place in it, and whoever brought it is told so. */
  restart(): void {
    const waiting = [...this.#sources.values()];
    this.#sources.clear();
    for (const { active, queue } of waiting) {
      if (active !== undefined) active.request.done(faultOutcome('UNKNOWN_PARENT', 'restart'));
      for (const request of queue) request.done(faultOutcome('UNKNOWN_PARENT', 'restart'));
    }
  }

  /** The answer to a `verifyPow`; one that is not of this verifier is passed over. */
  powVerified(job: number, hashes: Uint8Array | undefined, wallTime: number): void {
    const entry = this.#jobs.get(job);
    if (entry === undefined) return;
    this.#jobs.delete(job);
    const { active, source } = entry;
    if (this.#sources.get(source)?.active === active) {
      const isAnswered = hashes !== undefined && active.answer(entry, hashes, wallTime);
      if (!isAnswered) this.#hashingFailed(entry);
      this.#advance(source, active, wallTime);
    }
    this.#pump(wallTime);
  }

  #hashingFailed(job: Job): void {
    job.active.retries++;
    if (job.active.retries > POW_RETRIES_MAX) job.active.isUnhashable = true;
    else this.#dispatch(job);
  }

  /** Starts batches and hands out hashing, sources in turn, until the hashers are busy. */
  #pump(wallTime: number): void {
    for (let isBusy = true; isBusy && this.#jobs.size < this.jobsMax; ) {
      isBusy = false;
      for (const [key, source] of [...this.#sources]) {
        if (this.#jobs.size >= this.jobsMax) return;
        const isCurrent = this.#sources.get(key) === source;
        if (isCurrent && this.#takeTurn(key, source, wallTime)) isBusy = true;
      }
    }
  }

  /** @returns whether anything was done */
  #takeTurn(key: SourceKey, source: Source, wallTime: number): boolean {
    if (source.active === undefined) {
      const request = source.queue.shift();
      if (request === undefined) {
        this.#sources.delete(key);
        return false;
      }
      source.active = this.#start(request, wallTime);
      if (source.active !== undefined) this.#advance(key, source.active, wallTime);
      return true;
    }
    const { active } = source;
    const job = active.nextJob(wallTime);
    // Nothing to hash: all of it is being hashed, or the rules refused the rest. In the second case only this call ends it.
    if (job === undefined) return this.#advance(key, active, wallTime);
    this.#dispatch({ source: key, active, ...job });
    // The source moves to the end, so that the next free hasher serves the others first.
    this.#sources.delete(key);
    this.#sources.set(key, source);
    return true;
  }

  #dispatch(job: Job): void {
    const id = this.nextJob();
    this.#jobs.set(id, job);
    this.outbox.push({ type: 'verifyPow', job: id, work: job.work });
  }

  /** Answers at once if the parent is not known. */
  #start(request: BatchRequest, wallTime: number): ActiveBatch | undefined {
    const { outside } = request;
    const isTrue = outside === undefined || areEqual(request.parent, outside.lastHash);
    const parentSlot = !isTrue ? undefined : outside === undefined ? this.tree.find(request.parent) : -1;
    const height = outside?.height ?? (parentSlot === undefined ? undefined : this.tree.height(parentSlot));
    if (parentSlot === undefined || height !== (request.parentHeight ?? height)) {
      const detail = parentSlot === undefined ? 'parent' : 'height';
      request.done(faultOutcome('UNKNOWN_PARENT', detail));
      return undefined;
    }
    return new ActiveBatch(this.tree, this.heldHeaders, this.listener, request, parentSlot, wallTime);
  }

  /** Inserts what is proven, and closes the batch when nothing is left of it; @returns whether it did */
  #advance(key: SourceKey, active: ActiveBatch, wallTime: number): boolean {
    if (!active.advance(wallTime)) return false;
    const source = this.#sources.get(key);
    if (source !== undefined) source.active = undefined;
    active.request.done(active.outcome());
    return true;
  }
}
