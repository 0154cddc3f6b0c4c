/**
 * Keys of peers that have done what no honest peer does (`peer/verdicts.ts`): refused at hello for a day, over reloads.
 * Afterwards they are forgiven. An attacker can make a new key at no cost, so this keeps out who comes back by the same
 * one, by whatever name and signaling server, and nobody else.
 *
 * Memory, and records on disk: DISCOURAGED_MAX keys; above it the one that was discouraged first is forgiven. One read or
 * write of the store is under way at a time.
 */

import { bytesToHex } from '../../bytes/hex.js';
import { readU64, writeU64 } from '../../bytes/integers.js';
import { deleteRecord, putRecord, type StorageChange, select } from '../../io/storage.js';
import type { StoragePort } from '../../io/storage-port.js';
import { DISCOURAGED_MAX, DISCOURAGED_S } from '../../limits.js';
import type { Part } from '../../peer/part.js';
import type { Peer } from '../../peer/peer.js';

interface Entry {
  readonly key: Uint8Array;
  /** Unix seconds. */
  readonly since: number;
}

/** The peers that are refused; see the head of this file. */
export class Discouraged implements Part {
  readonly name = 'discouraged';
  /** By the key in hex, in the order in which they were discouraged. */
  readonly #entries = new Map<string, Entry>();
  /** What is to be written, by the key in hex. */
  readonly #changes = new Map<string, StorageChange>();
  #isBusy = true;

  constructor(readonly storage: StoragePort) {}

  /** How many there are, also those whose day is over. */
  get size(): number {
    return this.#entries.size;
  }

  /** Reads what is stored. What cannot be read is forgiven. */
  start(): void {
    const done = (): void => {
      this.#isBusy = false;
      this.#write();
    };
    this.storage.list('discouraged', {
      failed: done,
      done: (keys) => {
        if (keys.length === 0) return done();
        this.storage.read(
          keys.slice(0, DISCOURAGED_MAX).map((key) => select('discouraged', key)),
          {
            failed: done,
            done: (records) => {
              const read = records.flatMap(({ key, value }) =>
                key instanceof Uint8Array && value.length === 8
                  ? [{ key: key.slice(), since: Number(readU64(value, 0)) }]
                  : [],
              );
              for (const { key, since } of read.sort((a, b) => a.since - b.since)) this.#keep(key, since);
              done();
            },
          },
        );
      },
    });
  }

  /** Whether a peer is refused. One whose day is over is forgotten. @param wallTime  Unix seconds */
  has(key: Uint8Array, wallTime: number): boolean {
    const name = bytesToHex(key);
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    // A clock that was wrong then must not keep anyone out for longer.
    if (Math.abs(wallTime - entry.since) < DISCOURAGED_S) return true;
    this.#forget(name, entry);
    return false;
  }

  /** As `add`, for a peer; one that has not proven who it is has no key to remember. */
  addPeer({ hello }: Peer, wallTime: number): void {
    if (hello?.identity !== undefined) this.add(hello.identity.key, wallTime);
  }

  /** From now on this peer is refused. */
  add(key: Uint8Array, wallTime: number): void {
    const since = Math.max(0, Math.floor(wallTime));
    this.#keep(key, since);
    const value = new Uint8Array(8);
    writeU64(value, 0, BigInt(since));
    this.#changes.set(bytesToHex(key), putRecord('discouraged', key, value));
    this.#write();
  }

  /** The store holds something else: what is known is written there. */
  storeEmptied(): void {
    for (const { key, since } of [...this.#entries.values()]) this.add(key, since);
  }

  #keep(key: Uint8Array, since: number): void {
    const name = bytesToHex(key);
    this.#entries.delete(name);
    this.#entries.set(name, { key, since });
    for (const [oldest, entry] of this.#entries) {
      if (this.#entries.size <= DISCOURAGED_MAX) break;
      this.#forget(oldest, entry);
    }
  }

  #forget(name: string, { key }: Entry): void {
    this.#entries.delete(name);
    this.#changes.set(name, deleteRecord('discouraged', key));
    this.#write();
  }

  #write(): void {
    if (this.#isBusy || this.#changes.size === 0) return;
    this.#isBusy = true;
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    // What could not be written is refused in this run all the same.
    const done = (): void => {
      this.#isBusy = false;
      this.#write();
    };
    this.storage.write(changes, { done, failed: done });
  }
}
