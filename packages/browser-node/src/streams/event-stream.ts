/**
 * Events of something that goes on, as an asynchronous iterator. A reader that is slower gets the newest of several equal kinds in
 * a row that only count. Memory: as many events as `max` says; whoever has more waits until they are read.
 */

/** What an {@link EventStream} needs to know. */
export interface EventStreamOptions {
  /** Events that may wait for their reader. */
  readonly max: number;
  /** Kinds of which the newest of several in a row says all. */
  readonly counts: readonly string[];
  /** Called when somebody waits for more, or leaves: what came before has been dealt with. Leaving waits for a promise. */
  onRead(): void | Promise<void>;
  /** Called once. */
  onEnd(): void;
}

interface Reader<Event> {
  resolve(result: IteratorResult<Event, undefined>): void;
  reject(error: unknown): void;
}

/** See the head of this file. */
export class EventStream<Event extends { readonly kind: string }>
  implements AsyncIterableIterator<Event, undefined>
{
  readonly #events: Event[] = [];
  readonly #readers: Reader<Event>[] = [];
  /** Whether nothing was unread when the reader left but what only counts; undefined before it leaves. */
  #hasReadAll: boolean | undefined;
  #end: { readonly error: unknown } | 'done' | undefined;

  constructor(readonly options: EventStreamOptions) {}

  /** Whether more is to wait until the reader has caught up. */
  get isFull(): boolean {
    return this.#events.length >= this.options.max;
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
      void this.options.onRead();
    });
  }

  /** Ends the iteration, and what has not been read is dropped. Resolves once `onRead` is through. */
  async return(): Promise<IteratorResult<Event, undefined>> {
    this.#hasReadAll ??= this.#events.every(({ kind }) => this.options.counts.includes(kind));
    this.#events.length = 0;
    this.end();
    await this.options.onRead();
    return { done: true, value: undefined };
  }

  push(event: Event): void {
    if (this.#end !== undefined) return;
    const frozen = Object.freeze(event);
    const reader = this.#readers.shift();
    if (reader !== undefined) {
      reader.resolve({ done: false, value: frozen });
      return;
    }
    if (this.#events.at(-1)?.kind === frozen.kind && this.options.counts.includes(frozen.kind))
      this.#events.pop();
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
    this.options.onEnd();
  }
}
