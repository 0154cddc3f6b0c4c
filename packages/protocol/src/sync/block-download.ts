/**
 * Which body is asked of which peer, and when of another one. Pure: time comes in, requests come out.
 *
 * A wanted body is queued, under way from one peer, or held by the caller until it is settled. Requests that time out
 * leave the window of their peer and go to another peer in the same `poll`. The fastest peer with room is asked first.
 *
 * Memory: at most WANTED_BLOCKS_MAX entries of one hash and some peer ids. Bodies under way, by estimate, and bodies
 * held, by their size, are together at most BODY_BYTES_IN_FLIGHT_MAX, or one body. The estimate begins at the largest
 * body there can be, and follows what comes; a peer whose bodies grow beyond it can exceed it once by its window.
 */
import { bytesToHex } from '../bytes/hex.js';
import { BODY_BYTES_IN_FLIGHT_MAX, EXPIRED_REQUESTS_MAX, WANTED_BLOCKS_MAX } from '../limits.js';
import { DownloadWindow } from './download-window.js';

/** One `getBlocks` to be sent. */
export interface BlockRequest {
  readonly peerId: string;
  readonly hashes: readonly Uint8Array[];
}

/**
 * What a body that came is to the download: `wanted` is to be checked and settled, `duplicate` was asked for but is
 * here already or no longer wanted, `unsolicited` was never asked of this peer.
 */
export type BodyArrival = 'wanted' | 'duplicate' | 'unsolicited';

interface Wanted {
  readonly hash: Uint8Array;
  state: 'queued' | 'underWay' | 'held';
  /** Who is asked, or who sent it. */
  peerId: string | undefined;
  sentAt: number;
  deadline: number;
  /** Bytes that count against the cap: an estimate, then the size. */
  bytes: number;
  /** Peers that were too slow: asked again only if no other is left. */
  readonly slow: Set<string>;
  /** Peers that do not have it, or sent a wrong one: not asked again. */
  readonly without: Set<string>;
}

interface Source {
  readonly pace: DownloadWindow;
  readonly underWay: Set<string>;
  /** Given up; a late answer is still taken. */
  readonly expired: Set<string>;
}

/** The download of block bodies from several peers. */
export class BlockDownload {
  readonly #wanted = new Map<string, Wanted>();
  readonly #sources = new Map<string, Source>();
  #bytes = 0;
  #estimate: number;

  /** @param bodyBytesMax  the family's */
  constructor(readonly bodyBytesMax: number) {
    this.#estimate = bodyBytesMax;
  }

  /** Bodies wanted and not settled. */
  get pending(): number {
    return this.#wanted.size;
  }

  /** Bodies under way: `vision_p2p_inflight_blocks`. */
  get inFlight(): number {
    let count = 0;
    for (const source of this.#sources.values()) count += source.underWay.size;
    return count;
  }

  /** Bytes under way, by estimate, and held. */
  get bytesInFlight(): number {
    return this.#bytes;
  }

  /** The window of a peer, to look at. */
  windowOf(
    peerId: string,
  ): { readonly size: number; readonly isPaused: (now: number) => boolean } | undefined {
    return this.#sources.get(peerId)?.pace;
  }

  /** Bodies that every peer was asked for in vain: a new peer may have them; they may be cancelled too. */
  unavailable(): Uint8Array[] {
    const peers = [...this.#sources.keys()];
    return [...this.#wanted.values()]
      .filter(({ state, without }) => state === 'queued' && peers.every((id) => without.has(id)))
      .map(({ hash }) => hash);
  }

  /** @returns false if it is wanted already, or WANTED_BLOCKS_MAX are */
  want(hash: Uint8Array): boolean {
    const key = bytesToHex(hash);
    if (this.#wanted.has(key) || this.#wanted.size >= WANTED_BLOCKS_MAX) return false;
    this.#wanted.set(key, {
      hash: hash.slice(),
      state: 'queued',
      peerId: undefined,
      sentAt: 0,
      deadline: 0,
      bytes: 0,
      slow: new Set(),
      without: new Set(),
    });
    return true;
  }

  /** It is no longer wanted, whatever its state. An answer that is under way will be a duplicate. */
  cancel(hash: Uint8Array): void {
    const key = bytesToHex(hash);
    const wanted = this.#wanted.get(key);
    if (wanted === undefined) return;
    this.#release(key, wanted);
    this.#wanted.delete(key);
  }

  addPeer(peerId: string): void {
    if (this.#sources.has(peerId)) return;
    this.#sources.set(peerId, { pace: new DownloadWindow(), underWay: new Set(), expired: new Set() });
  }

  /** What was under way from it is queued again. */
  removePeer(peerId: string, now: number): void {
    const source = this.#sources.get(peerId);
    if (source === undefined) return;
    for (const key of source.underWay) this.#release(key, this.#wanted.get(key) as Wanted);
    this.#sources.delete(peerId);
    for (const { slow, without } of this.#wanted.values()) {
      slow.delete(peerId);
      without.delete(peerId);
    }
    this.#keepOneAwake(now);
  }

  /** A `blocks` message came. */
  received(peerId: string, hash: Uint8Array, bytes: number, now: number): BodyArrival {
    const source = this.#sources.get(peerId);
    const key = bytesToHex(hash);
    const isUnderWay = source?.underWay.has(key) === true;
    if (!isUnderWay && source?.expired.delete(key) !== true) return 'unsolicited';
    const wanted = this.#wanted.get(key);
    if (wanted === undefined || wanted.state === 'held') return 'duplicate';
    // A late answer says nothing of how fast the peer is now.
    if (isUnderWay) source?.pace.answered(now - wanted.sentAt);
    this.#release(key, wanted, peerId);
    wanted.state = 'held';
    wanted.peerId = peerId;
    this.#hold(wanted, bytes);
    this.#estimate = Math.min(this.bodyBytesMax, Math.ceil(Math.max(2 * bytes, 0.9 * this.#estimate)));
    return 'wanted';
  }

  /** A `notFound` named it. @returns false if it was not asked of this peer */
  notFound(peerId: string, hash: Uint8Array): boolean {
    const source = this.#sources.get(peerId);
    const key = bytesToHex(hash);
    if (source?.expired.delete(key)) {
      this.#wanted.get(key)?.without.add(peerId);
      return true;
    }
    const wanted = this.#wanted.get(key);
    if (wanted === undefined || source?.underWay.has(key) !== true) return false;
    wanted.without.add(peerId);
    this.#release(key, wanted, peerId);
    return true;
  }

  /** The caller is done with a held body: good, it is over; wrong, another peer is asked. */
  settle(hash: Uint8Array, isGood: boolean): void {
    const key = bytesToHex(hash);
    const wanted = this.#wanted.get(key);
    if (wanted?.state !== 'held') return;
    if (!isGood && wanted.peerId !== undefined && this.#sources.has(wanted.peerId))
      wanted.without.add(wanted.peerId);
    this.#release(key, wanted);
    if (isGood) this.#wanted.delete(key);
  }

  /** Gives up what is overdue, and fills the windows. Calling early or often is harmless. */
  poll(now: number): BlockRequest[] {
    this.#expire(now);
    const requests = new Map<string, Uint8Array[]>();
    const free = [...this.#sources]
      .filter(([, { pace }]) => !pace.isPaused(now))
      .sort(([, a], [, b]) => speed(a) - speed(b));
    for (const [key, wanted] of this.#wanted) {
      if (wanted.state !== 'queued') continue;
      if (this.#bytes > 0 && this.#bytes + this.#estimate > BODY_BYTES_IN_FLIGHT_MAX) break;
      const able = free.filter(([id]) => !wanted.without.has(id));
      const hasOther = able.some(([id]) => !wanted.slow.has(id));
      const chosen = able.find(
        ([id, { pace, underWay }]) => underWay.size < pace.size && !(hasOther && wanted.slow.has(id)),
      );
      if (chosen === undefined) continue;
      const [peerId, source] = chosen;
      wanted.state = 'underWay';
      wanted.peerId = peerId;
      wanted.sentAt = now;
      wanted.deadline = now + source.pace.roundTrip.timeoutMs;
      this.#hold(wanted, this.#estimate);
      source.underWay.add(key);
      const hashes = requests.get(peerId) ?? [];
      hashes.push(wanted.hash);
      requests.set(peerId, hashes);
    }
    return [...requests].map(([peerId, hashes]) => ({ peerId, hashes }));
  }

  /** When `poll` must be called next, if nothing happens before. */
  nextWake(now: number): number | undefined {
    let wake = Number.POSITIVE_INFINITY;
    let isWaiting = false;
    for (const { state, deadline } of this.#wanted.values()) {
      if (state === 'underWay') wake = Math.min(wake, deadline);
      if (state === 'queued') isWaiting = true;
    }
    for (const { pace } of this.#sources.values())
      if (isWaiting && pace.isPaused(now)) wake = Math.min(wake, pace.pausedUntil);
    return Number.isFinite(wake) ? wake : undefined;
  }

  /** What one peer owes and did not give in time counts as one failure, however many requests it was. */
  #expire(now: number): void {
    for (const [peerId, source] of this.#sources) {
      const overdue = [...source.underWay].filter((key) => (this.#wanted.get(key) as Wanted).deadline <= now);
      if (overdue.length === 0) continue;
      const others = [...this.#sources].filter(([id, { pace }]) => id !== peerId && !pace.isPaused(now));
      const isPaused = source.pace.failed(now, others.length > 0);
      for (const key of isPaused ? [...source.underWay] : overdue) {
        const wanted = this.#wanted.get(key) as Wanted;
        wanted.slow.add(peerId);
        this.#release(key, wanted);
      }
    }
  }

  /** The last peer left is never paused. */
  #keepOneAwake(now: number): void {
    const sources = [...this.#sources.values()].sort((a, b) => a.pace.pausedUntil - b.pace.pausedUntil);
    const first = sources[0];
    if (first?.pace.isPaused(now)) first.pace.pausedUntil = now;
  }

  #hold(wanted: Wanted, bytes: number): void {
    wanted.bytes = bytes;
    this.#bytes += bytes;
  }

  /** Back to the queue. `answeredBy` owes nothing more for it; another peer may still answer late. */
  #release(key: string, wanted: Wanted, answeredBy?: string): void {
    this.#bytes -= wanted.bytes;
    wanted.bytes = 0;
    const source = wanted.peerId === undefined ? undefined : this.#sources.get(wanted.peerId);
    if (source?.underWay.delete(key) && wanted.peerId !== answeredBy) {
      source.expired.add(key);
      const [oldest] = source.expired;
      if (source.expired.size > EXPIRED_REQUESTS_MAX && oldest !== undefined) source.expired.delete(oldest);
    }
    wanted.state = 'queued';
    wanted.peerId = undefined;
  }
}

/** A peer that has not answered yet is tried before those that are known to be slow: half of the least time-out. */
function speed({ pace }: Source): number {
  return pace.roundTrip.smoothedMs ?? 500;
}
