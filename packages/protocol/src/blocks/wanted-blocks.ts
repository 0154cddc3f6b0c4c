/**
 * Bodies that are wanted, and how far each of them is: queued, in flight from one peer, or being checked by the caller
 * until it is settled. The bytes that they may take are counted here.
 *
 * Memory: at most WANTED_BLOCKS_MAX entries of one hash and some peer ids; as many deferred ones as their asker bounds. Bodies in flight, by estimate, and bodies
 * being checked, by their size, are together at most BODY_BYTES_IN_FLIGHT_MAX, or one body. The estimate begins at the
 * largest body there can be, and follows what comes. Should all that is in flight be larger than any before, it still is
 * at most BODY_BYTES_WORST_MAX.
 */
import { defined } from '../assert.js';
import { bytesToHex } from '../bytes/hex.js';
import { BODY_BYTES_IN_FLIGHT_MAX, BODY_BYTES_WORST_MAX, WANTED_BLOCKS_MAX } from '../limits.js';

/** How far a wanted body is. */
export type WantedState = 'queued' | 'inFlight' | 'checking';

/** One body that is wanted. */
export interface WantedBlock {
  readonly hash: Uint8Array;
  /** The hash in hex. */
  readonly key: string;
  readonly state: WantedState;
  /** The peer that is asked, or that sent it. */
  readonly peerId: string | undefined;
  /** The request that is in flight. */
  requestId: number;
  readonly sentAt: number;
  /** Peers that were too slow: asked again only if no other is left. */
  readonly slow: Set<string>;
  /** Peers that do not have it, or sent a wrong one: not asked again. */
  readonly without: Set<string>;
  /** The only ones that may have it; undefined for any peer. */
  offeredBy: Set<string> | undefined;
  /** Not among what every peer keeps. */
  readonly isOld: boolean;
}

/** What is known of a wanted body. */
export interface WantOptions {
  /** The peer that announced it: no other has it yet, as far as is known. */
  readonly offeredBy?: string;
  /** True for a body that only peers with all bodies are likely to keep. */
  readonly isOld?: boolean;
}

/** What only this file changes. */
interface Entry extends WantedBlock {
  state: WantedState;
  peerId: string | undefined;
  sentAt: number;
  /** Bytes that count against the cap: an estimate, then the size. */
  bytes: number;
}

/** All wanted bodies, oldest wish first. */
export class WantedBlocks {
  /** Keys of bodies, wanted or not, that come another way: nobody is asked for them meanwhile. */
  readonly deferred = new Set<string>();
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;
  /** Of those bytes, what is here. */
  #checkingBytes = 0;
  #inFlight = 0;
  #queued = 0;
  #estimate: number;

  /** @param bodyBytesMax  the family's */
  constructor(readonly bodyBytesMax: number) {
    this.#estimate = bodyBytesMax;
  }

  get size(): number {
    return this.#entries.size;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get queued(): number {
    return this.#queued;
  }

  /** Bytes in flight, by estimate, and bytes being checked. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): WantedBlock | undefined {
    return this.#entries.get(key);
  }

  values(): IterableIterator<WantedBlock> {
    return this.#entries.values();
  }

  /** @returns false if it is wanted already, or WANTED_BLOCKS_MAX are */
  add(hash: Uint8Array, { offeredBy, isOld = false }: WantOptions): boolean {
    const key = bytesToHex(hash);
    if (this.#entries.has(key) || this.#entries.size >= WANTED_BLOCKS_MAX) return false;
    this.#queued++;
    this.#entries.set(key, {
      hash: hash.slice(),
      key,
      state: 'queued',
      peerId: undefined,
      requestId: 0,
      sentAt: 0,
      bytes: 0,
      slow: new Set(),
      without: new Set(),
      offeredBy: offeredBy === undefined ? undefined : new Set([offeredBy]),
      isOld,
    });
    return true;
  }

  /** A body may be asked for again. @param silent  the peer that did not give it in time */
  release(key: string, silent?: string): void {
    this.deferred.delete(key);
    const entry = this.#entries.get(key);
    if (entry === undefined || silent === undefined) return;
    entry.slow.add(silent);
    entry.offeredBy?.delete(silent);
    if (entry.offeredBy?.size === 0) entry.offeredBy = undefined;
  }

  /** Whether one more body may be asked for. */
  get hasCredit(): boolean {
    if (this.#bytes === 0) return true;
    const worst = this.#checkingBytes + (this.#inFlight + 1) * this.bodyBytesMax;
    return this.#bytes + this.#estimate <= BODY_BYTES_IN_FLIGHT_MAX && worst <= BODY_BYTES_WORST_MAX;
  }

  /** It is asked of a peer. */
  sent(block: WantedBlock, peerId: string, now: number): void {
    this.#move(block, 'inFlight', peerId, this.#estimate).sentAt = now;
  }

  /** A peer sent it: it is checked by the caller. */
  arrived(block: WantedBlock, peerId: string, bytes: number): void {
    this.#move(block, 'checking', peerId, bytes);
    this.#estimate = Math.min(this.bodyBytesMax, Math.ceil(Math.max(2 * bytes, 0.9 * this.#estimate)));
  }

  /** It is to be asked for again. */
  requeue(block: WantedBlock): void {
    this.#move(block, 'queued', undefined, 0);
  }

  /** It is not wanted any more. */
  delete(block: WantedBlock): void {
    this.requeue(block);
    this.#queued--;
    this.#entries.delete(block.key);
  }

  /** A peer is gone: no body remembers it. */
  forgetPeer(peerId: string): void {
    for (const { slow, without, offeredBy } of this.#entries.values()) {
      slow.delete(peerId);
      without.delete(peerId);
      offeredBy?.delete(peerId);
    }
  }

  #move(block: WantedBlock, state: WantedState, peerId: string | undefined, bytes: number): Entry {
    const entry = defined(this.#entries.get(block.key), 'a body that moves on is wanted');
    this.#count(entry, -1);
    entry.state = state;
    entry.peerId = peerId;
    entry.bytes = bytes;
    this.#count(entry, 1);
    return entry;
  }

  #count({ state, bytes }: Entry, sign: 1 | -1): void {
    this.#bytes += sign * bytes;
    if (state === 'checking') this.#checkingBytes += sign * bytes;
    if (state === 'queued') this.#queued += sign;
    if (state === 'inFlight') this.#inFlight += sign;
  }
}
