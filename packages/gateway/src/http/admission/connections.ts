/**
 * Who may hold a connection. One address has a share of them, and beyond all shares a few are kept for `/healthz` and
 * `/metrics`: a crowd, or a tool that takes all it may, does not hide from its operator how the gateway fares.
 */
import type { Socket } from 'node:net';

/** What a connection may ask for: anything, or the status alone. */
export type ConnectionKind = 'any' | 'status';

/** Connections at a time, in all and of one address. */
export interface ConnectionCaps {
  readonly max: number;
  readonly perAddressMax: number;
}

/** Counts connections of one kind, by address. It holds an address only while it has one. */
class Count {
  readonly #caps: ConnectionCaps;
  readonly #byAddress = new Map<string, number>();
  #all = 0;

  constructor(caps: ConnectionCaps) {
    this.#caps = caps;
  }

  /** Counts one more if there is room. */
  enter(address: string): boolean {
    const own = this.#byAddress.get(address) ?? 0;
    if (this.#all >= this.#caps.max || own >= this.#caps.perAddressMax) return false;
    this.#all++;
    this.#byAddress.set(address, own + 1);
    return true;
  }

  leave(address: string): void {
    this.#all--;
    const own = (this.#byAddress.get(address) ?? 0) - 1;
    if (own > 0) this.#byAddress.set(address, own);
    else this.#byAddress.delete(address);
  }
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
