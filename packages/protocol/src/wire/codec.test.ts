import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../bytes/byte-writer.js';
import { bytesToHex } from '../bytes/hex.js';
import {
  BLOCK_HASHES_MAX,
  BODY_BYTES_MAX,
  HEADERS_PAYLOAD_BYTES_MAX,
  HEADERS_PER_MESSAGE_MAX,
  INTRODUCED_KEYS_MAX,
  LOCATOR_HASHES_MAX,
  REJECT_CODE_BYTES_MAX,
  SIGNAL_BYTES_MAX,
  SMALL_MESSAGE_BYTES_MAX,
  TX_ANNOUNCED_MAX,
  TX_ANSWER_BYTES_MAX,
  TX_BYTES_MAX,
  TX_REQUESTED_MAX,
  USER_AGENT_BYTES_MAX,
} from '../limits.js';
import { decodeMessage, encodeMessage, messageCodec } from './codec.js';
import type { Message } from './message.js';
import { type Hello, PROTOCOL_VERSION } from './messages/hello.js';
import { signalOutcomes } from './messages/introductions.js';
import { wireFaults } from './wire-fault.js';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const number = fc.maxSafeNat();
const ascii = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((point) => String.fromCharCode(point)),
    maxLength,
  });

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('hello' as const),
    version: fc.integer({ min: PROTOCOL_VERSION, max: 2 ** 40 }),
    minVersion: number,
    networkId: hash,
    height: number,
    chainwork: fc.bigInt(0n, 2n ** 256n - 1n),
    services: number,
    requires: number,
    userAgent: ascii(USER_AGENT_BYTES_MAX),
    time: number,
    identity: fc.option(
      fc.record({
        key: hash,
        localFingerprint: hash,
        remoteFingerprint: hash,
        signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
      }),
      { nil: undefined },
    ),
  }),
  fc.record({ type: fc.constant('challenge' as const), version: number, minVersion: number, nonce: hash }),
  fc.record({
    type: fc.constantFrom('ping' as const, 'pong' as const),
    requestId: number,
  }) as fc.Arbitrary<Message>,
  fc.record({ type: fc.constant('announce' as const), height: number, hash, prev: hash }),
  fc.record({
    type: fc.constant('getHeaders' as const),
    requestId: number,
    locator: fc.array(hash, { maxLength: LOCATOR_HASHES_MAX }),
    stop: fc.option(hash, { nil: undefined }),
    skip: number,
    max: fc.integer({ min: 1, max: HEADERS_PER_MESSAGE_MAX }),
  }),
  fc.record({
    type: fc.constant('headers' as const),
    requestId: number,
    parent: hash,
    count: fc.nat(HEADERS_PER_MESSAGE_MAX),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({
    type: fc.constantFrom('getBlocks' as const, 'notFound' as const),
    requestId: number,
    hashes: fc.array(hash, { minLength: 1, maxLength: BLOCK_HASHES_MAX }),
  }) as fc.Arbitrary<Message>,
  fc.record({
    type: fc.constant('blocks' as const),
    requestId: number,
    hash,
    body: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
  fc.record({ type: fc.constant('inv' as const), relayIds: fc.array(hash, { minLength: 1, maxLength: 20 }) }),
  fc.record({
    type: fc.constant('getTxs' as const),
    requestId: number,
    relayIds: fc.array(hash, { minLength: 1, maxLength: TX_REQUESTED_MAX }),
  }),
  fc.record({
    type: fc.constant('txs' as const),
    requestId: number,
    transactions: fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 10 }),
  }),
  fc
    .record({ requestId: number, height: fc.integer({ min: 1 }), block: fc.uint8Array({ minLength: 1 }) })
    .map((fields) => ({ type: 'compactBlock' as const, ...fields })),
  fc.record({ type: fc.constant('getBlockTxns' as const), requestId: number, places: fc.uint8Array() }),
  fc.record({ type: fc.constant('blockTxns' as const), requestId: number, transactions: fc.uint8Array() }),
  fc.record({ type: fc.constant('sendCompact' as const), highBandwidth: fc.boolean() }),
  fc.record({ type: fc.constant('getCompactBlock' as const), requestId: number, hash }),
  fc.record({
    type: fc.constant('getPeers' as const),
    requestId: number,
    count: fc.integer({ min: 1, max: INTRODUCED_KEYS_MAX }),
  }),
  fc.record({
    type: fc.constant('peers' as const),
    requestId: number,
    keys: fc.array(hash, { maxLength: INTRODUCED_KEYS_MAX }),
  }),
  fc.record({
    type: fc.constant('relaySignal' as const),
    requestId: number,
    sender: hash,
    recipient: hash,
    time: number,
    nonce: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    payload: fc.uint8Array({ minLength: 1, maxLength: SIGNAL_BYTES_MAX }),
    signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
  }),
  fc.record({
    type: fc.constant('signalResult' as const),
    requestId: number,
    outcome: fc.constantFrom(...signalOutcomes),
  }),
  fc.record({ type: fc.constant('reject' as const), code: ascii(REJECT_CODE_BYTES_MAX) }),
);

const codeOf = (bytes: Uint8Array): string | undefined => {
  const result = decodeMessage(bytes);
  return result.ok ? undefined : result.code;
};

const hello: Hello = {
  type: 'hello',
  version: PROTOCOL_VERSION,
  minVersion: PROTOCOL_VERSION,
  networkId: new Uint8Array(32),
  height: 0,
  chainwork: 0n,
  services: 0,
  requires: 0,
  userAgent: '',
  time: 0,
  identity: undefined,
};

const identity = {
  key: new Uint8Array(32).fill(1),
  localFingerprint: new Uint8Array(32).fill(2),
  remoteFingerprint: new Uint8Array(32).fill(3),
  signature: new Uint8Array(64).fill(4),
};

/** Bytes with a zero after them. Not by spreading: a megabyte of arguments takes a second. */
function longerByOne(bytes: Uint8Array): Uint8Array {
  const longer = new Uint8Array(bytes.length + 1);
  longer.set(bytes);
  return longer;
}

describe('codec', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeMessage(encodeMessage(value))).toMatchObject({ ok: true, message: value });
      }),
      { numRuns: 400 },
    );
  });

  it('has one encoding for each message', () => {
    const mutated = fc.tuple(message, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
      const bytes = encodeMessage(value);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(mutated, (bytes) => {
        const result = decodeMessage(bytes);
        if (!result.ok) return;
        const again = encodeMessage(result.message);
        // What a newer version may add is skipped.
        expect(again).toEqual(result.row.mayHaveMore ? bytes.subarray(0, again.length) : bytes);
      }),
      { numRuns: 1500 },
    );
  });

  it('survives any bytes, and calls what is wrong by its code', () => {
    const typed = fc
      .tuple(fc.nat(20), fc.uint8Array({ maxLength: 200 }))
      .map(([type, rest]) => new Uint8Array([type, ...rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), typed), (bytes) => {
        const result = decodeMessage(bytes);
        if (!result.ok) expect([...Object.keys(wireFaults), 'PEER_WRONG_VERSION']).toContain(result.code);
      }),
      { numRuns: 1500 },
    );
  });

  it('takes neither less nor more than the message', () => {
    fc.assert(
      fc.property(message, fc.nat(), (value, cut) => {
        // What ends with the message may have any length.
        fc.pre(!['headers', 'blocks', 'compactBlock', 'getBlockTxns', 'blockTxns'].includes(value.type));
        const bytes = encodeMessage(value);
        const mayHaveMore = value.type === 'hello' || value.type === 'challenge';
        expect(codeOf(longerByOne(bytes))).toBe(mayHaveMore ? undefined : 'WIRE_MALFORMED');
        const length = 1 + (cut % (bytes.length - 1));
        expect(codeOf(bytes.subarray(0, length))).toMatch(/WIRE_MALFORMED|WIRE_UNKNOWN_TYPE/);
      }),
    );
  });

  it('puts the length before a message of the stream', () => {
    const stream = messageCodec.encodeStream({ type: 'ping', requestId: 300 });
    expect([...stream]).toEqual([3, 0, 0, 0, 2, 0xac, 0x02]);
    expect(stream.subarray(4)).toEqual(encodeMessage({ type: 'ping', requestId: 300 }));
  });

  it('holds a message of no known type to the size of a small one', () => {
    for (const type of [0, 99, 255]) expect(messageCodec.bytesMaxOf(type)).toBe(SMALL_MESSAGE_BYTES_MAX);
  });

  it('says which part of the node takes which message', () => {
    expect(Object.fromEntries(messageCodec.rows.map(({ type, part }) => [type, part]))).toEqual({
      hello: 'sessions',
      challenge: 'sessions',
      getTxBlock: 'proofs',
      txBlock: 'proofs',
      services: 'liveNetwork',
      getFilterHeaders: 'filters',
      filterHeaders: 'filters',
      getFilters: 'filters',
      filters: 'filters',
      getPeers: 'introductions',
      peers: 'introductions',
      relaySignal: 'introductions',
      signalResult: 'introductions',
      ping: 'sessions',
      pong: 'sessions',
      reject: 'sessions',
      announce: 'announcer',
      getHeaders: 'headerServer',
      headers: 'headerSync',
      getBlocks: 'blockSync',
      blocks: 'blockSync',
      notFound: 'blockSync',
      inv: 'transactions',
      getTxs: 'transactions',
      txs: 'transactions',
      compactBlock: 'compactBlocks',
      getBlockTxns: 'compactBlocks',
      blockTxns: 'compactBlocks',
      sendCompact: 'compactBlocks',
      getCompactBlock: 'compactBlocks',
    });
  });

  it('has a compact block or says that there is none', () => {
    const none = { type: 'compactBlock' as const, requestId: 3, height: 0, block: new Uint8Array(0) };
    expect(decodeMessage(encodeMessage(none))).toMatchObject({ message: none });
    for (const [height, length] of [
      [0, 1],
      [1, 0],
    ] as const)
      expect(codeOf(encodeMessage({ ...none, height, block: new Uint8Array(length) }))).toBe(
        'WIRE_MALFORMED',
      );
  });

  it('asks for some keys, and takes no more than may come', () => {
    for (const count of [0, INTRODUCED_KEYS_MAX + 1])
      expect(codeOf(encodeMessage({ type: 'getPeers', requestId: 1, count }))).toBe('WIRE_MALFORMED');
    const keys = Array.from({ length: INTRODUCED_KEYS_MAX + 1 }, () => new Uint8Array(32));
    expect(() => encodeMessage({ type: 'peers', requestId: 1, keys })).toThrow('keys: 17');
    const bytes = encodeMessage({ type: 'peers', requestId: 1, keys: keys.slice(1) });
    bytes[2] = keys.length;
    expect(codeOf(new Uint8Array([...bytes, ...new Uint8Array(32)]))).toBe('WIRE_MALFORMED');
  });

  it('carries a signal of 1 to SIGNAL_BYTES_MAX bytes, each field of its length', () => {
    const signal = {
      type: 'relaySignal',
      requestId: 1,
      sender: new Uint8Array(32),
      recipient: new Uint8Array(32),
      time: 0,
      nonce: new Uint8Array(16),
      payload: new Uint8Array(SIGNAL_BYTES_MAX),
      signature: new Uint8Array(64),
    } as const;
    expect(decodeMessage(encodeMessage(signal))).toMatchObject({ ok: true, message: signal });
    for (const length of [0, SIGNAL_BYTES_MAX + 1])
      expect(() => encodeMessage({ ...signal, payload: new Uint8Array(length) })).toThrow('payload');
    for (const field of ['sender', 'recipient', 'nonce', 'signature'])
      for (const length of [15, 33])
        expect(() => encodeMessage({ ...signal, [field]: new Uint8Array(length) })).toThrow(field);
    const empty = encodeMessage({ ...signal, payload: new Uint8Array(1) });
    // Without its only byte.
    const lengthAt = empty.length - 66;
    expect(empty[lengthAt]).toBe(1);
    const without = new Uint8Array([...empty.subarray(0, lengthAt), 0, ...empty.subarray(lengthAt + 2)]);
    expect(codeOf(without)).toBe('WIRE_MALFORMED');
    const longest = encodeMessage(signal);
    const longer = new Uint8Array([...longest.subarray(0, -64), 0, ...longest.subarray(-64)]);
    const countAt = longest.length - 64 - SIGNAL_BYTES_MAX - 2;
    longer[countAt] = (longest[countAt] ?? 0) + 1;
    expect(codeOf(longer)).toBe('WIRE_MALFORMED');
  });

  it('knows three outcomes of a signal', () => {
    expect(codeOf(new Uint8Array([30, 1, 2]))).toBeUndefined();
    expect(codeOf(new Uint8Array([30, 1, 3]))).toBe('WIRE_MALFORMED');
  });

  it('takes every printable character', () => {
    const code = ' !~';
    expect(decodeMessage(encodeMessage({ type: 'reject', code }))).toMatchObject({ message: { code } });
  });

  it('knows nothing but its types', () => {
    expect(codeOf(new Uint8Array(0))).toBe('WIRE_EMPTY');
    for (const type of [0, 99, 255]) expect(codeOf(new Uint8Array([type, 0]))).toBe('WIRE_UNKNOWN_TYPE');
  });

  it.each([0, 2])('passes over what version %i says in its hello, which has another form', (version) => {
    const other = encodeMessage({ ...hello, version });
    expect(codeOf(new Uint8Array([...other, 1, 2, 3]))).toBe('PEER_WRONG_VERSION');
    expect(codeOf(other.subarray(0, 3))).toBe('PEER_WRONG_VERSION');
  });

  it('reads of a newer version what it knows, and skips the rest', () => {
    for (const value of [
      { ...hello, version: PROTOCOL_VERSION + 1, services: 2 ** 40 },
      { ...hello, version: PROTOCOL_VERSION + 1, identity },
      { type: 'challenge', version: 9, minVersion: 4, nonce: new Uint8Array(32) } as const,
    ]) {
      const bytes = new Uint8Array([...encodeMessage(value), 1, 2, 3]);
      expect(decodeMessage(bytes)).toMatchObject({ ok: true, message: value });
    }
  });

  it('takes an identity wholly or not at all', () => {
    const bytes = encodeMessage({ ...hello, identity });
    const lengthAt = bytes.length - 161;
    expect(bytes[lengthAt]).toBe(160);
    for (const length of [1, 159, 161]) {
      const wrong = longerByOne(bytes);
      wrong[lengthAt] = length;
      expect(codeOf(wrong)).toBe('WIRE_MALFORMED');
    }
  });
});

describe('caps of the codec', () => {
  const headers = (count: number, bytes: number): Message => ({
    type: 'headers',
    requestId: 1,
    parent: new Uint8Array(32),
    count,
    payload: new Uint8Array(bytes),
  });
  const getHeaders = (hashes: number, max: number): Message => ({
    type: 'getHeaders',
    requestId: 1,
    locator: Array.from({ length: hashes }, () => new Uint8Array(32)),
    stop: undefined,
    skip: 0,
    max,
  });

  const ofHashes = (type: 'getBlocks' | 'notFound', count: number): Message => ({
    type,
    requestId: 1,
    hashes: Array.from({ length: count }, () => new Uint8Array(32)),
  });
  const ofRelayIds = (type: 'inv' | 'getTxs', count: number): Message => ({
    ...(type === 'inv' ? { type } : { type, requestId: 1 }),
    relayIds: Array.from({ length: count }, () => new Uint8Array(32)),
  });
  const txs = (...sizes: number[]): Message => ({
    type: 'txs',
    requestId: Number.MAX_SAFE_INTEGER,
    transactions: sizes.map((bytes) => new Uint8Array(bytes)),
  });
  const blocks = (bytes: number): Message => ({
    type: 'blocks',
    requestId: Number.MAX_SAFE_INTEGER,
    hash: new Uint8Array(32),
    body: new Uint8Array(bytes),
  });

  it('lets the largest of each through', () => {
    for (const value of [
      {
        ...hello,
        userAgent: 'u'.repeat(USER_AGENT_BYTES_MAX),
        identity,
        chainwork: 2n ** 256n - 1n,
      },
      getHeaders(LOCATOR_HASHES_MAX, HEADERS_PER_MESSAGE_MAX),
      headers(HEADERS_PER_MESSAGE_MAX, HEADERS_PAYLOAD_BYTES_MAX),
      { type: 'reject', code: 'R'.repeat(REJECT_CODE_BYTES_MAX) } as const,
      ofHashes('getBlocks', BLOCK_HASHES_MAX),
      ofHashes('notFound', BLOCK_HASHES_MAX),
      blocks(BODY_BYTES_MAX),
      ofRelayIds('inv', TX_ANNOUNCED_MAX),
      ofRelayIds('getTxs', TX_REQUESTED_MAX),
      txs(...new Array(TX_REQUESTED_MAX).fill(0)),
      txs(...new Array(TX_REQUESTED_MAX - 2).fill(1), TX_ANSWER_BYTES_MAX - TX_REQUESTED_MAX, TX_BYTES_MAX),
    ]) {
      const bytes = encodeMessage(value);
      expect(decodeMessage(bytes).ok).toBe(true);
      expect(bytes.length).toBeLessThanOrEqual(messageCodec.bytesMaxOf(bytes[0] as number));
    }
  });

  it('stops one more than the largest', () => {
    expect(codeOf(encodeMessage(getHeaders(LOCATOR_HASHES_MAX + 1, 1)))).toBe('WIRE_MALFORMED');
    expect(codeOf(encodeMessage(getHeaders(1, HEADERS_PER_MESSAGE_MAX + 1)))).toBe('WIRE_MALFORMED');
    expect(codeOf(encodeMessage(getHeaders(1, 0)))).toBe('WIRE_MALFORMED');
    expect(codeOf(encodeMessage(headers(HEADERS_PER_MESSAGE_MAX + 1, 0)))).toBe('WIRE_MALFORMED');
    expect(codeOf(longerByOne(encodeMessage(headers(1, HEADERS_PAYLOAD_BYTES_MAX))))).toBe('WIRE_MALFORMED');
    for (const type of ['getBlocks', 'notFound'] as const) {
      const bytes = new Uint8Array([
        ...encodeMessage(ofHashes(type, BLOCK_HASHES_MAX)),
        ...new Uint8Array(32),
      ]);
      bytes[2] = BLOCK_HASHES_MAX + 1;
      expect(codeOf(bytes)).toBe('WIRE_MALFORMED');
      expect(codeOf(Uint8Array.of(bytes[0] as number, 1, 0))).toBe('WIRE_MALFORMED');
    }
    for (const [type, max] of [
      [11, TX_ANNOUNCED_MAX],
      [12, TX_REQUESTED_MAX],
      [13, TX_REQUESTED_MAX],
    ] as const) {
      const writer = new ByteWriter();
      writer.u8(type);
      writer.varint(type === 11 ? 0 : 1);
      writer.varint(max + 1);
      writer.raw(new Uint8Array(32 * (max + 1)));
      expect(codeOf(writer.bytes())).toBe('WIRE_MALFORMED');
      expect(codeOf(Uint8Array.of(type, type === 11 ? 0 : 1, 0))).toBe('WIRE_MALFORMED');
    }
    const writer = new ByteWriter();
    writer.raw(Uint8Array.of(13, 1, 1));
    writer.varint(TX_BYTES_MAX + 1);
    writer.raw(new Uint8Array(TX_BYTES_MAX + 1));
    expect(codeOf(writer.bytes())).toBe('WIRE_MALFORMED');
    expect(codeOf(longerByOne(encodeMessage(blocks(BODY_BYTES_MAX))))).toBe('WIRE_MALFORMED');
    expect(codeOf(encodeMessage(blocks(1)).slice(0, -1))).toBe('WIRE_MALFORMED');
    const reject = encodeMessage({ type: 'reject', code: 'R'.repeat(REJECT_CODE_BYTES_MAX) });
    const longer = new Uint8Array([...reject, 0x52]);
    longer[2] = REJECT_CODE_BYTES_MAX + 1;
    expect(codeOf(longer)).toBe('WIRE_MALFORMED');
  });

  it('stops on the sending side too', () => {
    for (const value of [
      { ...hello, userAgent: 'u'.repeat(USER_AGENT_BYTES_MAX + 1) },
      { ...hello, userAgent: 'ü' },
      { ...hello, identity: { ...identity, signature: new Uint8Array(63) } },
      { ...hello, identity: { ...identity, key: new Uint8Array(33) } },
      { type: 'challenge', version: 3, minVersion: 3, nonce: new Uint8Array(31) } as const,
      { ...hello, chainwork: 2n ** 256n },
      { ...hello, chainwork: -1n },
      headers(1, HEADERS_PAYLOAD_BYTES_MAX + 1),
      { type: 'reject', code: 'R'.repeat(REJECT_CODE_BYTES_MAX + 1) } as const,
      ofHashes('getBlocks', 0),
      ofHashes('notFound', BLOCK_HASHES_MAX + 1),
      blocks(0),
      blocks(BODY_BYTES_MAX + 1),
      ofRelayIds('inv', 0),
      ofRelayIds('inv', TX_ANNOUNCED_MAX + 1),
      ofRelayIds('getTxs', TX_REQUESTED_MAX + 1),
      txs(),
      txs(...new Array(TX_REQUESTED_MAX + 1).fill(0)),
      txs(TX_BYTES_MAX + 1),
    ]) {
      expect(() => encodeMessage(value)).toThrow(RangeError);
    }
  });

  it('stops control characters, padded work and ids where none belong', () => {
    const reject = encodeMessage({ type: 'reject', code: 'A' });
    for (const byte of [0x1f, 0x7f, 0x80, 0x0a]) {
      const bytes = reject.slice();
      bytes[3] = byte;
      expect(codeOf(bytes)).toBe('WIRE_MALFORMED');
    }
    expect(codeOf(new Uint8Array([7, 1, 1, 0x41]))).toBe('WIRE_MALFORMED');
    const work = bytesToHex(encodeMessage({ ...hello, chainwork: 1n }));
    // After the work: services, what is required, user agent, time and identity, all of them zero or empty.
    const rest = '00'.repeat(5);
    expect(work.endsWith(`0101${rest}`)).toBe(true);
    const padded = Uint8Array.from(
      `${work.slice(0, -rest.length - 4)}020001${rest}`.match(/../g) ?? [],
      (byte) => Number.parseInt(byte, 16),
    );
    expect(codeOf(padded)).toBe('WIRE_MALFORMED');
  });
});
