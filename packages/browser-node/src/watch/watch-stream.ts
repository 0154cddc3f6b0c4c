/**
 * Events of one watch as an asynchronous iterator. A reader that is slower than the chain gets the newest of several equal
 * kinds in a row that only count. Memory: WATCH_EVENTS_MAX events; a watch that has more does not look on before they are
 * read.
 */
import { WATCH_EVENTS_MAX } from '@vision-light/protocol';

/** Of several in a row the newest says all. */
const counts: ReadonlySet<string> = new Set(['scanned', 'confirmed']);

interface Reader<Event> {
  resolve(result: IteratorResult<Event, undefined>): void;
  reject(error: unknown): void;
}

/** See the head of this file. */
export class WatchStream<Event extends { readonly kind: string }>
  implements AsyncIterableIterator<Event, undefined>
{
  readonly #events: Event[] = [];
  readonly #readers: Reader<Event>[] = [];
  /** Whether nothing was unread when the reader left; undefined before it leaves. */
  #hasReadAll: boolean | undefined;
  #end: { readonly error: unknown } | 'done' | undefined;

  /**
   * @param onRead  called when somebody waits for more, or leaves: what came before has been dealt with
   * @param onEnd  called once
   */
  constructor(
    readonly onRead: () => void,
    readonly onEnd: () => void,
  ) {}

  /** Whether more is to wait until the reader has caught up. */
  get isFull(): boolean {
    return this.#events.length >= WATCH_EVENTS_MAX;
  }

  /** Whether the reader has dealt with everything: it waits for more, or has left with nothing unread. */
  get isDrained(): boolean {
    return this.#readers.length > 0 || this.#hasReadAll === true;
  }

  /** Whether nothing more comes. */
  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Event, undefined>> {
    const value = this.#events.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#end === 'done') return Promise.resolve({ done: true, value: undefined });
    if (this.#end !== undefined) {
      const { error } = this.#end;
      this.#end = 'done';
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      this.#readers.push({ resolve, reject });
      this.onRead();
    });
  }

  /** Ends the iteration, and what has not been read is dropped. */
  return(): Promise<IteratorResult<Event, undefined>> {
    this.#hasReadAll ??= this.#events.length === 0;
    this.#events.length = 0;
    this.end();
    this.onRead();
    return Promise.resolve({ done: true, value: undefined });
  }

  push(event: Event): void {
    if (this.#end !== undefined) return;
    const frozen = Object.freeze(event);
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: frozen });
      return;
    }
    if (this.#events.at(-1)?.kind === frozen.kind && counts.has(frozen.kind)) this.#events.pop();
    this.#events.push(frozen);
  }

  /** Nothing more comes. @param fault  what `next` rejects with, once */
  end(fault?: { readonly error: unknown }): void {
    if (this.#end !== undefined) return;
    const [first, ...others] = this.#readers.splice(0);
    if (fault !== undefined && first !== undefined) first.reject(fault.error);
    else first?.resolve({ done: true, value: undefined });
    for (const { resolve } of others) resolve({ done: true, value: undefined });
    this.#end = fault !== undefined && first === undefined ? fault : 'done';
    this.onEnd();
  }
}
