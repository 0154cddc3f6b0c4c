import type { Clock } from '@vision-light/signaling';

/** A clock that stands still until a test moves it on. */
export class ManualClock implements Clock {
  #now = 0;
  #whenSet: () => void = () => {};
  readonly #timers = new Map<object, { readonly dueMs: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const key = {};
    this.#timers.set(key, { dueMs: this.#now + delayMs, callback });
    this.#whenSet();
    return () => this.#timers.delete(key);
  }

  /** Milliseconds until each timer that is set, the nearest first. */
  get delays(): readonly number[] {
    return [...this.#timers.values()].map(({ dueMs }) => dueMs - this.#now).sort((a, b) => a - b);
  }

  /** Resolves once a timer is set. */
  async untilSet(): Promise<void> {
    if (this.#timers.size > 0) return;
    await new Promise<void>((resolve) => {
      this.#whenSet = resolve;
    });
  }

  /** Moves on, and calls what is due by then, in the order in which it is due. */
  advance(byMs: number): void {
    const end = this.#now + byMs;
    for (;;) {
      const due = [...this.#timers].filter(([, { dueMs }]) => dueMs <= end);
      const [next] = due.sort(([, a], [, b]) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      const [key, { dueMs, callback }] = next;
      this.#timers.delete(key);
      this.#now = dueMs;
      callback();
    }
    this.#now = end;
  }
}
