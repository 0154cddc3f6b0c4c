import { MemoryStore, type NodeStore } from '@vision-light/protocol';
import { databaseName, IndexedDbStore } from '../../packages/browser-node/src/store/indexed-db-store.js';
import { defineBodyStoreSuite } from '../conformance-suites/body-store-suite.js';
import { defineHeaderStoreSuite } from '../conformance-suites/header-store-suite.js';
import type { StoreUnderTest } from '../conformance-suites/store-under-test.js';
import './expect.js';

let databases = 0;

const memory: StoreUnderTest<NodeStore> = {
  name: 'memory',
  isDurable: false,
  makePlace: () =>
    Promise.resolve({ open: () => Promise.resolve(new MemoryStore()), dispose: () => Promise.resolve() }),
};

const indexedDb: StoreUnderTest<NodeStore> = {
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

for (const store of [memory, indexedDb]) {
  defineHeaderStoreSuite(globalThis, store);
  defineBodyStoreSuite(globalThis, store);
}
