/**
 * One connection to a full node: the handshake, and then a translator between its messages and those of our own protocol,
 * so that the core sees one more peer. What the node says is judged by the core; here it is only held to the form, the turn
 * and the time that Bitcoin's protocol demands of it.
 *
 * Pure: bytes in, bytes out, time and chance given.
 *
 * Memory: one message that is coming in, and what the links of this folder state.
 */
import {
  type Message,
  PROTOCOL_VERSION,
  PROTOCOL_VERSION_MIN,
  SERVICE_ARCHIVE,
  SERVICE_FILTERS,
  SERVICE_GATEWAY,
  SERVICE_TRANSACTIONS,
  TokenBucket,
} from '@vision-light/protocol';
import type { BitcoinMessage, KnownMessage } from '../wire/message.js';
import {
  PROTOCOL_VERSION as NODE_PROTOCOL_VERSION,
  serviceBits,
  type Version,
} from '../wire/messages/handshake.js';
import { inventoryKinds } from '../wire/messages/inventory.js';
import { BlockLink } from './block-link.js';
import type { ChainView } from './chain-view.js';
import { CoreLink } from './core-link.js';
import { FilterLink } from './filter-link.js';
import { HeaderLink } from './header-link.js';
import { factsOf, type NodeFacts, uselessness } from './node-facts.js';
import type { NodeFault } from './session-faults.js';
import {
  HANDSHAKE_TIMEOUT_MS,
  NODE_MESSAGES_BURST_MAX,
  NODE_MESSAGES_PER_SECOND_MAX,
  NODE_NAME_MAX,
} from './session-limits.js';
import { TransactionLink } from './transaction-link.js';

/** What a session is made of. */
export interface SessionOptions {
  readonly view: ChainView;
  /** What this side says its name is, at most 256 characters. */
  readonly userAgent: string;
  /** Random 64 bits of this side: a node that repeats them is this side itself. */
  readonly nonce: bigint;
  /** Random numbers of [0, 1). */
  readonly random: () => number;
}

/** What a session asks of the bridge around it. */
export interface SessionPort {
  /** A message for the full node. */
  write(message: KnownMessage): void;
  /** A frame for the core. */
  deliver(frame: Uint8Array): void;
  /** The handshake is over. */
  ready(facts: NodeFacts): void;
  /** Addresses of other nodes. */
  addresses(message: Extract<BitcoinMessage, { command: 'addr' | 'addrv2' }>): void;
  /** The core has transactions that it wants told: which of them this node is told of, the bridge decides. */
  offered(relayIds: readonly Uint8Array[]): void;
  /** The node has transactions. */
  announced(hashes: readonly Uint8Array[]): void;
  /** The node broke a rule, or gave no answer in time: it is to be disconnected. */
  failed(code: NodeFault, detail: string): void;
}

/** See the head of this file. */
export class Session {
  readonly #core: CoreLink;
  readonly #headers: HeaderLink;
  readonly #filters: FilterLink;
  #blocks: BlockLink | undefined;
  #transactions: TransactionLink | undefined;
  #facts: NodeFacts | undefined;
  /** What the node has said before its `verack`. */
  #speaksWtxid = false;
  #isAcknowledged = false;
  /** Pings of the core that the node has not answered: its nonce, and the id of the core's request. */
  readonly #pings = new Map<bigint, number>();
  readonly #messages: TokenBucket;
  readonly #handshakeDeadline: number;

  constructor(
    readonly options: SessionOptions,
    readonly port: SessionPort,
    openedAt: number,
  ) {
    const { view } = options;
    this.#core = new CoreLink((frame) => port.deliver(frame));
    const ways = {
      write: (message: KnownMessage) => port.write(message),
      say: (message: Message) => this.#core.say(message),
    };
    this.#headers = new HeaderLink(view, ways);
    this.#filters = new FilterLink(view, ways);
    this.#messages = new TokenBucket(NODE_MESSAGES_PER_SECOND_MAX, NODE_MESSAGES_BURST_MAX, openedAt);
    this.#handshakeDeadline = openedAt + HANDSHAKE_TIMEOUT_MS;
  }

  /** What the node has said of itself; undefined before the handshake is over. */
  get facts(): NodeFacts | undefined {
    return this.#isAcknowledged ? this.#facts : undefined;
  }

  /** Begins the handshake. @param wallTime  Unix seconds */
  begin(wallTime: number): void {
    const { view, userAgent, nonce } = this.options;
    this.port.write({
      command: 'version',
      version: NODE_PROTOCOL_VERSION,
      // Transactions of pages are handed out with their witnesses.
      services: serviceBits.WITNESS,
      time: Math.floor(wallTime),
      nonce,
      userAgent,
      startHeight: view.tipHeight,
      relay: true,
    });
  }

  /** The node has sent a message. Views in it are valid during the call. */
  receive(message: BitcoinMessage, now: number): void {
    const fault = this.#receive(message, now);
    if (fault !== undefined) this.port.failed(fault, message.command);
  }

  /** The core has sent a frame. */
  hear(frame: Uint8Array, now: number): void {
    for (const message of this.#core.hear(frame)) this.#obey(message, now);
  }

  /** Tells the node of transactions that the core has. */
  offer(relayIds: readonly Uint8Array[]): void {
    if (this.#facts?.relays === true) this.#transactions?.offer(relayIds);
  }

  advance(now: number): void {
    const { deadline: headers } = this.#headers;
    if (!this.#isAcknowledged && now >= this.#handshakeDeadline)
      this.port.failed('BITCOIN_HANDSHAKE_TIMEOUT', '');
    else if (headers !== undefined && now >= headers) this.port.failed('BITCOIN_UNRESPONSIVE', 'headers');
    else {
      this.#blocks?.advance(now);
      this.#filters.advance(now);
      this.#transactions?.advance(now);
    }
  }

  nextWake(): number | undefined {
    const handshake = this.#isAcknowledged ? undefined : this.#handshakeDeadline;
    const times = [
      handshake,
      this.#headers.deadline,
      this.#blocks?.nextWake(),
      this.#filters.nextWake(),
      this.#transactions?.nextWake(),
    ];
    return times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a));
  }

  // The full node

  #receive(message: BitcoinMessage, now: number): NodeFault | undefined {
    const isFree = this.#isAcknowledged && isAnswer(message);
    if (!isFree && !this.#messages.take(now)) return 'BITCOIN_FLOOD';
    if (message.command === 'version') return this.#version(message);
    if (!this.#isAcknowledged) {
      if (message.command === 'wtxidrelay') this.#speaksWtxid = true;
      // What else comes before has no meaning yet.
      return message.command === 'verack' ? this.#acknowledged() : undefined;
    }
    switch (message.command) {
      case 'ping':
        this.port.write({ command: 'pong', nonce: message.nonce });
        return undefined;
      case 'pong':
        return this.#pong(message.nonce);
      case 'headers':
        return this.#headers.received(message.records, now);
      case 'getheaders':
        // This side has no blocks, so it offers no headers either.
        this.port.write({ command: 'headers', count: 0, records: new Uint8Array(0) });
        return undefined;
      case 'block':
        return this.#blocks?.received(message.header, message.body, now);
      case 'cfheaders':
        return this.#filters.hashes(message);
      case 'cfilter':
        return this.#filters.filter(message, now);
      case 'tx':
        return this.#transactions?.received(message.bytes);
      case 'inv':
        return this.#inv(message.items, now);
      case 'getdata':
        this.#transactions?.wanted(message.items);
        return undefined;
      case 'notfound':
        for (const { kind, hash } of message.items)
          if (kind === inventoryKinds.BLOCK || kind === inventoryKinds.WITNESS_BLOCK)
            this.#blocks?.notFound(hash);
          else this.#transactions?.notFound(hash);
        return undefined;
      case 'addr':
      case 'addrv2':
        this.port.addresses(message);
        return undefined;
      case 'verack':
        return 'BITCOIN_OUT_OF_TURN';
      default:
        return undefined;
    }
  }

  #version(message: Version): NodeFault | undefined {
    if (this.#facts !== undefined) return 'BITCOIN_OUT_OF_TURN';
    if (message.nonce === this.options.nonce) return 'BITCOIN_SELF';
    const fault = uselessness(message);
    if (fault !== undefined) return fault;
    this.#facts = factsOf(message);
    if (message.version >= NODE_PROTOCOL_VERSION) {
      this.port.write({ command: 'wtxidrelay' });
      this.port.write({ command: 'sendaddrv2' });
    }
    this.port.write({ command: 'verack' });
    return undefined;
  }

  #acknowledged(): NodeFault | undefined {
    const facts = this.#facts;
    if (facts === undefined) return 'BITCOIN_OUT_OF_TURN';
    this.#isAcknowledged = true;
    const ways = {
      write: (message: KnownMessage) => this.port.write(message),
      say: (message: Message) => this.#core.say(message),
    };
    const speaksWtxid = this.#speaksWtxid && facts.version >= NODE_PROTOCOL_VERSION;
    this.#blocks = new BlockLink(this.options.view, ways, facts.isArchive);
    this.#transactions = new TransactionLink(this.options.view, ways, speaksWtxid);
    this.port.write({ command: 'sendheaders' });
    this.port.write({ command: 'getaddr' });
    this.port.ready(facts);
    return undefined;
  }

  #pong(nonce: bigint): undefined {
    const requestId = this.#pings.get(nonce);
    // Some nodes send a pong that nobody asked for when they connect.
    if (requestId === undefined) return;
    this.#pings.delete(nonce);
    this.#core.say({ type: 'pong', requestId });
  }

  #inv(items: Extract<BitcoinMessage, { command: 'inv' }>['items'], now: number): undefined {
    const blocks = items.filter(({ kind }) => kind === inventoryKinds.BLOCK).map(({ hash }) => hash);
    const transactions = items.filter(({ kind }) => kind !== inventoryKinds.BLOCK);
    if (blocks.length > 0) this.#headers.offered(blocks, now);
    if (transactions.length === 0) return;
    this.port.announced(transactions.map(({ hash }) => hash));
    this.#transactions?.announced(transactions, now);
  }

  // The core

  #obey(message: Message, now: number): void {
    switch (message.type) {
      case 'hello':
        this.#greet(now);
        return;
      case 'ping': {
        const nonce = this.#nonce();
        this.#pings.set(nonce, message.requestId);
        this.port.write({ command: 'ping', nonce });
        return;
      }
      case 'getHeaders':
        this.#headers.requested(message, now);
        return;
      case 'getBlocks':
        this.#blocks?.requested(message, now);
        return;
      case 'inv':
        this.port.offered(message.relayIds);
        return;
      case 'getFilterHeaders':
        this.#filters.hashesRequested(message, now);
        return;
      case 'getFilters':
        this.#filters.filtersRequested(message, now);
        return;
      case 'getTxs':
        this.#transactions?.requested(message, now);
        return;
      case 'txs':
        this.#transactions?.given(message);
        return;
      default:
        // What this side's own tip is, and why the core disconnects, a full node is not told.
        return;
    }
  }

  /** Answers the hello of the core with what the node says of itself. */
  #greet(now: number): void {
    const { facts } = this;
    const { view } = this.options;
    if (facts === undefined) return;
    // A full node never says its chainwork. One that is higher is taken to have a little more than we do, so that it is
    // asked at once; one that is not is asked what it has besides our chain.
    const isAhead = facts.startHeight > view.tipHeight;
    this.#core.say({
      type: 'hello',
      version: PROTOCOL_VERSION,
      minVersion: PROTOCOL_VERSION_MIN,
      networkId: view.family.networkId,
      height: facts.startHeight,
      chainwork: isAhead ? view.chainwork + 1n : 0n,
      services:
        SERVICE_GATEWAY +
        SERVICE_TRANSACTIONS +
        (facts.isArchive ? SERVICE_ARCHIVE : 0) +
        (facts.servesFilters ? SERVICE_FILTERS : 0),
      requires: 0,
      userAgent: facts.userAgent.replace(/[^ -~]/g, '?').slice(0, NODE_NAME_MAX),
      time: facts.time,
      identity: undefined,
    });
    if (!isAhead) this.#headers.probe(now);
  }

  #nonce(): bigint {
    const word = (): bigint => BigInt(Math.floor(this.options.random() * 2 ** 32));
    return (word() << 32n) | word();
  }
}

/** Whether a message answers a request: one that does not is a fault, so there are no more of them than requests. */
function isAnswer({ command }: BitcoinMessage): boolean {
  return command === 'block' || command === 'tx' || command === 'cfilter';
}
