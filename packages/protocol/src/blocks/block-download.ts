/**
 * Which body is asked of which peer, and when of another one. Pure: time comes in, requests come out.
 *
 * A wanted body is queued, in flight from one peer, or being checked by the caller until it is settled. Requests that time out
 * leave the window of their peer and go to another peer in the same `poll`. The fastest peer with room is asked first;
 * what waits behind other bodies of a slow peer goes to a much faster one that has room.
 *
 * Memory: at most WANTED_BLOCKS_MAX entries of one hash and some peer ids. Bodies in flight, by estimate, and bodies
 * being checked, by their size, are together at most BODY_BYTES_IN_FLIGHT_MAX, or one body. The estimate begins at the largest
 * body there can be, and follows what comes. Should all that is under way be larger than any before, it still is at most
 * BODY_BYTES_WORST_MAX.
 */
import { bytesToHex } from '../bytes/hex.js';
import {
  BLOCK_REQUEST_INTERVAL_MS,
  BODY_BYTES_IN_FLIGHT_MAX,
  BODY_BYTES_WORST_MAX,
  EXPIRED_BODIES_MAX,
  HAND_OVER_INTERVAL_MS,
  HAND_OVER_MS,
  PAUSES_MAX,
  REQUEST_TIMEOUT_MAX_MS,
  REQUEST_TIMEOUT_MIN_MS,
  WANTED_BLOCKS_MAX,
} from '../limits.js';
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

type State = 'queued' | 'inFlight' | 'checking';

interface Wanted {
  readonly hash: Uint8Array;
  state: State;
  /** The peer that was asked, or that sent it. */
  peerId: string | undefined;
  sentAt: number;
  deadline: number;
  /** The latest deadline: also a peer that is still sending must have finished by then. */
  lastCall: number;
  /** Bytes that count against the cap: an estimate, then the size. */
  bytes: number;
  /** Peers that were too slow: asked again only if no other is left. */
  readonly slow: Set<string>;
  /** Peers that do not have it, or sent a wrong one: not asked again. */
  readonly without: Set<string>;
  /** The only ones that may have it; undefined for anyone. */
  offeredBy: Set<string> | undefined;
  /** Not among what every peer keeps. */
  readonly isOld: boolean;
}

/** What is known of a wanted body. */
export interface WantOptions {
  /** The peer that speaks of it: nobody else has it yet, as far as is known. */
  readonly offeredBy?: string;
  /** True for a body that only peers with all bodies are likely to keep. */
  readonly isOld?: boolean;
}

interface Source {
  readonly pace: DownloadWindow;
  readonly inFlight: Set<string>;
  /** Given up, and how often; a late answer to each is still taken. */
  readonly expired: Map<string, number>;
  /** It says that it keeps all bodies. */
  readonly isArchive: boolean;
  pauses: number;
  /** Before this it is not asked again, so that small bodies on a fast line are asked for several at a time. */
  nextRequestAt: number;
}

/** The download of block bodies from several peers. */
export class BlockDownload {
  readonly #wanted = new Map<string, Wanted>();
  readonly #sources = new Map<string, Source>();
  /** Peers that were paused PAUSES_MAX times. */
  #unresponsive: string[] = [];
  #bytes = 0;
  /** Of those bytes, what is here. */
  #checkingBytes = 0;
  #inFlight = 0;
  #queued = 0;
  /** Before this no body under way is overdue: deadlines are only ever put off. */
  #overdueAt = Number.POSITIVE_INFINITY;
  /** When it is looked next whether a faster peer could give what a slow one owes. */
  #handOverAt = Number.POSITIVE_INFINITY;
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
    return this.#inFlight;
  }

  /** Bytes in flight, by estimate, and bytes being checked. */
  get bytesInFlight(): number {
    return this.#bytes;
  }

  /** The window of a peer, to look at. */
  windowOf(
    peerId: string,
  ): { readonly size: number; readonly isPaused: (now: number) => boolean } | undefined {
    return this.#sources.get(peerId)?.pace;
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
    for (const wanted of this.#wanted.values()) {
      if (wanted.state !== 'queued') continue;
      let isHopeless = true;
      for (const id of this.#sources.keys()) isHopeless &&= !mayHave(wanted, id);
      if (isHopeless) found.push(wanted.hash);
    }
    return found;
  }

  /** Hashes of all wanted bodies. */
  hashes(): Uint8Array[] {
    return [...this.#wanted.values()].map(({ hash }) => hash);
  }

  isWanted(hash: Uint8Array): boolean {
    return this.#wanted.has(bytesToHex(hash));
  }

  /** @returns false if it is wanted already, or WANTED_BLOCKS_MAX are */
  want(hash: Uint8Array, { offeredBy, isOld = false }: WantOptions = {}): boolean {
    const key = bytesToHex(hash);
    if (this.#wanted.has(key) || this.#wanted.size >= WANTED_BLOCKS_MAX) return false;
    this.#queued++;
    this.#wanted.set(key, {
      offeredBy: offeredBy === undefined ? undefined : new Set([offeredBy]),
      isOld,
      hash: hash.slice(),
      state: 'queued',
      peerId: undefined,
      sentAt: 0,
      deadline: 0,
      lastCall: 0,
      bytes: 0,
      slow: new Set(),
      without: new Set(),
    });
    return true;
  }

  /** Another peer speaks of a body; @returns how far that is, or undefined if it is not wanted */
  offer(hash: Uint8Array, peerId: string): State | undefined {
    const wanted = this.#wanted.get(bytesToHex(hash));
    wanted?.offeredBy?.add(peerId);
    return wanted?.state;
  }

  /** Anyone may be asked for it from now on, and those who did not have it once more. */
  retry(hash: Uint8Array): void {
    const wanted = this.#wanted.get(bytesToHex(hash));
    if (wanted === undefined) return;
    wanted.offeredBy = undefined;
    wanted.without.clear();
  }

  /** It is no longer wanted, whatever its state. An answer that is under way will be a duplicate. */
  cancel(hash: Uint8Array): void {
    const key = bytesToHex(hash);
    const wanted = this.#wanted.get(key);
    if (wanted === undefined) return;
    this.#release(key, wanted);
    this.#forget(key, wanted);
  }

  /** @param isArchive  true if it says that it keeps all bodies */
  addPeer(peerId: string, isArchive = false): void {
    if (this.#sources.has(peerId)) return;
    const pace = new DownloadWindow();
    this.#sources.set(peerId, {
      pace,
      inFlight: new Set(),
      expired: new Map(),
      isArchive,
      pauses: 0,
      nextRequestAt: 0,
    });
  }

  /** What was under way from it is queued again. */
  removePeer(peerId: string, now: number): void {
    const source = this.#sources.get(peerId);
    if (source === undefined) return;
    for (const key of source.inFlight) this.#release(key, this.#wanted.get(key) as Wanted);
    this.#sources.delete(peerId);
    for (const { slow, without, offeredBy } of this.#wanted.values()) {
      slow.delete(peerId);
      without.delete(peerId);
      offeredBy?.delete(peerId);
    }
    this.#keepOneAwake(now);
  }

  /** A `blocks` message came. */
  received(peerId: string, hash: Uint8Array, bytes: number, now: number): BodyArrival {
    const source = this.#sources.get(peerId);
    const key = bytesToHex(hash);
    const isInFlight = source?.inFlight.has(key) === true;
    if (!isInFlight && !takeExpired(source, key)) return 'unsolicited';
    const wanted = this.#wanted.get(key);
    if (wanted === undefined || wanted.state === 'checking') return 'duplicate';
    if (isInFlight && source !== undefined) {
      // A late answer says nothing of how fast the peer is now.
      source.pace.answered(now - wanted.sentAt);
      this.#extend(source, now, key);
    }
    this.#release(key, wanted, peerId);
    this.#setState(wanted, 'checking');
    wanted.peerId = peerId;
    this.#hold(wanted, bytes);
    this.#estimate = Math.min(this.bodyBytesMax, Math.ceil(Math.max(2 * bytes, 0.9 * this.#estimate)));
    return 'wanted';
  }

  /** A `notFound` named it. @returns false if it was not asked of this peer */
  notFound(peerId: string, hash: Uint8Array): boolean {
    const source = this.#sources.get(peerId);
    const key = bytesToHex(hash);
    if (takeExpired(source, key)) {
      this.#wanted.get(key)?.without.add(peerId);
      return true;
    }
    const wanted = this.#wanted.get(key);
    if (wanted === undefined || source?.inFlight.has(key) !== true) return false;
    wanted.without.add(peerId);
    this.#release(key, wanted, peerId);
    return true;
  }

  /** The caller has checked a body: if it is good, it is over; if it is wrong, another peer is asked. */
  settle(hash: Uint8Array, isGood: boolean): void {
    const key = bytesToHex(hash);
    const wanted = this.#wanted.get(key);
    if (wanted?.state !== 'checking') return;
    if (!isGood && wanted.peerId !== undefined && this.#sources.has(wanted.peerId))
      wanted.without.add(wanted.peerId);
    this.#release(key, wanted);
    if (isGood) this.#forget(key, wanted);
  }

  /** The platform slept: what did not come in that time may still come. */
  overslept(now: number): void {
    for (const source of this.#sources.values()) this.#extend(source, now);
  }

  /**
   * Gives up what is overdue, and fills the windows. Calling early or often is harmless.
   *
   * @param heardAt  when bytes last came from a peer that is in the middle of a message; undefined for any other
   */
  poll(now: number, heardAt: (peerId: string) => number | undefined = () => undefined): BlockRequest[] {
    if (now >= this.#overdueAt) this.#expire(now, heardAt);
    if (now >= this.#handOverAt) this.#handOver(now);
    if (this.#queued === 0) return [];
    const requests = new Map<string, Uint8Array[]>();
    const free = [...this.#sources]
      .filter(([, { nextRequestAt, pace }]) => !pace.isPaused(now) && now >= nextRequestAt)
      .sort(([, a], [, b]) => speed(a) - speed(b));
    for (const [key, wanted] of this.#wanted) {
      if (wanted.state !== 'queued') continue;
      if (!this.#hasCredit) break;
      const isForArchives = wanted.isOld && this.hasArchive;
      const able = free.filter(([id, { isArchive }]) => mayHave(wanted, id) && (isArchive || !isForArchives));
      const hasOther = able.some(([id]) => !wanted.slow.has(id));
      const chosen = able.find(
        ([id, { pace, inFlight }]) => inFlight.size < pace.size && !(hasOther && wanted.slow.has(id)),
      );
      if (chosen === undefined) continue;
      const [peerId, source] = chosen;
      this.#setState(wanted, 'inFlight');
      wanted.peerId = peerId;
      wanted.sentAt = now;
      wanted.deadline = now + source.pace.roundTrip.timeoutMs;
      wanted.lastCall = now + REQUEST_TIMEOUT_MAX_MS;
      this.#hold(wanted, this.#estimate);
      this.#overdueAt = Math.min(this.#overdueAt, wanted.deadline);
      this.#handOverAt = Math.min(this.#handOverAt, now + HAND_OVER_MS);
      source.inFlight.add(key);
      const hashes = requests.get(peerId) ?? [];
      hashes.push(wanted.hash);
      requests.set(peerId, hashes);
    }
    for (const peerId of requests.keys())
      (this.#sources.get(peerId) as Source).nextRequestAt = now + BLOCK_REQUEST_INTERVAL_MS;
    return [...requests].map(([peerId, hashes]) => ({ peerId, hashes }));
  }

  /** Peers that never answered in time, again and again, since the last call. */
  takeUnresponsive(): string[] {
    const found = this.#unresponsive;
    if (found.length > 0) this.#unresponsive = [];
    return found;
  }

  /** When `poll` must be called next, if nothing happens before. */
  nextWake(now: number): number | undefined {
    let wake = this.#sources.size > 1 ? Math.min(this.#overdueAt, this.#handOverAt) : this.#overdueAt;
    if (this.#queued > 0) {
      for (const { nextRequestAt, pace } of this.#sources.values()) {
        const freeAt = Math.max(nextRequestAt, pace.pausedUntil);
        if (now < freeAt) wake = Math.min(wake, freeAt);
      }
    }
    return Number.isFinite(wake) ? wake : undefined;
  }

  /** Whether one more body may be asked for. */
  get #hasCredit(): boolean {
    if (this.#bytes === 0) return true;
    const worst = this.#checkingBytes + (this.#inFlight + 1) * this.bodyBytesMax;
    return this.#bytes + this.#estimate <= BODY_BYTES_IN_FLIGHT_MAX && worst <= BODY_BYTES_WORST_MAX;
  }

  /**
   * Takes from slow peers what has long waited behind their other bodies and a much faster peer with room may have. One
   * of unknown speed gets one body to show it. Where our own line is the narrow place all are about as fast, and nothing
   * is asked for twice.
   */
  #handOver(now: number): void {
    this.#handOverAt = this.#inFlight === 0 ? Number.POSITIVE_INFINITY : now + HAND_OVER_INTERVAL_MS;
    const rooms = new Map<string, number>();
    for (const [id, { pace, inFlight }] of this.#sources) {
      const isTried = pace.roundTrip.smoothedMs !== undefined;
      const room = isTried ? pace.size - inFlight.size : 1 - inFlight.size;
      if (room > 0 && !pace.isPaused(now)) rooms.set(id, room);
    }
    for (const [peerId, source] of this.#sources) {
      // The first one may be on its way; the last ones wait longest.
      for (const key of [...source.inFlight].slice(1).reverse()) {
        const wanted = this.#wanted.get(key) as Wanted;
        if (now < wanted.sentAt + HAND_OVER_MS) continue;
        const taker = this.#takerOf(wanted, source, rooms);
        if (taker === undefined) continue;
        rooms.set(taker, (rooms.get(taker) as number) - 1);
        wanted.slow.add(peerId);
        this.#release(key, wanted);
      }
    }
  }

  #takerOf(wanted: Wanted, from: Source, rooms: ReadonlyMap<string, number>): string | undefined {
    for (const [id, room] of rooms) {
      const source = this.#sources.get(id) as Source;
      const isAble = mayHave(wanted, id) && !wanted.slow.has(id) && (source.isArchive || !wanted.isOld);
      if (room > 0 && isAble && speed(source) < speed(from) / 2) return id;
    }
    return undefined;
  }

  /**
   * What one peer owes and did not give in time counts as one failure, however many requests it was. One that is sending
   * is given until REQUEST_TIMEOUT_MAX_MS: a large body on a slow line is no silence.
   */
  #expire(now: number, heardAt: (peerId: string) => number | undefined): void {
    for (const [peerId, source] of this.#sources) {
      if (source.inFlight.size === 0) continue;
      const silentAt = (heardAt(peerId) ?? Number.NEGATIVE_INFINITY) + REQUEST_TIMEOUT_MIN_MS;
      const overdue: string[] = [];
      for (const key of source.inFlight) {
        const wanted = this.#wanted.get(key) as Wanted;
        if (wanted.deadline <= now)
          wanted.deadline = Math.max(wanted.deadline, Math.min(silentAt, wanted.lastCall));
        if (wanted.deadline <= now) overdue.push(key);
      }
      if (overdue.length === 0) continue;
      const others = [...this.#sources].filter(([id, { pace }]) => id !== peerId && !pace.isPaused(now));
      const isPaused = source.pace.failed(now, others.length > 0);
      if (isPaused && ++source.pauses >= PAUSES_MAX) this.#unresponsive.push(peerId);
      for (const key of isPaused ? [...source.inFlight] : overdue) {
        const wanted = this.#wanted.get(key) as Wanted;
        wanted.slow.add(peerId);
        this.#release(key, wanted);
      }
    }
    this.#overdueAt = Number.POSITIVE_INFINITY;
    for (const { state, deadline } of this.#wanted.values())
      if (state === 'inFlight') this.#overdueAt = Math.min(this.#overdueAt, deadline);
  }

  /**
   * Answers come in the order of the requests, so each gives those behind it their time anew. What stands before it was
   * passed over, and waits no longer for that.
   *
   * @param after  all of them if absent
   */
  #extend({ inFlight, pace }: Source, now: number, after?: string): void {
    let isBehind = after === undefined;
    for (const key of inFlight) {
      if (!isBehind) {
        isBehind = key === after;
        continue;
      }
      const wanted = this.#wanted.get(key) as Wanted;
      wanted.deadline = Math.max(wanted.deadline, now + pace.roundTrip.timeoutMs);
      wanted.lastCall = now + REQUEST_TIMEOUT_MAX_MS;
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
    if (wanted.state === 'checking') this.#checkingBytes += bytes;
  }

  /** Back to the queue. `answeredBy` owes nothing more for it; another peer may still answer late. */
  #release(key: string, wanted: Wanted, answeredBy?: string): void {
    this.#bytes -= wanted.bytes;
    if (wanted.state === 'checking') this.#checkingBytes -= wanted.bytes;
    wanted.bytes = 0;
    const source = wanted.peerId === undefined ? undefined : this.#sources.get(wanted.peerId);
    if (source?.inFlight.delete(key) && wanted.peerId !== answeredBy) {
      source.expired.set(key, (source.expired.get(key) ?? 0) + 1);
      const [oldest] = source.expired.keys();
      if (source.expired.size > EXPIRED_BODIES_MAX && oldest !== undefined) source.expired.delete(oldest);
    }
    this.#setState(wanted, 'queued');
    wanted.peerId = undefined;
  }

  #setState(wanted: Wanted, state: State): void {
    this.#count(wanted.state, -1);
    wanted.state = state;
    this.#count(state, 1);
  }

  #forget(key: string, { state }: Wanted): void {
    this.#count(state, -1);
    this.#wanted.delete(key);
  }

  #count(state: State, by: number): void {
    if (state === 'queued') this.#queued += by;
    if (state === 'inFlight') this.#inFlight += by;
    if (this.#inFlight > 0) return;
    this.#overdueAt = Number.POSITIVE_INFINITY;
    this.#handOverAt = Number.POSITIVE_INFINITY;
  }
}

/** @returns whether an answer belongs to a request that was given up; once for each */
function takeExpired(source: Source | undefined, key: string): boolean {
  const count = source?.expired.get(key);
  if (source === undefined || count === undefined) return false;
  if (count === 1) source.expired.delete(key);
  else source.expired.set(key, count - 1);
  return true;
}

function mayHave({ without, offeredBy }: Wanted, peerId: string): boolean {
  return !without.has(peerId) && (offeredBy === undefined || offeredBy.has(peerId));
}

/** A peer that has not answered yet is tried before those that are known to be slow: half of the least time-out. */
function speed({ pace }: Source): number {
  return pace.roundTrip.smoothedMs ?? 500;
}
