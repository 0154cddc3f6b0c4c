import { databaseName, IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';
import { SingleWriterStore } from '../../packages/browser-node/src/store/single-writer-store.js';
import { requestWriteLock } from '../../packages/browser-node/src/store/write-lock.js';
import { listBodies, loadChain, readBody, writeBodies, writeChain } from '../store-access.js';
import { assertEqual, rejection } from './expect.js';
import {
  BODIES,
  CHANGE,
  dumpOf,
  HASH,
  newNetworkId,
  OTHER_HASH,
  ownSchema,
  prepare,
  TIP,
  VERSION,
  withIndexedDb,
} from './raw-database.js';

/** The events of a store, in order. */
class Listener {
  readonly heard: string[] = [];
  /** Called with the first `fenced`. */
  #onFenced = (): void => {};
  /** Fulfilled with the first `fenced`. */
  readonly isFenced = new Promise<void>((resolve) => {
    this.#onFenced = resolve;
  });
  /** Called with the first `emptied`. */
  #onEmptied = (): void => {};
  /** Fulfilled with the first `emptied`. */
  readonly isEmptied = new Promise<void>((resolve) => {
    this.#onEmptied = resolve;
  });

  readonly busy = (): void => {
    this.heard.push('busy');
  };

  readonly fenced = (): void => {
    this.heard.push('fenced');
    this.#onFenced();
  };

  readonly emptied = (): void => {
    this.heard.push('emptied');
    this.#onEmptied();
  };
}

describe('SingleWriterStore', () => {
  const readerLock = {
    isWriter: Promise.resolve(false),
    lost: new Promise<void>(() => {}),
    takenLate: new Promise<void>(() => {}),
    release: () => {},
  };

  function open(networkId: string, events = new Listener()): SingleWriterStore {
    const lock = requestWriteLock(databaseName(networkId), 50);
    return new SingleWriterStore(new IndexedDbStore(networkId), lock, events);
  }

  it('lets one write; the other reads, goes on, and says so once', async () => {
    const networkId = newNetworkId();
    const [first, second] = [new Listener(), new Listener()];
    const writer = open(networkId, first);
    await writeChain(writer, CHANGE);
    const reader = open(networkId, second);
    assertEqual((await loadChain(reader)).journal.length, 1, 'journal');
    assertEqual(reader.isPersistent, true, 'isPersistent');
    await writeChain(reader, { removeJournalFrom: 0, tip: TIP });
    assertEqual(reader.isPersistent, false, 'isPersistent');
    await writeChain(reader, { removeJournalFrom: 0, tip: TIP });
    assertEqual(second.heard.join(), 'busy', 'reports');
    assertEqual(writer.isPersistent, true, 'isPersistent');
    assertEqual((await loadChain(writer)).journal.length, 1, 'journal');
    await reader.close();
    await writer.close();
    assertEqual(first.heard.join(), '', 'reports');
  });

  it('lets one write bodies; the other reads them, and says once that it keeps none', async () => {
    const networkId = newNetworkId();
    const events = new Listener();
    const writer = open(networkId);
    await writeBodies(writer, BODIES);
    const reader = open(networkId, events);
    assertEqual((await readBody(reader, HASH))?.join(), '6,7,8', 'body');
    assertEqual(reader.isPersistent, true, 'isPersistent');
    await writeBodies(reader, { put: [{ hash: OTHER_HASH, body: TIP }], remove: [HASH] });
    assertEqual(reader.isPersistent, false, 'isPersistent');
    await writeBodies(reader, { put: [{ hash: OTHER_HASH, body: TIP }], remove: [] });
    await writeChain(reader, CHANGE);
    assertEqual(events.heard.join(), 'busy', 'reports');
    for (const store of [writer, reader])
      assertEqual((await listBodies(store)).map((hash) => hash.join()).join('; '), HASH.join(), 'hashes');
    assertEqual((await readBody(writer, HASH))?.join(), '6,7,8', 'body');
    assertEqual(writer.isPersistent, true, 'isPersistent');
    await reader.close();
    await writer.close();
  });

  it('takes over when the writer goes, says that the content is unknown, and writes from then on', async () => {
    const networkId = newNetworkId();
    const events = new Listener();
    const writer = open(networkId);
    await writeChain(writer, CHANGE);
    const second = open(networkId, events);
    await writeChain(second, { removeJournalFrom: 0, tip: TIP });
    const third = open(networkId);
    assertEqual(events.heard.join(), 'busy', 'reports');
    await writer.close();
    await events.isEmptied;
    assertEqual(events.heard.join(), 'busy,emptied', 'reports');
    assertEqual(second.isPersistent, true, 'isPersistent');
    await writeChain(second, { removeJournalFrom: 0, tip: TIP });
    assertEqual((await loadChain(second)).journal.length, 0, 'journal');
    // One takes over, not all that wait.
    await writeChain(third, CHANGE);
    assertEqual((await loadChain(third)).journal.length, 0, 'journal');
    await third.close();
    await second.close();
  });

  it('a writer that loses the lock writes no more, and says so', async () => {
    const networkId = newNetworkId();
    const events = new Listener();
    const writer = open(networkId, events);
    await writeChain(writer, CHANGE);
    const thief = requestWriteLock(databaseName(networkId), 50, true);
    assertEqual(await thief.isWriter, true, 'isWriter');
    await events.isFenced;
    await writeChain(writer, { removeJournalFrom: 0, tip: TIP });
    assertEqual((await loadChain(writer)).journal.length, 1, 'journal');
    assertEqual(writer.isPersistent, false, 'isPersistent');
    await writer.close();
    thief.release();
    assertEqual(events.heard.join(), 'fenced', 'reports');
  });

  it('a writer that was frozen, and does not know yet that it has lost the lock, is refused by the fence', async () => {
    const networkId = newNetworkId();
    const [before, after] = [new Listener(), new Listener()];
    // As a frozen page has it: nothing tells it anything.
    const deafLock = { ...readerLock, isWriter: Promise.resolve(true) };
    const frozen = new SingleWriterStore(new IndexedDbStore(networkId), deafLock, before);
    await writeChain(frozen, CHANGE);
    const thief = requestWriteLock(databaseName(networkId), 50, true);
    const successor = new SingleWriterStore(new IndexedDbStore(networkId), thief, after, true);
    // From the moment on that it has read what is there, the other one writes nothing.
    assertEqual((await loadChain(successor)).journal.length, 1, 'journal');
    await writeChain(frozen, { removeJournalFrom: 0, tip: TIP });
    await writeBodies(frozen, BODIES);
    assertEqual(before.heard.join(), 'fenced', 'reports');
    assertEqual((await loadChain(successor)).journal.length, 1, 'journal');
    assertEqual((await listBodies(successor)).length, 0, 'bodies');
    await writeChain(successor, { removeJournalFrom: 0, tip: TIP });
    assertEqual((await loadChain(successor)).journal.length, 0, 'journal');
    await frozen.close();
    await successor.close();
    assertEqual(after.heard.join(), '', 'reports');
  });

  for (const hasRead of [true, false]) {
    const when = hasRead ? 'has found' : 'has not read';
    it(`a writer that was frozen and ${when} what is damaged: it neither clears nor writes what its successor has`, async () => {
      const networkId = newNetworkId();
      const [before, after] = [new Listener(), new Listener()];
      const deafLock = { ...readerLock, isWriter: Promise.resolve(true) };
      const frozen = new SingleWriterStore(new IndexedDbStore(networkId), deafLock, before);
      await writeChain(frozen, CHANGE);
      await prepare(
        databaseName(networkId),
        VERSION,
        () => {},
        (database) => {
          const transaction = database.transaction('journal', 'readwrite');
          transaction.objectStore('journal').put('cat', 0);
          return transaction;
        },
      );
      if (hasRead) assertEqual((await rejection(loadChain(frozen))).code, 'STORE_CORRUPT', 'code');
      const successor = new SingleWriterStore(new IndexedDbStore(networkId), deafLock, after, true);
      assertEqual((await rejection(loadChain(successor))).code, 'STORE_CORRUPT', 'code');
      // The first write removes what is damaged, and counts for nothing.
      await writeChain(successor, CHANGE);
      assertEqual(after.heard.join(), 'emptied', 'reports');
      if (hasRead) await writeChain(successor, CHANGE);
      const kept = await dumpOf(networkId);
      await writeChain(frozen, CHANGE);
      assertEqual(before.heard.join(), 'fenced', 'reports');
      assertEqual(await dumpOf(networkId), kept, 'what lies there');
      await frozen.close();
      await successor.close();
    });
  }

  it('a fence rises even if the database was deleted in between', async () => {
    const networkId = newNetworkId();
    const events = new Listener();
    const deafLock = { ...readerLock, isWriter: Promise.resolve(true) };
    const frozen = new SingleWriterStore(new IndexedDbStore(networkId), deafLock, events);
    await writeChain(frozen, CHANGE);
    await new Promise((resolve) => {
      indexedDB.deleteDatabase(databaseName(networkId)).onsuccess = resolve;
    });
    const successor = new SingleWriterStore(new IndexedDbStore(networkId), deafLock, new Listener(), true);
    await writeChain(successor, CHANGE);
    await writeChain(frozen, { removeJournalFrom: 0, tip: TIP });
    assertEqual(events.heard.join(), 'emptied,fenced', 'reports');
    assertEqual((await loadChain(successor)).journal.length, 1, 'journal');
    await frozen.close();
    await successor.close();
  });

  it('a reader removes nothing, whatever it finds damaged', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), VERSION, ownSchema, (database) => {
      const transaction = database.transaction('journal', 'readwrite');
      transaction.objectStore('journal').put('cat', 0);
      return transaction;
    });
    const before = await dumpOf(networkId);
    const writer = open(networkId);
    const reader = new SingleWriterStore(new IndexedDbStore(networkId), readerLock, new Listener());
    assertEqual((await rejection(loadChain(reader))).code, 'STORE_CORRUPT', 'code');
    await writeChain(reader, CHANGE);
    assertEqual(await dumpOf(networkId), before, 'what lies there');
    await reader.close();
    await writer.close();
  });

  it('gives the lock up when a later release upgrades the database, for that release', async () => {
    const networkId = newNetworkId();
    const events = new Listener();
    const writer = open(networkId, events);
    await writeChain(writer, CHANGE);
    await prepare(databaseName(networkId), 99, () => {});
    assertEqual(events.heard.join(), 'emptied', 'reports');
    assertEqual(writer.isPersistent, false, 'isPersistent');
    const lock = requestWriteLock(databaseName(networkId), 5000);
    assertEqual(await lock.isWriter, true, 'isWriter');
    assertEqual((await rejection(writeChain(writer, CHANGE))).code, 'STORE_UPGRADED', 'code');
    await writer.close();
    lock.release();
  });

  it('a reader of a database of a later release says STORE_NEWER, not that another tab is the writer', async () => {
    const networkId = newNetworkId();
    await prepare(databaseName(networkId), 99, ownSchema);
    const other = requestWriteLock(databaseName(networkId));
    const events = new Listener();
    const store = open(networkId, events);
    assertEqual((await rejection(loadChain(store))).code, 'STORE_NEWER', 'code');
    assertEqual((await rejection(writeChain(store, CHANGE))).code, 'STORE_NEWER', 'code');
    assertEqual(events.heard.join(), 'emptied', 'reports');
    await store.close();
    other.release();
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
    navigator.locks.request = () => new Promise(() => {});
    const lock = requestWriteLock(newNetworkId(), 50);
    navigator.locks.request = request;
    assertEqual(await lock.isWriter, true, 'isWriter');
    lock.release();
  });

  it('a denied store is denied, whoever has the lock, to headers and to bodies', async () => {
    const events = new Listener();
    await withIndexedDb(undefined, async () => {
      const store = new SingleWriterStore(new IndexedDbStore(newNetworkId()), readerLock, events);
      assertEqual((await rejection(listBodies(store))).code, 'STORE_DENIED', 'code');
      assertEqual((await rejection(loadChain(store))).code, 'STORE_DENIED', 'code');
      assertEqual((await rejection(writeChain(store, CHANGE))).code, 'STORE_DENIED', 'code');
      assertEqual((await rejection(writeBodies(store, BODIES))).code, 'STORE_DENIED', 'code');
      assertEqual(store.isPersistent, false, 'isPersistent');
      await store.close();
    });
    assertEqual(events.heard.join(), '', 'reports');
  });

  it('waits for a writer that is about to end, as on a reload', async () => {
    const networkId = newNetworkId();
    const lock = () => requestWriteLock(networkId);
    const first = new SingleWriterStore(new IndexedDbStore(networkId), lock(), new Listener());
    await writeChain(first, CHANGE);
    const events = new Listener();
    const second = new SingleWriterStore(new IndexedDbStore(networkId), lock(), events);
    const writing = writeChain(second, { removeJournalFrom: 0, tip: TIP });
    await first.close();
    await writing;
    assertEqual(events.heard.join(), '', 'reports');
    assertEqual((await loadChain(second)).journal.length, 0, 'journal');
    await second.close();
  });
});
