/**
 * Turns batches from peers, from this side and from disk into headers of the tree.
 *
 * Batches of one source are taken in order, one at a time; sources take turns at the hashers, so that one of them cannot
 * hold up another. Bounded: a source has at most the batches that were asked of it (HEADER_REQUESTS_IN_FLIGHT_MAX,
 * SUBMISSIONS_MAX), and at most two jobs a hasher are under way.
 */
import { ByteReader } from '../bytes/byte-reader.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import type { HeaderFault } from '../chain/header-fault.js';
import type { PowJob } from '../chain/pow-job.js';
import { POW_RETRIES_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';
import type { Peer } from '../peer/peer.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { InsertedHeader } from '../tree/insert-result.js';
import { BatchVerification, type Range, slices } from './batch-verification.js';
import type { HeldHeaders } from './held-headers.js';

/** Where a batch comes from: a peer's id, the name of a source of this side, or the disk. No name can pass for another. */
export type SourceKey = `peer:${string}` | `local:${string}` | 'disk';

/** The source of a peer's batches. */
export function sourceOf({ id }: Peer): SourceKey {
  return `peer:${id}`;
}

/** A batch to verify, who brought it, and whom to tell. */
export interface BatchRequest {
  readonly source: SourceKey;
  /** 32 bytes: hash of the header before the first. */
  readonly parent: Uint8Array;
  /** Height that this header must have; any if absent. Another one is answered with UNKNOWN_PARENT. */
  readonly parentHeight?: number;
  readonly count: number;
  /** Encoded headers, or decoded ones. */
  readonly content: Uint8Array | HeaderBatch;
  /** Which headers to hash, given which of them are new; all new ones if absent. */
  readonly plan?: (start: number, count: number) => readonly Range[];
  /** True if nothing of the batch counts unless all of it is good: where only a sample is hashed, a fault found late says that what was not hashed before it is in doubt as well. */
  readonly isAllOrNothing?: boolean;
  /** Told once, when the batch is done with. Not told after {@link Verifier.drop}. */
  readonly done: (outcome: BatchOutcome) => void;
}

/** What became of a batch. */
export interface BatchOutcome {
  /** Headers that are in the tree or held now. */
  readonly accepted: number;
  readonly duplicates: number;
  readonly held: number;
  /** Whether every header is in the tree just as it came: none is held, and of none there is another under its hash. */
  readonly isVerbatim: boolean;
  /** Hash of the last header that is in the tree now, if any is. */
  readonly lastHash: Uint8Array | undefined;
  /** What ended the batch early. UNKNOWN_PARENT, TREE_FULL and POW_UNAVAILABLE are nobody's fault. */
  readonly fault: HeaderFault | 'UNKNOWN_PARENT' | 'TREE_FULL' | 'POW_UNAVAILABLE' | undefined;
  readonly detail: string;
}

/** What the rest of the node wants to know while headers go in. */
export interface VerifierListener {
  inserted(result: InsertedHeader): void;
  equivocated(hash: Uint8Array): void;
}

interface ActiveBatch {
  readonly request: BatchRequest;
  readonly verification: BatchVerification;
  /** Next header to insert, and the slot of the one before it. */
  next: number;
  slot: number;
  duplicates: number;
  held: number;
  /** Headers of whose hash the tree has another one. */
  equivocations: number;
  retries: number;
  isUnhashable: boolean;
  isTreeFull: boolean;
}

interface Job {
  readonly source: SourceKey;
  readonly active: ActiveBatch;
  readonly range: Range;
  readonly work: PowJob;
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
  readonly #family: ChainFamily;
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
  ) {
    this.#family = tree.family;
  }

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
      if (active !== undefined) answerFault(active.request, 'UNKNOWN_PARENT', 'restart');
      for (const request of queue) answerFault(request, 'UNKNOWN_PARENT', 'restart');
    }
  }

  /** The answer to a `verifyPow`; one that is not of this verifier is passed over. */
  powVerified(job: number, hashes: Uint8Array | undefined, wallTime: number): void {
    const entry = this.#jobs.get(job);
    if (entry === undefined) return;
    this.#jobs.delete(job);
    const { active, range, source, work } = entry;
    if (this.#sources.get(source)?.active === active) {
      if (hashes?.length === work.count * 32) active.verification.answer(range, hashes);
      else this.#hashingFailed(entry);
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
      source.active = this.#start(request);
      if (source.active !== undefined) this.#advance(key, source.active, wallTime);
      return true;
    }
    const { active } = source;
    const job = active.verification.nextJob(wallTime);
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

  /** Decodes a batch and passes over what is in the tree already; answers at once if nothing is left to do. */
  #start(request: BatchRequest): ActiveBatch | undefined {
    const parentSlot = this.tree.find(request.parent);
    if (parentSlot === undefined) return answerFault(request, 'UNKNOWN_PARENT', 'parent');
    const parentHeight = this.tree.height(parentSlot);
    if (parentHeight !== (request.parentHeight ?? parentHeight))
      return answerFault(request, 'UNKNOWN_PARENT', 'height');
    const batch = this.#decode(request, parentHeight);
    if (typeof batch === 'string') return answerFault(request, batch, 'batch');
    let slot = parentSlot;
    let start = 0;
    while (this.#family.claimsHashes && start < batch.count) {
      const known = this.tree.find(batch.hashes, start * 32);
      const record = batch.records.subarray(
        start * this.#family.recordBytes,
        (start + 1) * this.#family.recordBytes,
      );
      if (known === undefined || !areEqual(this.tree.record(known), record)) break;
      slot = known;
      start++;
    }
    const plan = request.plan?.(start, batch.count) ?? slices(start, batch.count, this.#family.powJobHeaders);
    const verification = new BatchVerification(this.tree, batch, request.parent, start, plan);
    return {
      request,
      verification,
      next: start,
      slot,
      duplicates: start,
      held: 0,
      equivocations: 0,
      retries: 0,
      isUnhashable: false,
      isTreeFull: false,
    };
  }

  #decode(request: BatchRequest, parentHeight: number): HeaderBatch | HeaderFault {
    if (!(request.content instanceof Uint8Array)) {
      return this.#isLinked(request.content) ? request.content : 'HEADER_BAD_PARENT';
    }
    const reader = new ByteReader(request.content);
    if (request.count * this.#family.encodedHeaderBytesMin > reader.remaining) return 'HEADER_MALFORMED';
    const batch = this.#family.decodeBatch(reader, request.count, request.parent, parentHeight);
    if (typeof batch === 'string') return batch;
    if (batch.fault !== undefined && request.isAllOrNothing === true) return batch.fault;
    return reader.isDone || batch.fault !== undefined ? batch : 'HEADER_MALFORMED';
  }

  /** Whether headers that were not decoded here name one another; hashes that are not claimed cannot tell yet. */
  #isLinked(batch: HeaderBatch): boolean {
    const { claimsHashes, recordBytes } = this.#family;
    for (let i = 1; claimsHashes && i < batch.count; i++) {
      const record = batch.records.subarray(i * recordBytes, (i + 1) * recordBytes);
      if (!areEqual(this.#family.parent(record), batch.hashes.subarray(i * 32 - 32, i * 32))) return false;
    }
    return true;
  }

  /** Inserts what is proven, and closes the batch when nothing is left of it; @returns whether it did */
  #advance(key: SourceKey, active: ActiveBatch, wallTime: number): boolean {
    const { verification } = active;
    const proven = verification.advance(wallTime);
    const isIncomplete = active.request.isAllOrNothing === true && proven < verification.batch.count;
    // What is not inserted now is inserted when all is proven, or never.
    if (isIncomplete && verification.limit < verification.batch.count) verification.cut(active.next);
    const end = isIncomplete ? active.next : proven;
    if (active.next < end && active.held === 0) this.#findParent(active);
    while (active.next < Math.min(end, verification.limit) && !active.isTreeFull)
      this.#insert(key, active, active.next++);
    const isDone = active.next >= verification.limit || active.isTreeFull || active.isUnhashable;
    if (!isDone) return false;
    const source = this.#sources.get(key);
    if (source !== undefined) source.active = undefined;
    active.request.done(this.#outcome(active));
    return true;
  }

  /** While hashes were computed, the branch may have been dropped from the tree, and its slots given to others. */
  #findParent(active: ActiveBatch): void {
    const { verification, next, request } = active;
    const slot = this.tree.find(next === 0 ? request.parent : verification.hash(next - 1));
    if (slot === undefined) verification.cut(next);
    else active.slot = slot;
  }

  #insert(key: SourceKey, active: ActiveBatch, index: number): void {
    const { verification } = active;
    const { records, hashes } = verification.batch;
    const dueAt = verification.dueAt.get(index);
    if (dueAt !== undefined) {
      const hash = verification.hash(index);
      this.heldHeaders.add({ from: key, record: verification.record(index), hash, dueAt });
      active.held++;
      return;
    }
    const result = this.tree.insertChecked(records, hashes, active.slot, index);
    if (result.kind === 'duplicate') active.duplicates++;
    if (result.kind === 'rejected') {
      // Of two headers with one hash the first stays, and the branch goes on from there.
      const isEquivocation = result.code === 'HEADER_EQUIVOCATION';
      const first = isEquivocation ? this.tree.find(hashes, index * 32) : undefined;
      if (first === undefined) {
        active.isTreeFull = true;
        return;
      }
      active.slot = first;
      active.equivocations++;
      this.listener.equivocated(verification.hash(index));
      return;
    }
    active.slot = result.slot;
    this.listener.inserted(result);
  }

  #outcome(active: ActiveBatch): BatchOutcome {
    const { verification } = active;
    const hasTreeHeaders = active.next > 0 && active.next > active.held;
    const fault = active.isUnhashable
      ? 'POW_UNAVAILABLE'
      : active.isTreeFull
        ? 'TREE_FULL'
        : verification.isCut
          ? 'UNKNOWN_PARENT'
          : verification.fault?.code;
    return {
      accepted: active.isTreeFull ? active.next - 1 : active.next,
      duplicates: active.duplicates,
      held: active.held,
      isVerbatim: fault === undefined && active.held === 0 && active.equivocations === 0,
      lastHash: hasTreeHeaders ? this.tree.hash(active.slot).slice() : undefined,
      fault,
      detail: verification.fault?.detail ?? '',
    };
  }
}

/** Answers a request that cannot even be started. */
function answerFault(
  request: BatchRequest,
  fault: NonNullable<BatchOutcome['fault']>,
  detail: string,
): undefined {
  const none = { accepted: 0, duplicates: 0, held: 0, isVerbatim: false, lastHash: undefined };
  request.done({ ...none, fault, detail });
  return undefined;
}
