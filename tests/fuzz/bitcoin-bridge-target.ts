/** What a full node sends to a gateway, from the first byte on: a whole bridge, whose core has asked it for all that can be asked. */
import {
  decodeMessage,
  encodeMessage,
  FRAME_BYTES_MAX,
  frameMessage,
  type Message,
  MessageAssembler,
  PROTOCOL_VERSION,
} from '@vision-light/protocol';
import { bitcoinFaults } from '../../packages/gateway/src/bridges/bitcoin/bitcoin-faults.js';
import { Bridge } from '../../packages/gateway/src/bridges/bitcoin/bridge.js';
import type { ChainView } from '../../packages/gateway/src/bridges/bitcoin/session/chain-view.js';
import { sessionFaults } from '../../packages/gateway/src/bridges/bitcoin/session/session-faults.js';
import { encodeMessage as encodeForNode } from '../../packages/gateway/src/bridges/bitcoin/wire/encode-message.js';
import type { KnownMessage } from '../../packages/gateway/src/bridges/bitcoin/wire/message.js';
import { sampleMessages } from '../bitcoin-messages.js';
import { family, genesis, grow, magic } from '../sim/regtest-chain.js';
import type { FuzzTarget } from './fuzz-target.js';

const TIP = 3;
const chain = grow(genesis, TIP + 2);
const hashAt = (height: number): Uint8Array =>
  family.headerHash(chain.subarray(80 * height, 80 * height + 80));
const heights = new Map(
  Array.from({ length: TIP + 1 }, (_, height) => [Buffer.from(hashAt(height)).toString('hex'), height]),
);
/** So that hostile bytes get behind the checksum, which nobody hits by chance. */
const anyHash = (): Uint8Array => new Uint8Array(32);

const view: ChainView = {
  family,
  tipHeight: TIP,
  chainwork: 8n,
  locator: () => [hashAt(TIP), hashAt(0)],
  heightOf: (hash) => heights.get(Buffer.from(hash).toString('hex')),
  hashHeaders: (headers) => {
    const hashes = new Uint8Array((32 * headers.length) / 80);
    for (let at = 0; at < headers.length; at += 80)
      hashes.set(family.headerHash(headers.subarray(at, at + 80)), (32 * at) / 80);
    return hashes;
  },
};

const hello: Message = {
  type: 'hello',
  version: PROTOCOL_VERSION,
  minVersion: PROTOCOL_VERSION,
  networkId: family.networkId,
  height: TIP,
  chainwork: 8n,
  services: 0,
  requires: 0,
  userAgent: 'fuzz',
  time: 1_800_000_000,
  identity: undefined,
};
const stop = hashAt(TIP);
const relayIds = [new Uint8Array(32).fill(7)];
/** All that the core asks of a peer, and what it offers. */
const asked: readonly Message[] = [
  { type: 'ping', requestId: 1 },
  {
    type: 'getHeaders',
    requestId: 2,
    locator: [hashAt(TIP), hashAt(0)],
    stop: undefined,
    skip: 0,
    max: 2000,
  },
  { type: 'getBlocks', requestId: 3, hashes: [hashAt(TIP), hashAt(1)] },
  { type: 'getTxs', requestId: 4, relayIds },
  { type: 'getFilterHeaders', requestId: 5, stop, count: 2 },
  { type: 'getFilters', requestId: 6, stop, count: 2 },
  { type: 'inv', relayIds: [new Uint8Array(32).fill(8)] },
];
const framesOf = (message: Message): Uint8Array[] => frameMessage(encodeMessage(message), FRAME_BYTES_MAX);

const codes = new Set<string>([...Object.keys(bitcoinFaults), ...Object.keys(sessionFaults)]);
/** Largest answers to any input: a locator, and messages of our own protocol around what came. */
const OUTPUT_BYTES_MAX = 50_000;
/** Milliseconds by which every time-out of a session is over. */
const LONG_MS = 200_000;

class Attacked {
  readonly bridge: Bridge;
  /** Why the connection ended. */
  code: string | undefined;
  readonly #assembler = new MessageAssembler(4 * 1024 * 1024);
  #output = 0;
  #now = 1_000;

  constructor() {
    this.bridge = new Bridge(
      {
        magic,
        chosen: [{ host: 'a', port: 1 }],
        userAgent: '/fuzz/',
        view,
        random: () => 0.5,
        payloadHash: anyHash,
      },
      {
        dial: () => {},
        lookup: () => {},
        stranded: () => {},
        save: () => {},
        write: (_, bytes) => this.#count(bytes.length),
        hangUp: () => {},
        connected: () => {
          for (const message of [hello, ...asked])
            for (const frame of framesOf(message)) this.bridge.hear(1, frame, this.time);
        },
        deliver: (_, frame) => this.#deliver(frame),
        coming: () => {},
        gone: () => {},
        ended: (_, reason) => {
          this.code = reason;
        },
      },
    );
    this.bridge.start(this.time);
    this.bridge.opened(1, this.time);
  }

  get time() {
    return { now: this.#now, wallTime: 1_800_000_000 + this.#now / 1000 };
  }

  hear(input: Uint8Array, size: number): void {
    for (let at = 0; at < input.length && this.code === undefined; at += size) {
      this.bridge.received(1, input.subarray(at, at + size), this.time);
      this.#now += 1;
      this.bridge.advance(this.time);
    }
    if (this.code !== undefined && !codes.has(this.code)) throw new Error(`ended with ${this.code}`);
    const wake = this.bridge.nextWake();
    if (wake === undefined || Number.isNaN(wake)) throw new Error('it waits for nothing');
    // What was asked for and does not come is given up.
    this.#now += LONG_MS;
    this.bridge.advance(this.time);
    this.bridge.advance(this.time);
    const next = this.bridge.nextWake() ?? 0;
    if (this.code === undefined && next <= this.#now) throw new Error(`it wakes at ${next}, again and again`);
  }

  #deliver(frame: Uint8Array): void {
    this.#count(frame.length);
    for (const bytes of this.#assembler.push(frame)) {
      const decoded = decodeMessage(bytes);
      if (!decoded.ok) throw new Error('the core is told what it cannot read');
    }
    if (this.#assembler.fault !== undefined) throw new Error(`the core is told ${this.#assembler.fault}`);
  }

  #count(bytes: number): void {
    this.#output += bytes;
    if (this.#output > OUTPUT_BYTES_MAX) throw new Error(`${this.#output} bytes for one input`);
  }
}

const version = {
  command: 'version',
  version: 70_016,
  services: 73n,
  time: 1_800_000_000,
  nonce: 1n,
  userAgent: '/fuzz/',
  startHeight: TIP,
  relay: true,
} as const;
const handshake: readonly KnownMessage[] = [version, { command: 'wtxidrelay' }, { command: 'verack' }];
const txidHandshake: readonly KnownMessage[] = [{ ...version, version: 70_015 }, { command: 'verack' }];
const answers: readonly KnownMessage[] = [
  { command: 'headers', count: 2, records: chain.slice(80 * (TIP + 1)) },
  { command: 'headers', count: 0, records: new Uint8Array(0) },
  { command: 'block', header: chain.slice(80 * TIP, 80 * TIP + 80), body: Uint8Array.of(0) },
  {
    command: 'cfheaders',
    filterType: 0,
    stop,
    previousHeader: stop,
    filterHashes: new Uint8Array(64),
  },
  { command: 'cfilter', filterType: 0, blockHash: hashAt(TIP - 1), filter: Uint8Array.of(0) },
  { command: 'cfilter', filterType: 0, blockHash: stop, filter: Uint8Array.of(0) },
  { command: 'getdata', items: [{ kind: 5, hash: new Uint8Array(32).fill(8) }] },
  { command: 'notfound', items: relayIds.map((hash) => ({ kind: 5, hash })) },
];
const ordinary = sampleMessages.filter(({ command }) => command !== 'version' && command !== 'verack');
/** The first byte says in pieces of which size the rest comes. */
const streamOf = (...messages: readonly KnownMessage[]): Uint8Array =>
  Uint8Array.from(
    Buffer.concat([Uint8Array.of(250), ...messages.map((each) => encodeForNode(magic, each, anyHash))]),
  );

/** See the head of this file. */
export const bitcoinBridge: FuzzTarget = {
  name: 'a bridge to a full node of Bitcoin',
  weight: 2,
  samples: [
    streamOf(...handshake, ...answers),
    streamOf(...handshake, ...answers.toReversed()),
    streamOf(...txidHandshake, ...answers),
    streamOf(...handshake),
    ...answers.map((each) => streamOf(...handshake, each)),
    ...ordinary.flatMap((each) => [streamOf(...handshake, each), streamOf(...txidHandshake, each)]),
    streamOf({ command: 'verack' }, version),
  ],
  check(input) {
    new Attacked().hear(input.slice(1), 1 + (input[0] ?? 0));
  },
};
