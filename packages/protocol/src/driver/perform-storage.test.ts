import { describe, expect, it } from 'vitest';
import type { StorageOperation } from '../io/storage.js';
import { putRecord, select } from '../io/storage.js';
import { MemoryStore } from './memory-store.js';
import { performStorage } from './perform-storage.js';
import { readRecord, StoreError } from './store.js';

const hash = new Uint8Array(32).fill(7);
const operations: readonly StorageOperation[] = [
  { kind: 'write', changes: [putRecord('bodies', hash, Uint8Array.of(1))] },
  { kind: 'list', table: 'bodies' },
  { kind: 'read', selections: [select('bodies', hash)] },
];

/** A store of which every use ends so. */
class FailingStore extends MemoryStore {
  constructor(readonly fail: () => Promise<never>) {
    super();
  }

  override read = (): Promise<never> => this.fail();
  override list = (): Promise<never> => this.fail();
  override write = (): Promise<never> => this.fail();
}

describe('performStorage', () => {
  it('answers each operation with its result', async () => {
    const store = new MemoryStore();
    const answers = [];
    for (const [request, operation] of operations.entries())
      answers.push(await performStorage(store, { type: 'storage', request, operation }));
    expect(answers).toEqual([
      { type: 'storageAnswered', request: 0, result: { kind: 'write' } },
      { type: 'storageAnswered', request: 1, result: { kind: 'list', keys: [hash] } },
      {
        type: 'storageAnswered',
        request: 2,
        result: { kind: 'read', records: [{ table: 'bodies', key: hash, value: Uint8Array.of(1) }] },
      },
    ]);
  });

  it.each([
    ['a code of the store', new StoreError('STORE_QUOTA', new Error('full')), 'STORE_QUOTA', 'Error: full'],
    ['a code without a cause', new StoreError('STORE_DENIED'), 'STORE_DENIED', 'STORE_DENIED'],
    ['an error that no store should throw', new TypeError('oops'), 'STORE_FAILED', 'TypeError: oops'],
    ['what is no error', 'oops', 'STORE_FAILED', 'oops'],
  ])('never rejects: %s becomes an answer', async (_, error, code, detail) => {
    const rejecting = new FailingStore(() => Promise.reject(error));
    const throwing = new FailingStore(() => {
      throw error;
    });
    for (const store of [rejecting, throwing])
      for (const operation of operations)
        expect(await performStorage(store, { type: 'storage', request: 5, operation })).toEqual({
          type: 'storageAnswered',
          request: 5,
          failure: { code, detail },
        });
  });
});

describe('readRecord', () => {
  it('gives the value, or nothing', async () => {
    const store = new MemoryStore();
    await store.write([putRecord('meta', 'tip', Uint8Array.of(3))]);
    expect(await readRecord(store, 'meta', 'tip')).toEqual(Uint8Array.of(3));
    expect(await readRecord(store, 'bodies', hash)).toBeUndefined();
  });
});
