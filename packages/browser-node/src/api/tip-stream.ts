import type { Tip } from '@vision-light/protocol';

/**
 * The tips of a node as an asynchronous iterator: the present one first, then each new one. A reader who is slower than
 * the chain gets the newest, not a backlog.
 */
export class TipStream implements AsyncIterableIterator<Tip> {
  #latest: Tip | undefined;
  #isEnded = false;
  readonly #readers: ((result: IteratorResult<Tip, undefined>) => void)[] = [];
  readonly #onEnd: (stream: TipStream) => void;

  constructor(tip: Tip, onEnd: (stream: TipStream) => void) {
    this.#latest = tip;
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Tip, undefined>> {
    const tip = this.#latest;
    this.#latest = undefined;
    if (tip !== undefined) return Promise.resolve({ done: false, value: tip });
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  return(): Promise<IteratorResult<Tip, undefined>> {
    this.end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** A new tip, for whoever waits or asks next. */
  push(tip: Tip): void {
    if (this.#isEnded) return;
    const reader = this.#readers.shift();
    if (reader === undefined) this.#latest = tip;
    else reader({ done: false, value: tip });
  }

  /** Ends the iteration, at once and for good. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#latest = undefined;
    for (const reader of this.#readers.splice(0)) reader({ done: true, value: undefined });
    this.#onEnd(this);
  }
}
