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
 * Pauses between attempts to connect to a server that this client has not joined yet, in milliseconds: each is twice as
 * long as the one before it, up to the second one, and varied by half.
 */
const RECONNECT_DELAY_MS = 1000;
const RECONNECT_DELAY_MAX_MS = 15_000;

/**
 * Milliseconds over which the clients of a server that restarts come back, evenly: in no second comes more than a
 * fifteenth of them, or a tenth with those that came before the server was back. Links to peers do not need the server.
 */
const RETURN_SPREAD_MS = 15_000;

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
  readonly #random: () => number;
  /** The present outage has been reported. */
  #isReported = false;
  #attemptedAt: number;
  #pausedUntil = 0;
  /** The present outage began with the loss of a server that was joined: all its clients have lost it. */
  #hasLostServer = false;
  /** Before then nobody's nudge leads back to a server that was lost. */
  #returnAt = 0;
  /** Attempts to connect that failed since the last connection. */
  #failedAttempts = 0;
  #cancelRetry: () => void = () => {};

  /**
   * @param failed  told of faults; of one outage once
   * @param random  0 to 1, evenly: when to come back to a server that was lost
   */
  constructor(
    url: string,
    clock: Clock,
    failed: (fault: SignalingFault, detail: string) => void,
    random: () => number = Math.random,
  ) {
    this.#url = url;
    this.#clock = clock;
    this.#failed = failed;
    this.#random = random;
    this.#attemptedAt = clock.now();
  }

  /** Whether the last attempt was a while ago and the server did not refuse this client. */
  get mayTry(): boolean {
    const now = this.#clock.now();
    return now >= this.#pausedUntil && now >= this.#returnAt && now - this.#attemptedAt >= NUDGE_INTERVAL_MS;
  }

  /** An attempt has begun or failed just now. */
  noteAttempt(): void {
    this.#attemptedAt = this.#clock.now();
  }

  /** Joined: the outage is over. */
  noteJoined(): void {
    this.#isReported = false;
    this.#hasLostServer = false;
    this.#failedAttempts = 0;
  }

  /** A server that this client had joined is gone. */
  noteLost(): void {
    this.#hasLostServer = true;
  }

  /** Decides when to try again after an attempt that failed, or a connection that was lost. @returns in how many milliseconds */
  choosePause(): number {
    const mean = Math.min(RECONNECT_DELAY_MS * 2 ** this.#failedAttempts, RECONNECT_DELAY_MAX_MS);
    const random = this.#random();
    const pauseMs = Math.round(this.#hasLostServer ? random * RETURN_SPREAD_MS : mean * (0.5 + random));
    this.#failedAttempts += 1;
    this.#returnAt = this.#hasLostServer ? this.#clock.now() + pauseMs : 0;
    return pauseMs;
  }

  /** The client left the server itself. That was no attempt that failed, so the next one need not wait. */
  noteLeft(): void {
    this.#cancelRetry();
    this.#attemptedAt = Number.NEGATIVE_INFINITY;
    this.#returnAt = 0;
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
