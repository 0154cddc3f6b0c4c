/**
 * Which block bodies lie in the store, and the traffic with it: one change under way, reads answered one by one.
 *
 * Memory: a hash for each stored body; bodies that are being written, which count against the download's credit until
 * they are (`block-sync.ts`); at most BODY_READS_MAX reads under way, each of one body; the body touched last.
 */
import { bytesToHex } from '../bytes/hex.js';
import { BODY_READS_MAX } from '../limits.js';
import type { Outbox } from '../peer/outbox.js';

/** Called once with the body, or with undefined if it is not there. */
export type BodyReader = (body: Uint8Array | undefined) => void;

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
  /** Hashes of bodies that are in the store, or on their way there. */
  readonly #kept = new Map<string, Uint8Array>();
  /** What the next write takes. */
  #next = emptyChange();
  /** The body that was touched last: a new block is asked for by many peers at once. */
  #recent: { readonly key: string; readonly body: Uint8Array } | undefined;
  #inFlight: { readonly write: number; readonly change: Change } | undefined;
  #lastWrite = 0;
  readonly #reads = new Map<number, Read>();
  readonly #waitingReads: Read[] = [];
  #lastRead = 0;

  /** @param written  called when a body has reached the store, or will not */
  constructor(
    readonly outbox: Outbox,
    readonly written: (hash: Uint8Array) => void,
  ) {}

  get size(): number {
    return this.#kept.size;
  }

  /** Bodies that wait for the store to take them. */
  get unwritten(): number {
    return this.#next.put.size + (this.#inFlight?.change.put.size ?? 0);
  }

  /** Hashes of what is kept. */
  hashes(): IterableIterator<Uint8Array> {
    return this.#kept.values();
  }

  has(hash: Uint8Array): boolean {
    return this.#kept.has(bytesToHex(hash));
  }

  /** What the store holds, after the start. */
  listed(hashes: readonly Uint8Array[]): void {
    for (const hash of hashes) this.#kept.set(bytesToHex(hash), hash);
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
    if (waiting !== undefined) this.written(waiting.hash);
  }

  /** Reads a body: at once if it is still on its way to the store, else when the store answers. */
  read(hash: Uint8Array, reader: BodyReader): void {
    const key = bytesToHex(hash);
    const recent = this.#recent?.key === key ? this.#recent : undefined;
    const inMemory = recent ?? this.#next.put.get(key) ?? this.#inFlight?.change.put.get(key);
    if (!this.#kept.has(key) || inMemory !== undefined) {
      reader(inMemory?.body);
      return;
    }
    const entry = { hash: hash.slice(), reader };
    if (this.#reads.size < BODY_READS_MAX) this.#startRead(entry);
    else this.#waitingReads.push(entry);
  }

  /** The answer to a `readBody`. */
  bodyRead(read: number, body: Uint8Array | undefined): void {
    const entry = this.#reads.get(read);
    if (entry === undefined) return;
    this.#reads.delete(read);
    const next = this.#waitingReads.shift();
    if (next !== undefined) this.#startRead(next);
    // The store has lost it, whatever was thought.
    const key = bytesToHex(entry.hash);
    if (body === undefined) this.#kept.delete(key);
    else if (this.#kept.has(key)) this.#recent = { key, body };
    entry.reader(body);
  }

  /** The answer to a `storeBodies`. */
  stored(write: number): void {
    if (this.#inFlight?.write === write) this.#finish(this.#inFlight.change);
  }

  /** A write failed: what it was to put is not kept. */
  failed(write: number): void {
    if (this.#inFlight?.write !== write) return;
    const { change } = this.#inFlight;
    for (const key of change.put.keys()) if (!this.#next.put.has(key)) this.#kept.delete(key);
    this.#finish(change);
  }

  /** Hands the store what there is for it. To be called at the end of a step. */
  advance(): void {
    const { put, remove } = this.#next;
    if (this.#inFlight !== undefined || put.size + remove.size === 0) return;
    const write = ++this.#lastWrite;
    this.#inFlight = { write, change: this.#next };
    this.#next = emptyChange();
    const change = { put: [...put.values()], remove: [...remove.values()] };
    this.outbox.push({ type: 'storeBodies', write, change });
  }

  #finish({ put }: Change): void {
    this.#inFlight = undefined;
    for (const { hash } of put.values()) this.written(hash);
  }

  #startRead(entry: Read): void {
    const read = ++this.#lastRead;
    this.#reads.set(read, entry);
    this.outbox.push({ type: 'readBody', read, hash: entry.hash });
  }
}
