/** Where a node's block bodies are kept. One conformance suite holds for every implementation. */
import type { BodyChange } from '../io/stored-bodies.js';
import type { HeaderStore } from './header-store.js';

/** A place for one network's block bodies. Whole changes, or none. */
export interface BodyStore {
  /** Hashes of all bodies that are stored, in any order; none of the bodies is read. @throws StoreError */
  listBodies(): Promise<Uint8Array[]>;
  /** @returns the body, or undefined if there is none under this hash. @throws StoreError */
  readBody(hash: Uint8Array): Promise<Uint8Array | undefined>;
  /** Writes a change wholly or not at all. @throws StoreError */
  writeBodies(change: BodyChange): Promise<void>;
}

/** Headers and bodies of one network in one place. */
export interface NodeStore extends HeaderStore, BodyStore {}
