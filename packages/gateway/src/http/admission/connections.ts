/**
 * Who may hold a connection. One address has a share of them, and beyond all shares a few are kept for `/healthz` and
 * `/metrics`: a crowd, or a tool that takes all it may, does not hide from its operator how the gateway fares.
 */
import type { Socket } from 'node:net';
import { addressGroup } from '@vision-light/signaling';

/** What a connection may ask for: anything, or the status alone. */
export type ConnectionKind = 'any' | 'status';

/** Connections at a time: in all, of one address, and of all addresses of one network group. */
export interface ConnectionCaps {
  readonly max: number;
  readonly perAddressMax: number;
  /** As `perAddressMax` if absent. */
  readonly perGroupMax?: number;
}

/** Counts connections of one kind, by address and by network group. It holds either only while there is one. */
class Count {
  readonly #caps: ConnectionCaps;
  readonly #by = new Map<string, number>();
  #all = 0;

  constructor(caps: ConnectionCaps) {
    this.#caps = caps;
  }

  /** Counts one more if there is room. */
  enter(address: string): boolean {
    const { max, perAddressMax, perGroupMax = perAddressMax } = this.#caps;
    const group = groupKey(address);
    const isFull = this.#all >= max || this.#of(address) >= perAddressMax || this.#of(group) >= perGroupMax;
    if (isFull) return false;
    this.#all++;
    for (const key of [address, group]) this.#by.set(key, this.#of(key) + 1);
    return true;
  }

  leave(address: string): void {
    this.#all--;
    for (const key of [address, groupKey(address)]) {
      const left = this.#of(key) - 1;
      if (left > 0) this.#by.set(key, left);
      else this.#by.delete(key);
    }
  }

  #of(key: string): number {
    return this.#by.get(key) ?? 0;
  }
}

/** No address is written like this. */
function groupKey(address: string): string {
  return `group ${addressGroup(address)}`;
}

/** The connections that are open. */
export class Connections {
  readonly #counts: Readonly<Record<ConnectionKind, Count>>;

  constructor(caps: Readonly<Record<ConnectionKind, ConnectionCaps>>) {
    this.#counts = { any: new Count(caps.any), status: new Count(caps.status) };
  }

  /**
   * Counts a connection until it is closed.
   *
   * @returns what it may ask for, undefined if there is no room for it
   */
  admit(socket: Socket, address: string): ConnectionKind | undefined {
    for (const kind of ['any', 'status'] as const) {
      const count = this.#counts[kind];
      if (!count.enter(address)) continue;
      socket.once('close', () => count.leave(address));
      return kind;
    }
    return undefined;
  }
}
