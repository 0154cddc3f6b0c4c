import { beforeEach, describe, expect, it } from 'vitest';
import { InvariantError } from '../assert.js';
import { STORAGE_REQUESTS_MAX } from '../limits.js';
import type { Effect } from './effect.js';
import {
  isKeyOf,
  isRecordOf,
  putRecord,
  type StorageFailure,
  type StorageRecord,
  type StorageResult,
  select,
} from './storage.js';
import { StoragePort } from './storage-port.js';

const hash = new Uint8Array(32).fill(7);
const body: StorageRecord = { table: 'bodies', key: hash, value: Uint8Array.of(1) };
const change = putRecord('bodies', hash, Uint8Array.of(1));

let effects: Effect[];
let port: StoragePort;
let log: unknown[];

beforeEach(() => {
  effects = [];
  port = new StoragePort(effects);
  log = [];
});

const listener = {
  done: (result: unknown, now: number) => void log.push(['done', result, now]),
  failed: (failure: unknown, now: number) => void log.push(['failed', failure, now]),
};

type Outcome = { readonly request: number } & (
  | { readonly result: StorageResult }
  | { readonly failure: StorageFailure }
);

/** The platform's answer, at 50 ms. */
function answer(outcome: Outcome): void {
  port.answered({ type: 'storageAnswered', ...outcome }, 50);
}

describe('StoragePort', () => {
  it('asks for what it is asked, each under a number of its own', () => {
    port.read([select('bodies', hash), { table: 'segments', from: 3 }], listener);
    port.list('bodies', listener);
    port.write([change], listener);
    expect(effects).toEqual([
      {
        type: 'storage',
        request: 1,
        operation: {
          kind: 'read',
          selections: [
            { table: 'bodies', key: hash },
            { table: 'segments', from: 3 },
          ],
        },
      },
      { type: 'storage', request: 2, operation: { kind: 'list', table: 'bodies' } },
      { type: 'storage', request: 3, operation: { kind: 'write', changes: [change] } },
    ]);
    expect(port.outstanding).toBe(3);
  });

  it('calls back those who asked, in whatever order the answers come', () => {
    port.read([select('bodies', hash)], listener);
    port.list('bodies', listener);
    port.write([change], listener);
    answer({ request: 3, result: { kind: 'write' } });
    answer({ request: 1, result: { kind: 'read', records: [body] } });
    answer({ request: 2, result: { kind: 'list', keys: [hash] } });
    expect(log).toEqual([
      ['done', undefined, 50],
      ['done', [body], 50],
      ['done', [hash], 50],
    ]);
    expect(port.outstanding).toBe(0);
  });

  it('says why there is no result', () => {
    const failure = { code: 'STORE_QUOTA', detail: 'full' } as const;
    port.read([], listener);
    port.list('bodies', listener);
    port.write([], listener);
    for (const request of [1, 2, 3]) answer({ request, failure });
    expect(log).toEqual([1, 2, 3].map(() => ['failed', failure, 50]));
  });

  it('may be asked again by who is called back', () => {
    const again = { ...listener, done: () => port.write([change], listener) };
    for (let i = 0; i < STORAGE_REQUESTS_MAX; i++) port.write([change], again);
    answer({ request: 1, result: { kind: 'write' } });
    expect([effects.length, port.outstanding]).toEqual([STORAGE_REQUESTS_MAX + 1, STORAGE_REQUESTS_MAX]);
  });

  it('takes as many requests as there may be, and not one more', () => {
    for (let i = 0; i < STORAGE_REQUESTS_MAX; i++) port.list('bodies', listener);
    expect(() => port.list('bodies', listener)).toThrow(InvariantError);
    expect(effects.length).toBe(STORAGE_REQUESTS_MAX);
  });

  it('stops the node at an answer that nobody waits for, twice or of another kind', () => {
    port.write([change], listener);
    expect(() => answer({ request: 2, result: { kind: 'write' } })).toThrow(InvariantError);
    answer({ request: 1, result: { kind: 'write' } });
    expect(() => answer({ request: 1, result: { kind: 'write' } })).toThrow(InvariantError);
    port.read([], listener);
    port.list('bodies', listener);
    port.list('bodies', listener);
    port.write([], listener);
    expect(() => answer({ request: 2, result: { kind: 'write' } })).toThrow('of the kind that was asked');
    expect(() => answer({ request: 3, result: { kind: 'write' } })).toThrow('of the kind that was asked');
    expect(() => answer({ request: 4, result: { kind: 'list', keys: ['tip'] } })).toThrow(
      'its table can have',
    );
    expect(() => answer({ request: 5, result: { kind: 'list', keys: [] } })).toThrow(
      'of the kind that was asked',
    );
    expect(log).toEqual([['done', undefined, 50]]);
  });
});

describe('keys', () => {
  it('are of the kind that their table has', () => {
    for (const key of [0, 1, 2 ** 53 - 1]) expect(isKeyOf('segments', key)).toBe(true);
    for (const key of [-1, 0.5, 2 ** 53, Number.NaN, '0', hash, undefined])
      expect(isKeyOf('segments', key)).toBe(false);
    expect(isKeyOf('bodies', hash)).toBe(true);
    for (const key of [hash.slice(1), new Uint8Array(33), [...hash], 5, 'cat', hash.buffer])
      expect(isKeyOf('bodies', key)).toBe(false);
    expect(isKeyOf('meta', 'tip')).toBe(true);
    for (const key of ['', 'two words', 'é', 1]) expect(isKeyOf('meta', key)).toBe(false);
  });

  it('tell of which table a record is', () => {
    expect([isRecordOf(body, 'bodies'), isRecordOf(body, 'segments')]).toEqual([true, false]);
    expect(isRecordOf({ ...body, key: 'tip' }, 'bodies')).toBe(false);
  });
});
