/**
 * Requests in flight, of every kind and to every peer: which answer belongs to which request, when an answer is overdue,
 * and what follows from answers that do not come.
 *
 * An answer carries the id of its request. A request may ask for several things, each answered by itself; then a key
 * names the thing. A peer answers in the order of the requests, so each answer gives those behind it their time anew. A
 * peer that is sending a large message is given more time, within the bounds of the kind of request.
 *
 * FAILURES_BEFORE_PAUSE failures of one kind in a row pause a peer: until PAUSE_MS have passed no body is asked of it and
 * no turn as leader begins. A turn that has begun goes on, and the peer is pinged as before.
 * The last peer is never paused. A peer that has been paused PAUSES_MAX times is to be disconnected. An answer of one
 * kind proves nothing of another, so failures are counted for each kind; a pause is of the peer.
 *
 * Memory of one peer: what is in flight, which its askers bound, and LATE_ANSWERS_MAX keys of what was given up.
 */
import { defined } from '../assert.js';
import {
  FAILURES_BEFORE_PAUSE,
  LATE_ANSWERS_MAX,
  PAUSE_MS,
  PAUSES_MAX,
  REQUEST_TIMEOUT_MIN_MS,
} from '../limits.js';
import type { Part } from './part.js';

/** What the ledger looks at of a peer; a `Peer` has it. */
export interface AskedPeer {
  readonly id: string;
  /** Monotonic ms at which bytes last came. */
  readonly lastBytesAt: number;
  /** When the message that is coming in began; undefined between messages. */
  readonly partialSince: number | undefined;
  /** Bytes of that message that have come. */
  readonly partialBytes: number;
}

/** One kind of request; the part that asks defines it. */
export interface RequestKind {
  /** For people. */
  readonly name: string;
  /** Longest wait for one answer, ms, however busily the peer sends. */
  readonly longestMs: number;
  /** Monotonic ms until which a peer is given time because of what it sends; it counts if it is after `deadline`. */
  graceUntil(peer: AskedPeer, deadline: number): number;
}

/** One answer that is awaited. */
export interface AwaitedAnswer {
  readonly requestId: number;
  /** Names the thing; empty if the request asks for one thing only. */
  readonly key: string;
  /** Monotonic ms. */
  readonly sentAt: number;
}

/** What follows from a failure: nothing yet, a pause, or that the peer is to be disconnected. */
export type FailureOutcome = 'failing' | 'paused' | 'unresponsive';

interface Awaited extends AwaitedAnswer {
  /** When it was asked for, or when an answer before it came. */
  since: number;
  readonly timeoutMs: number;
}

interface Account {
  readonly peer: AskedPeer;
  /** In the order of the requests, and so of the answers. */
  readonly awaited: Map<RequestKind, Map<string, Awaited>>;
  /** Failures in a row. */
  readonly failures: Map<RequestKind, number>;
  /** What was given up and may still come, oldest first, and of which kind it is: another kind does not answer it. */
  readonly late: Map<string, RequestKind>;
  pausedUntil: number;
  pauses: number;
}

/** All peers' answers of one kind. */
interface KindState {
  inFlight: number;
  /**
   * Before this it is not looked whether one is overdue. Most deadlines are only put off. The time that a peer is given
   * while it sends ends with its message, so then it is looked again after REQUEST_TIMEOUT_MIN_MS.
   */
  dueAt: number;
}

const none: ReadonlyMap<string, readonly AwaitedAnswer[]> = new Map();

/** All requests of one node. */
export class RequestLedger implements Part {
  readonly name = 'requestLedger';
  readonly #accounts = new Map<string, Account>();
  readonly #kinds = new Map<RequestKind, KindState>();
  #lastRequestId = 0;
  #lastPauseEnd = Number.NEGATIVE_INFINITY;

  peerReady(peer: AskedPeer): void {
    this.#accounts.set(peer.id, {
      peer,
      awaited: new Map(),
      failures: new Map(),
      late: new Map(),
      pausedUntil: Number.NEGATIVE_INFINITY,
      pauses: 0,
    });
  }

  peerGone({ id }: AskedPeer): void {
    for (const [kind, { size }] of this.#accounts.get(id)?.awaited ?? []) this.#count(kind, -size);
    this.#accounts.delete(id);
    this.#keepOneAwake();
  }

  /**
   * Takes down a request that is about to be sent.
   *
   * @param keys  of the things that it asks for
   * @param timeoutMs  for each answer, after the request or the answer before it
   * @returns the id that the request carries; no other of this node does
   */
  ask(
    peerId: string,
    kind: RequestKind,
    timeoutMs: number,
    now: number,
    keys: readonly string[] = [''],
  ): number {
    const requestId = ++this.#lastRequestId;
    const account = defined(
      this.#accounts.get(peerId),
      'only peers that have said hello are asked for anything',
    );
    const awaited = account.awaited.get(kind) ?? new Map<string, Awaited>();
    account.awaited.set(kind, awaited);
    for (const key of keys)
      awaited.set(nameOf(requestId, key), { requestId, key, sentAt: now, since: now, timeoutMs });
    const state = this.#count(kind, keys.length);
    state.dueAt = Math.min(state.dueAt, now + timeoutMs);
    return requestId;
  }

  /**
   * An answer came.
   *
   * @returns what it answers; `late` for what was given up, once; `unsolicited` for what was not asked of this peer
   */
  take(
    peerId: string,
    kind: RequestKind,
    requestId: number,
    now: number,
    key = '',
  ): AwaitedAnswer | 'late' | 'unsolicited' {
    const account = this.#accounts.get(peerId);
    const name = nameOf(requestId, key);
    const awaited = account?.awaited.get(kind);
    const answered = awaited?.get(name);
    if (account === undefined || awaited === undefined || answered === undefined) {
      if (account?.late.get(name) !== kind) return 'unsolicited';
      account.late.delete(name);
      return 'late';
    }
    // What stands before it was passed over, and waits no longer for that.
    let isBehind = false;
    for (const each of awaited.values()) {
      if (isBehind) each.since = now;
      else if (each === answered) isBehind = true;
    }
    this.#settle(account, kind, name);
    account.failures.delete(kind);
    return answered;
  }

  /** An answer is not waited for any more; it may still come, once. */
  giveUp(peerId: string, kind: RequestKind, requestId: number, key = ''): void {
    const account = this.#accounts.get(peerId);
    const name = nameOf(requestId, key);
    if (account === undefined || !this.#settle(account, kind, name)) return;
    account.late.set(name, kind);
    const [oldest] = account.late.keys();
    if (account.late.size > LATE_ANSWERS_MAX && oldest !== undefined) account.late.delete(oldest);
  }

  /** The answers of a kind that are awaited of a peer, in the order of the requests. */
  awaited(peerId: string, kind: RequestKind): readonly AwaitedAnswer[] {
    const awaited = this.#accounts.get(peerId)?.awaited.get(kind);
    return awaited === undefined ? [] : [...awaited.values()];
  }

  /** How many those are. */
  inFlight(peerId: string, kind: RequestKind): number {
    return this.#accounts.get(peerId)?.awaited.get(kind)?.size ?? 0;
  }

  /** What did not come in time, by peer. The caller gives it up, or disconnects the peer. */
  overdue(kind: RequestKind, now: number): ReadonlyMap<string, readonly AwaitedAnswer[]> {
    const state = this.#kinds.get(kind);
    if (state === undefined || now < state.dueAt) return none;
    const found = new Map<string, AwaitedAnswer[]>();
    let dueAt = Number.POSITIVE_INFINITY;
    for (const [peerId, { peer, awaited }] of this.#accounts) {
      const late: AwaitedAnswer[] = [];
      for (const each of awaited.get(kind)?.values() ?? []) {
        const deadline = deadlineOf(peer, kind, each);
        if (deadline <= now) late.push(each);
        else dueAt = Math.min(dueAt, deadline, lookAgainAt(each, now));
      }
      if (late.length > 0) found.set(peerId, late);
    }
    state.dueAt = dueAt;
    return found;
  }

  /** When {@link overdue} is to be asked next, if nothing happens before. */
  dueAt(kind: RequestKind): number | undefined {
    const dueAt = this.#kinds.get(kind)?.dueAt;
    return dueAt === undefined || !Number.isFinite(dueAt) ? undefined : dueAt;
  }

  /** A peer did not answer in time, however many requests that was. */
  failed(peerId: string, kind: RequestKind, now: number): FailureOutcome {
    const account = this.#accounts.get(peerId);
    if (account === undefined) return 'failing';
    const failures = (account.failures.get(kind) ?? 0) + 1;
    account.failures.set(kind, failures);
    if (failures < FAILURES_BEFORE_PAUSE) return 'failing';
    account.failures.delete(kind);
    const isLast = ![...this.#accounts.values()].some(
      (other) => other !== account && now >= other.pausedUntil,
    );
    if (isLast) return 'failing';
    // What was asked before a pause began may fail within it; that is no other pause.
    if (now < account.pausedUntil) return 'paused';
    account.pausedUntil = now + PAUSE_MS;
    this.#lastPauseEnd = account.pausedUntil;
    account.pauses++;
    return account.pauses >= PAUSES_MAX ? 'unresponsive' : 'paused';
  }

  isPaused(peerId: string, now: number): boolean {
    return now < this.pausedUntil(peerId);
  }

  /** After this no peer is paused. */
  get lastPauseEnd(): number {
    return this.#lastPauseEnd;
  }

  /** When a peer may be asked again; long ago if it is not paused. */
  pausedUntil(peerId: string): number {
    return this.#accounts.get(peerId)?.pausedUntil ?? Number.NEGATIVE_INFINITY;
  }

  /** The platform slept: what did not come in that time may still come. */
  overslept(now: number): void {
    for (const { awaited } of this.#accounts.values())
      for (const ofKind of awaited.values()) for (const each of ofKind.values()) each.since = now;
  }

  #settle(account: Account, kind: RequestKind, name: string): boolean {
    if (account.awaited.get(kind)?.delete(name) !== true) return false;
    this.#count(kind, -1);
    return true;
  }

  #count(kind: RequestKind, by: number): KindState {
    const state = this.#kinds.get(kind) ?? { inFlight: 0, dueAt: Number.POSITIVE_INFINITY };
    this.#kinds.set(kind, state);
    state.inFlight += by;
    if (state.inFlight === 0) state.dueAt = Number.POSITIVE_INFINITY;
    return state;
  }

  /** The last peer left is never paused. */
  #keepOneAwake(): void {
    const accounts = [...this.#accounts.values()];
    const soonest = accounts.reduce<Account | undefined>(
      (best, each) => (best === undefined || each.pausedUntil < best.pausedUntil ? each : best),
      undefined,
    );
    if (soonest !== undefined) soonest.pausedUntil = Number.NEGATIVE_INFINITY;
  }
}

function nameOf(requestId: number, key: string): string {
  return key === '' ? `${requestId}` : `${requestId}:${key}`;
}

function lookAgainAt({ since, timeoutMs }: Awaited, now: number): number {
  return Math.max(since + timeoutMs, now + REQUEST_TIMEOUT_MIN_MS);
}

function deadlineOf(peer: AskedPeer, kind: RequestKind, { since, timeoutMs }: Awaited): number {
  const deadline = since + timeoutMs;
  return Math.max(deadline, Math.min(kind.graceUntil(peer, deadline), since + kind.longestMs));
}
