import type { Metrics } from '@vision-light/protocol';
import { io, type Socket } from 'socket.io-client';
import type { LightNodeErrorCode } from '../api/light-node-error.js';
import type { IceServer } from '../api/light-node-options.js';
import { findConnectionObstacle } from './connection-obstacle.js';
import { MetricsReport } from './metrics-report.js';
import type { SignalRoute } from './peer-links.js';
import { decodeAnswer, decodeCode, isPeerId } from './signal-answers.js';
import { decodeSignalData, type SignalData } from './signal-data.js';

/** What a {@link SignalingServer} is told. */
export interface SignalingServerOptions {
  readonly url: string;
  /** 64 hex digits: the room. */
  readonly networkId: string;
  /** Of a network that ships with the code: a label for the server's figures. */
  readonly networkName: string | undefined;
  /** Instead of what the server names. */
  readonly iceServers: readonly IceServer[] | undefined;
  /** Reads what the node counts; undefined if the server is not to be told. */
  readonly metrics: (() => Metrics) | undefined;
}

/** What a {@link SignalingServer} reports. */
export interface SignalingServerEvents {
  /** Joined, for the first time or again, with a sample of the peers there. */
  joined(route: SignalRoute, peerIds: readonly string[]): void;
  signal(route: SignalRoute, from: string, data: SignalData): void;
  failed(code: LightNodeErrorCode, detail: string): void;
}

/** Milliseconds for an answer; afterwards the server counts as unreachable. */
const ANSWER_TIMEOUT_MS = 10_000;

/** Pauses between attempts to connect: socket.io doubles them, and varies them by half. */
const RECONNECT_DELAY_MS = 1000;
const RECONNECT_DELAY_MAX_MS = 15_000;

/** Milliseconds between two attempts that do not wait for a timer, since those of a hidden page hardly run. */
const NUDGE_INTERVAL_MS = 5000;

/** Milliseconds before a server that refused us is asked again. */
const REFUSED_PAUSE_MS = 30_000;

/**
 * Milliseconds between two reports of metrics: what a page counts in its last seconds is not told. The server takes no
 * more than one in 2 s for long.
 */
const METRICS_REPORT_INTERVAL_MS = 5000;

/** One signaling server: stays connected, joins the network's room there, and passes signals on. */
export class SignalingServer implements SignalRoute {
  ownId = '';
  iceServers: readonly IceServer[];
  readonly #options: SignalingServerOptions;
  readonly #events: SignalingServerEvents;
  readonly #socket: Socket;
  #isJoined = false;
  /** One report an outage, not one an attempt. */
  #isReported = false;
  #attemptedAt = performance.now();
  #pausedUntil = 0;
  #pauseTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #report = new MetricsReport();
  #reportTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: SignalingServerOptions, events: SignalingServerEvents) {
    this.#options = options;
    this.#events = events;
    this.iceServers = options.iceServers ?? [];
    // A path is where the server is mounted; socket.io would take it for a namespace.
    const { origin, pathname } = new URL(options.url);
    this.#socket = io(origin, {
      path: `${pathname.replace(/\/$/, '')}/socket.io`,
      transports: ['websocket'],
      // A connection of its own: closing one node must not close another one's.
      forceNew: true,
      reconnectionDelay: RECONNECT_DELAY_MS,
      reconnectionDelayMax: RECONNECT_DELAY_MAX_MS,
      timeout: ANSWER_TIMEOUT_MS,
    });
    this.#socket.on('connect', () => void this.#join());
    this.#socket.on('connect_error', (error) => {
      this.#reportOutage(error.message);
      // socket.io tries again by itself, unless the server answered and said no.
      if (!this.#socket.active) this.#pause();
    });
    this.#socket.on('disconnect', (reason) => this.#onDisconnect(reason));
    this.#socket.on('signal', (message: unknown) => this.#onSignal(message));
    this.#socket.on('refused', (message: { code?: unknown } | null) => {
      this.#reportRefusal(decodeCode(message?.code));
    });
  }

  /** Whether peers can be asked for now. */
  get isJoined(): boolean {
    return this.#isJoined;
  }

  /** Whether there is such a peer is asked with descriptions: candidates follow one that was taken. */
  send(to: string, data: SignalData, refused: () => void): void {
    // Not queued while there is no connection: our id would be another one afterwards.
    if (!this.#isJoined) return;
    if (data.type === 'candidate') {
      this.#socket.emit('signal', { to, data });
      return;
    }
    const acknowledge = (_error: unknown, answer: { readonly ok?: unknown } | null): void => {
      if (answer?.ok === false) refused();
    };
    this.#socket.timeout(ANSWER_TIMEOUT_MS).emit('signal', { to, data }, acknowledge);
  }

  /** A sample of the peers here; empty if the server does not answer. */
  async samplePeers(count: number): Promise<readonly string[]> {
    const answer = await this.#ask('peers', { count });
    return answer?.kind === 'ok' ? answer.peerIds : [];
  }

  /** Tries to connect now if it has been a while. */
  nudge(): void {
    const now = performance.now();
    if (this.#socket.connected || now < this.#pausedUntil || now - this.#attemptedAt < NUDGE_INTERVAL_MS)
      return;
    this.#attemptedAt = now;
    // Ends the waiting for a timer, which connect() by itself would not.
    this.#socket.disconnect().connect();
  }

  /** Leaves the server for a while; `nudge` comes back. */
  leave(): void {
    clearTimeout(this.#pauseTimer);
    clearInterval(this.#reportTimer);
    this.#socket.disconnect();
    // Not an attempt that failed: whoever comes back need not wait.
    this.#attemptedAt = Number.NEGATIVE_INFINITY;
  }

  close(): void {
    this.leave();
    this.#socket.off();
  }

  async #join(): Promise<void> {
    const { url, networkId, networkName, iceServers } = this.#options;
    const name = networkName === undefined ? {} : { name: networkName };
    const answer = await this.#ask('join', { network: networkId, kind: 'browser', ...name });
    if (answer === undefined) return;
    if (answer.kind !== 'ok' || answer.id === undefined) {
      if (answer.kind === 'refused') this.#reportRefusal(answer.code);
      else this.#events.failed('SIGNAL_MALFORMED', url);
      this.#pause();
      return;
    }
    this.ownId = answer.id;
    this.#isJoined = true;
    this.#isReported = false;
    if (iceServers === undefined) this.#adoptIceServers(answer.iceServers);
    this.#startReporting();
    this.#events.joined(this, answer.peerIds);
  }

  #startReporting(): void {
    if (this.#options.metrics === undefined) return;
    // To this connection nothing has been said yet; what counters were told to an earlier one is told.
    this.#report.restart();
    this.#reportMetrics();
    clearInterval(this.#reportTimer);
    this.#reportTimer = setInterval(() => this.#reportMetrics(), METRICS_REPORT_INTERVAL_MS);
  }

  /** Said once, without an answer: numbers that are lost on the way are not worth saying twice. */
  #reportMetrics(): void {
    const { metrics } = this.#options;
    if (metrics === undefined || !this.#isJoined) return;
    const report = this.#report.next(metrics());
    if (report !== undefined) this.#socket.emit('metrics', report);
  }

  /** Undefined if there is no answer in time, or the connection is lost meanwhile. */
  async #ask(event: 'join' | 'peers', payload: object): Promise<ReturnType<typeof decodeAnswer> | undefined> {
    const { id } = this.#socket;
    try {
      const answer: unknown = await this.#socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck(event, payload);
      return this.#socket.id === id ? decodeAnswer(answer) : undefined;
    } catch {
      if (this.#socket.connected && this.#socket.id === id) {
        this.#reportOutage('no answer');
        this.#socket.disconnect().connect();
      }
      return undefined;
    }
  }

  /** What the browser does not take would make every connection fail. */
  #adoptIceServers(iceServers: readonly IceServer[]): void {
    const obstacle = findConnectionObstacle(iceServers);
    if (obstacle === undefined) this.iceServers = iceServers;
    else if (obstacle.fault === 'connection')
      this.#events.failed('PEER_CONNECTION_FAILED', String(obstacle.cause));
    else this.#events.failed('SIGNAL_MALFORMED', `${this.#options.url}: ${String(obstacle.cause)}`);
  }

  #onDisconnect(reason: string): void {
    this.#isJoined = false;
    clearInterval(this.#reportTimer);
    this.#attemptedAt = performance.now();
    if (reason === 'io client disconnect') return;
    this.#reportOutage(reason);
    // socket.io comes back by itself unless it was the server that closed.
    if (reason === 'io server disconnect') this.#pause();
  }

  #pause(): void {
    this.#socket.disconnect();
    this.#pausedUntil = performance.now() + REFUSED_PAUSE_MS;
    clearTimeout(this.#pauseTimer);
    this.#pauseTimer = setTimeout(() => this.#socket.connect(), REFUSED_PAUSE_MS);
  }

  #onSignal(message: unknown): void {
    if (typeof message !== 'object' || message === null || !this.#isJoined) return;
    const { from, data } = message as { from?: unknown; data?: unknown };
    const signal = decodeSignalData(data);
    if (isPeerId(from) && signal !== undefined) this.#events.signal(this, from, signal);
  }

  #reportRefusal(code: string): void {
    // It is about to go: the same outage as the lost connection that follows.
    if (code === 'SIGNAL_SHUTTING_DOWN') this.#reportOutage(code);
    else this.#events.failed('SIGNAL_REFUSED', `${this.#options.url}: ${code}`);
  }

  #reportOutage(detail: string): void {
    this.#attemptedAt = performance.now();
    if (this.#isReported) return;
    this.#isReported = true;
    this.#events.failed('SIGNAL_UNREACHABLE', `${this.#options.url}: ${detail}`);
  }
}
