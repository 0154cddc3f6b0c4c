/**
 * A full node of Bitcoin as tests need one: it serves a list of headers, valid or not, and blocks and transactions that it is
 * given, by Bitcoin's messages. Bytes in, bytes out: it has neither sockets nor a clock. A test may answer any message in its
 * place.
 */

import { Sha256d } from '@vision-light/pow';
import { bytesToHex } from '@vision-light/protocol';
import { encodeMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/encode-message.js';
import type {
  BitcoinMessage,
  KnownMessage,
} from '../../packages/gateway/src/bridges/bitcoin/wire/message.js';
import { MessageReader } from '../../packages/gateway/src/bridges/bitcoin/wire/message-reader.js';
import {
  BASIC_FILTER,
  type FilterRange,
} from '../../packages/gateway/src/bridges/bitcoin/wire/messages/filters.js';
import {
  PROTOCOL_VERSION,
  serviceBits,
  type Version,
} from '../../packages/gateway/src/bridges/bitcoin/wire/messages/handshake.js';
import { inventoryKinds } from '../../packages/gateway/src/bridges/bitcoin/wire/messages/inventory.js';
import {
  filterHash,
  nextFilterHeader,
} from '../../packages/protocol/src/families/bitcoin/filter/filter-header.js';

const HEADER_BYTES = 80;
const ANSWER_HEADERS = 2000;
const sha256d = new Sha256d();

/** What a model node is made of. */
export interface ModelNodeOptions {
  readonly magic: number;
  /** Headers of 80 bytes, genesis first. */
  readonly headers: Uint8Array;
  /** What its `version` says, where that is not what an up-to-date archive says. */
  readonly says?: Partial<Version>;
  /** The filter that it says a block has (BIP158), by height; one without filters serves none. */
  readonly filterAt?: ((height: number) => Uint8Array) | undefined;
  /** Looks at each message first. @returns true if the node shall not answer it */
  readonly answers?: (message: BitcoinMessage, connection: ModelConnection) => boolean;
}

/** One connection of a model node. */
export class ModelConnection {
  readonly received: BitcoinMessage[] = [];
  readonly #reader: MessageReader;

  /** @param send  takes bytes for the other side */
  constructor(
    readonly node: ModelNode,
    readonly send: (bytes: Uint8Array) => void,
  ) {
    this.#reader = new MessageReader(node.options.magic);
  }

  /** Bytes came from the other side. */
  take(bytes: Uint8Array): void {
    for (const message of this.#reader.push(bytes)) {
      this.received.push(message);
      if (this.node.options.answers?.(message, this) !== true) this.node.answer(message, this);
    }
    if (this.#reader.fault !== undefined) throw new Error(`a full node was sent ${this.#reader.fault}`);
  }

  say(...messages: KnownMessage[]): void {
    for (const message of messages) this.send(encodeMessage(this.node.options.magic, message));
  }

  /** Messages of one name, in order. */
  heard<C extends BitcoinMessage['command']>(command: C): Extract<BitcoinMessage, { command: C }>[] {
    return this.received.filter(
      (each): each is Extract<BitcoinMessage, { command: C }> => each.command === command,
    );
  }
}

/** See the head of this file. */
export class ModelNode {
  readonly connections = new Set<ModelConnection>();
  /** Bodies by hash in hex: what follows the header. */
  readonly bodies = new Map<string, Uint8Array>();
  /** By witness id in hex. */
  readonly transactions = new Map<string, Uint8Array>();
  #chain: ModelChain;

  constructor(readonly options: ModelNodeOptions) {
    this.#chain = modelChain(options.headers);
  }

  get height(): number {
    return this.#chain.headers.length / HEADER_BYTES - 1;
  }

  /** 32 bytes. */
  hashAt(height: number): Uint8Array {
    return this.#chain.hashes.subarray(height * 32, height * 32 + 32);
  }

  /** Opens a connection to it. */
  connect(send: (bytes: Uint8Array) => void): ModelConnection {
    const connection = new ModelConnection(this, send);
    this.connections.add(connection);
    return connection;
  }

  /** Has another chain from now on, and tells whom it is connected to. */
  follow(headers: Uint8Array | ModelChain, announceBy: 'headers' | 'inv' = 'headers'): void {
    this.#chain = headers instanceof Uint8Array ? modelChain(headers) : headers;
    const { height } = this;
    for (const connection of this.connections)
      if (announceBy === 'headers') connection.say(this.#part(height, 1));
      else
        connection.say({
          command: 'inv',
          items: [{ kind: inventoryKinds.BLOCK, hash: this.hashAt(height) }],
        });
  }

  /** What an honest node answers. */
  answer(message: BitcoinMessage, connection: ModelConnection): void {
    switch (message.command) {
      case 'version':
        connection.say(
          {
            command: 'version',
            version: PROTOCOL_VERSION,
            services:
              serviceBits.NETWORK |
              serviceBits.WITNESS |
              (this.options.filterAt === undefined ? 0n : serviceBits.COMPACT_FILTERS),
            time: message.time,
            nonce: 1n,
            userAgent: '/model/',
            startHeight: this.height,
            relay: true,
            ...this.options.says,
          },
          { command: 'wtxidrelay' },
          { command: 'verack' },
        );
        return;
      case 'ping':
        connection.say({ command: 'pong', nonce: message.nonce });
        return;
      case 'getheaders':
        connection.say(this.#after(message.locator));
        return;
      case 'getdata':
        for (const { kind, hash } of message.items) this.#give(connection, kind, hash);
        return;
      case 'getcfheaders':
      case 'getcfilters':
        this.#filters(connection, message);
        return;
      default:
    }
  }

  #filters(
    connection: ModelConnection,
    { command, startHeight, stop }: FilterRange<'getcfilters' | 'getcfheaders'>,
  ): void {
    const { filterAt } = this.options;
    const last = this.#chain.places.get(bytesToHex(stop));
    if (filterAt === undefined || last === undefined) return;
    if (command === 'getcfilters') {
      for (let height = startHeight; height <= last; height++)
        connection.say({
          command: 'cfilter',
          filterType: BASIC_FILTER,
          blockHash: this.hashAt(height).slice(),
          filter: filterAt(height),
        });
      return;
    }
    let previousHeader = new Uint8Array(32);
    const filterHashes = new Uint8Array(32 * (last + 1 - startHeight));
    for (let height = 0; height <= last; height++) {
      const hash = filterHash(filterAt(height));
      if (height < startHeight) previousHeader = nextFilterHeader(hash, previousHeader).slice();
      else filterHashes.set(hash, 32 * (height - startHeight));
    }
    connection.say({
      command: 'cfheaders',
      filterType: BASIC_FILTER,
      stop: stop.slice(),
      previousHeader,
      filterHashes,
    });
  }

  #give(connection: ModelConnection, kind: number, hash: Uint8Array): void {
    const key = bytesToHex(hash);
    const place = this.#chain.places.get(key);
    const [body, tx] = [this.bodies.get(key), this.transactions.get(key)];
    if (kind === inventoryKinds.WITNESS_BLOCK && body !== undefined && place !== undefined)
      connection.say({
        command: 'block',
        header: this.#chain.headers.subarray(place * HEADER_BYTES, (place + 1) * HEADER_BYTES),
        body,
      });
    else if (kind === inventoryKinds.WTX && tx !== undefined) connection.say({ command: 'tx', bytes: tx });
    else if (kind === inventoryKinds.WTX)
      connection.say({ command: 'notfound', items: [{ kind, hash: hash.slice() }] });
  }

  #after(locator: readonly Uint8Array[]): KnownMessage {
    const known = locator
      .map((hash) => this.#chain.places.get(bytesToHex(hash)))
      .find((place) => place !== undefined);
    const first = (known ?? 0) + 1;
    return this.#part(first, Math.min(ANSWER_HEADERS, this.height + 1 - first));
  }

  #part(first: number, count: number): KnownMessage {
    const records = this.#chain.headers.slice(first * HEADER_BYTES, (first + count) * HEADER_BYTES);
    return { command: 'headers', count, records };
  }
}

/** A chain with what is looked up in it. */
export interface ModelChain {
  readonly headers: Uint8Array;
  readonly hashes: Uint8Array;
  /** Heights by hash in hex. */
  readonly places: ReadonlyMap<string, number>;
}

/** Makes ready a chain that a node shall have later, at a moment that counts. */
export function modelChain(headers: Uint8Array): ModelChain {
  const hashes = sha256d.hash80(headers).slice();
  return { headers, hashes, places: placesOf(hashes) };
}

function placesOf(hashes: Uint8Array): Map<string, number> {
  const places = new Map<string, number>();
  for (let at = 0; at < hashes.length; at += 32)
    places.set(bytesToHex(hashes.subarray(at, at + 32)), at / 32);
  return places;
}
