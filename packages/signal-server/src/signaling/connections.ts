import type { RefusalCode } from '@vision-light/signaling';
import type { Logger } from 'pino';
import type { SignalLimits } from '../limits.js';
import type { SignalMetrics } from '../metrics/metrics.js';
import { Connection, type ConnectionRates } from './connection.js';
import {
  discardPacket,
  type Engine,
  type EnginePacket,
  type EngineSocket,
  type WireSocket,
  waitingBytes,
} from './engine-internals.js';
import type { SignalSocket } from './signal-io.js';

/** What the server keeps at hand for every connection. */
export interface ConnectionEnvironment {
  readonly limits: SignalLimits;
  readonly metrics: SignalMetrics;
  readonly now: () => number;
  readonly log: Logger;
}

const UNCOMPRESSED = { compress: false };
const NO_HANDSHAKE = Object.freeze({ headers: {}, query: {}, auth: {} });

/**
 * Every open connection, held to its limits: each frame is judged before it is parsed, and whoever
 * breaks a rule, comes late, floods or does not read is closed without touching another.
 *
 * Handlers are made once and find their connection by what they are called on, so that an idle
 * connection costs no closures.
 */
export class Connections {
  readonly #env: ConnectionEnvironment;
  readonly #byWire = new Map<WireSocket, Connection>();
  readonly #rates: ConnectionRates;
  readonly #handlers = this.#makeHandlers();

  /** Takes over the connections of an engine that has not yet accepted any. */
  constructor(env: ConnectionEnvironment, engine: Engine) {
    this.#env = env;
    const { maxMessagesPerSecond: perSecond, maxMessageBurst, maxExcessMessages } = env.limits;
    this.#rates = {
      messages: { perSecond, burst: maxMessageBurst },
      excess: { perSecond, burst: maxExcessMessages },
    };
    engine.on('connection', (raw: EngineSocket) => this.#accept(raw));
  }

  /** Open connections, joined or not. */
  get size(): number {
    return this.#byWire.size;
  }

  /** Ties a socket.io socket to its connection; undefined, and the socket is closed, if that is going. */
  open(socket: SignalSocket): Connection | undefined {
    const connection = this.#connectionOf(socket.conn as unknown as EngineSocket);
    if (connection === undefined || connection.closingMs !== undefined) {
      socket.disconnect(true);
      return undefined;
    }
    connection.socket = socket;
    socket.data = connection;
    // It would keep whatever the client sent along with CONNECT.
    Object.assign(socket, { handshake: NO_HANDSHAKE });
    socket.on('error', this.#handlers.onSocketError);
    return connection;
  }

  /** Sends one socket.io packet, already encoded, and cuts the connection off if it does not read. */
  send(connection: Connection, packet: string): void {
    connection.raw.send(packet, UNCOMPRESSED);
    this.boundBacklog(connection);
  }

  /** Cuts off a connection for which too much waits; to be called after anything was sent to it. */
  boundBacklog(connection: Connection): void {
    if (waitingBytes(connection.raw) <= this.#env.limits.maxBacklogBytes) return;
    this.refuse(connection, 'SIGNAL_BACKLOG');
  }

  /**
   * Counts a fault, names it to the client, and closes the connection. Of a frame that breaks WebSocket
   * itself the client learns by the close code only, which ws has sent already.
   */
  refuse(connection: Connection, code: RefusalCode): void {
    const { metrics, log, now } = this.#env;
    if (connection.closingMs !== undefined) return;
    connection.closingMs = now();
    metrics.refused(code);
    log.debug({ peer: connection.id, code }, 'connection refused');
    const { raw, socket } = connection;
    const wire = raw.transport.socket;
    if (code === 'SIGNAL_BACKLOG') {
      wire.terminate();
      return;
    }
    if (socket !== undefined) socket.emit('refused', { code });
    // A socket.io CONNECT_ERROR, the only thing that a client hears before its namespace is open.
    else raw.send(`4${JSON.stringify({ message: code })}`, UNCOMPRESSED);
    raw.close();
    // Not a byte more of a flood is parsed; the sweep cuts the connection.
    if (code === 'SIGNAL_RATE_EXCEEDED') wire.pause();
  }

  /** Closes who is late to join, who does not read, and who does not answer the closing handshake. */
  sweep(): void {
    const { limits, now } = this.#env;
    const nowMs = now();
    for (const [wire, connection] of this.#byWire) {
      const { raw, closingMs } = connection;
      if (closingMs !== undefined) {
        if (nowMs - closingMs >= limits.closeTimeoutMs) wire.terminate();
      } else if (raw.readyState !== 'open') {
        connection.closingMs = nowMs;
      } else if (isLateToJoin(connection, nowMs, limits)) {
        this.refuse(connection, 'SIGNAL_JOIN_TIMEOUT');
      } else {
        this.boundBacklog(connection);
      }
    }
  }

  /** Tells every client that the server goes away and starts the closing handshake. */
  shutDown(): void {
    for (const connection of this.#byWire.values()) this.refuse(connection, 'SIGNAL_SHUTTING_DOWN');
  }

  /** Cuts every connection that is left. */
  terminate(): void {
    for (const wire of this.#byWire.keys()) wire.terminate();
  }

  #makeHandlers() {
    const connections = this;
    return {
      onPacket(this: EngineSocket, packet: EnginePacket) {
        connections.#receive(this, packet);
      },
      onControlFrame(this: WireSocket) {
        const connection = connections.#byWire.get(this);
        if (connection?.charge(1, connections.#env.now()) !== 'excess') return;
        connections.refuse(connection, 'SIGNAL_RATE_EXCEEDED');
      },
      onWireError(this: WireSocket, error: { code?: string }) {
        const connection = connections.#byWire.get(this);
        if (connection === undefined || !error.code?.startsWith('WS_ERR_')) return;
        const isTooLarge = /UNSUPPORTED_.*LENGTH$/.test(error.code);
        connections.refuse(connection, isTooLarge ? 'SIGNAL_FRAME_TOO_LARGE' : 'SIGNAL_MALFORMED');
      },
      onWireClose(this: WireSocket) {
        connections.#byWire.delete(this);
      },
      onSocketError(this: SignalSocket) {
        connections.refuse(this.data, 'SIGNAL_MALFORMED');
      },
    };
  }

  #connectionOf(raw: EngineSocket): Connection | undefined {
    return this.#byWire.get(raw.transport.socket);
  }

  #accept(raw: EngineSocket): void {
    const wire = raw.transport.socket;
    // The handshake's request is 2 KiB that nobody reads again.
    raw.request = null;
    this.#byWire.set(wire, new Connection(raw, this.#rates, this.#env.now()));
    raw.on('packet', this.#handlers.onPacket);
    wire.on('ping', this.#handlers.onControlFrame);
    wire.on('pong', this.#handlers.onControlFrame);
    // Before engine.io, whose listener closes the connection and forgets the reason.
    wire.prependListener('error', this.#handlers.onWireError);
    wire.on('close', this.#handlers.onWireClose);
  }

  #receive(raw: EngineSocket, packet: EnginePacket): void {
    const connection = this.#connectionOf(raw);
    const verdict = connection?.closingMs === undefined ? connection?.judge(packet, this.#env.now()) : 'late';
    if (verdict === 'take') return;
    discardPacket(packet);
    if (connection === undefined) return;
    if (verdict === 'drop') this.#env.metrics.refused('SIGNAL_MESSAGE_DROPPED');
    else this.refuse(connection, verdict === 'excess' ? 'SIGNAL_RATE_EXCEEDED' : 'SIGNAL_MALFORMED');
  }
}

/** A join that waits for the directory is in time: the directory has a limit of its own. */
function isLateToJoin({ membership, connectedMs }: Connection, nowMs: number, limits: SignalLimits): boolean {
  return membership === 'none' && nowMs - connectedMs >= limits.joinTimeoutMs;
}
