import { databaseName, IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';
import { storeFaultOf } from '../../packages/browser-node/src/store/store-fault-of.js';
import { listBodies, loadChain, readBody, writeBodies, writeChain } from '../store-access.js';
import { assertEqual, assertTrue, rejection } from './expect.js';
import {
  BODIES,
  CHANGE,
  chunkSchema,
  dumpOf,
  FORMER_TIP,
  firstSchema,
  HASH,
  newNetworkId,
  OTHER_HASH,
  ownSchema,
  prepare,
  relaySchema,
  segmentSchema,
  TIP,
  VERSION,
  withIndexedDb,
} from './raw-database.js';

/** A database with headers as {@link CHANGE} leaves them, and these records among the bodies. */
function prepareBodies(
  networkId: string,
  records: readonly (readonly [IDBValidKey, unknown])[],
): Promise<void> {
  return prepare(databaseName(networkId), VERSION, ownSchema, (database) => {
    const transaction = database.transaction(['journal', 'meta', 'bodies'], 'readwrite');
    transaction.objectStore('journal').put(CHANGE.journal[0]?.bytes, 0);
    transaction.objectStore('meta').put(TIP, 'tip');
    for (const [key, value] of records) transaction.objectStore('bodies').put(value, key);
    return transaction;
  });
}

function openRaw(networkId: string): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName(networkId), VERSION);
    request.onupgradeneeded = () => ownSchema(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Deletes a network's database, as another tab may; waits for whoever keeps it open. */
function deleteDatabase(networkId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(databaseName(networkId));
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** The keys of the bodies as they lie there, whoever put them. */
function bodyKeys(networkId: string): Promise<IDBValidKey[]> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseName(networkId));
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const reading = database.transaction('bodies').objectStore('bodies').getAllKeys();
      reading.onerror = () => reject(reading.error);
      reading.onsuccess = () => {
        database.close();
        resolve(reading.result);
      };
    };
  });
}

/** That the headers of {@link CHANGE} are still there. */
async function assertHeadersKept(store: IndexedDbStore): Promise<void> {
  const { journal, tip } = await loadChain(store);
  assertEqual(journal.map(({ index, bytes }) => `${index}: ${bytes.join()}`).join('; '), '0: 4,5', 'journal');
  assertEqual(tip?.join(), TIP.join(), 'tip');
}

/** How often a store has said that it lost what was written. */
function lossesOf(store: IndexedDbStore): () => number {
  let losses = 0;
  store.onLost = (isOutdated) => {
    if (!isOutdated) losses += 1;
  };
  return () => losses;
}

/**
 * A damaged store says so, and is left as it is until somebody writes. The first write removes what is damaged, says so,
 * and counts for nothing; the store is usable afterwards.
 */
async function assertRecovers(networkId: string): Promise<void> {
  const store = new IndexedDbStore(networkId);
  const losses = lossesOf(store);
  const before = await dumpOf(networkId);
  for (let i = 0; i < 2; i++) assertEqual((await rejection(loadChain(store))).code, 'STORE_CORRUPT', 'code');
  assertEqual(await dumpOf(networkId), before, 'what lies there');
  await writeChain(store, CHANGE);
  assertEqual(losses(), 1, 'losses');
  const { journal, tip } = await loadChain(store);
  assertEqual(journal.length, 0, 'journal');
  assertEqual(tip, undefined, 'tip');
  await writeChain(store, CHANGE);
  assertEqual((await loadChain(store)).tip?.join(), TIP.join(), 'tip');
  assertEqual(losses(), 1, 'losses');
  await store.close();
}

describe('IndexedDbStore and what it may find', () => {
  it('a database of another shape', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), VERSION, (database) => database.createObjectStore('cats'));
    await assertRecovers(networkId);
  });

  for (const [version, schema] of [
    [3, segmentSchema],
    [4, relaySchema],
    [VERSION, ownSchema],
  ] as const)
    it(`a database of version ${version}, as releases have written it since they keep segments`, () =>
      assertRead(version, schema));

  async function assertRead(version: number, schema: (database: IDBDatabase) => void): Promise<void> {
    const networkId = newNetworkId();
    const hashes = [HASH, OTHER_HASH];
    await prepare(databaseName(networkId), version, schema, (database) => {
      const transaction = database.transaction(['segments', 'journal', 'meta', 'bodies'], 'readwrite');
      for (const index of [70_000, 0, 256]) transaction.objectStore('segments').put(TIP, index);
      for (const index of [1, 0]) transaction.objectStore('journal').put(TIP, index);
      transaction.objectStore('meta').put(Uint8Array.of(9), 'tip');
      transaction.objectStore('meta').put(Uint8Array.of(8), 'segments');
      for (const hash of hashes) transaction.objectStore('bodies').put(hash.slice(0, 5), hash);
      return transaction;
    });
    const store = new IndexedDbStore(networkId);
    const { segments, journal, table, tip } = await loadChain(store);
    assertEqual(segments.map(({ index }) => index).join(), '0,256,70000', 'segments');
    assertEqual(journal.map(({ index }) => index).join(), '0,1', 'journal');
    for (const { bytes } of [...segments, ...journal]) assertEqual(bytes.join(), TIP.join(), 'piece');
    assertEqual(`${table?.join()} ${tip?.join()}`, '8 9', 'table and tip');
    assertEqual((await listBodies(store)).join('; '), hashes.join('; '), 'hashes');
    for (const hash of hashes)
      assertEqual((await readBody(store, hash))?.join(), hash.slice(0, 5).join(), 'body');
    await store.close();
  }

  it('a database that it writes has the shape that earlier releases read', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeChain(store, CHANGE);
    await writeBodies(store, BODIES);
    await store.close();
    assertEqual(
      await dumpOf(networkId),
      `version ${VERSION}; bodies: 7… = 6,7,8; journal: 0 = 4,5; meta: tip = 1,2,3`,
    );
  });

  it('a database of version 2: its chunks of headers go, and its bodies stay', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), 2, chunkSchema, (database) => {
      const transaction = database.transaction(['chunks', 'meta', 'bodies'], 'readwrite');
      transaction.objectStore('chunks').put(Uint8Array.of(4, 5), 0);
      transaction.objectStore('meta').put(FORMER_TIP, 'tip');
      transaction.objectStore('bodies').put(Uint8Array.of(6, 7, 8), HASH);
      return transaction;
    });
    const store = new IndexedDbStore(networkId);
    const { segments, journal, table, tip } = await loadChain(store);
    assertEqual(segments.length + journal.length, 0, 'pieces');
    // A pointer of the former format: the node knows from it that there is nothing to read.
    assertEqual([table, tip].join(), `,${FORMER_TIP.join()}`, 'table and tip');
    assertEqual((await readBody(store, HASH))?.join(), '6,7,8', 'body');
    await writeChain(store, CHANGE);
    await assertHeadersKept(store);
    await store.close();
    assertEqual(
      await dumpOf(networkId),
      `version ${VERSION}; bodies: 7… = 6,7,8; journal: 0 = 4,5; meta: tip = 1,2,3`,
    );
  });

  it('a database of version 1: its headers go as well, and bodies have a place', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), 1, firstSchema, (database) => {
      const transaction = database.transaction(['chunks', 'meta'], 'readwrite');
      transaction.objectStore('chunks').put(Uint8Array.of(4, 5), 0);
      transaction.objectStore('meta').put(FORMER_TIP, 'tip');
      return transaction;
    });
    const store = new IndexedDbStore(networkId);
    assertEqual((await loadChain(store)).journal.length, 0, 'journal');
    assertEqual((await listBodies(store)).length, 0, 'bodies');
    await writeBodies(store, BODIES);
    assertEqual((await readBody(store, HASH))?.join(), '6,7,8', 'body');
    await store.close();
  });

  it('a database of another shape and of an earlier version: emptied at once', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), 1, (database) => {
      firstSchema(database);
      database.createObjectStore('cats');
    });
    const store = new IndexedDbStore(networkId);
    assertEqual((await loadChain(store)).journal.length, 0, 'journal');
    await writeChain(store, CHANGE);
    await assertHeadersKept(store);
    await store.close();
  });

  it('a database of a later version: STORE_NEWER, and it is left alone', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), 99, ownSchema, (database) => {
      const transaction = database.transaction('meta', 'readwrite');
      transaction.objectStore('meta').put(TIP, 'tip');
      return transaction;
    });
    const before = await dumpOf(networkId);
    const store = new IndexedDbStore(networkId);
    let outdated = 0;
    store.onLost = (isOutdated) => {
      if (isOutdated) outdated += 1;
    };
    const uses = (): Promise<unknown>[] => [
      loadChain(store),
      listBodies(store),
      writeChain(store, CHANGE),
      writeBodies(store, BODIES),
    ];
    // Writes that were asked for before it was known are answered, and whoever asked was told.
    assertEqual((await rejection(loadChain(store))).code, 'STORE_NEWER', 'code');
    for (const { code } of await Promise.all(uses().map(rejection))) assertEqual(code, 'STORE_NEWER', 'code');
    assertEqual(outdated, 1, 'reports');
    assertEqual(await dumpOf(networkId), before, 'what lies there');
    await store.close();
  });

  it('a database that a later release upgrades: it is let go at once, and STORE_UPGRADED', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeChain(store, CHANGE);
    const lost: boolean[] = [];
    store.onLost = (isOutdated) => lost.push(isOutdated);
    await prepare(databaseName(networkId), 99, () => {});
    assertEqual(lost.join(), 'true', 'losses');
    const before = await dumpOf(networkId);
    for (const use of [loadChain(store), writeChain(store, CHANGE), listBodies(store)])
      assertEqual((await rejection(use)).code, 'STORE_UPGRADED', 'code');
    assertEqual(await dumpOf(networkId), before, 'what lies there');
    assertTrue(before.startsWith('version 99; journal: 0 = 4,5'), before);
    await store.close();
  });

  for (const [what, key, value] of [
    ['text where bytes belong', 0, 'cat'],
    ['an entry of the journal under a text', 'zero', TIP],
    ['an entry of the journal under a fraction', 0.5, TIP],
    ['an entry of the journal under a negative index', -1, TIP],
  ] as const) {
    it(`${what}`, async () => {
      const networkId = newNetworkId();
      await prepare(databaseName(networkId), VERSION, ownSchema, (database) => {
        const transaction = database.transaction('journal', 'readwrite');
        transaction.objectStore('journal').put(value, key);
        return transaction;
      });
      await assertRecovers(networkId);
    });
  }

  it('a tip that is no bytes', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), VERSION, ownSchema, (database) => {
      const transaction = database.transaction('meta', 'readwrite');
      transaction.objectStore('meta').put({ height: 5 }, 'tip');
      return transaction;
    });
    await assertRecovers(networkId);
  });

  it('a body that is no bytes: STORE_CORRUPT, until another takes its place', async () => {
    const networkId = newNetworkId();
    await prepareBodies(networkId, [
      [HASH, { height: 5 }],
      [OTHER_HASH, Uint8Array.of(1)],
    ]);
    const store = new IndexedDbStore(networkId);
    const losses = lossesOf(store);
    assertEqual((await rejection(readBody(store, HASH))).code, 'STORE_CORRUPT', 'code');
    await writeBodies(store, BODIES);
    assertEqual((await readBody(store, HASH))?.join(), '6,7,8', 'body');
    assertEqual((await readBody(store, OTHER_HASH))?.join(), '1', 'body');
    assertEqual(losses(), 0, 'losses');
    await assertHeadersKept(store);
    await store.close();
  });

  it('a body whose file the browser has lost: STORE_CORRUPT, and nothing else goes', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeChain(store, CHANGE);
    await writeBodies(store, BODIES);
    const get = IDBObjectStore.prototype.get;
    IDBObjectStore.prototype.get = () => {
      throw new DOMException('Failed to read large IndexedDB value', 'NotReadableError');
    };
    const error = await rejection(readBody(store, HASH)).finally(() => {
      IDBObjectStore.prototype.get = get;
    });
    assertEqual(error.code, 'STORE_CORRUPT', 'code');
    await writeBodies(store, { put: [], remove: [HASH] });
    assertEqual(await readBody(store, HASH), undefined, 'body');
    await assertHeadersKept(store);
    await store.close();
  });

  it('bodies that cannot be listed: STORE_CORRUPT, and all of them go with the next write', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeChain(store, CHANGE);
    await writeBodies(store, BODIES);
    const getAllKeys = IDBObjectStore.prototype.getAllKeys;
    IDBObjectStore.prototype.getAllKeys = () => {
      throw new DOMException('', 'UnknownError');
    };
    const losses = lossesOf(store);
    const error = await rejection(listBodies(store)).finally(() => {
      IDBObjectStore.prototype.getAllKeys = getAllKeys;
    });
    assertEqual(error.code, 'STORE_CORRUPT', 'code');
    assertEqual((await listBodies(store)).length, 1, 'bodies');
    await writeChain(store, CHANGE);
    assertEqual(losses(), 1, 'losses');
    assertEqual((await listBodies(store)).length, 0, 'bodies');
    await assertHeadersKept(store);
    await store.close();
  });

  it('bodies under keys that are no hashes: passed over, and left to lie', async () => {
    const networkId = newNetworkId();
    await prepareBodies(networkId, [
      [HASH, Uint8Array.of(1)],
      ['cat', Uint8Array.of(2)],
      [5, Uint8Array.of(3)],
      [HASH.slice(1), Uint8Array.of(4)],
      [new Uint8Array(33), Uint8Array.of(5)],
      [[HASH], Uint8Array.of(6)],
    ]);
    const store = new IndexedDbStore(networkId);
    assertEqual((await listBodies(store)).map((hash) => hash.join()).join('; '), HASH.join(), 'hashes');
    assertEqual((await bodyKeys(networkId)).length, 6, 'keys');
    assertEqual((await readBody(store, HASH))?.join(), '1', 'body');
    await assertHeadersKept(store);
    await store.close();
  });

  it('no IndexedDB at all: STORE_DENIED', async () => {
    await withIndexedDb(undefined, async () => {
      const store = new IndexedDbStore(newNetworkId());
      const uses = [loadChain(store), listBodies(store), readBody(store, HASH), writeBodies(store, BODIES)];
      for (const { code } of await Promise.all(uses.map(rejection)))
        assertEqual(code, 'STORE_DENIED', 'code');
    });
  });

  it('an IndexedDB that may not be used: STORE_DENIED', async () => {
    const denying = {
      open: () => {
        throw new DOMException('denied', 'SecurityError');
      },
    };
    const error = await withIndexedDb(denying, () =>
      rejection(loadChain(new IndexedDbStore(newNetworkId()))),
    );
    assertEqual(error.code, 'STORE_DENIED', 'code');
  });

  it('a full disk: STORE_QUOTA, and the write is not there in part', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeChain(store, CHANGE);
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
      if (key === 'tip') throw new DOMException('full', 'QuotaExceededError');
      return put.call(this, value, key);
    };
    const error = await rejection(writeChain(store, { ...CHANGE, removeJournalFrom: 0 })).finally(() => {
      IDBObjectStore.prototype.put = put;
    });
    assertEqual(error.code, 'STORE_QUOTA', 'code');
    assertEqual((await loadChain(store)).journal.length, 1, 'journal');
    await store.close();
  });

  it('a full disk: STORE_QUOTA, and no body is written or removed in part', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeBodies(store, BODIES);
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
      puts += 1;
      if (puts === 2) throw new DOMException('full', 'QuotaExceededError');
      return put.call(this, value, key);
    };
    const bodies = [OTHER_HASH, new Uint8Array(32)].map((hash) => ({ hash, body: Uint8Array.of(1) }));
    const error = await rejection(writeBodies(store, { put: bodies, remove: [HASH] })).finally(() => {
      IDBObjectStore.prototype.put = put;
    });
    assertEqual(error.code, 'STORE_QUOTA', 'code');
    assertEqual(puts, 2, 'puts');
    assertEqual((await listBodies(store)).map((hash) => hash.join()).join('; '), HASH.join(), 'hashes');
    await store.close();
  });

  it('a body that has its buffer to itself is handed over as it is, a view as its own part', async () => {
    const store = new IndexedDbStore(newNetworkId());
    await store.claim();
    const put = IDBObjectStore.prototype.put;
    const values: unknown[] = [];
    IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
      values.push(value);
      return put.call(this, value, key);
    };
    const whole = new Uint8Array(1000);
    const view = new Uint8Array(3000).subarray(1000, 2000);
    const bodies = [whole, view].map((body, i) => ({ hash: new Uint8Array(32).fill(i), body }));
    await writeBodies(store, { put: bodies, remove: [] }).finally(() => {
      IDBObjectStore.prototype.put = put;
    });
    assertTrue(values[0] === whole, 'the body was copied');
    assertEqual((values[1] as Uint8Array).buffer.byteLength, 1000, 'bytes of the part');
    await store.close();
  });

  it('a closed store: STORE_FAILED', async () => {
    const store = new IndexedDbStore(newNetworkId());
    await store.close();
    const uses = [
      loadChain(store),
      writeChain(store, CHANGE),
      listBodies(store),
      readBody(store, HASH),
      writeBodies(store, BODIES),
    ];
    for (const { code } of await Promise.all(uses.map(rejection))) assertEqual(code, 'STORE_FAILED', 'code');
  });

  it('another tab that deletes the database is not held up; the store says so, and goes on', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    const losses = lossesOf(store);
    await writeChain(store, CHANGE);
    const writing = writeBodies(store, BODIES);
    await deleteDatabase(networkId);
    assertEqual(losses(), 1, 'losses');
    await writing;
    assertEqual((await listBodies(store)).length, 0, 'bodies');
    await writeChain(store, CHANGE);
    assertEqual((await loadChain(store)).journal.length, 1, 'journal');
    assertEqual(losses(), 1, 'losses');
    await store.close();
  });

  it('a read that the clearing of the data cuts short is answered by the new database', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    const losses = lossesOf(store);
    await writeChain(store, CHANGE);
    const getAll = IDBObjectStore.prototype.getAll;
    IDBObjectStore.prototype.getAll = function () {
      IDBObjectStore.prototype.getAll = getAll;
      // What a browser does to a connection that it ends.
      const { db } = this.transaction;
      db.close();
      db.dispatchEvent(new Event('close'));
      throw new DOMException('', 'AbortError');
    };
    assertEqual((await loadChain(store)).journal.length, 1, 'journal');
    assertEqual(losses(), 1, 'losses');
    await store.close();
  });

  it('a write that the browser never answers, as Firefox leaves it: over once the connection is lost', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await loadChain(store);
    const { transaction } = IDBDatabase.prototype;
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const silence = new Promise<never>(() => {});
    IDBDatabase.prototype.transaction = () => {
      begin();
      const table = { get: () => silence, put: () => silence, delete: () => silence };
      return { done: silence, objectStore: () => table } as unknown as IDBTransaction;
    };
    const writing = writeChain(store, CHANGE);
    try {
      await begun;
    } finally {
      IDBDatabase.prototype.transaction = transaction;
    }
    await deleteDatabase(networkId);
    await writing;
    await writeBodies(store, BODIES);
    assertEqual((await bodyKeys(networkId)).length, 1, 'bodies');
    await store.close();
  });

  it('a deletion that waits for a frozen tab does not hold up close()', async () => {
    const networkId = newNetworkId();
    // It does not hear that it should let go.
    const frozen = await openRaw(networkId);
    const deleting = deleteDatabase(networkId);
    const store = new IndexedDbStore(networkId);
    const loading = loadChain(store).catch(() => {});
    await store.close();
    frozen.close();
    await deleting;
    await loading;
  });

  it('errors that browsers give under many names', () => {
    assertEqual(storeFaultOf(new DOMException('', 'UnknownError'), 'opening'), 'STORE_DENIED');
    assertEqual(storeFaultOf(new DOMException('', 'UnknownError'), 'reading'), 'STORE_CORRUPT');
    assertEqual(storeFaultOf(new DOMException('', 'AbortError'), 'writing'), 'STORE_FAILED');
    assertEqual(storeFaultOf('no error', 'writing'), 'STORE_FAILED');
  });
});
