/** A store that forgets: for tests, and for pages that are denied storage. */
import { bytesToHex, hexToBytes } from '../bytes/hex.js';
import type { BodyChange } from '../io/stored-bodies.js';
import type { StoreChange, StoredChain } from '../io/stored-chain.js';
import type { NodeStore } from './body-store.js';

/** Keeps copies in memory for as long as it lives; never fails. */
export class MemoryStore implements NodeStore {
  readonly #chunks = new Map<number, Uint8Array>();
  #tip: Uint8Array | undefined;
  /** By the hash in hex. */
  readonly #bodies = new Map<string, Uint8Array>();

  load(): Promise<StoredChain> {
    const chunks = [...this.#chunks]
      .sort(([a], [b]) => a - b)
      .map(([index, bytes]) => ({ index, bytes: bytes.slice() }));
    return Promise.resolve({ chunks, tip: this.#tip?.slice() });
  }

  write(change: StoreChange): Promise<void> {
    const from = change.removeFrom;
    if (from !== undefined)
      for (const index of this.#chunks.keys()) if (index >= from) this.#chunks.delete(index);
    for (const chunk of change.put) this.#chunks.set(chunk.index, chunk.bytes.slice());
    this.#tip = change.tip.slice();
    return Promise.resolve();
  }

  listBodies(): Promise<Uint8Array[]> {
    return Promise.resolve([...this.#bodies.keys()].map((key) => hexToBytes(key, 32) as Uint8Array));
  }

  readBody(hash: Uint8Array): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#bodies.get(bytesToHex(hash))?.slice());
  }

  writeBodies({ put, remove }: BodyChange): Promise<void> {
    for (const hash of remove) this.#bodies.delete(bytesToHex(hash));
    for (const { hash, body } of put) this.#bodies.set(bytesToHex(hash), body.slice());
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
