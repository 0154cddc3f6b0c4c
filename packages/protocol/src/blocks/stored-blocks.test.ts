import { beforeEach, describe, expect, it } from 'vitest';
import { defined } from '../assert.js';
import type { Effect } from '../io/effect.js';
import {
  deleteRecord,
  putRecord,
  type StorageChange,
  type StorageOperation,
  type StorageResult,
  select,
} from '../io/storage.js';
import { StoragePort } from '../io/storage-port.js';
import { BODY_READS_MAX } from '../limits.js';
import { Outbox } from '../peer/outbox.js';
import { StoredBlocks } from './stored-blocks.js';

const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const bodyOf = (index: number): Uint8Array => Uint8Array.of(index, index);

type StorageEffect = Extract<Effect, { type: 'storage' }>;

let outbox: Outbox;
let storage: StoragePort;
let written: number[];
let log: unknown[];
let shelf: StoredBlocks;

beforeEach(() => {
  outbox = new Outbox();
  storage = new StoragePort(outbox);
  written = [];
  log = [];
  shelf = new StoredBlocks(storage, {
    stored: () => log.push('stored'),
    storeFailed: ({ code }) => log.push(code),
    written: ([index]) => written.push(index as number),
  });
});

/** The storage requests of one kind since the last call. */
function taken(kind: StorageOperation['kind']): StorageEffect[] {
  const effects = outbox.take().filter((effect): effect is StorageEffect => effect.type === 'storage');
  return effects.filter(({ operation }) => operation.kind === kind);
}

/** The store answers a request. */
function answer(effect: StorageEffect | undefined, result: StorageResult): void {
  const { request } = defined(effect, 'a test answers what was asked');
  storage.answered({ type: 'storageAnswered', request, result }, 0);
}

function fail(effect: StorageEffect | undefined): void {
  const { request } = defined(effect, 'a test answers what was asked');
  const failure = { code: 'STORE_QUOTA', detail: '' } as const;
  storage.answered({ type: 'storageAnswered', request, failure }, 0);
}

const store = (effect: StorageEffect | undefined): void => answer(effect, { kind: 'write' });
const give = (effect: StorageEffect | undefined, ...values: readonly Uint8Array[]): void =>
  answer(effect, {
    kind: 'read',
    records: values.map((value) => ({ table: 'bodies', key: hashOf(1), value })),
  });

/** The store says that it holds the bodies of these. */
function list(...indexes: readonly number[]): void {
  shelf.list();
  answer(taken('list')[0], { kind: 'list', keys: indexes.map(hashOf) });
}

/** What a write changes. */
function changesOf(effect: StorageEffect | undefined): readonly StorageChange[] {
  return effect?.operation.kind === 'write' ? effect.operation.changes : [];
}

/** What a read gives, if it has answered. */
function read(index: number): { body: Uint8Array | undefined; isAnswered: boolean } {
  const result: { body: Uint8Array | undefined; isAnswered: boolean } = {
    body: undefined,
    isAnswered: false,
  };
  shelf.read(hashOf(index), (body) => Object.assign(result, { body, isAnswered: true }));
  return result;
}

describe('StoredBlocks', () => {
  it('writes one change at a time, and tells when a body has reached the store', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.advance();
    const [first] = taken('write');
    expect(changesOf(first)).toEqual([putRecord('bodies', hashOf(1), bodyOf(1))]);
    shelf.put(hashOf(2), bodyOf(2));
    shelf.put(hashOf(3), bodyOf(3));
    shelf.advance();
    expect([taken('write'), written, shelf.unwritten]).toEqual([[], [], 3]);
    store(first);
    shelf.advance();
    const [second] = taken('write');
    expect([changesOf(second).length, written]).toEqual([2, [1]]);
    store(second);
    expect([written, shelf.unwritten, shelf.size]).toEqual([[1, 2, 3], 0, 3]);
  });

  it('reads at once what is not written yet, and what was touched last', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.put(hashOf(2), bodyOf(2));
    shelf.advance();
    const [change] = taken('write');
    expect([read(1).body, read(2).body]).toEqual([bodyOf(1), bodyOf(2)]);
    store(change);
    expect(read(2).body).toEqual(bodyOf(2));
    expect([read(1).isAnswered, taken('read').length]).toEqual([false, 1]);
  });

  it('asks the store for the rest, a few at a time', () => {
    list(...Array.from({ length: 20 }, (_, i) => i + 1));
    const reads = Array.from({ length: BODY_READS_MAX + 2 }, (_, i) => read(i + 1));
    const asked = taken('read');
    expect(asked.length).toBe(BODY_READS_MAX);
    give(asked[0], bodyOf(1));
    expect([reads[0]?.body, reads[1]?.isAnswered, taken('read').length]).toEqual([bodyOf(1), false, 1]);
  });

  it('asks for the body of a hash, once, and for nothing else', () => {
    list(1, 2);
    read(1);
    const [asked] = taken('read');
    expect(asked?.operation).toEqual({ kind: 'read', selections: [select('bodies', hashOf(1))] });
    give(asked, bodyOf(1));
    expect(taken('read')).toEqual([]);
  });

  it('can read as many bodies as there are, one after another, and still has them', () => {
    const indexes = Array.from({ length: 3 * BODY_READS_MAX }, (_, i) => i + 1);
    list(...indexes);
    for (const index of indexes) {
      const result = read(index);
      give(taken('read')[0], bodyOf(index));
      expect([result.body, shelf.has(hashOf(index))]).toEqual([bodyOf(index), true]);
    }
  });

  it('gives what was read last at once', () => {
    list(1, 2);
    read(1);
    give(taken('read')[0], bodyOf(1));
    shelf.remove(hashOf(2));
    expect([read(1), taken('read')]).toEqual([{ body: bodyOf(1), isAnswered: true }, []]);
  });

  it('does not give again what was removed while it was being read', () => {
    list(1);
    const early = read(1);
    const [asked] = taken('read');
    shelf.remove(hashOf(1));
    give(asked, bodyOf(1));
    expect([early.body, read(1)]).toEqual([bodyOf(1), { body: undefined, isAnswered: true }]);
  });

  it('says at once what it does not have, and finds out what the store has lost', () => {
    expect(read(1)).toEqual({ body: undefined, isAnswered: true });
    list(1);
    const lost = read(1);
    const [asked] = taken('read');
    give(asked);
    expect([lost, shelf.has(hashOf(1))]).toEqual([{ body: undefined, isAnswered: true }, false]);
  });

  it('removes what it has, and what was only about to be written is done with', () => {
    list(1);
    shelf.put(hashOf(2), bodyOf(2));
    shelf.remove(hashOf(1));
    shelf.remove(hashOf(2));
    shelf.remove(hashOf(3));
    shelf.advance();
    const [change] = taken('write');
    expect(changesOf(change)).toEqual([1, 2].map((index) => deleteRecord('bodies', hashOf(index))));
    expect([written, shelf.size, read(2).body]).toEqual([[2], 0, undefined]);
  });

  it('removes a body before any other was touched', () => {
    list(1);
    shelf.remove(hashOf(1));
    expect([shelf.size, read(1)]).toEqual([0, { body: undefined, isAnswered: true }]);
  });

  it('writes nothing where there is nothing to write, nor what it has', () => {
    list(1);
    shelf.put(hashOf(1), bodyOf(1));
    shelf.advance();
    expect([taken('write'), shelf.unwritten]).toEqual([[], 0]);
  });

  it('keeps hashes of its own, since the given ones may be views of a message', () => {
    list(1, 2);
    const [put, removed, lost] = [hashOf(3), hashOf(1), hashOf(2)];
    shelf.put(put, bodyOf(3));
    shelf.remove(removed);
    shelf.read(lost, () => undefined);
    const [asked] = taken('read');
    for (const hash of [put, removed, lost]) hash.fill(9);
    shelf.advance();
    expect(changesOf(taken('write')[0])).toEqual([
      deleteRecord('bodies', hashOf(1)),
      putRecord('bodies', hashOf(3), bodyOf(3)),
    ]);
    give(asked);
    expect([...shelf.hashes()]).toEqual([hashOf(3)]);
  });

  it('does not keep what could not be written', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.advance();
    const [change] = taken('write');
    expect(shelf.has(hashOf(1))).toBe(true);
    fail(change);
    expect([shelf.has(hashOf(1)), written, shelf.unwritten]).toEqual([false, [1], 0]);
  });

  it('keeps what could not be written if it is to be written once more', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.advance();
    const [change] = taken('write');
    shelf.remove(hashOf(1));
    shelf.put(hashOf(1), bodyOf(1));
    fail(change);
    expect([shelf.has(hashOf(1)), written, shelf.unwritten]).toEqual([true, [], 1]);
  });

  it('removes before it puts, in one write', () => {
    list(1);
    shelf.put(hashOf(2), bodyOf(2));
    shelf.remove(hashOf(1));
    shelf.advance();
    expect(changesOf(taken('write')[0])).toEqual([
      deleteRecord('bodies', hashOf(1)),
      putRecord('bodies', hashOf(2), bodyOf(2)),
    ]);
  });

  it('takes a body that cannot be read for lost', () => {
    list(1, 2);
    const lost = read(1);
    fail(taken('read')[0]);
    expect([lost.isAnswered, lost.body, shelf.has(hashOf(1)), shelf.has(hashOf(2))]).toEqual([
      true,
      undefined,
      false,
      true,
    ]);
  });

  it('knows what the store holds once the store says it, and takes one that cannot say it for empty', () => {
    expect(shelf.isListed).toBe(false);
    shelf.list();
    expect([shelf.isListed, shelf.size]).toEqual([false, 0]);
    fail(taken('list')[0]);
    expect([shelf.isListed, shelf.size]).toEqual([true, 0]);
  });

  it('lists again what the store holds once it was opened anew, and keeps what is still to be written', () => {
    list(1, 2);
    shelf.put(hashOf(3), bodyOf(3));
    shelf.advance();
    const [change] = taken('write');
    shelf.put(hashOf(4), bodyOf(4));
    shelf.list();
    expect([shelf.isListed, [...shelf.hashes()]]).toEqual([false, [hashOf(4), hashOf(3)]]);
    const [listing] = taken('list');
    // It went into the store that is gone, whatever that says; so it is written again.
    store(change);
    expect(written).toEqual([]);
    shelf.advance();
    expect(changesOf(taken('write')[0])).toEqual([
      putRecord('bodies', hashOf(4), bodyOf(4)),
      putRecord('bodies', hashOf(3), bodyOf(3)),
    ]);
    answer(listing, { kind: 'list', keys: [hashOf(2)] });
    expect([shelf.isListed, [...shelf.hashes()]]).toEqual([true, [hashOf(4), hashOf(3), hashOf(2)]]);
  });

  it('does not write again what was removed, though the store was opened anew while it was written', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.advance();
    const [change] = taken('write');
    shelf.remove(hashOf(1));
    shelf.list();
    store(change);
    shelf.advance();
    expect([shelf.size, changesOf(taken('write')[0])]).toEqual([0, [deleteRecord('bodies', hashOf(1))]]);
  });

  it('lists once more if the store was opened anew under a list, and believes the last list alone', () => {
    shelf.list();
    const [first] = taken('list');
    for (let i = 0; i < 20; i++) shelf.list();
    expect(taken('list')).toEqual([]);
    answer(first, { kind: 'list', keys: [hashOf(1)] });
    expect([shelf.isListed, shelf.size]).toEqual([false, 0]);
    answer(taken('list')[0], { kind: 'list', keys: [hashOf(2)] });
    expect([shelf.isListed, [...shelf.hashes()]]).toEqual([true, [hashOf(2)]]);
  });

  it('knows the bodies that the store lists', () => {
    list(1, 2);
    expect([shelf.isListed, [...shelf.hashes()]]).toEqual([true, [hashOf(1), hashOf(2)]]);
  });

  it('says of each write whether the store took it, before it says so of its bodies', () => {
    shelf.put(hashOf(1), bodyOf(1));
    shelf.advance();
    store(taken('write')[0]);
    shelf.put(hashOf(2), bodyOf(2));
    shelf.advance();
    fail(taken('write')[0]);
    expect([log, written]).toEqual([
      ['stored', 'STORE_QUOTA'],
      [1, 2],
    ]);
  });
});
