/** Peers that are not dialed for a while. They may still dial us. */
import type { SignalRoute } from './introducer.js';

/** Milliseconds before a peer that could not be reached is dialed again. Arbitrary. */
const UNREACHABLE_MS = 10_000;

/** Milliseconds before a peer that was full is dialed again: places come free, and asking costs one message. Arbitrary. */
const FULL_MS = 3000;

/**
 * Milliseconds before a peer that the node disconnected for a fault is dialed again. In a small network that peer may be
 * the only one, and its fault may have been a slow link; a hostile one costs one connection a minute.
 */
const FAULTY_MS = 60_000;

/**
 * Milliseconds before a peer is dialed again to which there was another link: it is met once, in however many rooms it is.
 * Arbitrary: by then that link may be gone.
 */
const KNOWN_MS = 600_000;

/** Peers that are remembered, about 100 bytes each. Above it the oldest may be dialed again. */
const AVOIDED_MAX = 512;

/** Why a peer is avoided, and for how many milliseconds. */
const AVOIDED_MS = {
  unreachable: UNREACHABLE_MS,
  full: FULL_MS,
  faulty: FAULTY_MS,
  known: KNOWN_MS,
} as const;

/** Why a peer is avoided. */
export type AvoidReason = keyof typeof AVOIDED_MS;

/**
 * Until when which peer is avoided, by its introducer and its id there. Not by the id alone: a server could name the peers of
 * another one, and have them avoided.
 */
export class AvoidedPeers {
  /** Monotonic milliseconds; the peer that was added first comes first. */
  readonly #until = new Map<string, number>();

  /** Avoids a peer from now on, unless its id says nothing of who it is. */
  add(route: SignalRoute, remoteId: string, reason: AvoidReason, now: number): void {
    if (route.namesAttempts === true) return;
    const key = keyOf(route, remoteId);
    const until = now + AVOIDED_MS[reason];
    const before = this.#until.get(key) ?? 0;
    // Put at the end again. A failed attempt must not shorten the wait after a fault.
    this.#until.delete(key);
    this.#until.set(key, Math.max(until, before));
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= AVOIDED_MAX) break;
      this.#until.delete(oldest);
    }
  }

  has(route: SignalRoute, remoteId: string, now: number): boolean {
    return now < (this.#until.get(keyOf(route, remoteId)) ?? 0);
  }
}

const keyOf = ({ url }: SignalRoute, remoteId: string): string => `${url} ${remoteId}`;
