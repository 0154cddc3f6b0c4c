/** Hands what the leader brought to the verifier: for the tree, or for the passes over a branch that has to show its work. */

import { type Answer, type BatchOutcome, sourceOf } from './batch-request.js';
import type { Lead } from './lead.js';
import type { Presync } from './presync/presync.js';
import type { SyncListener } from './sync-listener.js';
import type { Verifier } from './verifier.js';

/** Who is told what became of an answer. The turn that brought it may be over by then. */
export interface FeedListener extends Pick<SyncListener, 'verified'> {
  done(lead: Lead, outcome: BatchOutcome): void;
  walked(lead: Lead, presync: Presync, answer: Answer, outcome: BatchOutcome): void;
}

/** See the head of this file. */
export class AnswerFeed {
  constructor(
    readonly verifier: Verifier,
    readonly listener: FeedListener,
  ) {}

  /** One answer at a time while a branch has to show its work, else all. */
  hand(lead: Lead, wallTime: number): void {
    while (!lead.isWalking) {
      const answer = lead.waiting.shift();
      if (answer === undefined) return;
      if (lead.presync === undefined) this.verify(lead, answer, wallTime);
      else this.#walk(lead, lead.presync, answer, wallTime);
    }
  }

  /** Headers for the tree. */
  verify(lead: Lead, answer: Answer, wallTime: number): void {
    const { parentHeight, count, content } = answer;
    const done = (outcome: BatchOutcome): void => {
      const { isVerbatim, lastHash } = outcome;
      if (isVerbatim && lastHash !== undefined)
        this.listener.verified(parentHeight, count, content, lastHash);
      this.listener.done(lead, outcome);
    };
    const isAllOrNothing = lead.isFirstWhole;
    lead.isFirstWhole = false;
    this.verifier.submit({ source: sourceOf(lead.peer), ...answer, isAllOrNothing, done }, wallTime);
  }

  #walk(lead: Lead, presync: Presync, answer: Answer, wallTime: number): void {
    lead.isWalking = true;
    const done = (outcome: BatchOutcome): void => {
      lead.isWalking = false;
      this.listener.walked(lead, presync, answer, outcome);
    };
    this.verifier.submit({ source: sourceOf(lead.peer), ...answer, outside: presync, done }, wallTime);
  }
}
