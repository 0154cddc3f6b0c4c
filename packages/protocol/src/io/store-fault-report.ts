/**
 * Tells the application what is wrong with the store: one cause, one event, however many parts meet it. A full disk
 * refuses headers and bodies alike, and each of them is tried again and again.
 *
 * Memory: one code for each part that keeps something.
 */
import type { StorageFailure, StoreFault } from './storage.js';

/** Which parts cannot use the store, and why. */
export class StoreFaultReport {
  readonly #failing = new Map<string, StoreFault>();

  /**
   * @param report  called with a failure that the application does not know of yet
   * @param full  called each time that the store is full
   */
  constructor(
    readonly report: (failure: StorageFailure) => void,
    readonly full: () => void,
  ) {}

  /** What a part asked of the store has failed. */
  failed(part: string, failure: StorageFailure): void {
    const isKnown = [...this.#failing.values()].includes(failure.code);
    this.#failing.set(part, failure.code);
    if (!isKnown) this.report(failure);
    if (failure.code === 'STORE_QUOTA') this.full();
  }

  /** A part has its answer. @param failure  undefined if the store did what was asked */
  answered(part: string, failure: StorageFailure | undefined): void {
    if (failure === undefined) this.works(part);
    else this.failed(part, failure);
  }

  /** The store has taken what a part wrote: the next failure of it is news again. */
  works(part: string): void {
    this.#failing.delete(part);
  }
}
