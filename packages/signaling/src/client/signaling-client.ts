/**
 * A peer's connection to one signaling server: it joins the room of a network, joins again whenever the connection was
 * lost, and passes signals on. Pages and gateways use the same client, so they wait, retry and report alike.
 *
 * What bounds it: one socket; one request waits {@link ANSWER_TIMEOUT_MS} at most; attempts to connect are as far apart as
 * {@link ServerContact} says, or as socket.io's own pause.
 */
import { io, type Socket } from 'socket.io-client';
import { type DecodedAnswer, decodeAnswer, decodeCode, isPeerId } from '../answer.js';
import type { Clock } from '../clock.js';
import type { IceServer } from '../ice-server.js';
import { isRecord } from '../is-record.js';
import type { PeerKind } from '../peer.js';
import type { RefusalCode } from '../refusal.js';
import type { JoinRequest } from '../request.js';
import { ANSWER_TIMEOUT_MS, ServerContact, type SignalingFault } from '../server-contact.js';
import { decodeSignalData, type SignalData } from '../signal-data.js';
import { CheckedWebSocket } from './checked-web-socket.js';

/** Which room to join, where, and with what. */
export interface SignalingClientOptions {
  /** Address of the server, http(s) or ws(s). A path says where the server is mounted. */
  readonly url: string;
  /** 64 hex digits: the room. */
  readonly networkId: string;
  /** A label for the server's metrics, as `isNetworkName` allows it; undefined for none. */
  readonly networkName: string | undefined;
  readonly kind: PeerKind;
  /** Used instead of those that the server names. */
  readonly iceServers?: readonly IceServer[] | undefined;
  readonly clock: Clock;
  /** 0 to 1, evenly: when to come back to a server that was lost. Default: `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** What a {@link SignalingClient} reports. */
export interface SignalingClientEvents {
  /** Joined, for the first time or again, with a sample of the peers there. */
  joined(client: SignalingClient, peerIds: readonly string[]): void;
  /** Another peer has sent a signal. */
  signal(client: SignalingClient, from: string, data: SignalData): void;
  /**
   * The server cannot be used, or does not keep to its protocol. An outage is reported once until the client has joined
   * again, however many attempts fail meanwhile.
   */
  failed(fault: SignalingFault, detail: string): void;
  /**
   * Says why this platform cannot use ICE servers that the server names; then none are used. Undefined if it can.
   * Without this function they are used unseen.
   */
  iceObstacle?(iceServers: readonly IceServer[]): string | undefined;
}

/** When new ICE servers are asked for, as a part of the time for which their credentials are good. */
const ICE_REFRESH_SHARE = 0.75;

/** Milliseconds until they are asked for again if no answer brought them. */
const ICE_RETRY_MS = 15_000;

type AcceptedAnswer = Extract<DecodedAnswer, { readonly kind: 'ok' }>;

/** What the server says when it is about to restart or stop. That is an outage, not a refusal of this client. */
const SHUTTING_DOWN: RefusalCode = 'SIGNAL_SHUTTING_DOWN';

/** One signaling server, to which the client stays connected until it is told to leave. */
export class SignalingClient {
  readonly url: string;
  /** It knows peers by itself. */
  readonly keepsPlaces = true;
  readonly #options: SignalingClientOptions;
  readonly #events: SignalingClientEvents;
  readonly #socket: Socket;
  #ownId = '';
  #iceServers: readonly IceServer[];
  #isJoined = false;
  /** Why the server is about to close the connection, if it said so. */
  #refusal: string | undefined;
  readonly #contact: ServerContact;
  /** Asks for ICE servers before their credentials end. */
  #cancelRefresh: () => void = () => {};

  /** Begins to connect. */
  constructor(options: SignalingClientOptions, events: SignalingClientEvents) {
    this.url = options.url;
    this.#options = options;
    this.#events = events;
    this.#iceServers = options.iceServers ?? [];
    const failed: SignalingClientEvents['failed'] = (fault, detail) => events.failed(fault, detail);
    this.#contact = new ServerContact(options.url, options.clock, failed, options.random);
    // socket.io would take a path for a namespace.
    const { origin, pathname } = new URL(options.url);
    this.#socket = io(origin, {
      path: `${pathname.replace(/\/$/, '')}/socket.io`,
      transports: [CheckedWebSocket],
      upgrade: false,
      // A connection of its own: if one node closes, another node of the same process must not lose its connection.
      forceNew: true,
      // How long each pause is, the contact decides.
      randomizationFactor: 0,
      timeout: ANSWER_TIMEOUT_MS,
    });
    this.#socket.on('connect', () => this.#join());
    this.#socket.on('connect_error', ({ message }) => {
      this.#choosePause();
      const isRefusal = message.startsWith('SIGNAL_') && message !== SHUTTING_DOWN;
      if (isRefusal) this.#contact.reportOutage('SIGNAL_REFUSED', decodeCode(message));
      else this.#contact.reportOutage('SIGNAL_UNREACHABLE', message);
      // socket.io tries again by itself, unless the server answered in its own protocol and said no.
      if (isRefusal || !this.#socket.active) this.#pause();
    });
    this.#socket.on('disconnect', (reason) => this.#onDisconnect(reason));
    this.#socket.on('signal', (message: unknown) => this.#onSignal(message));
    this.#socket.on('refused', (message: unknown) => {
      this.#onRefused(decodeCode(isRecord(message) ? message.code : undefined));
    });
  }

  /** Our id on this server. A new one after each connection; the last one while there is none. */
  get ownId(): string {
    return this.#ownId;
  }

  /** ICE servers to use with peers of this server. */
  get iceServers(): readonly IceServer[] {
    return this.#iceServers;
  }

  /** Whether peers can be asked for now. */
  get isJoined(): boolean {
    return this.#isJoined;
  }

  /**
   * Sends a signal to a peer. It is dropped while this client has not joined: afterwards our id is another one.
   *
   * @param refused  called if the server says that there is no such peer. The server is asked only with a description:
   *   candidates and refusals follow a description that was taken
   */
  send(to: string, data: SignalData, refused: () => void): void {
    if (!this.#isJoined) return;
    if (!('sdp' in data)) {
      this.#socket.emit('signal', { to, data });
      return;
    }
    const acknowledge = (_error: unknown, answer: unknown): void => {
      if (isRecord(answer) && answer.ok === false) refused();
    };
    this.#socket.timeout(ANSWER_TIMEOUT_MS).emit('signal', { to, data }, acknowledge);
  }

  /** @returns ids of peers, possibly known ones; none if the server does not answer */
  async samplePeers(count: number): Promise<readonly string[]> {
    if (!this.#isJoined) return [];
    return await new Promise((resolve) =>
      this.#ask('peers', { count }, (answer) => {
        if (answer?.kind === 'ok') this.#adoptIceServers(answer);
        resolve(answer?.kind === 'ok' ? answer.peerIds : []);
      }),
    );
  }

  /** Sends counts to the server, without an answer: numbers that are lost on the way are not worth a second message. */
  reportMetrics(report: object): void {
    if (this.#isJoined) this.#socket.emit('metrics', report);
  }

  /**
   * Tries to connect now, if the last attempt was a while ago, the server did not refuse this client, and the time to come
   * back to a server that was lost has come.
   */
  nudge(): void {
    if (this.#socket.connected || !this.#contact.mayTry) return;
    this.#contact.noteAttempt();
    // connect() alone would not end socket.io's wait for its own timer.
    this.#socket.disconnect().connect();
  }

  /** Leaves the server. `nudge` comes back. */
  leave(): void {
    this.#cancelRefresh();
    this.#socket.disconnect();
    this.#contact.noteLeft();
  }

  /** Leaves the server for good. */
  close(): void {
    this.leave();
    this.#isJoined = false;
    this.#socket.off();
  }

  #join(): void {
    const { networkId, networkName, kind } = this.#options;
    const request: JoinRequest = { network: networkId, kind, name: networkName };
    this.#ask('join', request, (answer) => {
      if (answer === undefined) return;
      if (answer.kind === 'ok' && answer.id !== undefined) {
        this.#onJoined(answer.id, answer);
        return;
      }
      if (answer.kind === 'refused') this.#onRefused(answer.code);
      else this.#contact.reportOutage('SIGNAL_MALFORMED');
      this.#pause();
    });
  }

  #onJoined(id: string, answer: AcceptedAnswer): void {
    this.#ownId = id;
    this.#isJoined = true;
    this.#contact.noteJoined();
    this.#refusal = undefined;
    this.#adoptIceServers(answer);
    this.#events.joined(this, answer.peerIds);
  }

  /**
   * Asks the server. A request fails with the connection that it was sent over, so an answer is never one to an earlier
   * connection, which would name an id that is no longer ours.
   *
   * @param take  given the answer in the task in which it arrives, so before anything that the server sent after it;
   *   undefined if there is no answer in time, or if the connection is lost meanwhile
   */
  #ask(event: 'join' | 'peers', payload: object, take: (answer: DecodedAnswer | undefined) => void): void {
    const acknowledge = (error: unknown, answer: unknown): void => {
      take(error === null ? decodeAnswer(answer) : undefined);
      if (error === null || !this.#socket.connected) return;
      this.#contact.reportOutage('SIGNAL_UNREACHABLE', 'no answer');
      this.#socket.disconnect().connect();
    };
    this.#socket.timeout(ANSWER_TIMEOUT_MS).emit(event, payload, acknowledge);
  }

  /** An ICE server that the platform does not take would make every connection fail. */
  #adoptIceServers({ iceServers, badIceServers, iceTtlMs }: AcceptedAnswer): void {
    if (this.#options.iceServers !== undefined || iceServers === undefined) return;
    if (badIceServers > 0) this.#contact.report('SIGNAL_MALFORMED', `${badIceServers} bad ICE servers`);
    const obstacle = this.#events.iceObstacle?.(iceServers);
    this.#iceServers = obstacle === undefined ? iceServers : [];
    if (obstacle !== undefined) this.#contact.report('SIGNAL_MALFORMED', obstacle);
    this.#cancelRefresh();
    if (iceTtlMs === undefined) return;
    this.#refreshIn(iceTtlMs * ICE_REFRESH_SHARE);
  }

  /** Asks for ICE servers after a while, and again if the answer brings none. */
  #refreshIn(delayMs: number): void {
    this.#cancelRefresh = this.#options.clock.setTimer(delayMs, () => {
      this.#refreshIn(ICE_RETRY_MS);
      void this.samplePeers(1);
    });
  }

  #onDisconnect(reason: string): void {
    if (this.#isJoined) this.#contact.noteLost();
    this.#isJoined = false;
    this.#cancelRefresh();
    this.#contact.noteAttempt();
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (reason === 'io client disconnect') return;
    this.#choosePause();
    this.#contact.reportOutage('SIGNAL_UNREACHABLE', reason);
    // socket.io connects again by itself, unless the server closed the namespace.
    if (refusal !== undefined || !this.#socket.active) this.#pause();
  }

  /** To be called before socket.io sets its timer. */
  #choosePause(): void {
    const pauseMs = this.#contact.choosePause();
    this.#socket.io.reconnectionDelay(pauseMs).reconnectionDelayMax(pauseMs);
  }

  #pause(): void {
    this.#socket.disconnect();
    this.#contact.pause(() => this.#socket.connect());
  }

  #onSignal(message: unknown): void {
    if (!isRecord(message) || !this.#isJoined) return;
    const { from, data } = message;
    const signal = decodeSignalData(data);
    if (isPeerId(from) && signal !== undefined) this.#events.signal(this, from, signal);
  }

  #onRefused(code: string): void {
    if (code === SHUTTING_DOWN) {
      this.#contact.reportOutage('SIGNAL_UNREACHABLE', code);
      return;
    }
    this.#refusal = code;
    this.#contact.reportOutage('SIGNAL_REFUSED', code);
  }
}
