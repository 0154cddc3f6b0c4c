/**
 * Headers from this side: of a miner, a file, a bridge. They are verified like those of a peer. Each source is a line of
 * its own at the verifier, so that a source which brings much, or rubbish, delays no other.
 *
 * Memory: SUBMISSIONS_MAX batches of each of SUBMISSION_SOURCES_MAX sources.
 */
import type { BlockSync } from '../blocks/block-sync.js';
import type { BodyFault } from '../chain/body-fault.js';
import type { ChainFamily, HeaderBatch } from '../chain/chain-family.js';
import type { SourceKey } from '../headers/batch-request.js';
import type { Verifier } from '../headers/verifier.js';
import type { SubmitCommand } from '../io/event.js';
import { SUBMISSION_SOURCES_MAX, SUBMISSIONS_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';

/** Verifies what the application submits, and answers each submission once. */
export class Submissions {
  /** How many batches of each source are being verified. */
  readonly #pending = new Map<string, number>();

  constructor(
    readonly family: ChainFamily,
    readonly verifier: Verifier,
    readonly blocks: BlockSync,
    readonly outbox: Outbox,
    /** Work from genesis that a branch must have to be kept without having shown it first. */
    readonly enoughWork: () => bigint,
  ) {}

  /** @param isOpen  false while the stored chain is not loaded, or the node closes: then SUBMIT_BUSY is the answer */
  submit(
    { batch, bodies = [], ticket, source = '', isForwarded = false }: SubmitCommand,
    isOpen: boolean,
    wallTime: number,
  ): void {
    const answer = (accepted: number, code?: string, bodyFault?: BodyFault): void =>
      this.outbox.emit({
        type: 'submitted',
        ticket,
        accepted,
        ...(code === undefined ? {} : { code }),
        ...(bodyFault === undefined ? {} : { bodyFault }),
      });
    if (!isOpen || !this.#mayAdd(source)) {
      answer(0, 'SUBMIT_BUSY');
      return;
    }
    if (isForwarded && !this.#hasEnoughWork(batch)) {
      answer(0, 'LOW_WORK');
      return;
    }
    this.#pending.set(source, (this.#pending.get(source) ?? 0) + 1);
    const key: SourceKey = `local:${source}`;
    const parent = this.family.parent(batch.records.subarray(0, this.family.recordBytes)).slice();
    const request = { source: key, parent, count: batch.count, content: batch };
    this.verifier.submit(
      {
        ...request,
        done: ({ accepted, fault }) => {
          this.#done(source);
          let bodyFault: BodyFault | undefined;
          bodies.slice(0, accepted).forEach((body, i) => {
            if (body === undefined) return;
            const found = this.blocks.submitted(batch.hashes.subarray(32 * i, 32 * (i + 1)), body);
            bodyFault ??= found;
          });
          answer(accepted, fault, bodyFault);
        },
      },
      wallTime,
    );
  }

  /** Of a branch whose begin is not known there is nothing to say here: the verifier refuses it. */
  #hasEnoughWork({ count, records }: HeaderBatch): boolean {
    const { family } = this;
    const { tree } = this.blocks;
    const slot = tree.find(family.parent(records.subarray(0, family.recordBytes)));
    if (slot === undefined) return true;
    let work = tree.chainwork(slot);
    for (let i = 0; i < count; i++) work += family.work(records, i * family.recordBytes);
    return work >= this.enoughWork();
  }

  #mayAdd(source: string): boolean {
    const pending = this.#pending.get(source);
    return pending === undefined ? this.#pending.size < SUBMISSION_SOURCES_MAX : pending < SUBMISSIONS_MAX;
  }

  #done(source: string): void {
    const left = (this.#pending.get(source) ?? 0) - 1;
    if (left > 0) this.#pending.set(source, left);
    else this.#pending.delete(source);
  }
}
