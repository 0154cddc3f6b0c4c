/**
 * What every store of a node's tables must do. Runs under any test runner with `describe` and `it`; stores of other
 * packages, and of other people, can run it as well. Each table of `storageTables` goes through it, later ones too.
 */
import { type StorageChange, type StorageRecord, StoreError, type TableName } from '@vision-light/protocol';
import { putRecord, select } from '../../packages/protocol/src/io/storage.js';
import {
  assertKeys,
  assertRecords,
  assertTable,
  bytesOf,
  deletes,
  hashOf,
  keyOf,
  puts,
  readAt,
  recordOf,
  rejectionOf,
  tables,
} from './store-records.js';
import { type StoreUnderTest, type SuiteRunner, storeTests } from './store-under-test.js';

/** Defines the tests of one kind of store. */
export function defineStoreSuite(runner: SuiteRunner, store: StoreUnderTest): void {
  for (const table of tables) defineTableTests(runner, store, table);
  defineIndexTests(runner, store);
  defineHashTests(runner, store);
  defineWriteTests(runner, store);
}

/** What holds for one table, whatever its keys. */
function defineTableTests(runner: SuiteRunner, store: StoreUnderTest, table: TableName): void {
  const test = storeTests(runner, store);
  const record = (seed: number, length?: number): StorageRecord => recordOf(table, seed, length);

  runner.describe(`store: ${store.name}, table: ${table}`, () => {
    test('is empty at first', (s) => assertTable(s, table, []));

    test('gives back what was written, and lists every key', async (s) => {
      const records = [record(0), record(1), record(2, 1)];
      await s.write(puts(records));
      await assertTable(s, table, records);
    });

    test('gives back what was asked for, in this order, and leaves out what is not there', async (s) => {
      await s.write(puts([record(0), record(1), record(2)]));
      assertRecords(await readAt(s, [record(2), record(3), record(0), record(2)]), [
        record(2),
        record(0),
        record(2),
      ]);
      assertRecords(await s.read([]), []);
    });

    test('replaces a record', async (s) => {
      await s.write(puts([record(0), record(1)]));
      const longer = { ...record(1), value: bytesOf(9, 60_000) };
      await s.write(puts([longer]));
      await assertTable(s, table, [record(0), longer]);
    });

    test('deletes, and leaves the rest', async (s) => {
      await s.write(puts([record(0), record(1), record(2)]));
      await s.write([...deletes([record(0), record(2)]), ...puts([record(3)])]);
      await assertTable(s, table, [record(1), record(3)]);
      assertRecords(await readAt(s, [record(0)]), []);
    });

    test('deletes what is not there in silence', async (s) => {
      await s.write(deletes([record(0)]));
      await s.write([...puts([record(1)]), ...deletes([record(2), record(2)])]);
      await assertTable(s, table, [record(1)]);
    });

    test('keeps a copy: what the caller does to its bytes later changes nothing', async (s) => {
      const mine = record(6);
      await s.write(puts([mine]));
      for (const bytes of [mine.key, mine.value]) if (bytes instanceof Uint8Array) bytes.fill(0);
      await assertTable(s, table, [record(6)]);
      for (const { value } of await readAt(s, [record(6)])) value.fill(0);
      for (const key of await s.list(table)) if (key instanceof Uint8Array) key.fill(0);
      await assertTable(s, table, [record(6)]);
    });

    test('stores a view without the buffer behind it', async (s) => {
      const behind = bytesOf(8, 200_000);
      const view = { table, key: keyOf(table, 0), value: behind.subarray(50, 100_050) };
      await s.write(puts([view]));
      const [stored] = await readAt(s, [view]);
      assertRecords(stored === undefined ? [] : [stored], [{ ...view, value: behind.slice(50, 100_050) }]);
      if (stored?.value.buffer.byteLength !== 100_000) throw new Error('more than the view was stored');
    });

    test('takes a record of 1 byte and one of 2 MB in one write', async (s) => {
      const records = [record(1, 1), record(2, 2_000_000)];
      await s.write(puts(records));
      await assertTable(s, table, records);
    });

    test('holds many records', async (s) => {
      const records = Array.from({ length: 300 }, (_, i) => record(i, 2000));
      await s.write(puts(records));
      await assertTable(s, table, records);
    });

    test('is left alone when the other tables are written and emptied', async (s) => {
      const records = [record(0), record(1)];
      await s.write(puts(records));
      for (const other of tables.filter((name) => name !== table)) {
        await s.write(puts([recordOf(other, 0), recordOf(other, 1)]));
        await assertTable(s, table, records);
        await s.write(deletes([recordOf(other, 0), recordOf(other, 1)]));
        await assertTable(s, table, records);
      }
    });

    if (!store.isDurable) return;
    test('is found again after closing', async (s, place) => {
      const records = [record(0), record(1, 1), record(2, 500_000)];
      await s.write(puts(records));
      await s.write(deletes([record(0)]));
      await s.close();
      const again = await place.open();
      try {
        await assertTable(again, table, records.slice(1));
      } finally {
        await again.close();
      }
    });
  });
}

/** What holds for tables with an order: shown with the segments. */
function defineIndexTests(runner: SuiteRunner, store: StoreUnderTest): void {
  const test = storeTests(runner, store);
  const segment = (index: number, length?: number): StorageRecord => recordOf('segments', index, length);
  const from = (index: number) => ({ table: 'segments', from: index }) as const;
  const deleteFrom = (index: number): StorageChange => ({ kind: 'deleteFrom', ...from(index) });

  runner.describe(`store: ${store.name}, indexes`, () => {
    test('ascend by number, not by text or by time of writing', async (s) => {
      const indexes = [2, 9, 10, 255, 256, 300, 70_000];
      await s.write(puts([10, 9, 300, 70_000, 2, 256, 255].map((index) => segment(index))));
      assertRecords(
        await s.read([from(0)]),
        indexes.map((index) => segment(index)),
      );
      assertKeys('segments', await s.list('segments'), indexes);
    });

    test('are read from one on, together with other records', async (s) => {
      const records = Array.from({ length: 200 }, (_, index) => segment(index, 500));
      const tip = recordOf('meta', 0);
      await s.write(puts([...records, tip, recordOf('bodies', 1)]));
      assertRecords(await s.read([from(0), select('meta', 'tip')]), [...records, tip]);
      assertRecords(await s.read([select('meta', 'tip'), from(130)]), [tip, ...records.slice(130)]);
      assertRecords(await s.read([from(200)]), []);
    });

    test('are deleted from one on, and those before are left', async (s) => {
      const records = Array.from({ length: 300 }, (_, index) => segment(index));
      await s.write(puts([...records, recordOf('meta', 0), recordOf('bodies', 255)]));
      await s.write([deleteFrom(130)]);
      await assertTable(s, 'segments', records.slice(0, 130));
      await s.write([deleteFrom(0)]);
      await assertTable(s, 'segments', []);
      await assertTable(s, 'meta', [recordOf('meta', 0)]);
      await assertTable(s, 'bodies', [recordOf('bodies', 255)]);
    });

    test('are deleted before or after they are put, as the changes come', async (s) => {
      await s.write(puts([segment(0), segment(1), segment(2)]));
      const other = { ...segment(1), value: bytesOf(9, 20) };
      await s.write([deleteFrom(1), ...puts([other])]);
      await assertTable(s, 'segments', [segment(0), other]);
      await s.write([...puts([segment(2), segment(7)]), deleteFrom(2), ...puts([segment(3)])]);
      await assertTable(s, 'segments', [segment(0), other, segment(3)]);
    });
  });
}

/** What holds for keys that are hashes: shown with the bodies. */
function defineHashTests(runner: SuiteRunner, store: StoreUnderTest): void {
  const test = storeTests(runner, store);
  const bodiesAt = (hashes: readonly Uint8Array[]): StorageRecord[] =>
    hashes.map((key, i) => ({ table: 'bodies', key, value: bytesOf(i, 10) }));

  runner.describe(`store: ${store.name}, hashes`, () => {
    test('are told apart if they differ in one byte', async (s) => {
      const records = bodiesAt([hashOf(5), ...[0, 15, 31].map((at) => hashOf(5).with(at, 0xee))]);
      await s.write(puts(records));
      await assertTable(s, 'bodies', records);
      assertRecords(await readAt(s, bodiesAt([hashOf(5).with(7, 0xee)])), []);
    });

    test('are the lowest and the highest too', async (s) => {
      const records = bodiesAt([0, 0xff].map((byte) => new Uint8Array(32).fill(byte)));
      await s.write(puts(records));
      await assertTable(s, 'bodies', records);
    });

    test('may be views of a larger buffer', async (s) => {
      const behind = bytesOf(8, 1000);
      await s.write(puts(bodiesAt([behind.subarray(7, 39)])));
      await assertTable(s, 'bodies', bodiesAt([behind.slice(7, 39)]));
    });
  });
}

/** What holds for writes: whole, in order, and over all tables at once. */
function defineWriteTests(runner: SuiteRunner, store: StoreUnderTest): void {
  const test = storeTests(runner, store);

  runner.describe(`store: ${store.name}, writes`, () => {
    test('change several tables at once', async (s) => {
      const records = tables.map((table) => recordOf(table, 1));
      await s.write(puts(records));
      assertRecords(await readAt(s, records), records);
      const others = tables.map((table) => recordOf(table, 2));
      await s.write([...deletes(records), ...puts(others)]);
      for (const [i, table] of tables.entries()) await assertTable(s, table, others.slice(i, i + 1));
    });

    test('may change nothing', async (s) => {
      await s.write(puts([recordOf('bodies', 0)]));
      await s.write([]);
      await assertTable(s, 'bodies', [recordOf('bodies', 0)]);
    });

    test('do their changes in order', async (s) => {
      const record = recordOf('bodies', 0);
      const other = { ...record, value: bytesOf(9, 20) };
      await s.write([...puts([record]), ...deletes([record]), ...puts([other])]);
      await assertTable(s, 'bodies', [other]);
      await s.write([...puts([record]), ...deletes([record])]);
      await assertTable(s, 'bodies', []);
    });

    test('that overlap are done in the order of the calls', async (s) => {
      const count = 100;
      const last = (i: number): StorageRecord[] => [
        // Large ones and small ones in turns: a store that let writes race would let the small ones pass.
        { ...recordOf('bodies', 0), value: bytesOf(i, i % 2 === 0 ? 100_000 : 40) },
        { ...recordOf('segments', 0), value: bytesOf(i, 40) },
        recordOf('bodies', 1001 + i),
      ];
      const writes = Array.from({ length: count }, (_, i) =>
        s.write([...deletes([recordOf('bodies', 1000 + i)]), ...puts(last(i))]),
      );
      await Promise.all(writes);
      assertRecords(await readAt(s, last(count - 1)), last(count - 1));
      assertKeys('bodies', await s.list('bodies'), [hashOf(0), hashOf(1000 + count)]);
    });

    test('are seen wholly or not at all by those who list meanwhile', async (s) => {
      const first = Array.from({ length: 50 }, (_, i) => recordOf('bodies', i, 5000));
      const second = Array.from({ length: 50 }, (_, i) => recordOf('bodies', 50 + i, 5000));
      const progress = trackOf([s.write(puts(first)), s.write([...deletes(first), ...puts(second)])]);
      while (progress.isRunning) {
        const keys = await s.list('bodies');
        const isFirst = keys.some((key) => key.every((byte, at) => byte === hashOf(0)[at]));
        const seen = isFirst ? first : second;
        if (keys.length > 0)
          assertKeys(
            'bodies',
            keys,
            seen.map(({ key }) => key),
          );
      }
      await progress.done;
      await assertTable(s, 'bodies', second);
    });

    test('are seen wholly or not at all by those who read several records meanwhile', async (s) => {
      const generation = (seed: number): StorageRecord[] => [
        ...[0, 1, 2, 3].map((index) => ({ ...recordOf('segments', index), value: bytesOf(seed, 20_000) })),
        { ...recordOf('meta', 0), value: bytesOf(seed, 20_000) },
      ];
      await s.write(puts(generation(0)));
      const progress = trackOf(Array.from({ length: 30 }, (_, i) => s.write(puts(generation(i + 1)))));
      while (progress.isRunning) {
        const records = await s.read([{ table: 'segments', from: 0 }, select('meta', 'tip')]);
        const seen = new Set(records.map(({ value }) => value[0]));
        if (records.length !== 5 || seen.size !== 1)
          throw new Error(`${records.length} records of the writes ${[...seen].join()}`);
      }
      await progress.done;
    });

    test('that cannot be done change nothing, and do not hold up the next', async (s) => {
      const record = recordOf('bodies', 0);
      await s.write(puts([record]));
      const bad = putRecord('bodies', hashOf(2), undefined as unknown as Uint8Array);
      const failing = rejectionOf(
        s.write([...deletes([record]), ...puts([recordOf('bodies', 1), recordOf('segments', 1)]), bad]),
      );
      const next = s.write(puts([recordOf('meta', 0)]));
      await failing;
      await next;
      await assertTable(s, 'bodies', [record]);
      await assertTable(s, 'segments', []);
      await assertTable(s, 'meta', [recordOf('meta', 0)]);
    });

    if (!store.isDurable) return;
    test('and reads fail with a code once the store is closed', async (s) => {
      await s.close();
      const uses = [s.read([select('meta', 'tip')]), s.list('bodies'), s.write(puts([recordOf('meta', 0)]))];
      for (const error of await Promise.all(uses.map(rejectionOf)))
        if (!(error instanceof StoreError && error.code === 'STORE_FAILED'))
          throw new Error(`${error} is no STORE_FAILED`);
    });
  });
}

/** Whether writes are still under way. */
function trackOf(writes: readonly Promise<void>[]): { isRunning: boolean; readonly done: Promise<unknown> } {
  const progress = {
    isRunning: true,
    done: Promise.all(writes).finally(() => {
      progress.isRunning = false;
    }),
  };
  return progress;
}
