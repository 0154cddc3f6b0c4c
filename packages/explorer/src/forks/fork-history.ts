/**
 * What a node has reported of forks in this visit, as a tree of blocks and as a list of events. Bounded: the newest EVENTS_MAX
 * events, and of a branch its first two blocks and its last ones, BRANCH_MAX in all.
 */
import type { Reorg, Tip, WithheldRun } from '@vision-light/browser-node';

/** Events that are kept. Arbitrary: a tree of more is not read. */
export const EVENTS_MAX = 12;

/** Blocks of one branch that are kept. Arbitrary: deeper reorganisations are rare, and are told in numbers. */
export const BRANCH_MAX = 12;

/** A branch above the block that it shares with another, lowest height first. */
export interface Branch {
  /** Its blocks; of one that is longer than BRANCH_MAX, those in its middle are left out. */
  readonly tips: readonly Tip[];
  /** How many blocks it has. */
  readonly count: number;
}

/** One event. */
export type ForkEvent = (
  | { readonly kind: 'reorg'; readonly ancestor: Tip; readonly left: Branch; readonly joined: Branch }
  | { readonly kind: 'competing'; readonly tips: readonly Tip[] }
  | { readonly kind: 'withheld'; readonly run: WithheldRun }
) & {
  /** Unix seconds. */
  readonly at: number;
  /** Counts up, so that an event can be told from others. */
  readonly number: number;
};

/** The events, newest first. */
export class ForkHistory {
  #events: readonly ForkEvent[] = [];
  #count = 0;

  get events(): readonly ForkEvent[] {
    return this.#events;
  }

  reorg({ ancestor, disconnected, connected }: Reorg, at: number): void {
    const [left, joined] = [branchOf(disconnected), branchOf(connected)];
    this.#add({ kind: 'reorg', ancestor, left, joined, at, number: this.#count });
  }

  competing(tips: readonly Tip[], at: number): void {
    this.#add({ kind: 'competing', tips: tips.slice(0, BRANCH_MAX), at, number: this.#count });
  }

  withheld(run: WithheldRun, at: number): void {
    this.#add({ kind: 'withheld', run, at, number: this.#count });
  }

  #add(event: ForkEvent): void {
    this.#count++;
    this.#events = [event, ...this.#events].slice(0, EVENTS_MAX);
  }
}

function branchOf(tips: readonly Tip[]): Branch {
  const count = tips.length;
  return { tips: count <= BRANCH_MAX ? tips : [...tips.slice(0, 2), ...tips.slice(2 - BRANCH_MAX)], count };
}
