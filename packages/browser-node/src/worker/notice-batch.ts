import type { NodeNotice, Status } from '@vision-light/protocol';

/** Milliseconds between two batches: 20 a second are more than a page can draw usefully. The first goes at once. */
const BATCH_INTERVAL_MS = 50;

/**
 * Collects notices on their way to the page, so that a fast sync costs the page a few messages a second.
 *
 * Bounded: within a batch a `tip`, a `status` and a peer's update supersede the one before, since the last tells all; but
 * no `tip` passes a `reorg`, no `status` an `error`, and no connection or disconnection of a peer is dropped. The others are rare.
 */
export class NoticeBatch {
  readonly #flush: (notices: readonly NodeNotice[]) => void;
  #notices: NodeNotice[] = [];
  #flushedAt = Number.NEGATIVE_INFINITY;
  #isScheduled = false;
  #status: Status | undefined;

  /** @param flush  called with at least one notice, never within `add` */
  constructor(flush: (notices: readonly NodeNotice[]) => void) {
    this.#flush = flush;
  }

  add(notice: NodeNotice): void {
    const superseded = this.#superseded(notice);
    if (superseded >= 0) this.#notices.splice(superseded, 1);
    this.#notices.push(notice);
    if (this.#isTurn(notice)) queueMicrotask(() => this.flush());
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const delayMs = this.#flushedAt + BATCH_INTERVAL_MS - performance.now();
    if (delayMs <= 0) queueMicrotask(() => this.flush());
    else setTimeout(() => this.flush(), delayMs);
  }

  /** Sends what has been collected, now. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#notices.length === 0) return;
    const notices = this.#notices;
    this.#notices = [];
    this.#flushedAt = performance.now();
    this.#flush(notices);
  }

  /** What an application waits for goes at once: another phase, and the end of saving what was synced. */
  #isTurn(notice: NodeNotice): boolean {
    if (notice.type !== 'status') return false;
    const before = this.#status;
    this.#status = notice.status;
    const { phase, storedHeight } = notice.status;
    return before?.phase !== phase || (phase === 'synced' && before.storedHeight !== storedHeight);
  }

  #superseded(notice: NodeNotice): number {
    if (notice.type === 'status') return this.#findAfterLast('error', 'status');
    if (notice.type === 'tip') return this.#findAfterLast('reorg', 'tip');
    if (notice.type === 'trust') return this.#notices.findIndex(({ type }) => type === 'trust');
    if (notice.type === 'peer') {
      const { id } = notice.change;
      return this.#notices.findIndex(
        (earlier) => earlier.type === 'peer' && earlier.change.kind === 'updated' && earlier.change.id === id,
      );
    }
    return -1;
  }

  /** Where the first of a type is that came after the last of another type, or -1. */
  #findAfterLast(barrier: NodeNotice['type'], type: NodeNotice['type']): number {
    const last = this.#notices.findLastIndex((earlier) => earlier.type === barrier);
    return this.#notices.findIndex((earlier, index) => earlier.type === type && index > last);
  }
}
