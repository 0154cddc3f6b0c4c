/**
 * Which body is asked of which peer, and when of another one. Pure: time comes in, requests come out.
 *
 * Requests that time out leave the window of their peer and go to another peer in the same `poll`. The fastest peer with
 * room is asked first; what waits behind other bodies of a slow peer goes to a much faster one that has room. Which
 * answer belongs to which request, and what follows from failures, is in the ledger (`peer/request-ledger.ts`).
 *
 * Memory: what `wanted-blocks.ts` states.
 */
import { defined } from '../assert.js';
import { bytesToHex } from '../bytes/hex.js';
import {
  BLOCK_REQUEST_INTERVAL_MS,
  HAND_OVER_INTERVAL_MS,
  HAND_OVER_MS,
  REQUEST_TIMEOUT_MAX_MS,
  REQUEST_TIMEOUT_MIN_MS,
} from '../limits.js';
import { earliest } from '../peer/part.js';
import type { RequestKind, RequestLedger } from '../peer/request-ledger.js';
import { DownloadWindow } from './download-window.js';
import { type WantedBlock, WantedBlocks, type WantedState, type WantOptions } from './wanted-blocks.js';

/** `getBlocks`: a large body on a slow line is no silence. */
export const bodyRequests: RequestKind = {
  name: 'getBlocks',
  longestMs: REQUEST_TIMEOUT_MAX_MS,
  graceUntil: ({ partialSince, lastBytesAt }) =>
    partialSince === undefined ? Number.NEGATIVE_INFINITY : lastBytesAt + REQUEST_TIMEOUT_MIN_MS,
};

/** One `getBlocks` to be sent. */
export interface BlockRequest {
  readonly peerId: string;
  readonly requestId: number;
  readonly hashes: readonly Uint8Array[];
}

/**
 * What a body that came is to the download: `wanted` is to be checked and settled, `duplicate` was asked for but is
 * here already or no longer wanted, `unsolicited` was never asked of this peer, or not by this request.
 */
export type BodyArrival = 'wanted' | 'duplicate' | 'unsolicited';

interface Source {
  readonly pace: DownloadWindow;
  /** It says that it keeps all bodies. */
  readonly isArchive: boolean;
  /** Before this it is not asked again, so that small bodies on a fast line are asked for several at a time. */
  nextRequestAt: number;
}

/** The download of block bodies from several peers. */
export class BlockDownload {
  readonly wanted: WantedBlocks;
  readonly #sources = new Map<string, Source>();
  /** Peers that were paused PAUSES_MAX times. */
  #unresponsive: string[] = [];
  /** When it is looked next whether a faster peer could give what a slow one owes. */
  #handOverAt = Number.POSITIVE_INFINITY;

  /** @param bodyBytesMax  the family's */
  constructor(
    readonly bodyBytesMax: number,
    readonly ledger: RequestLedger,
  ) {
    this.wanted = new WantedBlocks(bodyBytesMax);
  }

  /** Bodies wanted and not settled. */
  get pending(): number {
    return this.wanted.size;
  }

  /** Bodies in flight: `vision_p2p_inflight_blocks`. */
  get inFlight(): number {
    return this.wanted.inFlight;
  }

  /** Bytes in flight, by estimate, and bytes being checked. */
  get bytesInFlight(): number {
    return this.wanted.bytes;
  }

  /** The window of a peer, to look at. */
  windowOf(peerId: string): { readonly size: number } | undefined {
    return this.#sources.get(peerId)?.pace;
  }

  /** True if there is anyone to ask. */
  get hasSources(): boolean {
    return this.#sources.size > 0;
  }

  /** True if a peer keeps all bodies. */
  get hasArchive(): boolean {
    for (const { isArchive } of this.#sources.values()) if (isArchive) return true;
    return false;
  }

  /**
   * Bodies that every peer which may have them was asked for in vain; none while there are no peers. To be cancelled, or
   * tried again later.
   */
  unavailable(): Uint8Array[] {
    if (this.#sources.size === 0) return [];
    const found: Uint8Array[] = [];
    for (const wanted of this.wanted.values()) {
      if (wanted.state !== 'queued' || this.wanted.deferred.has(wanted.key)) continue;
      let isHopeless = true;
      for (const id of this.#sources.keys()) isHopeless &&= !mayHave(wanted, id);
      if (isHopeless) found.push(wanted.hash);
    }
    return found;
  }

  /** Hashes of all wanted bodies. */
  hashes(): Uint8Array[] {
    return [...this.wanted.values()].map(({ hash }) => hash);
  }

  isWanted(hash: Uint8Array): boolean {
    return this.wanted.get(bytesToHex(hash)) !== undefined;
  }

  /** @returns false if it is wanted already, or WANTED_BLOCKS_MAX are */
  want(hash: Uint8Array, options: WantOptions = {}): boolean {
    return this.wanted.add(hash, options);
  }

  /** Another peer announces a body; @returns how far that is, or undefined if it is not wanted */
  offer(hash: Uint8Array, peerId: string): WantedState | undefined {
    const wanted = this.wanted.get(bytesToHex(hash));
    wanted?.offeredBy?.add(peerId);
    return wanted?.state;
  }

  /** Any peer may be asked for it from now on, and those that did not have it once more. */
  retry(hash: Uint8Array): void {
    const wanted = this.wanted.get(bytesToHex(hash));
    if (wanted === undefined) return;
    wanted.offeredBy = undefined;
    wanted.without.clear();
  }

  /** It is no longer wanted, whatever its state. An answer that is in flight will be a duplicate. */
  cancel(hash: Uint8Array): void {
    const wanted = this.wanted.get(bytesToHex(hash));
    if (wanted === undefined) return;
    this.#release(wanted);
    this.wanted.delete(wanted);
  }

  /** A peer that the ledger knows. @param isArchive  true if it says that it keeps all bodies */
  addPeer(peerId: string, isArchive = false): void {
    if (this.#sources.has(peerId)) return;
    this.#sources.set(peerId, { pace: new DownloadWindow(), isArchive, nextRequestAt: 0 });
  }

  /** What was in flight from it is queued again. */
  removePeer(peerId: string): void {
    if (!this.#sources.delete(peerId)) return;
    for (const wanted of this.wanted.values())
      if (wanted.state === 'inFlight' && wanted.peerId === peerId) this.#release(wanted);
    this.wanted.forgetPeer(peerId);
  }

  /** A `blocks` message came. */
  received(peerId: string, requestId: number, hash: Uint8Array, bytes: number, now: number): BodyArrival {
    const key = bytesToHex(hash);
    const answer = this.ledger.take(peerId, bodyRequests, requestId, now, key);
    if (answer === 'unsolicited') return 'unsolicited';
    // A late answer says nothing of how fast the peer is now.
    if (answer !== 'late') this.#sources.get(peerId)?.pace.answered(now - answer.sentAt);
    const wanted = this.wanted.get(key);
    if (wanted === undefined || wanted.state === 'checking') return 'duplicate';
    // After a late answer another peer may be asked already.
    if (answer === 'late') this.#release(wanted);
    this.wanted.arrived(wanted, peerId, bytes);
    return 'wanted';
  }

  /** A `notFound` named it. @returns false if this request did not ask this peer for it */
  notFound(peerId: string, requestId: number, hash: Uint8Array, now: number): boolean {
    const key = bytesToHex(hash);
    const answer = this.ledger.take(peerId, bodyRequests, requestId, now, key);
    if (answer === 'unsolicited') return false;
    const wanted = this.wanted.get(key);
    wanted?.without.add(peerId);
    if (answer !== 'late' && wanted !== undefined) this.wanted.requeue(wanted);
    return true;
  }

  /** The caller has checked a body: if it is good, it is over; if it is wrong, another peer is asked. */
  settle(hash: Uint8Array, isGood: boolean): void {
    const wanted = this.wanted.get(bytesToHex(hash));
    if (wanted?.state !== 'checking') return;
    if (isGood) {
      this.wanted.delete(wanted);
      return;
    }
    const { peerId } = wanted;
    if (peerId !== undefined && this.#sources.has(peerId)) wanted.without.add(peerId);
    this.wanted.requeue(wanted);
  }

  /** Gives up what is overdue, and fills the windows. Calling early or often is harmless. */
  poll(now: number): BlockRequest[] {
    this.#expire(now);
    if (this.inFlight === 0) this.#handOverAt = Number.POSITIVE_INFINITY;
    else if (now >= this.#handOverAt) this.#handOver(now);
    if (this.wanted.queued === 0) return [];
    const chosen = new Map<string, WantedBlock[]>();
    const free = [...this.#sources]
      .filter(([id, { nextRequestAt }]) => !this.ledger.isPaused(id, now) && now >= nextRequestAt)
      .sort(([, a], [, b]) => speed(a) - speed(b))
      .map(([id, source]) => ({ id, ...source, room: this.#roomOf(id, source) }));
    for (const wanted of this.wanted.values()) {
      if (wanted.state !== 'queued' || this.wanted.deferred.has(wanted.key)) continue;
      if (!this.wanted.hasCredit) break;
      const isForArchives = wanted.isOld && this.hasArchive;
      const able = free.filter(({ id, isArchive }) => mayHave(wanted, id) && (isArchive || !isForArchives));
      const hasOther = able.some(({ id }) => !wanted.slow.has(id));
      const source = able.find(({ id, room }) => room > 0 && !(hasOther && wanted.slow.has(id)));
      if (source === undefined) continue;
      source.room--;
      this.wanted.sent(wanted, source.id, now);
      const blocks = chosen.get(source.id) ?? [];
      blocks.push(wanted);
      chosen.set(source.id, blocks);
    }
    return [...chosen].map(([peerId, blocks]) => this.#ask(peerId, blocks, now));
  }

  /** Peers that never answered in time, again and again, since the last call. */
  takeUnresponsive(): string[] {
    const found = this.#unresponsive;
    if (found.length > 0) this.#unresponsive = [];
    return found;
  }

  /** When `poll` must be called next, if nothing happens before. */
  nextWake(now: number): number | undefined {
    let wake = this.ledger.dueAt(bodyRequests);
    const mayHandOver = this.#sources.size > 1 && this.inFlight > 0;
    if (mayHandOver && Number.isFinite(this.#handOverAt)) wake = earliest(wake, this.#handOverAt);
    if (this.wanted.queued === 0) return wake;
    for (const [id, { nextRequestAt }] of this.#sources) {
      const freeAt = Math.max(nextRequestAt, this.ledger.pausedUntil(id));
      if (now < freeAt) wake = earliest(wake, freeAt);
    }
    return wake;
  }

  #ask(peerId: string, blocks: readonly WantedBlock[], now: number): BlockRequest {
    const source = this.#sourceOf(peerId);
    source.nextRequestAt = now + BLOCK_REQUEST_INTERVAL_MS;
    this.#handOverAt = Math.min(this.#handOverAt, now + HAND_OVER_MS);
    const keys = blocks.map(({ key }) => key);
    const { timeoutMs } = source.pace.roundTrip;
    const requestId = this.ledger.ask(peerId, bodyRequests, timeoutMs, now, keys);
    for (const block of blocks) block.requestId = requestId;
    return { peerId, requestId, hashes: blocks.map(({ hash }) => hash) };
  }

  #roomOf(peerId: string, { pace }: Source): number {
    return pace.size - this.ledger.inFlight(peerId, bodyRequests);
  }

  /**
   * Takes from slow peers what has long waited behind their other bodies and a much faster peer with room may have. One
   * of unknown speed gets one body to show it. Where our own line is the narrow place all are about as fast, and nothing
   * is asked for twice.
   */
  #handOver(now: number): void {
    this.#handOverAt = now + HAND_OVER_INTERVAL_MS;
    const rooms = new Map<string, number>();
    for (const [id, source] of this.#sources) {
      const isTried = source.pace.roundTrip.smoothedMs !== undefined;
      const room = isTried ? this.#roomOf(id, source) : 1 - this.ledger.inFlight(id, bodyRequests);
      if (room > 0 && !this.ledger.isPaused(id, now)) rooms.set(id, room);
    }
    for (const [peerId, source] of this.#sources) {
      // The first one may be on its way; the last ones wait longest.
      for (const { key, sentAt } of this.ledger.awaited(peerId, bodyRequests).slice(1).reverse()) {
        if (now < sentAt + HAND_OVER_MS) continue;
        const wanted = this.#wantedOf(key);
        const taker = this.#takerOf(wanted, source, rooms);
        if (taker === undefined) continue;
        rooms.set(taker, (rooms.get(taker) ?? 0) - 1);
        wanted.slow.add(peerId);
        this.#release(wanted);
      }
    }
  }

  #takerOf(wanted: WantedBlock, from: Source, rooms: ReadonlyMap<string, number>): string | undefined {
    for (const [id, room] of rooms) {
      const source = this.#sourceOf(id);
      const isAble = mayHave(wanted, id) && !wanted.slow.has(id) && (source.isArchive || !wanted.isOld);
      if (room > 0 && isAble && speed(source) < speed(from) / 2) return id;
    }
    return undefined;
  }

  /** What one peer owes and did not give in time counts as one failure, however many requests it was. */
  #expire(now: number): void {
    for (const [peerId, overdue] of this.ledger.overdue(bodyRequests, now)) {
      this.#sourceOf(peerId).pace.failed();
      const outcome = this.ledger.failed(peerId, bodyRequests, now);
      if (outcome === 'unresponsive') this.#unresponsive.push(peerId);
      // A peer that is paused owes nothing any more.
      const given = outcome === 'failing' ? overdue : this.ledger.awaited(peerId, bodyRequests);
      for (const { key } of given) {
        const wanted = this.#wantedOf(key);
        wanted.slow.add(peerId);
        this.#release(wanted);
      }
    }
  }

  /** Back to the queue. If it was in flight, it is not waited for any more; it may still come late. */
  #release(wanted: WantedBlock): void {
    const { state, peerId, requestId, key } = wanted;
    if (state === 'inFlight' && peerId !== undefined)
      this.ledger.giveUp(peerId, bodyRequests, requestId, key);
    this.wanted.requeue(wanted);
  }

  #sourceOf(peerId: string): Source {
    return defined(this.#sources.get(peerId), 'a peer that is asked for bodies is a source');
  }

  #wantedOf(key: string): WantedBlock {
    return defined(this.wanted.get(key), 'a body in flight is wanted');
  }
}

function mayHave({ without, offeredBy }: WantedBlock, peerId: string): boolean {
  return !without.has(peerId) && (offeredBy === undefined || offeredBy.has(peerId));
}

/** A peer that has not answered yet is tried before those that are known to be slow: half of the least time-out. */
function speed({ pace }: Source): number {
  return pace.roundTrip.smoothedMs ?? 500;
}
