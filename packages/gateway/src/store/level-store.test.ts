import { cpSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineKillSuite } from '../../../../tests/conformance-suites/kill-suite.js';
import { defineStoreSuite } from '../../../../tests/conformance-suites/store-suite.js';
import type { StoreUnderTest } from '../../../../tests/conformance-suites/store-under-test.js';
import { listBodies, loadChain, readBody, writeBodies, writeChain } from '../../../../tests/store-access.js';
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

const levelDb: StoreUnderTest = {
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

defineStoreSuite({ describe, it }, levelDb);

/** A copy of the files at one moment is what a process leaves behind that is killed then: the system has all it wrote. */
defineKillSuite(
  { describe, it },
  {
    name: 'LevelDB',
    makePlace: async () => {
      const place = await mkdtemp(path.join(tmpdir(), 'vision-light-store-'));
      let current = path.join(place, 'before');
      return {
        open: () => LevelStore.open(current),
        writeKilled: async (changes, step) => {
          const store = await LevelStore.open(current);
          let isDone = false;
          const writing = store.write(changes).finally(() => {
            isDone = true;
          });
          // Turns of the event loop, twice as many each time: LevelDB works on a thread of its own.
          for (let i = 1; i < 2 ** step; i++) await new Promise((resolve) => setImmediate(resolve));
          const isKilled = !isDone;
          const left = path.join(place, 'left');
          cpSync(current, left, { recursive: true });
          await writing;
          await store.close();
          current = left;
          return isKilled;
        },
        dispose: () => rm(place, { recursive: true, force: true }),
      };
    },
  },
);

describe('LevelStore', () => {
  /** Hashes whose bytes are also those of other prefixes. */
  const hashes = [0x00, 0x62, 0x68, 0xff].map((byte) => new Uint8Array(32).fill(byte));
  const indexes = [0, 1, 255, 256, 70_000];

  const index4 = (index: number): number[] => [0, index >> 16, (index >> 8) & 0xff, index & 0xff];
  const bodiesLayout = hashes.map(
    (hash, i) =>
      [
        [0x62, ...hash],
        [6, i],
      ] as const,
  );
  const listLayout = hashes.map((hash) => [[0x68, ...hash], []] as const);

  /** A database byte for byte as releases have written it since they keep segments. */
  const layout: readonly (readonly [key: readonly number[], value: readonly number[]])[] = [
    ...bodiesLayout,
    ...listLayout,
    [
      [0x6a, ...index4(0)],
      [2, 0],
    ],
    [
      [0x6a, ...index4(1)],
      [2, 1],
    ],
    ...indexes.map(
      (index) =>
        [
          [0x73, ...index4(index)],
          [1, index & 0xff],
        ] as const,
    ),
    [[0x74], [9, 9]],
    [[0x74, ...new TextEncoder().encode('segments')], [8]],
  ];
  const chain = {
    segments: indexes.map((index) => ({ index, bytes: Uint8Array.of(1, index & 0xff) })),
    journal: [0, 1].map((index) => ({ index, bytes: Uint8Array.of(2, index) })),
    table: Uint8Array.of(8),
    tip: Uint8Array.of(9, 9),
  };

  it('reads what earlier releases wrote', async () => {
    const raw = await openRaw();
    for (const [key, value] of layout) await raw.put(Uint8Array.from(key), Uint8Array.from(value));
    await raw.close();

    const store = await LevelStore.open(folder);
    expect(await loadChain(store)).toEqual(chain);
    expect(await listBodies(store)).toEqual(hashes);
    for (const [i, hash] of hashes.entries())
      expect(await readBody(store, hash)).toEqual(Uint8Array.of(6, i));
    await store.close();
  });

  it('writes what earlier releases read', async () => {
    const store = await LevelStore.open(folder);
    await writeChain(store, {
      segments: chain.segments,
      journal: chain.journal,
      table: chain.table,
      tip: chain.tip,
    });
    await writeBodies(store, {
      put: hashes.map((hash, i) => ({ hash, body: Uint8Array.of(6, i) })),
      remove: [],
    });
    await store.close();

    const raw = await openRaw();
    const entries = await raw.iterator().all();
    expect(entries.map(([key, value]) => [[...key], [...value]])).toEqual(layout);
    await raw.close();
  });

  it('removes the chunks of releases that kept them, and leaves the bodies', async () => {
    const former = [
      ...bodiesLayout,
      ...indexes.map(
        (index) =>
          [
            [0x63, ...index4(index)],
            [1, index & 0xff],
          ] as const,
      ),
      ...listLayout,
      [[0x74], [1, 7]] as const,
    ];
    const raw = await openRaw();
    for (const [key, value] of former) await raw.put(Uint8Array.from(key), Uint8Array.from(value));
    await raw.close();

    const store = await LevelStore.open(folder);
    const left = { segments: [], journal: [], table: undefined, tip: Uint8Array.of(1, 7) };
    expect(await loadChain(store)).toEqual(left);
    expect(await listBodies(store)).toEqual(hashes);
    await store.close();
    const after = await openRaw();
    expect((await after.keys().all()).some((key) => key[0] === 0x63)).toBe(false);
    await after.close();
  });

  it('passes over keys that are none of its own, and leaves them', async () => {
    const raw = await openRaw();
    for (const text of ['a', 'b', 'c', 'chunks', 'd', 'h', 'hash', `h${'x'.repeat(33)}`, 'i'])
      await raw.put(new TextEncoder().encode(text), Uint8Array.of(1));
    await raw.close();

    const store = await LevelStore.open(folder);
    expect(await loadChain(store)).toEqual({ segments: [], journal: [], table: undefined, tip: undefined });
    expect(await listBodies(store)).toEqual([]);
    await store.close();
  });

  it('leaves nothing of a body that is removed', async () => {
    const store = await LevelStore.open(folder);
    const hash = new Uint8Array(32).fill(1);
    await writeBodies(store, { put: [{ hash, body: Uint8Array.of(1) }], remove: [] });
    await writeBodies(store, { put: [], remove: [hash] });
    await store.close();

    const raw = await openRaw();
    expect(await raw.keys().all()).toEqual([]);
    await raw.close();
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
    await writeChain(store, { tip: Uint8Array.of(1) });
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
});
