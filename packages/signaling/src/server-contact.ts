/**
 * When a client tries its server again, and which outage it has reported. Clients of signaling servers and of trackers share
 * this, so they wait and report alike.
 *
 * What bounds it: one timer. Attempts that do not wait for a timer are {@link NUDGE_INTERVAL_MS} apart, and
 * {@link REFUSED_PAUSE_MS} pass after a refusal.
 */
import type { Clock } from './clock.js';

/**
 * What is wrong with a server: it does not answer, it refused this client, or it answered with something that is not its
 * protocol.
 */
export type SignalingFault = 'SIGNAL_UNREACHABLE' | 'SIGNAL_REFUSED' | 'SIGNAL_MALFORMED';

/** Milliseconds that a server has for an answer; afterwards it counts as unreachable. */
export const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Pauses between attempts to connect, in milliseconds: they double up to the second one, and each is varied by half. A server
 * that restarts gets its clients back over seconds, not all at once.
 */
export const RECONNECT_DELAY_MS = 1000;
export const RECONNECT_DELAY_MAX_MS = 15_000;

/** Milliseconds between two attempts that do not wait for a timer, since the timers of a hidden page hardly run. */
const NUDGE_INTERVAL_MS = 5000;

/**
 * Milliseconds before a server that refused this client is tried again. A full room or a wrong origin seldom changes
 * within seconds, and each attempt costs the server a handshake.
 */
const REFUSED_PAUSE_MS = 30_000;

/** What is known of the way to one server. */
export class ServerContact {
  readonly #url: string;
  readonly #clock: Clock;
  readonly #failed: (fault: SignalingFault, detail: string) => void;
  /** The present outage has been reported. */
  #isReported = false;
  #attemptedAt: number;
  #pausedUntil = 0;
  #cancelRetry: () => void = () => {};

  /** @param failed  told of faults; of one outage once */
  constructor(url: string, clock: Clock, failed: (fault: SignalingFault, detail: string) => void) {
    this.#url = url;
    this.#clock = clock;
    this.#failed = failed;
    this.#attemptedAt = clock.now();
  }

  /** Whether the last attempt was a while ago and the server did not refuse this client. */
  get mayTry(): boolean {
    const now = this.#clock.now();
    return now >= this.#pausedUntil && now - this.#attemptedAt >= NUDGE_INTERVAL_MS;
  }

  /** An attempt has begun or failed just now. */
  noteAttempt(): void {
    this.#attemptedAt = this.#clock.now();
  }

  /** Joined: the outage is over. */
  noteJoined(): void {
    this.#isReported = false;
  }

  /** The client left the server itself. That was no attempt that failed, so the next one need not wait. */
  noteLeft(): void {
    this.#cancelRetry();
    this.#attemptedAt = Number.NEGATIVE_INFINITY;
  }

  /** Calls `retry` after a while, in place of an earlier one. */
  retryAfter(delayMs: number, retry: () => void): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#clock.setTimer(delayMs, retry);
  }

  /** The server refused this client: calls `retry` after {@link REFUSED_PAUSE_MS}, and nothing else tries before. */
  pause(retry: () => void): void {
    this.#pausedUntil = this.#clock.now() + REFUSED_PAUSE_MS;
    this.retryAfter(REFUSED_PAUSE_MS, retry);
  }

  /** Reports that the server cannot be used, unless that was reported since the client has joined. */
  reportOutage(fault: SignalingFault, detail?: string): void {
    this.noteAttempt();
    if (this.#isReported) return;
    this.#isReported = true;
    this.report(fault, detail);
  }

  /** Reports a fault of a server that can be used all the same. */
  report(fault: SignalingFault, detail?: string): void {
    this.#failed(fault, detail === undefined ? this.#url : `${this.#url}: ${detail}`);
  }
}
