/** This file is a test on the page, and in a worker of its own the thread that is killed. */
import type { StorageChange } from '@vision-light/protocol';
import { databaseName, IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';
import { defineKillSuite } from '../conformance-suites/kill-suite.js';

interface Order {
  readonly networkId: string;
  readonly changes: readonly StorageChange[];
  readonly step: number;
}

/** Begins a write, and stops for ever at one of its requests, so that the page can kill it there. */
async function writeInWorker({ networkId, changes, step }: Order): Promise<void> {
  let steps = 0;
  const pass = (): void => {
    if (steps++ < step) return;
    self.postMessage('stopped');
    for (;;);
  };
  const { put, delete: remove } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
    pass();
    return put.call(this, value, key);
  };
  IDBObjectStore.prototype.delete = function (key: IDBValidKey | IDBKeyRange) {
    pass();
    return remove.call(this, key);
  };
  const store = new IndexedDbStore(networkId);
  pass();
  await store.write(changes);
  pass();
  self.postMessage('done');
}

/** @returns whether it was killed before it was done */
function writeAndKill(order: Order): Promise<boolean> {
  const script = import.meta.url;
  const worker = new Worker(script, { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      worker.terminate();
      resolve(data === 'stopped');
    };
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(order);
  });
}

let places = 0;

if (typeof document === 'undefined') {
  self.onmessage = ({ data }: MessageEvent<Order>) => void writeInWorker(data);
} else {
  defineKillSuite(globalThis, {
    name: 'IndexedDB',
    makePlace: () => {
      places += 1;
      const networkId = `killed ${places} ${Date.now()}`;
      const dispose = (): Promise<void> =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase(databaseName(networkId));
          request.onsuccess = () => resolve();
          request.onerror = () => reject(request.error);
        });
      return Promise.resolve({
        open: () => Promise.resolve(new IndexedDbStore(networkId)),
        writeKilled: (changes, step) => writeAndKill({ networkId, changes, step }),
        dispose,
      });
    },
  });
}
