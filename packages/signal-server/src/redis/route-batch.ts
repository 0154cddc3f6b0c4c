import type { RouteOutcome } from '../directory/directory.js';
import type { RedisLink } from './redis-link.js';

/** A signal that waits for the end of this turn of the event loop. */
interface Waiting {
  readonly from: string;
  readonly to: string;
  readonly signal: string;
  resolve(outcome: RouteOutcome | undefined): void;
  reject(cause: unknown): void;
}

/** Signals in one script: so long may Redis be busy with it, about a millisecond. */
const BATCH_MAX = 64;

/** Characters of signals in one script: one more signal may come on top. */
const BATCH_CHARS_MAX = 256 * 1024;

const OUTCOMES: Readonly<Record<string, RouteOutcome>> = {
  k: { ok: true },
  n: { ok: false, code: 'SIGNAL_NO_SUCH_PEER' },
};

/**
 * Sends signals to Redis in batches: a script for each would cost more than the signal itself. While one batch has not
 * been answered, the next one is collected. So a signal waits for nothing when there are few, and batches grow with the
 * load.
 *
 * Whoever calls another script has to {@link flush} first, so that all take effect in the order of the calls.
 */
export class RouteBatch {
  readonly #link: RedisLink;
  readonly #inboxEntriesMax: string;
  #waiting: Waiting[] = [];
  #chars = 0;
  #inFlight = 0;
  #timer: NodeJS.Immediate | undefined;

  constructor(link: RedisLink, inboxEntriesMax: number) {
    this.#link = link;
    this.#inboxEntriesMax = String(inboxEntriesMax);
  }

  /**
   * Routes one signal.
   *
   * @returns undefined if Redis does not know the sender
   */
  route(from: string, to: string, signal: string): Promise<RouteOutcome | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ from, to, signal, resolve, reject });
      this.#chars += signal.length;
      if (this.#waiting.length >= BATCH_MAX || this.#chars >= BATCH_CHARS_MAX) this.flush();
      // All that comes in this turn of the event loop.
      else if (this.#inFlight === 0) this.#timer ??= setImmediate(() => this.flush());
    });
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#timer !== undefined) clearImmediate(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#chars = 0;
    this.#inFlight += 1;
    const args = batch.flatMap(({ from, to, signal }) => [from, to, signal]);
    this.#link.call('route', [this.#inboxEntriesMax, ...args]).then(
      (codes) => {
        for (const [i, { resolve }] of batch.entries()) resolve(OUTCOMES[String(codes)[i]!]);
        this.#next();
      },
      (cause) => {
        for (const { reject } of batch) reject(cause);
        this.#next();
      },
    );
  }

  #next(): void {
    this.#inFlight -= 1;
    if (this.#inFlight === 0) this.flush();
  }
}
