/** What is known of one full node, and what that says of dialing it. Rules and numbers are those of Bitcoin Core's `AddrInfo`. */
import type { NetAddress } from '../net-address.js';

/** Seconds after which an address that nobody has seen since is of no use. */
const HORIZON_S = 30 * 86_400;
/** Failures after which an address that never answered is of no use. */
const NEVER_FAILURES_MAX = 3;
/** Failures after which an address is of no use that last answered {@link SINCE_SUCCESS_S} ago. */
const FAILURES_MAX = 10;
/** Seconds. */
const SINCE_SUCCESS_S = 7 * 86_400;
/** Seconds that an address stays whatever is known of it, since it is being dialed. */
const JUST_TRIED_S = 60;
/** Seconds that a time may be ahead of the clock. */
export const AHEAD_S = 600;
/** Seconds in which an address that was dialed is hardly dialed again. */
const RECENT_TRY_S = 600;
/** Failures beyond these make no difference: else the network's failure, or ours, would be held against all. */
const COUNTED_FAILURES_MAX = 8;
/** Most failures that are counted; they are stored as a byte. */
const FAILURES_STORED_MAX = 255;

/** A full node as the book knows it. All times are seconds since 1970, 0 for never. */
export interface KnownAddress {
  readonly address: NetAddress;
  /** The address as text, see `formatNetAddress`. */
  readonly key: string;
  /** See `groupOf`. */
  readonly group: string;
  /** What it offers: the lower 16 bits, where all bits that have a meaning are. By hearsay until it answered. */
  services: number;
  /** When it was last seen, by hearsay until it answered. */
  time: number;
  lastTry: number;
  lastSuccess: number;
  /** Since it last answered; 0 to 255. */
  failures: number;
  /** How many connections had succeeded when its last failure was counted, see {@link countFailure}. */
  countedAt: number;
  /** Whether it stands in the table of those that answered. */
  isTried: boolean;
  /** Of its table. */
  bucket: number;
}

/** True if its place is better given to another one. */
export function isUseless(known: KnownAddress, wallTime: number): boolean {
  if (known.lastTry !== 0 && known.lastTry >= wallTime - JUST_TRIED_S) return false;
  if (known.time > wallTime + AHEAD_S || known.time < wallTime - HORIZON_S) return true;
  if (known.lastSuccess === 0) return known.failures >= NEVER_FAILURES_MAX;
  return known.lastSuccess < wallTime - SINCE_SUCCESS_S && known.failures >= FAILURES_MAX;
}

/** Its weight against others that could be dialed, 0 to 1: falls with each failure, and is small right after an attempt. */
export function chanceOf({ lastTry, failures }: KnownAddress, wallTime: number): number {
  const recent = wallTime - lastTry < RECENT_TRY_S ? 0.01 : 1;
  return recent * 0.66 ** Math.min(failures, COUNTED_FAILURES_MAX);
}

/**
 * Counts a failure, once between two successes with any address: while this side has no network, all addresses fail, and
 * none is to blame.
 *
 * @param successes  connections that succeeded so far
 */
export function countFailure(known: KnownAddress, successes: number): void {
  if (known.countedAt === successes) return;
  known.countedAt = successes;
  known.failures = Math.min(known.failures + 1, FAILURES_STORED_MAX);
}
