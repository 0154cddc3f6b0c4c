/**
 * One batch of a source, from its parent in the tree to the last of its headers there. Of a branch outside of the tree it is
 * proven in the same way, and inserted nowhere.
 *
 * Where the family has a pass for whole batches, one job judges the batch, and all of it is appended at once. If the job
 * finds a fault of any kind, and where there is no such pass, the rules of the family judge header by header
 * (`batch-verification.ts`): they name the fault, and say which headers before it count.
 */
import { defined } from '../assert.js';
import { ByteReader } from '../bytes/byte-reader.js';
import { areEqual } from '../bytes/compare-bytes.js';
import type { Ancestry, HeaderBatch } from '../chain/chain-family.js';
import type { HeaderFault } from '../chain/header-fault.js';
import type { PowJob } from '../chain/pow-job.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { InsertedHeader } from '../tree/insert-result.js';
import { BatchAncestry, PackedHeaders } from './batch-ancestry.js';
import { type BatchOutcome, type BatchRequest, faultOutcome, type SourceKey } from './batch-request.js';
import { BatchVerification, type Range, slices } from './batch-verification.js';
import type { HeldHeaders } from './held-headers.js';

/** What the rest of the node wants to know while headers go in. */
export interface VerifierListener {
  inserted(result: InsertedHeader, source: SourceKey): void;
  /** Headers from a height up to the tip are new, on top of what was the tip. */
  appended(firstHeight: number): void;
  equivocated(hash: Uint8Array): void;
}

/** A job of a batch. */
export interface BatchJob {
  readonly work: PowJob;
  /** What it hashes; undefined for one that judges the whole batch. */
  readonly range: Range | undefined;
}

/** The state of a batch under way; see the head of this file. */
export class ActiveBatch {
  /** Failed attempts at its jobs, and whether they were too many. */
  retries = 0;
  isUnhashable = false;
  /** Not known while the whole batch is being judged. */
  #verification: BatchVerification | undefined;
  /** The job that judges the whole batch, before it is handed out. */
  #wholeJob: PowJob | undefined;
  /** Of bytes that are no batch. */
  #fault: HeaderFault | undefined;
  /** Next header to insert, and the slot of the one before it. */
  #next = 0;
  #slot: number;
  #duplicates = 0;
  #held = 0;
  /** Headers of whose hash the tree has another one. */
  #equivocations = 0;
  #isTreeFull = false;

  /** @param parentSlot  where the parent of the request is in the tree; −1 if the branch is outside of it */
  constructor(
    readonly tree: HeaderTree,
    readonly heldHeaders: HeldHeaders,
    readonly listener: VerifierListener,
    readonly request: BatchRequest,
    parentSlot: number,
    wallTime: number,
  ) {
    this.#slot = parentSlot;
    this.#wholeJob = this.#createWholeJob(wallTime);
    if (this.#wholeJob === undefined) this.#judgeByRules();
  }

  /** What is to be computed next; undefined if nothing is left, or it waits for an answer. */
  nextJob(wallTime: number): BatchJob | undefined {
    const work = this.#wholeJob;
    if (work === undefined) return this.#verification?.nextJob(wallTime);
    this.#wholeJob = undefined;
    return { work, range: undefined };
  }

  /** Takes the answer to a job; @returns false if it is none */
  answer({ work, range }: BatchJob, answer: Uint8Array, wallTime: number): boolean {
    if (range === undefined) return this.#takeWhole(work, answer, wallTime);
    if (answer.length !== work.count * 32) return false;
    this.#verification?.answer(range, answer);
    return true;
  }

  /** Inserts what is proven; @returns whether nothing is left of the batch */
  advance(wallTime: number): boolean {
    const verification = this.#verification;
    if (verification === undefined) return this.isUnhashable || this.#fault !== undefined;
    const proven = verification.advance(wallTime);
    const isIncomplete = this.#isWhole && proven < verification.batch.count;
    // What is not inserted now is inserted when all is proven, or never.
    if (isIncomplete && verification.limit < verification.batch.count) verification.stop(this.#next);
    const end = isIncomplete ? this.#next : proven;
    if (this.request.outside !== undefined) this.#next = end;
    if (this.#next < end && this.#held === 0) this.#findParent(verification);
    this.#insertUpTo(verification, Math.min(end, verification.limit));
    return this.#next >= verification.limit || this.#isTreeFull || this.isUnhashable;
  }

  outcome(): BatchOutcome {
    const verification = this.#verification;
    if (verification === undefined) return faultOutcome(this.#fault ?? 'POW_UNAVAILABLE', 'batch');
    const isOutside = this.request.outside !== undefined;
    // One that the tree had no room for has a parent there.
    const hasTreeHeaders = !isOutside && this.#next + Number(this.#isTreeFull) > this.#held;
    const fault = this.isUnhashable
      ? 'POW_UNAVAILABLE'
      : this.#isTreeFull
        ? 'TREE_FULL'
        : verification.isCut
          ? 'UNKNOWN_PARENT'
          : verification.fault?.code;
    return {
      accepted: this.#next,
      duplicates: this.#duplicates,
      held: this.#held,
      isVerbatim: fault === undefined && this.#held === 0 && this.#equivocations === 0,
      lastHash: hasTreeHeaders ? this.tree.hash(this.#slot).slice() : undefined,
      ...(isOutside && fault === undefined ? { proven: verification.batch } : {}),
      fault,
      detail: verification.fault?.detail ?? '',
    };
  }

  /** Whether nothing of the batch counts unless all of it is good. */
  get #isWhole(): boolean {
    return this.request.isAllOrNothing === true || this.request.outside !== undefined;
  }

  /** The branch that the batch extends; undefined once it was dropped from the tree, or if no rule is to be checked. */
  readonly #base = (): Ancestry | undefined => {
    const { outside, parent } = this.request;
    if (outside !== undefined) return outside.ancestry;
    const slot = this.tree.find(parent);
    return slot === undefined ? undefined : this.tree.ancestry(slot);
  };

  // The whole batch in one job

  #createWholeJob(wallTime: number): PowJob | undefined {
    const { content, count, parent, plan } = this.request;
    const { batchPass, encodedHeaderBytesMin } = this.tree.family;
    if (!(content instanceof Uint8Array) || batchPass === undefined || plan !== undefined) return undefined;
    if (count * encodedHeaderBytesMin > content.length) return undefined;
    const base = this.#base();
    return base && batchPass.batchJob(content, count, parent, base, wallTime);
  }

  #takeWhole(work: PowJob, answer: Uint8Array, wallTime: number): boolean {
    const pass = defined(this.tree.family.batchPass, 'a job that judges a batch comes from there');
    const batch = pass.readBatch(answer, work.count);
    if (batch === undefined) return false;
    if (batch === 'faulty' || !this.#isRestGood(batch, wallTime)) this.#judgeByRules();
    else this.#verification = BatchVerification.proven(this.tree.family, batch);
    return true;
  }

  /** Holds the headers to the rules that the job has left out. */
  #isRestGood(batch: HeaderBatch, wallTime: number): boolean {
    const { family } = this.tree;
    const pass = defined(family.batchPass, 'it made the job');
    const base = this.#base();
    // The branch was dropped meanwhile, so nothing of the batch will be inserted.
    if (base === undefined) return true;
    const first = base.height + 1;
    const ancestry = new BatchAncestry(base, new PackedHeaders(family, batch.records));
    for (
      let height = pass.nextUnchecked(first);
      height < first + batch.count;
      height = pass.nextUnchecked(height + 1)
    ) {
      ancestry.length = height - first;
      const at = ancestry.length * family.recordBytes;
      if (family.checkHeader(batch.records, ancestry, wallTime, at).kind !== 'ok') return false;
    }
    return true;
  }

  // Header by header

  /** Decodes the batch, and passes over what is in the tree already. */
  #judgeByRules(): void {
    const { tree, request } = this;
    const { family } = tree;
    const batch = this.#decode();
    if (typeof batch === 'string') {
      this.#fault = batch;
      return;
    }
    let start = 0;
    while (request.outside === undefined && family.claimsHashes && start < batch.count) {
      const known = tree.find(batch.hashes, start * 32);
      const record = batch.records.subarray(start * family.recordBytes, (start + 1) * family.recordBytes);
      if (known === undefined || !areEqual(tree.record(known), record)) break;
      this.#slot = known;
      start++;
    }
    this.#next = start;
    this.#duplicates = start;
    const { outside } = request;
    const plan =
      outside?.plan(batch) ??
      request.plan?.(start, batch.count) ??
      slices(start, batch.count, family.powJobHeaders);
    const areRulesKept = outside !== undefined && outside.ancestry === undefined;
    this.#verification = new BatchVerification(family, batch, this.#base, start, plan, areRulesKept);
  }

  #decode(): HeaderBatch | HeaderFault {
    const { content, count, parent, outside } = this.request;
    const { family } = this.tree;
    if (!(content instanceof Uint8Array)) return this.#isLinked(content) ? content : 'HEADER_BAD_PARENT';
    const reader = new ByteReader(content);
    if (count * family.encodedHeaderBytesMin > reader.remaining) return 'HEADER_MALFORMED';
    const parentHeight = outside?.height ?? this.tree.height(this.#slot);
    const batch = family.decodeBatch(reader, count, parent, parentHeight);
    if (typeof batch === 'string') return batch;
    if (batch.fault !== undefined && this.#isWhole) return batch.fault;
    return reader.isDone || batch.fault !== undefined ? batch : 'HEADER_MALFORMED';
  }

  /** Whether headers that were not decoded here name one another; hashes that are not claimed cannot tell yet. */
  #isLinked(batch: HeaderBatch): boolean {
    const { family } = this.tree;
    const { claimsHashes, recordBytes } = family;
    for (let i = 1; claimsHashes && i < batch.count; i++) {
      const record = batch.records.subarray(i * recordBytes, (i + 1) * recordBytes);
      if (!areEqual(family.parent(record), batch.hashes.subarray(i * 32 - 32, i * 32))) return false;
    }
    return true;
  }

  // Into the tree

  /** While hashes were computed, the branch may have been dropped from the tree, and its slots given to others. */
  #findParent(verification: BatchVerification): void {
    const next = this.#next;
    const slot = this.tree.find(next === 0 ? this.request.parent : verification.hash(next - 1));
    if (slot === undefined) verification.cut(next);
    else this.#slot = slot;
  }

  #insertUpTo(verification: BatchVerification, end: number): void {
    const { tree } = this;
    // What commits to its parent and follows the tip cannot be in the tree already, and is never held back by it.
    const isRun = !tree.family.claimsHashes && verification.dueAt.size === 0 && this.#slot === tree.tip;
    if (isRun && this.#next < end) this.#appendRun(verification, end);
    while (this.#next < end && !this.#isTreeFull) {
      this.#insert(verification, this.#next);
      if (!this.#isTreeFull) this.#next++;
    }
  }

  #appendRun({ batch }: BatchVerification, end: number): void {
    const { firstHeight, lastSlot, count } = this.tree.appendRun(batch, this.#next, end);
    this.#slot = lastSlot;
    this.#next += count;
    this.#isTreeFull = this.#next < end;
    if (count > 0) this.listener.appended(firstHeight);
  }

  #insert(verification: BatchVerification, index: number): void {
    const { records, hashes } = verification.batch;
    const dueAt = verification.dueAt.get(index);
    if (dueAt !== undefined) {
      const hash = verification.hash(index);
      this.heldHeaders.add({ from: this.request.source, record: verification.record(index), hash, dueAt });
      this.#held++;
      return;
    }
    const result = this.tree.insertChecked(records, hashes, this.#slot, index);
    if (result.kind === 'duplicate') this.#duplicates++;
    if (result.kind === 'rejected') {
      // Of two headers with one hash the first stays, and the branch goes on from there.
      const isEquivocation = result.code === 'HEADER_EQUIVOCATION';
      const first = isEquivocation ? this.tree.find(hashes, index * 32) : undefined;
      if (first === undefined) {
        this.#isTreeFull = true;
        return;
      }
      this.#slot = first;
      this.#equivocations++;
      this.listener.equivocated(verification.hash(index));
      return;
    }
    this.#slot = result.slot;
    this.listener.inserted(result, this.request.source);
  }
}
