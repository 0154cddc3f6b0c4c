/** Addresses of full nodes that broke a rule which no honest one breaks: they are not dialed for a day, and there is a bound on them. */
import { DISCOURAGED_MAX, DISCOURAGED_S } from '../limits.js';
import { addressBytes, type NetAddress, type NetworkKind } from '../net-address.js';

/** Bytes of an address that count. Of IPv6 the /64: one subscriber has at least so much. */
export function discouragedBytes(network: NetworkKind): number {
  return network === 'ipv6' ? 8 : addressBytes[network];
}

/** One of the list: whatever port, since one machine has many. */
export interface DiscouragedHost {
  readonly network: NetworkKind;
  /** Of IPv6 the first 8 bytes, of others all. */
  readonly bytes: Uint8Array;
  /** Seconds since 1970. */
  readonly until: number;
}

function hostOf({ network, bytes }: NetAddress): Omit<DiscouragedHost, 'until'> {
  return { network, bytes: bytes.subarray(0, discouragedBytes(network)) };
}

const keyOf = ({ network, bytes }: Omit<DiscouragedHost, 'until'>): string => `${network} ${bytes.join(' ')}`;

/** The list. */
export class Discouraged {
  /** The one that was discouraged first is first. */
  readonly #hosts = new Map<string, DiscouragedHost>();

  /** From now on, for a day. */
  add(address: NetAddress, wallTime: number): void {
    this.restore({ ...hostOf(address), until: wallTime + DISCOURAGED_S });
  }

  /** As {@link add}, of what was stored. */
  restore(host: DiscouragedHost): void {
    const key = keyOf(host);
    this.#hosts.delete(key);
    this.#hosts.set(key, host);
    for (const oldest of this.#hosts.keys()) {
      if (this.#hosts.size <= DISCOURAGED_MAX) break;
      this.#hosts.delete(oldest);
    }
  }

  /** Whether it is now. A clock that was set back does not make it longer than a day. */
  has(address: NetAddress, wallTime: number): boolean {
    const until = this.#hosts.get(keyOf(hostOf(address)))?.until;
    return until !== undefined && wallTime < until && until <= wallTime + DISCOURAGED_S;
  }

  /** All of them, the one that was discouraged first is first. */
  list(): DiscouragedHost[] {
    return [...this.#hosts.values()];
  }
}
