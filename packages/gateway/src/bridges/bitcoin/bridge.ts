/**
 * The bridge to Bitcoin's network: decides which full nodes to connect to and when, runs a session with each, and shows each
 * of them to the core as a peer.
 *
 * Pure: what happens comes in by its methods with the time, and what is to be done goes out by its port. So the simulator
 * drives it as the gateway does.
 *
 * Memory: what a session states, for each of the nodes that it connects to.
 */
import { type EventTime, isDiscouraging, TokenBucket } from '@vision-light/protocol';
import type { AddressBook } from './addresses/address-book.js';
import {
  ADDRESSES_BURST_MAX,
  ADDRESSES_PER_SECOND_MAX,
  DISCOURAGED_MS,
  PROGRESS_INTERVAL_MS,
  REDIAL_MAX_MS,
  REDIAL_MIN_MS,
  SAVE_INTERVAL_MS,
  STEADY_MS,
} from './bridge-limits.js';
import { formatNetAddress, groupOf, type NetAddress } from './net-address.js';
import { type NodePlace, readPlace } from './node-place.js';
import { Outbound, type OutboundNode } from './outbound.js';
import type { NodeFacts } from './session/node-facts.js';
import { Session, type SessionOptions } from './session/session.js';
import type { NodeFault } from './session/session-faults.js';
import { TransactionOffers } from './transaction-offers.js';
import { encodeMessage } from './wire/encode-message.js';
import { defaultHash, type PayloadHash } from './wire/frame-header.js';
import type { KnownMessage } from './wire/message.js';
import { MessageReader } from './wire/message-reader.js';
import type { Addr, AddrV2 } from './wire/messages/addresses.js';

/** What a bridge is made of. */
export interface BridgeOptions extends Omit<SessionOptions, 'nonce'> {
  /** First 4 bytes of every message of the network. */
  readonly magic: number;
  /** Full nodes that the operator names; then no others are looked for. */
  readonly chosen: readonly NodePlace[];
  /** Where the addresses of others are kept, if they are to be looked for. */
  readonly search?: SearchOptions | undefined;
  /** Default: that of the core. */
  readonly payloadHash?: PayloadHash;
}

/** How full nodes are looked for. */
export interface SearchOptions {
  readonly book: AddressBook;
  /** Host names that DNS answers with addresses of full nodes. */
  readonly seeds: readonly string[];
  /** Whether some of the nodes must serve compact filters. */
  readonly wantsFilters: boolean;
}

/** Why a connection ended: a fault that was found here, a code of the core, or what the system says. */
export type EndReason = NodeFault | (string & {});

/** Faults that no honest node commits. What may come of a bad line or of being slow is none. */
const dishonestFaults: ReadonlySet<string> = new Set<NodeFault>([
  'BITCOIN_MALFORMED',
  'BITCOIN_TOO_LARGE',
  'BITCOIN_FLOOD',
  'BITCOIN_HEADERS_UNCONNECTED',
]);

/** What a bridge wants done. Connections have numbers; each of them is used once. */
export interface BridgePort {
  /** Asks DNS for the addresses of a host; `found` follows. */
  lookup(host: string): void;
  /** No seed has named a node, and none is known. For people. @param retryMs  when the seeds are asked again */
  stranded(retryMs: number): void;
  /** Keeps the addresses for the next start. */
  save(bytes: Uint8Array): void;
  /** Opens a connection; `opened` or `closed` follows. */
  dial(connection: number, place: NodePlace): void;
  /** Sends bytes. */
  write(connection: number, bytes: Uint8Array): void;
  /** Ends a connection, once what was written has left. Nothing more is to be told of it. */
  hangUp(connection: number): void;
  /** A full node is there: to the core it is a peer. */
  connected(connection: number, node: ConnectedNode): void;
  /** A frame for the core from the peer that stands for a node. */
  deliver(connection: number, frame: Uint8Array): void;
  /** So many bytes of a message have come, of which the core has nothing yet. */
  coming(connection: number, bytes: number): void;
  /** The peer that stands for a node is gone. */
  gone(connection: number, reason: EndReason): void;
  /** A connection to a full node has ended, or none came about. For people. */
  ended(place: NodePlace, reason: EndReason, detail: string): void;
}

/** A full node that is connected, for people. */
export interface ConnectedNode {
  readonly place: NodePlace;
  readonly facts: NodeFacts;
  /** The network group that it is in; undefined for one that the operator names. */
  readonly group: string | undefined;
}

interface Connection {
  readonly number: number;
  readonly place: NodePlace;
  /** Of one that was looked for; undefined for one that the operator names. */
  readonly address: NetAddress | undefined;
  readonly reader: MessageReader;
  /** Undefined until it is open. */
  session: Session | undefined;
  /** When the handshake was over; undefined before. */
  readyAt: number | undefined;
  /** When the core may be told next of a message that is coming. */
  progressAt: number;
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
  #lastNumber = 0;
  #isStarted = false;
  /** When what happens now happens. */
  #time: EventTime = { now: 0, wallTime: 0 };
  readonly #outbound: Outbound | undefined;
  #saveAt = Number.POSITIVE_INFINITY;

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
    const { search, random } = options;
    if (search !== undefined)
      this.#outbound = new Outbound({
        ...search,
        random,
        lookup: (host) => port.lookup(host),
        stranded: (retryMs) => port.stranded(retryMs),
      });
    this.#offers = new TransactionOffers(
      () => [...this.#connections.values()].filter(({ readyAt }) => readyAt !== undefined),
      ({ session }, relayIds) => session?.offer(relayIds),
    );
  }

  /** The full nodes that are connected. */
  get nodes(): readonly ConnectedNode[] {
    return [...this.#connections.values()].flatMap((connection) => describe(connection) ?? []);
  }

  start(time: EventTime): void {
    this.#isStarted = true;
    this.#time = time;
    this.#saveAt = time.now + SAVE_INTERVAL_MS;
    this.advance(time);
  }

  /** Disconnects all nodes; none is dialed any more. */
  stop(): void {
    if (this.#isStarted) this.#save();
    this.#isStarted = false;
    for (const { number } of this.#connections.values()) this.port.hangUp(number);
    this.#connections.clear();
  }

  // The network

  opened(number: number, time: EventTime): void {
    this.#time = time;
    const { now, wallTime } = time;
    const connection = this.#connections.get(number);
    if (connection === undefined) return;
    const { view, userAgent, random } = this.options;
    const addresses = new TokenBucket(ADDRESSES_PER_SECOND_MAX, ADDRESSES_BURST_MAX, now);
    const nonce = (BigInt(Math.floor(random() * 2 ** 32)) << 32n) | BigInt(Math.floor(random() * 2 ** 32));
    connection.session = new Session(
      { view, userAgent, random, nonce },
      {
        write: (message) => this.#write(connection, message),
        deliver: (frame) => this.port.deliver(number, frame),
        ready: () => this.#ready(connection),
        addresses: (message) => {
          if (addresses.take(this.#time.now, message.addresses.length)) this.#learn(connection, message);
          else this.#end(connection, 'BITCOIN_FLOOD', 'addresses');
        },
        offered: (relayIds) => this.#offers.wanted(connection, relayIds, this.#time.now),
        announced: (names) => this.#offers.announced(connection, names),
        failed: (code, detail) => this.#end(connection, code, detail),
      },
      now,
    );
    connection.session.begin(wallTime);
  }

  /** Bytes came. Their memory is not written to afterwards. */
  received(number: number, bytes: Uint8Array, time: EventTime): void {
    this.#time = time;
    const connection = this.#connections.get(number);
    if (connection === undefined) return;
    const { reader } = connection;
    for (const message of reader.push(bytes)) {
      connection.session?.receive(message, time.now);
      if (!this.#connections.has(number)) return;
    }
    if (reader.fault !== undefined) this.#end(connection, reader.fault, '');
    else if (connection.readyAt !== undefined) this.#tellProgress(connection);
  }

  /** DNS has answered. @param addresses  none if it has not */
  found(host: string, addresses: readonly NetAddress[], time: EventTime): void {
    this.#time = time;
    this.#outbound?.found(host, addresses, time);
    this.advance(time);
  }

  /** The connection has ended, or could not be opened. @param reason  what the system says */
  closed(number: number, reason: string, time: EventTime): void {
    this.#time = time;
    const connection = this.#connections.get(number);
    if (connection !== undefined) this.#forget(connection, reason, '');
  }

  // The core

  /** The core says something to the peer that stands for a node. */
  hear(number: number, frame: Uint8Array, time: EventTime): void {
    this.#time = time;
    this.#connections.get(number)?.session?.hear(frame, time.now);
  }

  /** The core disconnects it. @param code  why; undefined if not for a fault of it */
  released(number: number, code: string | undefined, time: EventTime): void {
    this.#time = time;
    // A gateway may have a false filter from a full node that lied to it. A full node has made it itself.
    const isDiscouraged = code !== undefined && (isDiscouraging(code) || code === 'PEER_FILTER_FALSE');
    const connection = this.#connections.get(number);
    if (connection === undefined) return;
    this.port.hangUp(number);
    this.#forget(connection, code ?? '', '', isDiscouraged);
  }

  // Time

  advance(time: EventTime): void {
    this.#time = time;
    const { now } = time;
    if (!this.#isStarted) return;
    for (const redial of this.#chosen) {
      if (redial.connection === undefined && now >= redial.dialAt)
        redial.connection = this.#dial(redial.place);
    }
    const address = this.#outbound?.next(this.#outboundNodes, time);
    const place = address && readPlace(formatNetAddress(address), address.port);
    if (place !== undefined) this.#dial(place, address);
    for (const { session } of [...this.#connections.values()]) session?.advance(now);
    this.#offers.advance(now);
    if (now < this.#saveAt) return;
    this.#saveAt = now + SAVE_INTERVAL_MS;
    this.#save();
  }

  nextWake(): number | undefined {
    if (!this.#isStarted) return undefined;
    const dials = this.#chosen.flatMap(({ connection, dialAt }) =>
      connection === undefined ? [dialAt] : [],
    );
    const sessions = [...this.#connections.values()].flatMap(({ session }) => session?.nextWake() ?? []);
    const offers = this.#offers.nextWake() ?? [];
    const outbound = this.#outbound?.nextWake(this.#outboundNodes.length) ?? [];
    return Math.min(...[...dials, ...sessions, this.#saveAt].concat(offers, outbound));
  }

  /** Those that were looked for, connected or being dialed. */
  get #outboundNodes(): readonly OutboundNode[] {
    return [...this.#connections.values()].flatMap(({ address, session }) =>
      address === undefined ? [] : [{ address, servesFilters: session?.facts?.servesFilters }],
    );
  }

  #ready(connection: Connection): void {
    connection.readyAt = this.#time.now;
    const node = describe(connection);
    if (node === undefined) return;
    const { number, address } = connection;
    if (address !== undefined)
      this.options.search?.book.tried(address, node.facts.services, this.#time.wallTime);
    this.#outbound?.reached();
    this.port.connected(number, node);
    if (address !== undefined && this.#outbound?.isSurplus(this.#outboundNodes) === true)
      this.#end(connection, 'BITCOIN_FILTERS_WANTED', '');
  }

  /** The core takes whoever sends a large block for silent unless it is told of the bytes, which a slow line cuts into thousands. */
  #tellProgress(connection: Connection): void {
    const { partialBytes } = connection.reader;
    const { now } = this.#time;
    if (partialBytes === 0 || now < connection.progressAt) return;
    connection.progressAt = now + PROGRESS_INTERVAL_MS;
    this.port.coming(connection.number, partialBytes);
  }

  #learn({ address, place }: Connection, { addresses }: Addr | AddrV2): void {
    this.options.search?.book.add(addresses, address ?? place.host, this.#time.wallTime);
    this.#outbound?.mayChoose();
  }

  /** The addresses, and the two nodes that are connected for longest as those to dial first the next time. */
  #save(): void {
    const { search } = this.options;
    if (search === undefined) return;
    const ready = [...this.#connections.values()].filter(({ readyAt }) => readyAt !== undefined);
    const oldest = ready.sort((a, b) => (a.readyAt ?? 0) - (b.readyAt ?? 0));
    const anchors = oldest.flatMap(({ address }) => address ?? []);
    if (anchors.length > 0) search.book.setAnchors(anchors);
    this.port.save(search.book.encode());
  }

  #dial(place: NodePlace, address?: NetAddress): Connection {
    const number = ++this.#lastNumber;
    const { magic, payloadHash = defaultHash } = this.options;
    const reader = new MessageReader(magic, payloadHash);
    const state = { session: undefined, readyAt: undefined, progressAt: Number.NEGATIVE_INFINITY };
    const connection: Connection = { number, place, address, reader, ...state };
    this.#connections.set(number, connection);
    this.port.dial(number, place);
    return connection;
  }

  #write({ number }: Connection, message: KnownMessage): void {
    const { magic, payloadHash = defaultHash } = this.options;
    this.port.write(number, encodeMessage(magic, message, payloadHash));
  }

  #end(connection: Connection, code: NodeFault, detail: string): void {
    if (!this.#connections.has(connection.number)) return;
    this.port.hangUp(connection.number);
    this.#forget(connection, code, detail);
  }

  #forget(connection: Connection, reason: EndReason, detail: string, isDiscouraged = false): void {
    const { now, wallTime } = this.#time;
    const { number, place, readyAt } = connection;
    this.#connections.delete(number);
    this.#offers.gone(connection);
    if (readyAt !== undefined) this.port.gone(number, reason);
    this.port.ended(place, reason, detail);
    const { book } = this.options.search ?? {};
    if (connection.address !== undefined) {
      if (readyAt === undefined) book?.failed(connection.address);
      if (isDiscouraged || dishonestFaults.has(reason)) book?.discourage(connection.address, wallTime);
      this.#outbound?.mayChoose();
    }
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

function describe({ place, session, address }: Connection): ConnectedNode | undefined {
  const facts = session?.facts;
  return facts && { place, facts, group: address && groupOf(address) };
}
