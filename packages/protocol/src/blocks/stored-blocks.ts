/**
 * Which block bodies lie in the store, and the traffic with it: one change under way, reads answered one by one.
 *
 * Memory: a hash for each stored body; bodies that are being written, which count against the download's credit until
 * they are (`block-sync.ts`); at most BODY_READS_MAX reads under way, each of one body; the body touched last.
 */
import { bytesToHex } from '../bytes/hex.js';
import { deleteRecord, putRecord, type StorageFailure, select } from '../io/storage.js';
import type { StoragePort } from '../io/storage-port.js';
import { BODY_READS_MAX } from '../limits.js';

/** Called once with the body, or with undefined if it is not there. */
export type BodyReader = (body: Uint8Array | undefined) => void;

/** What became of the bodies that were to be kept. */
export interface StoredBlocksListener {
  /** The store has taken a write. */
  stored(): void;
  /** The store has not taken a write. */
  storeFailed(failure: StorageFailure): void;
  /** A body has reached the store, or will not. */
  written(hash: Uint8Array): void;
}

interface Change {
  readonly put: Map<string, { readonly hash: Uint8Array; readonly body: Uint8Array }>;
  readonly remove: Map<string, Uint8Array>;
}

interface Read {
  readonly hash: Uint8Array;
  readonly reader: BodyReader;
}

const emptyChange = (): Change => ({ put: new Map(), remove: new Map() });

/** The bodies that this node keeps. */
export class StoredBlocks {
  /** True once the store has said which bodies it holds: before, every body would be fetched again. */
  isListed = false;
  #isListing = false;
  #mustList = false;
  /** Hashes of bodies that are in the store, or on their way there. */
  readonly #kept = new Map<string, Uint8Array>();
  /** What the next write takes. */
  #next = emptyChange();
  /** The body that was touched last: a new block is asked for by many peers at once. */
  #recent: { readonly key: string; readonly body: Uint8Array } | undefined;
  /** What the write under way takes. */
  #inFlight: Change | undefined;
  #readsInFlight = 0;
  readonly #waitingReads: Read[] = [];

  constructor(
    readonly storage: StoragePort,
    readonly listener: StoredBlocksListener,
  ) {}

  get size(): number {
    return this.#kept.size;
  }

  /** Bodies that wait for the store to take them. */
  get unwritten(): number {
    return this.#next.put.size + (this.#inFlight?.put.size ?? 0);
  }

  /** Hashes of what is kept. */
  hashes(): IterableIterator<Uint8Array> {
    return this.#kept.values();
  }

  has(hash: Uint8Array): boolean {
    return this.#kept.has(bytesToHex(hash));
  }

  /** Asks the store which bodies it holds. A store that cannot say it is taken for empty. */
  list(): void {
    this.isListed = false;
    this.#kept.clear();
    // A write under way may have gone to what is there no more, whatever the store says of it: it is made again.
    const { put, remove } = this.#next;
    for (const [key, entry] of this.#inFlight?.put ?? [])
      if (!put.has(key) && !remove.has(key)) put.set(key, entry);
    for (const [key, { hash }] of put) this.#kept.set(key, hash);
    this.#mustList = true;
    this.#listIfDue();
  }

  /** One list at a time: what the store said before it was opened anew counts for nothing. */
  #listIfDue(): void {
    if (this.#isListing || !this.#mustList) return;
    this.#isListing = true;
    this.#mustList = false;
    const listed = (hashes: readonly Uint8Array[]): void => {
      this.#isListing = false;
      this.#listIfDue();
      if (this.#isListing) return;
      for (const hash of hashes) this.#kept.set(bytesToHex(hash), hash);
      this.isListed = true;
    };
    this.storage.list('bodies', { done: listed, failed: () => listed([]) });
  }

  /** Keeps a body that was checked. */
  put(hash: Uint8Array, body: Uint8Array): void {
    const key = bytesToHex(hash);
    if (this.#kept.has(key)) return;
    const own = hash.slice();
    this.#kept.set(key, own);
    this.#next.remove.delete(key);
    this.#next.put.set(key, { hash: own, body });
    this.#recent = { key, body };
  }

  remove(hash: Uint8Array): void {
    const key = bytesToHex(hash);
    if (!this.#kept.delete(key)) return;
    if (this.#recent?.key === key) this.#recent = undefined;
    const waiting = this.#next.put.get(key);
    this.#next.put.delete(key);
    this.#next.remove.set(key, hash.slice());
    if (waiting !== undefined) this.listener.written(waiting.hash);
  }

  /** Reads a body: at once if it is still on its way to the store, else when the store answers. */
  read(hash: Uint8Array, reader: BodyReader): void {
    const key = bytesToHex(hash);
    const recent = this.#recent?.key === key ? this.#recent : undefined;
    const inMemory = recent ?? this.#next.put.get(key) ?? this.#inFlight?.put.get(key);
    if (!this.#kept.has(key) || inMemory !== undefined) {
      reader(inMemory?.body);
      return;
    }
    const entry = { hash: hash.slice(), reader };
    if (this.#readsInFlight < BODY_READS_MAX) this.#startRead(entry);
    else this.#waitingReads.push(entry);
  }

  /** Hands the store what there is for it. To be called at the end of a step. */
  advance(): void {
    const { put, remove } = this.#next;
    if (this.#inFlight !== undefined || put.size + remove.size === 0) return;
    const change = this.#next;
    this.#inFlight = change;
    this.#next = emptyChange();
    const changes = [
      ...[...remove.values()].map((hash) => deleteRecord('bodies', hash)),
      ...[...put.values()].map(({ hash, body }) => putRecord('bodies', hash, body)),
    ];
    this.storage.write(changes, {
      done: () => {
        this.listener.stored();
        this.#finish(change);
      },
      failed: (failure) => {
        this.listener.storeFailed(failure);
        // What it was to put is not kept.
        for (const key of change.put.keys()) if (!this.#next.put.has(key)) this.#kept.delete(key);
        this.#finish(change);
      },
    });
  }

  #finish({ put }: Change): void {
    this.#inFlight = undefined;
    for (const [key, { hash }] of put) if (!this.#next.put.has(key)) this.listener.written(hash);
  }

  #startRead(entry: Read): void {
    this.#readsInFlight++;
    this.storage.read([select('bodies', entry.hash)], {
      done: ([record]) => this.#bodyRead(entry, record?.value),
      failed: () => this.#bodyRead(entry, undefined),
    });
  }

  #bodyRead(entry: Read, body: Uint8Array | undefined): void {
    this.#readsInFlight--;
    const next = this.#waitingReads.shift();
    if (next !== undefined) this.#startRead(next);
    // The store has lost it, whatever was thought.
    const key = bytesToHex(entry.hash);
    if (body === undefined) this.#kept.delete(key);
    else if (this.#kept.has(key)) this.#recent = { key, body };
    entry.reader(body);
  }
}
