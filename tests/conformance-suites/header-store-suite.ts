/**
 * What every header store must do. Runs under any test runner with `describe` and `it`; stores of other packages, and of
 * other people, can run it as well.
 */
import type { HeaderStore, StoredChain, StoredChunk } from '@vision-light/protocol';
import { bytesOf, type StoreUnderTest, type SuiteRunner, storeTests } from './store-under-test.js';

function chunk(index: number, length = 100): StoredChunk {
  return { index, bytes: bytesOf(index, length) };
}

/** Text that is equal exactly if two chains are. */
function digest({ chunks, tip }: StoredChain): string {
  const text = chunks.map(({ index, bytes }) => `${index}:${bytes.join()}`);
  return `${text.join('; ')} tip ${tip?.join() ?? 'none'}`;
}

function assertChain(actual: StoredChain, chunks: readonly StoredChunk[], tip: Uint8Array | undefined): void {
  const expected = digest({ chunks, tip });
  if (digest(actual) !== expected) {
    throw new Error(`stored chain is\n${digest(actual).slice(0, 300)}\nnot\n${expected.slice(0, 300)}`);
  }
}

/** Defines the tests of one kind of store. */
export function defineHeaderStoreSuite(runner: SuiteRunner, store: StoreUnderTest<HeaderStore>): void {
  const test = storeTests(runner, store);

  runner.describe(`header store: ${store.name}`, () => {
    const tip = bytesOf(1, 36);

    test('is empty at first', async (s) => assertChain(await s.load(), [], undefined));

    test('gives back what was written', async (s) => {
      const put = [chunk(0), chunk(1), chunk(2, 1)];
      await s.write({ removeFrom: undefined, put, tip });
      assertChain(await s.load(), put, tip);
    });

    test('orders chunks by number, not by text or by time of writing', async (s) => {
      const put = [chunk(10), chunk(9), chunk(300), chunk(2), chunk(70_000)];
      await s.write({ removeFrom: undefined, put, tip });
      assertChain(await s.load(), [chunk(2), chunk(9), chunk(10), chunk(300), chunk(70_000)], tip);
    });

    test('replaces a chunk and the tip', async (s) => {
      await s.write({ removeFrom: undefined, put: [chunk(0), chunk(1, 10)], tip });
      const longer = { index: 1, bytes: bytesOf(5, 60_000) };
      await s.write({ removeFrom: undefined, put: [longer], tip: bytesOf(2, 36) });
      assertChain(await s.load(), [chunk(0), longer], bytesOf(2, 36));
    });

    test('removes from an index on, and then puts', async (s) => {
      await s.write({ removeFrom: undefined, put: [chunk(0), chunk(1), chunk(2), chunk(3)], tip });
      const other = { index: 1, bytes: bytesOf(9, 20) };
      await s.write({ removeFrom: 1, put: [other], tip: bytesOf(3, 36) });
      assertChain(await s.load(), [chunk(0), other], bytesOf(3, 36));
    });

    test('removes everything when asked to', async (s) => {
      await s.write({ removeFrom: undefined, put: [chunk(0), chunk(1)], tip });
      await s.write({ removeFrom: 0, put: [], tip: bytesOf(4, 36) });
      assertChain(await s.load(), [], bytesOf(4, 36));
    });

    test('writes a tip alone', async (s) => {
      await s.write({ removeFrom: undefined, put: [], tip });
      assertChain(await s.load(), [], tip);
    });

    test('keeps a copy: what the caller does to its bytes later changes nothing', async (s) => {
      const bytes = bytesOf(6, 50);
      const mine = { tip: bytesOf(7, 36) };
      await s.write({ removeFrom: undefined, put: [{ index: 0, bytes }], tip: mine.tip });
      bytes.fill(0);
      mine.tip.fill(0);
      const loaded = await s.load();
      assertChain(loaded, [{ index: 0, bytes: bytesOf(6, 50) }], bytesOf(7, 36));
      loaded.chunks[0]?.bytes.fill(0);
      assertChain(await s.load(), [{ index: 0, bytes: bytesOf(6, 50) }], bytesOf(7, 36));
    });

    test('stores a view without the buffer behind it', async (s) => {
      const behind = bytesOf(8, 1000);
      await s.write({
        removeFrom: undefined,
        put: [{ index: 0, bytes: behind.subarray(10, 30) }],
        tip: behind.subarray(100, 136),
      });
      const { chunks, tip: stored } = await s.load();
      assertChain(
        { chunks, tip: stored },
        [{ index: 0, bytes: behind.slice(10, 30) }],
        behind.slice(100, 136),
      );
      if (chunks[0]?.bytes.buffer.byteLength === 1000) throw new Error('the whole buffer was stored');
    });

    test('performs overlapping writes in the order of the calls', async (s) => {
      const writes = Array.from({ length: 20 }, (_, i) =>
        s.write({ removeFrom: undefined, put: [{ index: 0, bytes: bytesOf(i, 40) }], tip: bytesOf(i, 36) }),
      );
      await Promise.all(writes);
      assertChain(await s.load(), [{ index: 0, bytes: bytesOf(19, 40) }], bytesOf(19, 36));
    });

    test('holds many chunks', async (s) => {
      const put = Array.from({ length: 300 }, (_, index) => chunk(index, 500));
      await s.write({ removeFrom: undefined, put, tip });
      assertChain(await s.load(), put, tip);
      await s.write({ removeFrom: 130, put: [], tip });
      assertChain(await s.load(), put.slice(0, 130), tip);
    });

    if (!store.isDurable) return;
    test('finds everything again after closing', async (s, place) => {
      await s.write({ removeFrom: undefined, put: [chunk(0), chunk(1)], tip });
      await s.close();
      const again = await place.open();
      try {
        assertChain(await again.load(), [chunk(0), chunk(1)], tip);
      } finally {
        await again.close();
      }
    });
  });
}
