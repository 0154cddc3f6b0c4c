/** The room that an application gives the database of a node. */
import { databaseName, IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';
import { listBodies, writeBodies } from '../store-access.js';
import { assertEqual, rejection } from './expect.js';
import { newNetworkId, ownSchema, prepare, VERSION } from './raw-database.js';

const KB = 1000;
const hashOf = (index: number): Uint8Array => new Uint8Array(32).fill(index);
const putting = (...indexes: number[]) => ({
  put: indexes.map((index) => ({ hash: hashOf(index), body: new Uint8Array(KB) })),
  remove: [] as Uint8Array[],
});
const kept = async (store: IndexedDbStore): Promise<string> =>
  (await listBodies(store)).map(([first]) => first).join();

/** What another one wrote: bodies of these sizes, and what it says that all records take. */
function prepareBodies(networkId: string, sizes: readonly number[], said?: Uint8Array): Promise<void> {
  return prepare(databaseName(networkId), VERSION, ownSchema, (database) => {
    const transaction = database.transaction(['meta', 'bodies'], 'readwrite');
    if (said !== undefined) transaction.objectStore('meta').put(said, 'size');
    for (const [index, size] of sizes.entries())
      transaction.objectStore('bodies').put(new Uint8Array(size), new Uint8Array(hashOf(index)));
    return transaction;
  });
}

describe('a limit of the storage', () => {
  it('refuses what goes beyond it, wholly, and takes it once something has gone', async () => {
    const store = new IndexedDbStore(newNetworkId(), 3 * KB);
    await writeBodies(store, putting(1, 2));
    assertEqual((await rejection(writeBodies(store, putting(3, 4)))).code, 'STORE_QUOTA', 'code');
    assertEqual(await kept(store), '1,2', 'bodies');
    await writeBodies(store, { ...putting(3, 4), remove: [hashOf(1)] });
    assertEqual(await kept(store), '2,3,4', 'bodies');
    assertEqual((await rejection(writeBodies(store, putting(5)))).code, 'STORE_QUOTA', 'code');
    await store.close();
  });

  it('counts a record that takes the place of another once', async () => {
    const store = new IndexedDbStore(newNetworkId(), 3 * KB);
    for (let i = 0; i < 5; i++) await writeBodies(store, putting(1, 2));
    await writeBodies(store, putting(3));
    await store.write([
      { kind: 'put', table: 'journal', key: 1, value: new Uint8Array(0) },
      { kind: 'deleteFrom', table: 'journal', from: 0 },
    ]);
    assertEqual((await rejection(writeBodies(store, putting(4)))).code, 'STORE_QUOTA', 'code');
    await store.close();
  });

  it('counts what goes with a range', async () => {
    const store = new IndexedDbStore(newNetworkId(), 3 * KB);
    const journal = [0, 1, 2].map(
      (key) => ({ kind: 'put', table: 'journal', key, value: new Uint8Array(KB) }) as const,
    );
    await store.write(journal);
    await store.write([{ kind: 'deleteFrom', table: 'journal', from: 1 }]);
    await writeBodies(store, putting(1, 2));
    assertEqual((await rejection(writeBodies(store, putting(3)))).code, 'STORE_QUOTA', 'code');
    await store.close();
  });

  it('is kept by the next visit as well, and by one that finds no count', async () => {
    const networkId = newNetworkId();
    await prepareBodies(networkId, [KB, KB]);
    for (const index of [2, 3]) {
      const store = new IndexedDbStore(networkId, 3 * KB);
      if (index === 2) await writeBodies(store, putting(2));
      else assertEqual((await rejection(writeBodies(store, putting(3)))).code, 'STORE_QUOTA', 'code');
      assertEqual(await kept(store), '0,1,2', 'bodies');
      await store.close();
    }
  });

  for (const [what, said] of [
    ['too high', Uint8Array.of(0x7f, 0xe0, 0, 0, 0, 0, 0, 0)],
    ['no number', Uint8Array.of(0x7f, 0xf8, 0, 0, 0, 0, 0, 0)],
    ['of another form', Uint8Array.of(1)],
  ] as const) {
    it(`heals a count that is ${what}`, async () => {
      const networkId = newNetworkId();
      await prepareBodies(networkId, [KB], said);
      const store = new IndexedDbStore(networkId, 3 * KB);
      await writeBodies(store, putting(1, 2));
      assertEqual(await kept(store), '0,1,2', 'bodies');
      assertEqual((await rejection(writeBodies(store, putting(3)))).code, 'STORE_QUOTA', 'code');
      await store.close();
    });
  }
});
