/**
 * The bridge to Bitcoin's network: decides which full nodes to connect to and when, runs a session with each, and shows each
 * of them to the core as a peer.
 *
 * Pure: what happens comes in by its methods with the time, and what is to be done goes out by its port. So the simulator
 * drives it as the gateway does.
 *
 * Memory: what a session states, for each of the nodes that it connects to.
 */
import type { EventTime } from '@vision-light/protocol';
import { DISCOURAGED_MS, REDIAL_MAX_MS, REDIAL_MIN_MS, STEADY_MS } from './bridge-limits.js';
import type { NodePlace } from './node-place.js';
import type { NodeFacts } from './session/node-facts.js';
import { Session, type SessionOptions } from './session/session.js';
import type { NodeFault } from './session/session-faults.js';
import { TransactionOffers } from './transaction-offers.js';
import { encodeMessage } from './wire/encode-message.js';
import { defaultHash, type PayloadHash } from './wire/frame-header.js';
import type { KnownMessage } from './wire/message.js';
import { MessageReader } from './wire/message-reader.js';

/** What a bridge is made of. */
export interface BridgeOptions extends Omit<SessionOptions, 'nonce'> {
  /** First 4 bytes of every message of the network. */
  readonly magic: number;
  /** Full nodes that the operator names. */
  readonly chosen: readonly NodePlace[];
  /** Default: that of the core. */
  readonly payloadHash?: PayloadHash;
}

/** Why a connection ended: a fault that was found here, a code of the core, or what the system says. */
export type EndReason = NodeFault | (string & {});

/** What a bridge wants done. Connections have numbers; each of them is used once. */
export interface BridgePort {
  /** Opens a connection; `opened` or `closed` follows. */
  dial(connection: number, place: NodePlace): void;
  /** Sends bytes. */
  write(connection: number, bytes: Uint8Array): void;
  /** Ends a connection, once what was written has left. Nothing more is to be told of it. */
  hangUp(connection: number): void;
  /** A full node is there: to the core it is a peer. */
  connected(connection: number, facts: NodeFacts, place: NodePlace): void;
  /** A frame for the core from the peer that stands for a node. */
  deliver(connection: number, frame: Uint8Array): void;
  /** The peer that stands for a node is gone. */
  gone(connection: number, reason: EndReason): void;
  /** A connection to a full node has ended, or none came about. For people. */
  ended(place: NodePlace, reason: EndReason, detail: string): void;
}

/** A full node that is connected, for people. */
export interface ConnectedNode {
  readonly place: NodePlace;
  readonly facts: NodeFacts;
}

interface Connection {
  readonly number: number;
  readonly place: NodePlace;
  readonly reader: MessageReader;
  /** Undefined until it is open. */
  session: Session | undefined;
  /** When the handshake was over; undefined before. */
  readyAt: number | undefined;
}

/** When a node that the operator named is dialed next. */
interface Redial {
  readonly place: NodePlace;
  connection: Connection | undefined;
  dialAt: number;
  /** Wait before the next one but one. */
  waitMs: number;
}

/** See the head of this file. */
export class Bridge {
  readonly #connections = new Map<number, Connection>();
  readonly #chosen: readonly Redial[];
  readonly #offers: TransactionOffers<Connection>;
  /** Random 64 bits of each connection: a node that repeats one is this side. */
  #lastNumber = 0;
  #isStarted = false;

  constructor(
    readonly options: BridgeOptions,
    readonly port: BridgePort,
  ) {
    this.#chosen = options.chosen.map((place) => ({
      place,
      connection: undefined,
      dialAt: Number.NEGATIVE_INFINITY,
      waitMs: REDIAL_MIN_MS,
    }));
    this.#offers = new TransactionOffers(
      () => [...this.#connections.values()].filter(({ readyAt }) => readyAt !== undefined),
      ({ session }, relayIds) => session?.offer(relayIds),
    );
  }

  /** The full nodes that are connected. */
  get nodes(): readonly ConnectedNode[] {
    return [...this.#connections.values()].flatMap(({ place, session }) => {
      const facts = session?.facts;
      return facts === undefined ? [] : [{ place, facts }];
    });
  }

  start(time: EventTime): void {
    this.#isStarted = true;
    this.advance(time);
  }

  /** Disconnects all nodes; none is dialed any more. */
  stop(): void {
    this.#isStarted = false;
    for (const { number } of this.#connections.values()) this.port.hangUp(number);
    this.#connections.clear();
  }

  // The network

  opened(number: number, { now, wallTime }: EventTime): void {
    const connection = this.#connections.get(number);
    if (connection === undefined) return;
    const { view, userAgent, random } = this.options;
    const nonce = (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32));
    connection.session = new Session(
      { view, userAgent, random, nonce },
      {
        write: (message) => this.#write(connection, message),
        deliver: (frame) => this.port.deliver(number, frame),
        ready: (facts) => {
          connection.readyAt = now;
          this.port.connected(number, facts, connection.place);
        },
        // There is no book yet that they could be written to.
        addresses: () => {},
        offered: (relayIds, at) => this.#offers.wanted(connection, relayIds, at),
        announced: (names) => this.#offers.announced(connection, names),
        failed: (code, detail) => this.#end(connection, code, detail, now),
      },
      now,
    );
    connection.session.begin(wallTime);
  }

  /** Bytes came. Their memory is not written to afterwards. */
  received(number: number, bytes: Uint8Array, { now }: EventTime): void {
    const connection = this.#connections.get(number);
    if (connection === undefined) return;
    const { reader } = connection;
    for (const message of reader.push(bytes)) {
      connection.session?.receive(message, now);
      if (!this.#connections.has(number)) return;
    }
    if (reader.fault !== undefined) this.#end(connection, reader.fault, '', now);
  }

  /** The connection has ended, or could not be opened. @param reason  what the system says */
  closed(number: number, reason: string, { now }: EventTime): void {
    const connection = this.#connections.get(number);
    if (connection !== undefined) this.#forget(connection, reason, '', now);
  }

  // The core

  /** The core says something to the peer that stands for a node. */
  hear(number: number, frame: Uint8Array, { now }: EventTime): void {
    this.#connections.get(number)?.session?.hear(frame, now);
  }

  /** The core disconnects it. @param isDiscouraged  whether it did what no honest node does */
  released(number: number, code: string | undefined, isDiscouraged: boolean, { now }: EventTime): void {
    const connection = this.#connections.get(number);
    if (connection === undefined) return;
    this.port.hangUp(number);
    this.#forget(connection, code ?? '', '', now, isDiscouraged);
  }

  // Time

  advance(time: EventTime): void {
    const { now } = time;
    if (!this.#isStarted) return;
    for (const redial of this.#chosen) {
      if (redial.connection === undefined && now >= redial.dialAt)
        redial.connection = this.#dial(redial.place);
    }
    for (const { session } of [...this.#connections.values()]) session?.advance(now);
    this.#offers.advance(now);
  }

  nextWake(): number | undefined {
    if (!this.#isStarted) return undefined;
    const dials = this.#chosen.flatMap(({ connection, dialAt }) =>
      connection === undefined ? [dialAt] : [],
    );
    const sessions = [...this.#connections.values()].flatMap(({ session }) => session?.nextWake() ?? []);
    const offers = this.#offers.nextWake() ?? [];
    const times = [...dials, ...sessions].concat(offers);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #dial(place: NodePlace): Connection {
    const number = ++this.#lastNumber;
    const { magic, payloadHash = defaultHash } = this.options;
    const reader = new MessageReader(magic, payloadHash);
    const connection = { number, place, reader, session: undefined, readyAt: undefined };
    this.#connections.set(number, connection);
    this.port.dial(number, place);
    return connection;
  }

  #write({ number }: Connection, message: KnownMessage): void {
    const { magic, payloadHash = defaultHash } = this.options;
    this.port.write(number, encodeMessage(magic, message, payloadHash));
  }

  #end(connection: Connection, code: NodeFault, detail: string, now: number): void {
    if (!this.#connections.has(connection.number)) return;
    this.port.hangUp(connection.number);
    this.#forget(connection, code, detail, now);
  }

  #forget(
    connection: Connection,
    reason: EndReason,
    detail: string,
    now: number,
    isDiscouraged = false,
  ): void {
    const { number, place, readyAt } = connection;
    this.#connections.delete(number);
    this.#offers.gone(connection);
    if (readyAt !== undefined) this.port.gone(number, reason);
    this.port.ended(place, reason, detail);
    const redial = this.#chosen.find((each) => each.connection === connection);
    if (redial === undefined) return;
    redial.connection = undefined;
    if (readyAt !== undefined && now >= readyAt + STEADY_MS) redial.waitMs = REDIAL_MIN_MS;
    // Not all at the same moment, where many gateways lose one node.
    const waitMs = isDiscouraged ? DISCOURAGED_MS : redial.waitMs * (0.75 + this.options.random() / 2);
    redial.dialAt = now + waitMs;
    redial.waitMs = Math.min(REDIAL_MAX_MS, 2 * redial.waitMs);
  }
}
