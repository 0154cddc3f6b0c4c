import { beforeEach, expect, test } from 'vitest';
import { MemoryStore } from '../../driver/memory-store.js';
import { performStorage } from '../../driver/perform-storage.js';
import type { Effect } from '../../io/effect.js';
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
