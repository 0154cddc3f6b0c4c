import { databaseName, IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';
import { SingleWriterStore } from '../../packages/browser-node/src/store/single-writer-store.js';
import { storeFaultOf } from '../../packages/browser-node/src/store/store-fault-of.js';
import { requestWriteLock } from '../../packages/browser-node/src/store/write-lock.js';
import { listBodies, loadChain, readBody, writeBodies, writeChain } from '../store-access.js';
import { assertEqual, assertTrue, rejection } from './expect.js';

const TIP = Uint8Array.of(1, 2, 3);
const CHANGE = { journal: [{ index: 0, bytes: Uint8Array.of(4, 5) }], tip: TIP };
/** As releases wrote it that kept chunks: format 1, height, hash. */
const FORMER_TIP = Uint8Array.of(1, 7, ...new Uint8Array(32).fill(3));
const HASH = new Uint8Array(32).fill(7);
const OTHER_HASH = new Uint8Array(32).fill(8);
const BODIES = { put: [{ hash: HASH, body: Uint8Array.of(6, 7, 8) }], remove: [] };
/** What a release of this schema calls its version. */
const VERSION = 3;

let names = 0;

function newNetworkId(): string {
  names += 1;
  return `fault ${names} ${Date.now()}`;
}

/** Opens a database as anyone could, and leaves in it what `fill` writes. */
function prepare(
  name: string,
  version: number,
  upgrade: (database: IDBDatabase) => void,
  fill?: (database: IDBDatabase) => IDBTransaction,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => upgrade(request.result);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      const transaction = fill?.(database);
      const done = (): void => {
        database.close();
        resolve();
      };
      if (transaction === undefined) done();
      else transaction.oncomplete = done;
    };
  });
}

/** Version 1, which knew no bodies. */
function firstSchema(database: IDBDatabase): void {
  database.createObjectStore('chunks');
  database.createObjectStore('meta');
}

/** Version 2, which kept headers in chunks. */
function chunkSchema(database: IDBDatabase): void {
  firstSchema(database);
  database.createObjectStore('bodies');
}

function ownSchema(database: IDBDatabase): void {
  for (const name of ['segments', 'journal', 'meta', 'bodies']) database.createObjectStore(name);
}

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

/** All that a network's database holds, in words; of a hash its first byte. */
function dumpOf(networkId: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(databaseName(networkId));
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const words = [`version ${database.version}`];
      const transaction = database.transaction(database.objectStoreNames);
      for (const name of database.objectStoreNames) {
        const walk = transaction.objectStore(name).openCursor();
        walk.onsuccess = () => {
          const { result } = walk;
          if (result === null) return;
          const { key, value } = result;
          const text = key instanceof ArrayBuffer ? `${new Uint8Array(key)[0]}…` : String(key);
          words.push(`${name}: ${text} = ${(value as Uint8Array).join()}`);
          result.continue();
        };
      }
      transaction.onerror = () => reject(transaction.error);
      transaction.oncomplete = () => {
        database.close();
        resolve(words.join('; '));
      };
    };
  });
}

/** That the headers of {@link CHANGE} are still there. */
async function assertHeadersKept(store: IndexedDbStore): Promise<void> {
  const { journal, tip } = await loadChain(store);
  assertEqual(journal.map(({ index, bytes }) => `${index}: ${bytes.join()}`).join('; '), '0: 4,5', 'chunks');
  assertEqual(tip?.join(), TIP.join(), 'tip');
}

/** A damaged store says so once, and is empty and usable afterwards. */
async function assertRecovers(networkId: string): Promise<void> {
  const store = new IndexedDbStore(networkId);
  assertEqual((await rejection(loadChain(store))).code, 'STORE_CORRUPT', 'code');
  const { journal, tip } = await loadChain(store);
  assertEqual(journal.length, 0, 'chunks');
  assertEqual(tip, undefined, 'tip');
  await writeChain(store, CHANGE);
  assertEqual((await loadChain(store)).tip?.join(), TIP.join(), 'tip');
  await store.close();
}

async function withIndexedDb<T>(value: unknown, body: () => Promise<T>): Promise<T> {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'indexedDB');
  Object.defineProperty(globalThis, 'indexedDB', { configurable: true, value });
  try {
    return await body();
  } finally {
    if (own === undefined) Reflect.deleteProperty(globalThis, 'indexedDB');
    else Object.defineProperty(globalThis, 'indexedDB', own);
  }
}

describe('IndexedDbStore and what it may find', () => {
  it('a database of another shape', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), VERSION, (database) => database.createObjectStore('cats'));
    await assertRecovers(networkId);
  });

  it('a database as releases have written it since they keep segments', async () => {
    const networkId = newNetworkId();
    const hashes = [HASH, OTHER_HASH];
    await prepare(databaseName(networkId), VERSION, ownSchema, (database) => {
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
  });

  it('a database that it writes has the shape that earlier releases read', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeChain(store, CHANGE);
    await writeBodies(store, BODIES);
    await store.close();
    assertEqual(
      await dumpOf(networkId),
      'version 3; bodies: 7… = 6,7,8; journal: 0 = 4,5; meta: tip = 1,2,3',
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
      'version 3; bodies: 7… = 6,7,8; journal: 0 = 4,5; meta: tip = 1,2,3',
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

  it('a database of a later version', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), 99, ownSchema);
    await assertRecovers(networkId);
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

  it('a body that is no bytes: STORE_CORRUPT once, and it goes alone', async () => {
    const networkId = newNetworkId();
    await prepareBodies(networkId, [
      [HASH, { height: 5 }],
      [OTHER_HASH, Uint8Array.of(1)],
    ]);
    const store = new IndexedDbStore(networkId);
    assertEqual((await rejection(readBody(store, HASH))).code, 'STORE_CORRUPT', 'code');
    assertEqual(await readBody(store, HASH), undefined, 'body');
    assertEqual((await listBodies(store)).map((hash) => hash.join()).join('; '), OTHER_HASH.join(), 'hashes');
    assertEqual((await readBody(store, OTHER_HASH))?.join(), '1', 'body');
    await assertHeadersKept(store);
    await store.close();
  });

  it('a body whose file the browser has lost: STORE_CORRUPT once, and it goes alone', async () => {
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
    assertEqual(await readBody(store, HASH), undefined, 'body');
    await assertHeadersKept(store);
    await store.close();
  });

  it('bodies that cannot be listed: STORE_CORRUPT once, and all of them go', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeChain(store, CHANGE);
    await writeBodies(store, BODIES);
    const getAllKeys = IDBObjectStore.prototype.getAllKeys;
    IDBObjectStore.prototype.getAllKeys = () => {
      throw new DOMException('', 'UnknownError');
    };
    const error = await rejection(listBodies(store)).finally(() => {
      IDBObjectStore.prototype.getAllKeys = getAllKeys;
    });
    assertEqual(error.code, 'STORE_CORRUPT', 'code');
    assertEqual((await listBodies(store)).length, 0, 'bodies');
    await assertHeadersKept(store);
    await store.close();
  });

  it('bodies under keys that are no hashes: passed over, and removed', async () => {
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
    assertEqual((await bodyKeys(networkId)).length, 1, 'keys');
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
    assertEqual((await loadChain(store)).journal.length, 1, 'chunks');
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
    await listBodies(store);
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

  it('another tab that deletes the database is not held up, and the store goes on', async () => {
    const networkId = newNetworkId();
    const store = new IndexedDbStore(networkId);
    await writeChain(store, CHANGE);
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(databaseName(networkId));
      request.onsuccess = () => resolve();
      request.onblocked = () => reject(new Error('blocked'));
      request.onerror = () => reject(request.error);
    });
    await writeChain(store, CHANGE);
    assertEqual((await loadChain(store)).journal.length, 1, 'chunks');
    await store.close();
  });

  it('errors that browsers give under many names', () => {
    assertEqual(storeFaultOf(new DOMException('', 'UnknownError'), 'opening'), 'STORE_DENIED');
    assertEqual(storeFaultOf(new DOMException('', 'UnknownError'), 'reading'), 'STORE_CORRUPT');
    assertEqual(storeFaultOf(new DOMException('', 'AbortError'), 'writing'), 'STORE_FAILED');
    assertEqual(storeFaultOf('no error', 'writing'), 'STORE_FAILED');
  });
});

describe('SingleWriterStore', () => {
  it('lets one write; the other reads, goes on, and says so once', async () => {
    const networkId = newNetworkId();
    const name = databaseName(networkId);
    let busy = 0;
    const open = (): SingleWriterStore =>
      new SingleWriterStore(new IndexedDbStore(networkId), requestWriteLock(name, 50), () => {
        busy += 1;
      });
    const writer = open();
    await writeChain(writer, CHANGE);
    const reader = open();
    assertEqual((await loadChain(reader)).journal.length, 1, 'chunks');
    assertEqual(reader.isPersistent, true, 'isPersistent');
    await writeChain(reader, { removeJournalFrom: 0, tip: TIP });
    assertEqual(reader.isPersistent, false, 'isPersistent');
    await writeChain(reader, { removeJournalFrom: 0, tip: TIP });
    assertEqual(busy, 1, 'reports');
    assertEqual(writer.isPersistent, true, 'isPersistent');
    assertEqual((await loadChain(writer)).journal.length, 1, 'chunks');
    await writer.close();
    await reader.close();
  });

  it('lets one write bodies; the other reads them, and says once that it keeps none', async () => {
    const networkId = newNetworkId();
    let busy = 0;
    const open = (): SingleWriterStore =>
      new SingleWriterStore(new IndexedDbStore(networkId), requestWriteLock(networkId, 50), () => {
        busy += 1;
      });
    const writer = open();
    await writeBodies(writer, BODIES);
    const reader = open();
    assertEqual((await readBody(reader, HASH))?.join(), '6,7,8', 'body');
    assertEqual(reader.isPersistent, true, 'isPersistent');
    await writeBodies(reader, { put: [{ hash: OTHER_HASH, body: TIP }], remove: [HASH] });
    assertEqual(reader.isPersistent, false, 'isPersistent');
    await writeBodies(reader, { put: [{ hash: OTHER_HASH, body: TIP }], remove: [] });
    await writeChain(reader, CHANGE);
    assertEqual(busy, 1, 'reports');
    for (const store of [writer, reader])
      assertEqual((await listBodies(store)).map((hash) => hash.join()).join('; '), HASH.join(), 'hashes');
    assertEqual((await readBody(writer, HASH))?.join(), '6,7,8', 'body');
    assertEqual(writer.isPersistent, true, 'isPersistent');
    await writer.close();
    await reader.close();
  });

  it('lets everyone write where the browser denies locks', async () => {
    const request = navigator.locks.request;
    navigator.locks.request = () => Promise.reject(new DOMException('', 'SecurityError'));
    const lock = requestWriteLock(newNetworkId());
    navigator.locks.request = request;
    assertEqual(await lock.isWriter, true, 'isWriter');
    lock.release();
  });

  it('lets everyone write where a lock is neither given nor held by anyone', async () => {
    const request = navigator.locks.request;
    navigator.locks.request = () => Promise.reject(new DOMException('', 'AbortError'));
    const lock = requestWriteLock(newNetworkId());
    navigator.locks.request = request;
    assertEqual(await lock.isWriter, true, 'isWriter');
    lock.release();
  });

  it('a store denied to bodies is denied, whoever has the lock', async () => {
    const reports: string[] = [];
    const lock = { isWriter: Promise.resolve(false), release: () => {} };
    await withIndexedDb(undefined, async () => {
      const store = new SingleWriterStore(new IndexedDbStore(newNetworkId()), lock, () =>
        reports.push('busy'),
      );
      assertEqual((await rejection(listBodies(store))).code, 'STORE_DENIED', 'code');
      assertEqual((await rejection(writeBodies(store, BODIES))).code, 'STORE_DENIED', 'code');
      assertEqual(store.isPersistent, false, 'isPersistent');
      await store.close();
    });
    assertEqual(reports.length, 0, 'reports');
  });

  it('a denied store is denied, whoever has the lock', async () => {
    const reports: string[] = [];
    const lock = { isWriter: Promise.resolve(false), release: () => {} };
    const networkId = newNetworkId();
    await withIndexedDb(undefined, async () => {
      const store = new SingleWriterStore(new IndexedDbStore(networkId), lock, () => reports.push('busy'));
      assertEqual((await rejection(loadChain(store))).code, 'STORE_DENIED', 'code');
      assertEqual((await rejection(writeChain(store, CHANGE))).code, 'STORE_DENIED', 'code');
      assertEqual(store.isPersistent, false, 'isPersistent');
      await store.close();
    });
    assertEqual(reports.length, 0, 'reports');
  });

  it('waits for a writer who is about to end, as on a reload', async () => {
    const networkId = newNetworkId();
    const first = new SingleWriterStore(new IndexedDbStore(networkId), requestWriteLock(networkId), () => {});
    await writeChain(first, CHANGE);
    let isBusy = false;
    const second = new SingleWriterStore(new IndexedDbStore(networkId), requestWriteLock(networkId), () => {
      isBusy = true;
    });
    const writing = writeChain(second, { removeJournalFrom: 0, tip: TIP });
    await first.close();
    await writing;
    assertTrue(!isBusy, 'the second writer was turned away');
    assertEqual((await loadChain(second)).journal.length, 0, 'chunks');
    await second.close();
  });
});
