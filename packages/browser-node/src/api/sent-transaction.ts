import type { SentState } from '@vision-light/protocol';
import { LightNodeError } from '../boundary/light-node-error.js';

/**
 * A transaction that was sent, as an asynchronous iterator of what becomes of it, and as promises. A reader that is slower
 * than the chain gets the newest count of peers or confirmations, and every other state. The iteration ends when nothing more
 * can come, and when the node is closed.
 */
export interface SentTransaction extends AsyncIterableIterator<SentState, undefined> {
  /**
   * Its id, 64 lowercase hex digits, once this node has checked it and taken it into its mempool.
   *
   * @throws {LightNodeError} with a TX_ code if it was refused; NODE_CLOSED
   */
  readonly id: Promise<string>;
  /**
   * Waits until so many blocks of the best chain have the transaction or follow the one that has it.
   *
   * @param count  1 if absent
   * @throws {LightNodeError} with a TX_ code if it was refused; TX_REPLACED or TX_EXPIRED if it will never come; NODE_CLOSED
   * @throws {RangeError} if `count` is no whole number from 1 to 144
   */
  confirmed(count?: number): Promise<void>;
}

/** More are not told. */
const CONFIRMATIONS_MAX = 144;

interface Reader {
  resolve(result: IteratorResult<SentState, undefined>): void;
  reject(error: LightNodeError): void;
}

interface Waiter {
  readonly count: number;
  resolve(): void;
  reject(error: LightNodeError): void;
}

/** What is behind a {@link SentTransaction}: it is told what happens. */
export class TransactionWatch implements SentTransaction {
  readonly id: Promise<string>;
  #accept: (id: string) => void = () => {};
  #refuse: (error: LightNodeError) => void = () => {};
  #states: SentState[] = [];
  #confirmations = 0;
  #last: SentState['kind'] | undefined;
  /** Why nothing more comes, for whoever waits; and for whoever reads, if it was refused. */
  #end: { readonly error: LightNodeError; readonly isRefused: boolean } | undefined;
  readonly #readers: Reader[] = [];
  #waiters: Waiter[] = [];
  readonly #onEnd: (watch: TransactionWatch) => void;

  /** @param onEnd  called once, when nothing more is to be told to it */
  constructor(onEnd: (watch: TransactionWatch) => void) {
    this.#onEnd = onEnd;
    this.id = new Promise((resolve, reject) => {
      this.#accept = resolve;
      this.#refuse = reject;
    });
    // Whoever reads or waits hears of a refusal too.
    this.id.catch(() => {});
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<SentState, undefined>> {
    const value = this.#states.shift();
    if (value !== undefined) return Promise.resolve({ done: false, value });
    if (this.#end?.isRefused === true) return Promise.reject(this.#end.error);
    if (this.#end !== undefined) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<SentState, undefined>> {
    this.#states = [];
    // Those who wait for a confirmation go on waiting.
    for (const { resolve } of this.#readers.splice(0)) resolve({ done: true, value: undefined });
    return Promise.resolve({ done: true, value: undefined });
  }

  confirmed(count = 1): Promise<void> {
    if (!Number.isInteger(count) || count < 1 || count > CONFIRMATIONS_MAX)
      return Promise.reject(
        new RangeError(
          `confirmed: count must be a whole number from 1 to ${CONFIRMATIONS_MAX}, got ${count}`,
        ),
      );
    if (this.#confirmations >= count) return Promise.resolve();
    if (this.#end !== undefined) return Promise.reject(this.#end.error);
    return new Promise((resolve, reject) => this.#waiters.push({ count, resolve, reject }));
  }

  /** It is in the mempool here. */
  accepted(id: string): void {
    this.#accept(id);
  }

  /** It was not taken. */
  refused(error: LightNodeError): void {
    this.#refuse(error);
    this.#finish(error, true);
  }

  /** The node is closed. */
  closed(): void {
    const error = new LightNodeError('NODE_CLOSED');
    this.#refuse(error);
    this.#finish(error);
  }

  /** Something has become of it. */
  tell(state: SentState): void {
    // That it is in the mempool both its id and the node say.
    if (this.#end !== undefined || (state.kind === 'pending' && this.#last === 'pending')) return;
    this.#last = state.kind;
    const reader = this.#readers.shift();
    if (reader !== undefined) reader.resolve({ done: false, value: state });
    else {
      if (this.#states.at(-1)?.kind === state.kind) this.#states.pop();
      this.#states.push(state);
    }
    if (state.kind === 'reorgedOut') this.#confirmations = 0;
    if (state.kind === 'confirmed') this.#confirm(state.count);
    if (state.kind === 'replaced') this.#finish(new LightNodeError('TX_REPLACED', state.by));
    if (state.kind === 'expired') this.#finish(new LightNodeError('TX_EXPIRED'));
  }

  #confirm(count: number): void {
    this.#confirmations = count;
    const waiters = this.#waiters;
    this.#waiters = waiters.filter((waiter) => waiter.count > count);
    for (const waiter of waiters) if (waiter.count <= count) waiter.resolve();
    // Nobody can wait for more, so this error reaches nobody.
    if (count >= CONFIRMATIONS_MAX) this.#finish(new LightNodeError('NODE_CLOSED'));
  }

  #finish(error: LightNodeError, isRefused = false): void {
    if (this.#end !== undefined) return;
    this.#end = { error, isRefused };
    for (const { resolve, reject } of this.#readers.splice(0)) {
      if (isRefused) reject(error);
      else resolve({ done: true, value: undefined });
    }
    for (const { reject } of this.#waiters.splice(0)) reject(error);
    this.#onEnd(this);
  }
}
