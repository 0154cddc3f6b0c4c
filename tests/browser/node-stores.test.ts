import { MemoryStore } from '@vision-light/protocol';
import { databaseName, IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';
import { defineStoreSuite } from '../conformance-suites/store-suite.js';
import type { StoreUnderTest } from '../conformance-suites/store-under-test.js';
import './expect.js';

let databases = 0;

const memory: StoreUnderTest = {
  name: 'memory',
  isDurable: false,
  makePlace: () =>
    Promise.resolve({ open: () => Promise.resolve(new MemoryStore()), dispose: () => Promise.resolve() }),
};

const indexedDb: StoreUnderTest = {
  name: 'IndexedDB',
  isDurable: true,
  makePlace: () => {
    databases += 1;
    const networkId = `suite ${databases}`;
    const dispose = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(databaseName(networkId));
        request.onsuccess = () => resolve();
        request.onerror = () => reject(request.error);
      });
    return Promise.resolve({ open: () => Promise.resolve(new IndexedDbStore(networkId)), dispose });
  },
};

for (const store of [memory, indexedDb]) defineStoreSuite(globalThis, store);
