/** One signaling server as this gateway sees it: joins, joins again, and passes signals on. */
import { io, type Socket } from 'socket.io-client';
import { PEERS_REQUESTED_MAX, SIGNAL_ANSWER_TIMEOUT_MS } from '../limits.js';
import { decodeIceServers, type IceServer, type LinkSignal } from '../webrtc/link-signal.js';

/** What a client tells its owner. */
export interface SignalClientEvents {
  /** Joined, for the first time or again; `peers` are those to dial. */
  joined(peers: readonly string[]): void;
  signal(from: string, data: unknown): void;
  /** The server is not to be had, or sent us away. Comes once until it is joined again. */
  away(reason: string): void;
}

/** Where to join what. */
export interface SignalClientOptions {
  readonly url: string;
  /** 64 hex digits. */
  readonly networkId: string;
  readonly networkName: string;
}

/** Milliseconds before a server that closed the connection itself is tried again; socket.io does not do it by itself. */
const RETRY_AFTER_REFUSAL_MS = 5_000;

/** The names that a signaling server takes for its statistics; any other is left out. */
const SERVER_NETWORK_NAME = /^[a-z0-9-]{1,64}$/;

/** A connection that is kept up for as long as it is not closed. */
export class SignalClient {
  readonly url: string;
  readonly #options: SignalClientOptions;
  readonly #events: SignalClientEvents;
  readonly #socket: Socket;
  #id: string | undefined;
  #iceServers: readonly IceServer[] = [];
  #isAway = false;
  #retryTimer: NodeJS.Timeout | undefined;
  #lastRefusal: string | undefined;

  constructor(options: SignalClientOptions, events: SignalClientEvents) {
    this.url = options.url;
    this.#options = options;
    this.#events = events;
    // A path is where the server is mounted; socket.io would take it for a namespace.
    const { origin, pathname } = new URL(options.url);
    this.#socket = io(origin, {
      path: `${pathname.replace(/\/$/, '')}/socket.io`,
      transports: ['websocket'],
      // Two clients in one process must not share a connection.
      forceNew: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 10_000,
      timeout: SIGNAL_ANSWER_TIMEOUT_MS,
      autoConnect: false,
    });
    this.#socket.on('connect', () => void this.#join());
    this.#socket.on('connect_error', (error: Error) => {
      this.#becomeAway(error.message);
      // A refused handshake, unlike a lost connection, is not tried again by itself.
      if (!this.#socket.active) this.#retryLater();
    });
    this.#socket.on('disconnect', (reason: string) => this.#onDisconnect(reason));
    this.#socket.on('refused', (message: unknown) => {
      this.#lastRefusal = textMember(message, 'code');
    });
    this.#socket.on('signal', (message: unknown) => {
      const from = textMember(message, 'from');
      if (from !== undefined) this.#events.signal(from, (message as { readonly data?: unknown }).data);
    });
    this.#socket.connect();
  }

  /** Our id on this server; undefined while we are not in the room. */
  get id(): string | undefined {
    return this.#id;
  }

  get iceServers(): readonly IceServer[] {
    return this.#iceServers;
  }

  /** @returns ids of peers, possibly those met before; none if the server does not answer */
  async samplePeers(count: number): Promise<readonly string[]> {
    if (this.#id === undefined) return [];
    const answer = await this.#request('peers', { count: Math.min(count, PEERS_REQUESTED_MAX) });
    return peerIds(answer);
  }

  /** Passes a signal to a peer; dropped while the server is away. Whether there is such a peer is asked with descriptions. */
  send(to: string, signal: LinkSignal, refused: () => void): void {
    if (this.#id === undefined) return;
    const message = { to, data: signal };
    if (signal.type === 'candidate') {
      this.#socket.emit('signal', message);
      return;
    }
    const acknowledge = (_error: unknown, answer: unknown): void => {
      if (isRecord(answer) && answer.ok === false) refused();
    };
    this.#socket.timeout(SIGNAL_ANSWER_TIMEOUT_MS).emit('signal', message, acknowledge);
  }

  /** Leaves, for good. */
  close(): void {
    clearTimeout(this.#retryTimer);
    this.#id = undefined;
    this.#socket.removeAllListeners();
    this.#socket.disconnect();
  }

  async #join(): Promise<void> {
    const { networkId, networkName } = this.#options;
    const name = SERVER_NETWORK_NAME.test(networkName) ? { name: networkName } : {};
    const answer = await this.#request('join', { network: networkId, ...name, kind: 'gateway' });
    const id = textMember(answer, 'id');
    if (isRecord(answer) && answer.ok === true && id !== undefined) {
      this.#id = id;
      this.#iceServers = decodeIceServers(answer.iceServers);
      this.#isAway = false;
      this.#lastRefusal = undefined;
      this.#events.joined(peerIds(answer));
      return;
    }
    // Lost on the way: the next 'connect' joins again.
    if (!this.#socket.connected) return;
    this.#becomeAway(textMember(answer, 'code') ?? 'no answer to join');
    this.#socket.disconnect();
    this.#retryLater();
  }

  #onDisconnect(reason: string): void {
    this.#id = undefined;
    if (reason === 'io client disconnect') return;
    this.#becomeAway(this.#lastRefusal ?? reason);
    this.#lastRefusal = undefined;
    if (!this.#socket.active) this.#retryLater();
  }

  #becomeAway(reason: string): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#events.away(reason);
  }

  #retryLater(): void {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => this.#socket.connect(), RETRY_AFTER_REFUSAL_MS);
  }

  /** @returns the answer; undefined if none came in time */
  async #request(event: string, payload: object): Promise<unknown> {
    try {
      return await this.#socket.timeout(SIGNAL_ANSWER_TIMEOUT_MS).emitWithAck(event, payload);
    } catch {
      return undefined;
    }
  }
}

function peerIds(answer: unknown): readonly string[] {
  if (!isRecord(answer) || !Array.isArray(answer.peers)) return [];
  return answer.peers.slice(0, PEERS_REQUESTED_MAX).flatMap((peer: unknown) => textMember(peer, 'id') ?? []);
}

function textMember(value: unknown, member: string): string | undefined {
  const text = isRecord(value) ? value[member] : undefined;
  return typeof text === 'string' ? text : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
