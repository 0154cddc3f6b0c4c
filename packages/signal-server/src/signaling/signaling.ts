import {
  type Counted,
  decodeJoin,
  decodeMetrics,
  decodePeers,
  decodeSignal,
  type IceServer,
  type Joined,
  type PeerInfo,
  type Refused,
  type Relayed,
  type Sampled,
} from '@vision-light/signaling';
import { type RandomBelow, Room } from '../directory/room.js';
import type { SignalLimits } from '../limits.js';
import { networkLabel, type SignalMetrics } from '../metrics/metrics.js';
import { PageReports } from '../metrics/network-metrics.js';
import type { Connection } from './connection.js';
import type { Connections } from './connections.js';
import type { SignalIo, SignalSocket } from './signal-io.js';

/** What signaling needs from outside. */
export interface SignalingEnvironment {
  readonly limits: SignalLimits;
  readonly metrics: SignalMetrics;
  readonly iceServers: readonly IceServer[];
  readonly randomBelow: RandomBelow;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

type Answer = Joined | Sampled | Relayed | Counted | Refused;

/** Introduces the members of a room to one another and relays their signals within it. */
export class Signaling {
  readonly #env: SignalingEnvironment;
  readonly #connections: Connections;
  readonly #sockets: ReadonlyMap<string, SignalSocket>;
  readonly #rooms = new Map<string, Room<Connection>>();

  constructor(env: SignalingEnvironment, connections: Connections, io: SignalIo) {
    this.#env = env;
    this.#connections = connections;
    this.#sockets = io.sockets.sockets;
    const signaling = this;
    // Made once, for all sockets.
    function onJoin(this: SignalSocket, ...args: unknown[]) {
      signaling.#answer(this.data, args, signaling.#join);
    }
    function onPeers(this: SignalSocket, ...args: unknown[]) {
      signaling.#answer(this.data, args, signaling.#sample);
    }
    function onSignal(this: SignalSocket, ...args: unknown[]) {
      signaling.#answer(this.data, args, signaling.#relay);
    }
    function onMetrics(this: SignalSocket, ...args: unknown[]) {
      signaling.#answer(this.data, args, signaling.#count);
    }
    function onDisconnect(this: SignalSocket) {
      signaling.#leave(this.data);
    }
    io.on('connection', (socket) => {
      if (connections.open(socket) === undefined) return;
      socket.on('join', onJoin);
      socket.on('peers', onPeers);
      socket.on('signal', onSignal);
      socket.on('metrics', onMetrics);
      socket.on('disconnect', onDisconnect);
    });
  }

  /** Rooms with members. */
  get roomCount(): number {
    return this.#rooms.size;
  }

  #answer(
    connection: Connection,
    args: unknown[],
    perform: (this: Signaling, from: Connection, payload: unknown) => Answer,
  ): void {
    if (connection.closingMs !== undefined) return;
    const answer = perform.call(this, connection, args[0]);
    const acknowledge = args.at(-1);
    if (typeof acknowledge === 'function') {
      acknowledge(answer);
      this.#connections.boundBacklog(connection);
    }
    if (answer.ok) return;
    if (answer.code === 'SIGNAL_MALFORMED') this.#connections.refuse(connection, answer.code);
    else this.#env.metrics.refused(answer.code);
  }

  #join(connection: Connection, payload: unknown): Joined | Refused {
    const { limits, metrics, iceServers, randomBelow } = this.#env;
    const request = decodeJoin(payload);
    if (request === undefined) return { ok: false, code: 'SIGNAL_MALFORMED' };
    if (connection.room !== undefined) return { ok: false, code: 'SIGNAL_ALREADY_JOINED' };
    let room = this.#rooms.get(request.network);
    if (room === undefined) {
      if (this.#rooms.size >= limits.maxRooms) return { ok: false, code: 'SIGNAL_TOO_MANY_ROOMS' };
      room = new Room(request.network);
      this.#rooms.set(request.network, room);
    } else if (room.size >= limits.maxMembersPerRoom) {
      return { ok: false, code: 'SIGNAL_ROOM_FULL' };
    }
    connection.kind = request.kind;
    connection.label = networkLabel(request.name);
    connection.room = room;
    room.add(connection);
    metrics.joined(connection.label, connection.kind);
    const peers = room.sample(limits.peersOnJoin, connection, randomBelow).map(describe);
    return { ok: true, id: connection.id, peers, iceServers };
  }

  #sample(connection: Connection, payload: unknown): Sampled | Refused {
    const { limits, randomBelow } = this.#env;
    const request = decodePeers(payload);
    if (request === undefined) return { ok: false, code: 'SIGNAL_MALFORMED' };
    if (connection.room === undefined) return { ok: false, code: 'SIGNAL_NOT_JOINED' };
    const count = Math.min(request.count, limits.maxPeersInSample);
    return { ok: true, peers: connection.room.sample(count, connection, randomBelow).map(describe) };
  }

  #relay(connection: Connection, payload: unknown): Relayed | Refused {
    const request = decodeSignal(payload);
    if (request === undefined) return { ok: false, code: 'SIGNAL_MALFORMED' };
    if (connection.room === undefined) return { ok: false, code: 'SIGNAL_NOT_JOINED' };
    // Straight to the recipient: io.to(id) looks it up in two more maps and keeps a copy of each frame.
    const recipient = this.#sockets.get(request.to)?.data;
    if (recipient?.room !== connection.room || recipient === connection) {
      return { ok: false, code: 'SIGNAL_NO_SUCH_PEER' };
    }
    let signal: string;
    try {
      signal = JSON.stringify({ from: connection.id, data: request.data });
    } catch {
      // Nested so deeply that V8 can read it but not write it.
      return { ok: false, code: 'SIGNAL_MALFORMED' };
    }
    // Encoded here, since socket.emit() would search the data for binary parts, which JSON cannot hold.
    this.#connections.send(recipient, `2["signal",${signal}]`);
    this.#env.metrics.relayed();
    return { ok: true };
  }

  #count(connection: Connection, payload: unknown): Counted | Refused {
    const { limits, metrics, now } = this.#env;
    const report = decodeMetrics(payload);
    if (report === undefined) return { ok: false, code: 'SIGNAL_MALFORMED' };
    if (connection.room === undefined) return { ok: false, code: 'SIGNAL_NOT_JOINED' };
    if (connection.kind === 'gateway') return { ok: false, code: 'SIGNAL_METRICS_FROM_GATEWAY' };
    connection.reports ??= new PageReports(limits, now());
    const code = connection.reports.judge(report, now());
    if (code !== undefined) return { ok: false, code };
    metrics.networks.add(connection.label, connection.reports, report);
    return { ok: true };
  }

  #leave(connection: Connection): void {
    const { room } = connection;
    connection.socket = undefined;
    connection.raw.close();
    if (room === undefined) return;
    connection.room = undefined;
    room.remove(connection);
    if (room.size === 0) this.#rooms.delete(room.network);
    const { metrics } = this.#env;
    metrics.left(connection.label, connection.kind);
    if (connection.reports !== undefined) metrics.networks.remove(connection.label, connection.reports);
  }
}

function describe(connection: Connection): PeerInfo {
  return { id: connection.id, kind: connection.kind };
}
