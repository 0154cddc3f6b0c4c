import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { StoreError } from '@vision-light/protocol';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineBodyStoreSuite } from '../../../../tests/conformance-suites/body-store-suite.js';
import { defineHeaderStoreSuite } from '../../../../tests/conformance-suites/header-store-suite.js';
import type { StoreUnderTest } from '../../../../tests/conformance-suites/store-under-test.js';
import { GatewayError } from '../gateway-error.js';
import { LevelStore } from './level-store.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vision-light-store-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The database as anyone could open it. */
async function openRaw(): Promise<ClassicLevel<Uint8Array, Uint8Array>> {
  const raw = new ClassicLevel<Uint8Array, Uint8Array>(folder, {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  await raw.open();
  return raw;
}

const levelDb: StoreUnderTest<LevelStore> = {
  name: 'LevelDB',
  isDurable: true,
  makePlace: async () => {
    const place = await mkdtemp(path.join(tmpdir(), 'vision-light-store-'));
    return {
      open: () => LevelStore.open(place),
      dispose: () => rm(place, { recursive: true, force: true }),
    };
  },
};

defineHeaderStoreSuite({ describe, it }, levelDb);
defineBodyStoreSuite({ describe, it }, levelDb);

describe('LevelStore', () => {
  it('keeps the chain from one opening to the next, chunks in ascending order', async () => {
    const first = await LevelStore.open(folder);
    expect(await first.load()).toEqual({ chunks: [], tip: undefined });
    const chunk = (index: number) => ({ index, bytes: Uint8Array.of(index & 0xff, 7) });
    const put = [0, 1, 2, 255, 256, 70_000].map(chunk);
    await first.write({ removeFrom: undefined, put: put.toReversed(), tip: Uint8Array.of(1) });
    await first.write({ removeFrom: 256, put: [chunk(300)], tip: Uint8Array.of(2) });
    await first.close();

    const second = await LevelStore.open(folder);
    const { chunks, tip } = await second.load();
    expect(chunks.map(({ index }) => index)).toEqual([0, 1, 2, 255, 300]);
    expect(chunks[3]?.bytes).toEqual(Uint8Array.of(255, 7));
    expect(tip).toEqual(Uint8Array.of(2));
    await second.close();
  });

  it('passes over keys that are none of its own', async () => {
    const raw = await openRaw();
    for (const text of ['a', 'b', 'c', 'chunks', 'd', 'h', 'hash', `h${'x'.repeat(33)}`, 'i'])
      await raw.put(new TextEncoder().encode(text), Uint8Array.of(1));
    await raw.close();

    const store = await LevelStore.open(folder);
    expect(await store.load()).toEqual({ chunks: [], tip: undefined });
    expect(await store.listBodies()).toEqual([]);
    await store.close();
  });

  it('leaves nothing of a body that is removed', async () => {
    const store = await LevelStore.open(folder);
    const hash = new Uint8Array(32).fill(1);
    await store.writeBodies({ put: [{ hash, body: Uint8Array.of(1) }], remove: [] });
    await store.writeBodies({ put: [], remove: [hash] });
    await store.close();

    const raw = await openRaw();
    expect(await raw.keys().all()).toEqual([]);
    await raw.close();
  });

  it('does not let a write that failed hold up the next', async () => {
    const store = await LevelStore.open(folder);
    const hash = new Uint8Array(32).fill(1);
    const bad = { hash, body: undefined as unknown as Uint8Array };
    const first = store.writeBodies({ put: [bad], remove: [] });
    const second = store.writeBodies({ put: [{ hash, body: Uint8Array.of(1) }], remove: [] });
    await expect(first).rejects.toBeInstanceOf(StoreError);
    await second;
    expect(await store.readBody(hash)).toEqual(Uint8Array.of(1));
    await store.close();
  });

  it('says in one sentence that another process holds the lock', async () => {
    const store = await LevelStore.open(folder);
    await expect(LevelStore.open(folder)).rejects.toThrow(
      new GatewayError(`The data in ${folder} is in use by another gateway.`),
    );
    await store.close();
  });

  it('says in one sentence that the database is damaged', async () => {
    const store = await LevelStore.open(folder);
    await store.write({ removeFrom: undefined, put: [], tip: Uint8Array.of(1) });
    await store.close();
    for (const name of await readdir(folder)) {
      if (name.startsWith('MANIFEST')) await writeFile(path.join(folder, name), 'damaged');
    }
    await expect(LevelStore.open(folder)).rejects.toThrow(/The database in .* is damaged/);
  });

  it('says in one sentence that the folder cannot be made', async () => {
    const file = path.join(folder, 'file');
    await writeFile(file, '');
    await expect(LevelStore.open(path.join(file, 'data'))).rejects.toThrow(/cannot be made \(ENOTDIR\)/);
  });

  it('rejects with a code once it cannot be used', async () => {
    const store = await LevelStore.open(folder);
    await store.close();
    const failed = expect.objectContaining({ code: 'STORE_FAILED' });
    await expect(store.load()).rejects.toEqual(failed);
    await expect(store.write({ removeFrom: 0, put: [], tip: Uint8Array.of() })).rejects.toBeInstanceOf(
      StoreError,
    );
    await expect(store.listBodies()).rejects.toEqual(failed);
    await expect(store.readBody(new Uint8Array(32))).rejects.toEqual(failed);
    await expect(store.writeBodies({ put: [], remove: [] })).rejects.toEqual(failed);
  });
});
