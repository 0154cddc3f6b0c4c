import { beforeEach, expect, test } from 'vitest';
import { MemoryStore } from '../../driver/memory-store.js';
import { performStorage } from '../../driver/perform-storage.js';
import type { Effect } from '../../io/effect.js';
import { putRecord } from '../../io/storage.js';
import { StoragePort } from '../../io/storage-port.js';
import { DISCOURAGED_MAX, DISCOURAGED_S } from '../../limits.js';
import { Discouraged } from './discouraged.js';

const NOON = 1_800_000_000;
const keyOf = (number: number): Uint8Array => {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, number);
  return key;
};

let store: MemoryStore;
let effects: Effect[];
let port: StoragePort;

/** Answers what is asked of the store until nothing is. */
async function settle(): Promise<void> {
  for (let effect = effects.shift(); effect !== undefined; effect = effects.shift()) {
    if (effect.type !== 'storage') throw new Error(effect.type);
    const answer = await performStorage(store, effect);
    if (answer.type === 'storageAnswered') port.answered(answer, 0);
  }
}

async function open(): Promise<Discouraged> {
  effects = [];
  port = new StoragePort(effects);
  const discouraged = new Discouraged(port);
  discouraged.start();
  await settle();
  return discouraged;
}

beforeEach(() => {
  store = new MemoryStore();
});

test('a peer is refused for a day, over a reload, and then forgiven', async () => {
  const first = await open();
  expect(first.has(keyOf(1), NOON)).toBe(false);
  first.add(keyOf(1), NOON);
  expect([first.has(keyOf(1), NOON), first.has(keyOf(2), NOON)]).toEqual([true, false]);
  await settle();
  const second = await open();
  expect(second.has(keyOf(1), NOON + DISCOURAGED_S - 1)).toBe(true);
  expect(second.has(keyOf(1), NOON + DISCOURAGED_S)).toBe(false);
  await settle();
  expect((await open()).size).toBe(0);
});

test('a clock that was wrong keeps nobody out for longer', async () => {
  const discouraged = await open();
  discouraged.add(keyOf(1), NOON + 10 * DISCOURAGED_S);
  expect(discouraged.has(keyOf(1), NOON)).toBe(false);
});

test('so many are remembered, in memory and on disk; those that came first are forgiven', async () => {
  const discouraged = await open();
  for (let i = 0; i < DISCOURAGED_MAX + 10; i++) discouraged.add(keyOf(i), NOON + i);
  await settle();
  expect([discouraged.size, (await store.list('discouraged')).length]).toEqual([
    DISCOURAGED_MAX,
    DISCOURAGED_MAX,
  ]);
  const again = await open();
  expect(again.size).toBe(DISCOURAGED_MAX);
  expect([9, 10].map((i) => again.has(keyOf(i), NOON))).toEqual([false, true]);
});

test('one request to the store is under way at a time', async () => {
  const discouraged = await open();
  for (let i = 0; i < 100; i++) discouraged.add(keyOf(i), NOON);
  expect(port.outstanding).toBe(1);
  await settle();
  expect((await store.list('discouraged')).length).toBe(100);
});

test('what is known is written to a store that was emptied', async () => {
  const discouraged = await open();
  discouraged.add(keyOf(1), NOON);
  await settle();
  store = new MemoryStore();
  discouraged.storeEmptied();
  await settle();
  expect((await open()).has(keyOf(1), NOON)).toBe(true);
});

/** Stores keys, each with the second in which it was discouraged. */
async function stored(entries: readonly (readonly [number: number, since: number])[]): Promise<void> {
  const changes = entries.map(([number, since]) => {
    const value = new Uint8Array(8);
    new DataView(value.buffer).setBigUint64(0, BigInt(since), true);
    return putRecord('discouraged', keyOf(number), value);
  });
  await store.write(changes);
}

test('of those that were stored the ones go first that were discouraged first, in whatever order they are read', async () => {
  await stored(Array.from({ length: DISCOURAGED_MAX }, (_, i) => [i, NOON - i]));
  const discouraged = await open();
  const last = DISCOURAGED_MAX - 1;
  expect([0, last].map((i) => discouraged.has(keyOf(i), NOON))).toEqual([true, true]);
  discouraged.add(keyOf(DISCOURAGED_MAX), NOON);
  expect([0, last].map((i) => discouraged.has(keyOf(i), NOON))).toEqual([true, false]);
});

test('no more are read than are remembered, and a record that is none is forgiven', async () => {
  await stored(Array.from({ length: DISCOURAGED_MAX + 5 }, (_, i) => [i, NOON]));
  effects = [];
  port = new StoragePort(effects);
  new Discouraged(port).start();
  const [list] = effects.splice(0);
  if (list?.type !== 'storage') throw new Error('the keys are listed');
  const answer = await performStorage(store, list);
  if (answer.type === 'storageAnswered') port.answered(answer, 0);
  const [read] = effects;
  const selections =
    read?.type === 'storage' && read.operation.kind === 'read' ? read.operation.selections : [];
  expect(selections.length).toBe(DISCOURAGED_MAX);
  store = new MemoryStore();
  await store.write([putRecord('discouraged', keyOf(1), new Uint8Array(7))]);
  await stored([[2, NOON]]);
  const discouraged = await open();
  expect([discouraged.size, discouraged.has(keyOf(2), NOON)]).toEqual([1, true]);
});

test('nothing is written before what is stored was read', async () => {
  effects = [];
  port = new StoragePort(effects);
  const discouraged = new Discouraged(port);
  discouraged.start();
  discouraged.add(keyOf(1), NOON);
  expect([effects.length, port.outstanding]).toEqual([1, 1]);
  await settle();
  expect((await store.list('discouraged')).length).toBe(1);
});
