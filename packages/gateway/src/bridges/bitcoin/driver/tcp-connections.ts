/** Connections to full nodes by TCP. Decides nothing: opens, sends, ends, and reports what happens. */
import { connect, type Socket } from 'node:net';
import { DIAL_TIMEOUT_MS, NODE_UNSENT_BYTES_MAX } from '../../../limits.js';
import type { NodePlace } from '../node-place.js';

/** What connections report. */
export interface ConnectionEvents {
  opened(connection: number): void;
  /** Their memory is nobody else's. */
  received(connection: number, bytes: Uint8Array): void;
  /** Said once, unless this side has ended the connection. */
  closed(connection: number, reason: string): void;
}

/** See the head of this file. */
export class TcpConnections {
  readonly #sockets = new Map<number, Socket>();

  constructor(readonly events: ConnectionEvents) {}

  dial(connection: number, { host, port }: NodePlace): void {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, timeout: DIAL_TIMEOUT_MS });
    this.#sockets.set(connection, socket);
    const end = (reason: string): void => {
      if (this.#sockets.get(connection) !== socket) return;
      this.#sockets.delete(connection);
      socket.destroy();
      this.events.closed(connection, reason);
    };
    socket.on('connect', () => {
      // From here on the bridge has deadlines of its own.
      socket.setTimeout(0);
      this.events.opened(connection);
    });
    socket.on('data', (bytes) => this.events.received(connection, bytes));
    socket.on('timeout', () => end('ETIMEDOUT'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on('close', () => end('closed'));
  }

  write(connection: number, bytes: Uint8Array): void {
    const socket = this.#sockets.get(connection);
    if (socket === undefined) return;
    socket.write(bytes);
    // A node that reads nothing would have this side keep all that it is sent.
    if (socket.writableLength > NODE_UNSENT_BYTES_MAX) socket.destroy();
  }

  /** Ends a connection; nothing more is reported of it. */
  hangUp(connection: number): void {
    const socket = this.#sockets.get(connection);
    this.#sockets.delete(connection);
    socket?.destroySoon();
  }

  /** Ends all. */
  close(): void {
    for (const socket of this.#sockets.values()) socket.destroy();
    this.#sockets.clear();
  }
}
