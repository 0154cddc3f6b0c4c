/** Performs the storage effects of a node on a store; the same for every platform. */
import type { Effect } from '../io/effect.js';
import type { NodeEventBody } from '../io/event.js';
import type { StorageFailure, StorageOperation, StorageResult } from '../io/storage.js';
import { type Store, StoreError } from './store.js';

/**
 * Does what the effect asks for; begins at once.
 *
 * @returns the answer for the node; never rejects
 */
export function performStorage(
  store: Store,
  { request, operation }: Extract<Effect, { type: 'storage' }>,
): Promise<NodeEventBody> {
  // A store that throws at once fails as one that rejects.
  const result = new Promise<StorageResult>((resolve) => resolve(perform(store, operation)));
  return result.then(
    (result) => ({ type: 'storageAnswered', request, result }),
    (error: unknown) => ({ type: 'storageAnswered', request, failure: storageFailureOf(error) }),
  );
}

function perform(store: Store, operation: StorageOperation): Promise<StorageResult> {
  switch (operation.kind) {
    case 'read':
      return store.read(operation.selections).then((records) => ({ kind: 'read', records }));
    case 'list':
      return store.list(operation.table).then((keys) => ({ kind: 'list', keys }));
    case 'write':
      return store.write(operation.changes).then(() => ({ kind: 'write' }));
  }
}

/** What a node is told of an error: a store's code, or STORE_FAILED for an error that no store should throw. */
export function storageFailureOf(error: unknown): StorageFailure {
  if (!(error instanceof StoreError)) return { code: 'STORE_FAILED', detail: String(error) };
  return { code: error.code, detail: String(error.cause ?? error.code) };
}
