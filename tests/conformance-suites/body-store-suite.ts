/**
 * What every store of block bodies must do, and that it keeps headers and bodies apart. Runs under any test runner with
 * `describe` and `it`, as the suite of header stores does.
 */
import { bytesToHex, type NodeStore, type StoredBody } from '@vision-light/protocol';
import { bytesOf, type StoreUnderTest, type SuiteRunner, storeTests } from './store-under-test.js';

/** A hash that no other seed below 2^16 has. */
function hashOf(seed: number): Uint8Array {
  const hash = bytesOf(seed, 32);
  new DataView(hash.buffer).setUint16(30, seed);
  return hash;
}

function body(seed: number, length = 100): StoredBody {
  return { hash: hashOf(seed), body: bytesOf(seed, length) };
}

/** Compared byte by byte: as text, megabytes would take long. */
function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function assertBody(actual: Uint8Array | undefined, expected: Uint8Array | undefined): void {
  if (isSame(actual, expected)) return;
  const said = (bytes: Uint8Array | undefined): string =>
    bytes === undefined ? 'none' : `${bytes.length} bytes (${bytes.subarray(0, 20).join()} …)`;
  throw new Error(`stored body is ${said(actual)}, not ${said(expected)}`);
}

function assertHashes(actual: readonly Uint8Array[], expected: readonly Uint8Array[]): void {
  const text = (hashes: readonly Uint8Array[]): string => hashes.map(bytesToHex).sort().join('\n');
  if (text(actual) !== text(expected)) throw new Error(`listed are\n${text(actual)}\nnot\n${text(expected)}`);
}

/** That a store holds these bodies, and no other. */
async function assertBodies(store: NodeStore, expected: readonly StoredBody[]): Promise<void> {
  assertHashes(
    await store.listBodies(),
    expected.map(({ hash }) => hash),
  );
  for (const { hash, body } of expected) assertBody(await store.readBody(hash), body);
}

/** Defines the tests of one kind of store. */
export function defineBodyStoreSuite(runner: SuiteRunner, store: StoreUnderTest<NodeStore>): void {
  const test = storeTests(runner, store);

  runner.describe(`body store: ${store.name}`, () => {
    test('is empty at first', async (s) => {
      assertHashes(await s.listBodies(), []);
      assertBody(await s.readBody(hashOf(0)), undefined);
    });

    test('gives back what was written, and lists every hash', async (s) => {
      const put = [body(0), body(1), body(2)];
      await s.writeBodies({ put, remove: [] });
      await assertBodies(s, put);
    });

    test('tells hashes apart that differ in one byte', async (s) => {
      const hashes = [0, 15, 31].map((at) => hashOf(5).with(at, 0xee));
      const put = [hashOf(5), ...hashes].map((hash, i) => ({ hash, body: bytesOf(i, 10) }));
      await s.writeBodies({ put, remove: [] });
      await assertBodies(s, put);
      assertBody(await s.readBody(hashOf(5).with(7, 0xee)), undefined);
    });

    test('takes the lowest hash and the highest', async (s) => {
      const put = [0, 0xff].map((byte) => ({ hash: new Uint8Array(32).fill(byte), body: bytesOf(byte, 10) }));
      await s.writeBodies({ put, remove: [] });
      await assertBodies(s, put);
    });

    test('replaces a body', async (s) => {
      await s.writeBodies({ put: [body(0), body(1)], remove: [] });
      const other = { hash: hashOf(1), body: bytesOf(9, 60_000) };
      await s.writeBodies({ put: [other], remove: [] });
      await assertBodies(s, [body(0), other]);
    });

    test('removes, and leaves the rest', async (s) => {
      await s.writeBodies({ put: [body(0), body(1), body(2)], remove: [] });
      await s.writeBodies({ put: [body(3)], remove: [hashOf(0), hashOf(2)] });
      await assertBodies(s, [body(1), body(3)]);
      assertBody(await s.readBody(hashOf(0)), undefined);
    });

    test('removes before it puts', async (s) => {
      await s.writeBodies({ put: [body(0)], remove: [] });
      const other = { hash: hashOf(0), body: bytesOf(9, 20) };
      await s.writeBodies({ put: [other], remove: [hashOf(0)] });
      await assertBodies(s, [other]);
    });

    test('removes what is not there in silence', async (s) => {
      await s.writeBodies({ put: [], remove: [hashOf(0)] });
      await s.writeBodies({ put: [body(1)], remove: [hashOf(2), hashOf(2)] });
      await assertBodies(s, [body(1)]);
    });

    test('takes a change of nothing', async (s) => {
      await s.writeBodies({ put: [body(0)], remove: [] });
      await s.writeBodies({ put: [], remove: [] });
      await assertBodies(s, [body(0)]);
    });

    test('keeps a copy: what the caller does to its bytes later changes nothing', async (s) => {
      const { hash, body: bytes } = body(6);
      await s.writeBodies({ put: [{ hash, body: bytes }], remove: [] });
      hash.fill(0);
      bytes.fill(0);
      await assertBodies(s, [body(6)]);
      (await s.readBody(hashOf(6)))?.fill(0);
      for (const listed of await s.listBodies()) listed.fill(0);
      await assertBodies(s, [body(6)]);
    });

    test('stores a view without the buffer behind it', async (s) => {
      const behind = bytesOf(8, 200_000);
      const view = { hash: behind.subarray(7, 39), body: behind.subarray(50, 100_050) };
      await s.writeBodies({ put: [view], remove: [] });
      await assertBodies(s, [{ hash: behind.slice(7, 39), body: behind.slice(50, 100_050) }]);
      const stored = await s.readBody(behind.subarray(7, 39));
      if (stored?.buffer.byteLength !== 100_000) throw new Error('more than the view was stored');
    });

    test('takes a body of 1 byte and one of 2 MB in one change', async (s) => {
      const put = [body(1, 1), body(2, 2_000_000)];
      await s.writeBodies({ put, remove: [] });
      await assertBodies(s, put);
    });

    test('performs overlapping writes in the order of the calls', async (s) => {
      const count = 100;
      const writes = Array.from({ length: count }, (_, i) => {
        // Large ones and small ones in turns: a store that let writes race would let the small ones pass.
        const same = { hash: hashOf(0), body: bytesOf(i, i % 2 === 0 ? 100_000 : 40) };
        return s.writeBodies({ put: [same, body(1001 + i)], remove: [hashOf(1000 + i)] });
      });
      await Promise.all(writes);
      await assertBodies(s, [{ hash: hashOf(0), body: bytesOf(count - 1, 40) }, body(1000 + count)]);
    });

    test('shows a change wholly or not at all to those who read meanwhile', async (s) => {
      const first = Array.from({ length: 50 }, (_, i) => body(i, 5000));
      const second = Array.from({ length: 50 }, (_, i) => body(50 + i, 5000));
      const hashesOf = (bodies: readonly StoredBody[]): Uint8Array[] => bodies.map(({ hash }) => hash);
      let isWriting = true;
      const writing = Promise.all([
        s.writeBodies({ put: first, remove: [] }),
        s.writeBodies({ put: second, remove: hashesOf(first) }),
      ]).finally(() => {
        isWriting = false;
      });
      while (isWriting) {
        const hashes = await s.listBodies();
        const isFirst = hashes.some((hash) => isSame(hash, hashOf(0)));
        if (hashes.length > 0) assertHashes(hashes, hashesOf(isFirst ? first : second));
      }
      await writing;
      await assertBodies(s, second);
    });

    test('holds many bodies', async (s) => {
      const put = Array.from({ length: 300 }, (_, i) => body(i, 2000));
      await s.writeBodies({ put, remove: [] });
      await assertBodies(s, put);
    });

    const tip = bytesOf(1, 36);
    const chunks = [0, 1, 2].map((index) => ({ index, bytes: bytesOf(index, 100) }));

    test('leaves bodies alone when headers are written and removed', async (s) => {
      await s.writeBodies({ put: [body(0), body(1)], remove: [] });
      await s.write({ removeFrom: undefined, put: chunks, tip });
      await assertBodies(s, [body(0), body(1)]);
      await s.write({ removeFrom: 0, put: [], tip });
      await assertBodies(s, [body(0), body(1)]);
    });

    test('leaves headers alone when bodies are written and removed', async (s) => {
      await s.write({ removeFrom: undefined, put: chunks, tip });
      const lowest = { hash: new Uint8Array(32), body: bytesOf(7, 10) };
      await s.writeBodies({ put: [body(0), lowest], remove: [] });
      await s.writeBodies({ put: [], remove: [body(0).hash, lowest.hash] });
      const loaded = await s.load();
      assertBody(loaded.tip, tip);
      if (loaded.chunks.length !== 3) throw new Error(`${loaded.chunks.length} chunks are left of 3`);
      for (const [i, { index, bytes }] of loaded.chunks.entries()) {
        if (index !== i) throw new Error(`chunk ${i} is under ${index}`);
        assertBody(bytes, chunks[i]?.bytes);
      }
    });

    test('loads headers alone, however many bodies there are', async (s) => {
      await s.writeBodies({ put: Array.from({ length: 20 }, (_, i) => body(i)), remove: [] });
      const loaded = await s.load();
      if (loaded.chunks.length !== 0 || loaded.tip !== undefined) throw new Error('a body was loaded');
    });

    if (!store.isDurable) return;
    test('finds everything again after closing', async (s, place) => {
      const put = [body(0), body(1, 1), body(2, 500_000)];
      await s.writeBodies({ put, remove: [] });
      await s.writeBodies({ put: [], remove: [hashOf(0)] });
      await s.close();
      const again = await place.open();
      try {
        await assertBodies(again, put.slice(1));
      } finally {
        await again.close();
      }
    });
  });
}
