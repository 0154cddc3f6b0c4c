/**
 * The storage of a node as its parts see it: they ask, and are called back when the platform has answered.
 *
 * Memory: the callbacks of at most STORAGE_REQUESTS_MAX requests. Every part bounds what it has outstanding itself (one
 * write at a time, a few reads), so more is a mistake of this program and stops the node.
 */
import { assert, defined } from '../assert.js';
import { STORAGE_REQUESTS_MAX } from '../limits.js';
import type { Effect } from './effect.js';
import type { NodeEventBody } from './event.js';
import {
  isKeyOf,
  type KeyOf,
  type StorageChange,
  type StorageFailure,
  type StorageOperation,
  type StorageRecord,
  type StorageSelection,
  type TableName,
} from './storage.js';

/** Called once for a request: with the result, or with the reason why there is none. `now` is monotonic ms. */
export interface StorageListener<Result> {
  done(result: Result, now: number): void;
  failed(failure: StorageFailure, now: number): void;
}

/** The platform's answer to a storage request. */
export type StorageAnswer = Extract<NodeEventBody, { type: 'storageAnswered' }>;

/** Turns questions of the node's parts into effects, and the answers into calls. */
export class StoragePort {
  readonly #waiting = new Map<number, (answer: StorageAnswer, now: number) => void>();
  #lastRequest = 0;

  /** @param effects  takes what the platform shall do */
  constructor(readonly effects: { push(effect: Effect): void }) {}

  /** Requests that are not answered yet. */
  get outstanding(): number {
    return this.#waiting.size;
  }

  /** Reads records as they are at one moment; those that are not there are left out. */
  read(selections: readonly StorageSelection[], listener: StorageListener<readonly StorageRecord[]>): void {
    this.#ask({ kind: 'read', selections }, (answer, now) => {
      if ('failure' in answer) return listener.failed(answer.failure, now);
      assert(answer.result.kind === 'read', 'the answer is of the kind that was asked for');
      listener.done(answer.result.records, now);
    });
  }

  /** Lists the keys of a table. */
  list<Table extends TableName>(table: Table, listener: StorageListener<readonly KeyOf<Table>[]>): void {
    this.#ask({ kind: 'list', table }, (answer, now) => {
      if ('failure' in answer) return listener.failed(answer.failure, now);
      assert(answer.result.kind === 'list', 'the answer is of the kind that was asked for');
      const keys: KeyOf<Table>[] = [];
      for (const key of answer.result.keys) {
        assert(isKeyOf(table, key), 'a store lists keys that its table can have');
        keys.push(key);
      }
      listener.done(keys, now);
    });
  }

  /** Writes all changes in their order, or none of them. */
  write(changes: readonly StorageChange[], listener: StorageListener<void>): void {
    this.#ask({ kind: 'write', changes }, (answer, now) => {
      if ('failure' in answer) return listener.failed(answer.failure, now);
      assert(answer.result.kind === 'write', 'the answer is of the kind that was asked for');
      listener.done(undefined, now);
    });
  }

  /** The platform has answered. @param now  monotonic ms */
  answered(answer: StorageAnswer, now: number): void {
    const settle = defined(this.#waiting.get(answer.request), 'the platform answers each request once');
    this.#waiting.delete(answer.request);
    settle(answer, now);
  }

  #ask(operation: StorageOperation, settle: (answer: StorageAnswer, now: number) => void): void {
    assert(this.#waiting.size < STORAGE_REQUESTS_MAX, 'every part bounds its storage requests');
    const request = ++this.#lastRequest;
    this.#waiting.set(request, settle);
    this.effects.push({ type: 'storage', request, operation });
  }
}
