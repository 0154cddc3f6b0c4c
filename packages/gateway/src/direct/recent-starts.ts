import { addressGroup, clientKey } from '@vision-light/signaling';
import {
  DIRECT_STARTS_MAX,
  DIRECT_STARTS_PER_ADDRESS_MAX,
  DIRECT_STARTS_PER_GROUP_MAX,
  DIRECT_WINDOW_MS,
} from '../limits.js';

interface Start {
  readonly at: number;
  readonly address: string;
  readonly group: string;
}

/**
 * The set-ups of the last DIRECT_WINDOW_MS: how many there may be in all, of one address, and of one network. It holds
 * DIRECT_STARTS_MAX of them at most.
 */
export class RecentStarts {
  /** The oldest first. */
  #starts: Start[] = [];

  /**
   * Counts a set-up, if there may be one more.
   *
   * @param host  an IP address
   * @param now  monotonic milliseconds
   * @returns whether there may
   */
  take(host: string, now: number): boolean {
    this.#starts = this.#starts.filter(({ at }) => now - at < DIRECT_WINDOW_MS);
    if (this.#starts.length >= DIRECT_STARTS_MAX) return false;
    const address = clientKey(host);
    const group = addressGroup(address);
    const ofAddress = this.#starts.filter((start) => start.address === address).length;
    const ofGroup = this.#starts.filter((start) => start.group === group).length;
    if (ofAddress >= DIRECT_STARTS_PER_ADDRESS_MAX || ofGroup >= DIRECT_STARTS_PER_GROUP_MAX) return false;
    this.#starts.push({ at: now, address, group });
    return true;
  }
}
