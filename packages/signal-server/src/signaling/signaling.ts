/**
 * Introduces the peers of a network to one another and relays their signals.
 *
 * It knows the connections of this process. Who is in which room, and where a signal goes, is the directory's to say,
 * and the directory may answer late or fail. What a client can rely on then:
 *
 * - Its requests are served one after another, so its answers come in the order of its requests, and its signals to one
 *   peer arrive in the order in which it sent them.
 * - The answer to its `join` comes before the first signal of another peer.
 * - Each request is answered. If the directory fails, the answer is `SIGNAL_DIRECTORY_UNAVAILABLE`; the connection stays.
 *
 * Bounds, for each connection: one call of the directory, `maxWaitingBytes` of further requests, and `maxBacklogBytes`
 * of signals that came while it was joining.
 */
import {
  decodeJoin,
  decodeMetrics,
  decodePeers,
  decodeSignal,
  type IceServer,
  type Joined,
  type JoinRequest,
  type Refused,
} from '@vision-light/signaling';
import type { DirectoryCalls } from '../directory/directory-calls.js';
import { QUEUED_PACKET_OVERHEAD, type SignalLimits } from '../limits.js';
import { networkLabel, type SignalMetrics } from '../metrics/metrics.js';
import { PageReports } from '../metrics/network-metrics.js';
import type { Connection } from './connection.js';
import type { Connections } from './connections.js';
import { type Answer, type QueuedRequest, RequestQueue } from './request-queue.js';
import type { SignalIo, SignalSocket } from './signal-io.js';
import { type TurnOptions, turnServerFor } from './turn-credentials.js';

/** What signaling needs from outside. */
export interface SignalingEnvironment {
  readonly limits: SignalLimits;
  readonly metrics: SignalMetrics;
  readonly iceServers: readonly IceServer[];
  /** A TURN server for members, if there is one. */
  readonly turn: TurnOptions | undefined;
  readonly directory: DirectoryCalls;
  readonly connections: Connections;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** How a request is performed, and what it counts for while it waits. */
type Task = Pick<QueuedRequest, 'bytes' | 'serve'>;

const MALFORMED: Refused = { ok: false, code: 'SIGNAL_MALFORMED' };
const ALREADY_JOINED: Refused = { ok: false, code: 'SIGNAL_ALREADY_JOINED' };
const NOT_JOINED: Refused = { ok: false, code: 'SIGNAL_NOT_JOINED' };
const FROM_GATEWAY: Refused = { ok: false, code: 'SIGNAL_METRICS_FROM_GATEWAY' };

const malformedTask: Task = { bytes: QUEUED_PACKET_OVERHEAD, serve: () => MALFORMED };

/** The requests of all connections of this process, and the signals that come for them. */
export class Signaling {
  readonly #env: SignalingEnvironment;
  readonly #sockets: ReadonlyMap<string, SignalSocket>;

  constructor(env: SignalingEnvironment, io: SignalIo) {
    this.#env = env;
    this.#sockets = io.sockets.sockets;
    const signaling = this;
    // Made once, for all sockets.
    function onJoin(this: SignalSocket, ...args: unknown[]) {
      signaling.#take(this.data, args, signaling.#joinTask(this.data, args[0]));
    }
    function onPeers(this: SignalSocket, ...args: unknown[]) {
      signaling.#take(this.data, args, signaling.#sampleTask(this.data, args[0]));
    }
    function onSignal(this: SignalSocket, ...args: unknown[]) {
      signaling.#take(this.data, args, signaling.#relayTask(this.data, args[0]));
    }
    function onMetrics(this: SignalSocket, ...args: unknown[]) {
      signaling.#take(this.data, args, signaling.#countTask(this.data, args[0]));
    }
    function onDisconnect(this: SignalSocket) {
      signaling.#disconnect(this.data);
    }
    io.on('connection', (socket) => {
      if (env.connections.open(socket) === undefined) return;
      socket.on('join', onJoin);
      socket.on('peers', onPeers);
      socket.on('signal', onSignal);
      socket.on('metrics', onMetrics);
      socket.on('disconnect', onDisconnect);
    });
  }

  /** Takes a signal that the directory has for a peer of this process. */
  deliver(to: string, signal: string): void {
    const connection = this.#sockets.get(to)?.data;
    if (connection === undefined) return;
    // Encoded here, since socket.emit() would search the data for binary parts, which JSON cannot hold.
    const packet = `2["signal",${signal}]`;
    const { connections, limits } = this.#env;
    if (connection.membership === 'joined') this.#hand(connection, packet);
    else if (connection.membership === 'joining' && connection.keepEarly(packet) > limits.maxBacklogBytes) {
      connections.refuse(connection, 'SIGNAL_BACKLOG');
    }
  }

  #hand(connection: Connection, packet: string): void {
    this.#env.connections.send(connection, packet);
    this.#env.metrics.relayed();
  }

  #take(connection: Connection, args: unknown[], task: Task): void {
    const { limits, metrics } = this.#env;
    if (connection.closingMs !== undefined) return;
    connection.requests ??= new RequestQueue(limits.maxWaitingBytes);
    const { bytes, serve } = task;
    const reply = (answer: Answer): void => this.#reply(connection, args.at(-1), answer);
    if (!connection.requests.add({ bytes, serve, reply })) metrics.refused('SIGNAL_MESSAGE_DROPPED');
  }

  #reply(connection: Connection, acknowledge: unknown, answer: Answer): void {
    const { connections, metrics } = this.#env;
    if (connection.closingMs !== undefined || connection.socket === undefined) return;
    if (typeof acknowledge === 'function') {
      acknowledge(answer);
      connections.boundBacklog(connection);
    }
    if (connection.membership === 'joined') {
      for (const packet of connection.takeEarly()) this.#hand(connection, packet);
    }
    if (answer.ok) return;
    // The directory no longer knows it: it may join again, or the sweep closes it.
    if (answer.code === 'SIGNAL_NOT_JOINED' && connection.membership === 'joined') this.#uncount(connection);
    if (answer.code === 'SIGNAL_MALFORMED') connections.refuse(connection, answer.code);
    else metrics.refused(answer.code);
  }

  #joinTask(connection: Connection, payload: unknown): Task {
    const request = decodeJoin(payload);
    if (request === undefined) return malformedTask;
    const serve = () => (connection.membership === 'none' ? this.#join(connection, request) : ALREADY_JOINED);
    return { bytes: QUEUED_PACKET_OVERHEAD, serve };
  }

  async #join(connection: Connection, { network, name, kind }: JoinRequest): Promise<Joined | Refused> {
    const { limits, metrics, directory } = this.#env;
    const { id } = connection;
    connection.membership = 'joining';
    const outcome = await directory.join({ id, network, kind }, limits.peersOnJoin);
    // It has gone meanwhile, and has left the directory then.
    if (connection.socket === undefined) return NOT_JOINED;
    if (!outcome.ok) {
      connection.membership = 'none';
      connection.takeEarly();
      return outcome;
    }
    connection.membership = 'joined';
    connection.kind = kind;
    connection.label = networkLabel(name);
    metrics.joined(connection.label, kind);
    return { ok: true, id, peers: outcome.peers, ...this.#iceServers() };
  }

  #sampleTask(connection: Connection, payload: unknown): Task {
    const { limits, directory, turn } = this.#env;
    const request = decodePeers(payload);
    if (request === undefined) return malformedTask;
    const serve = async () => {
      if (connection.membership !== 'joined') return NOT_JOINED;
      const outcome = await directory.sample(connection.id, Math.min(request.count, limits.maxPeersInSample));
      // A member that asks again gets credentials that are good for longer.
      return outcome.ok && turn !== undefined ? { ...outcome, ...this.#iceServers() } : outcome;
    };
    return { bytes: QUEUED_PACKET_OVERHEAD, serve };
  }

  /** For a member; credentials of its own among them, if there is a TURN server. */
  #iceServers(): Pick<Joined, 'iceServers' | 'iceTtlS'> {
    const { iceServers, turn } = this.#env;
    if (turn === undefined) return { iceServers };
    return { iceServers: [...iceServers, turnServerFor(turn, Date.now() / 1000)], iceTtlS: turn.ttlS };
  }

  #relayTask(connection: Connection, payload: unknown): Task {
    const { directory } = this.#env;
    const request = decodeSignal(payload);
    if (request === undefined) return malformedTask;
    let signal: string;
    try {
      signal = JSON.stringify({ from: connection.id, data: request.data });
    } catch {
      // Nested so deeply that V8 can read it but not write it.
      return malformedTask;
    }
    const serve = () =>
      connection.membership === 'joined' ? directory.route(connection.id, request.to, signal) : NOT_JOINED;
    return { bytes: QUEUED_PACKET_OVERHEAD + signal.length, serve };
  }

  #countTask(connection: Connection, payload: unknown): Task {
    const report = decodeMetrics(payload);
    if (report === undefined) return malformedTask;
    // Its size is not known here; reports are rare, and seldom wait.
    return { bytes: this.#env.limits.maxFrameBytes, serve: () => this.#count(connection, report) };
  }

  #count(connection: Connection, report: Readonly<Record<string, unknown>>): Answer {
    const { limits, metrics, now } = this.#env;
    if (connection.membership !== 'joined') return NOT_JOINED;
    if (connection.kind === 'gateway') return FROM_GATEWAY;
    connection.reports ??= new PageReports(limits, now());
    const code = connection.reports.judge(report, now());
    if (code !== undefined) return { ok: false, code };
    metrics.networks.add(connection.label, connection.reports, report);
    return { ok: true };
  }

  #disconnect(connection: Connection): void {
    const { id, membership } = connection;
    connection.socket = undefined;
    connection.raw.close();
    // They would be refused now; their memory goes at once, not only when the directory has answered.
    connection.requests?.clear();
    connection.takeEarly();
    if (membership === 'joined') this.#uncount(connection);
    if (membership !== 'none') void this.#env.directory.leave(id);
  }

  #uncount(connection: Connection): void {
    const { metrics } = this.#env;
    connection.membership = 'none';
    metrics.left(connection.label, connection.kind);
    if (connection.reports !== undefined) metrics.networks.remove(connection.label, connection.reports);
    connection.reports = undefined;
  }
}
