/** Introductions through peers: whom a peer knows, and what two nodes that are not connected yet have to tell each other. */
import { ByteWriter } from '../../bytes/byte-writer.js';
import { INTRODUCED_KEYS_MAX, SIGNAL_BYTES_MAX, SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import { readCount, writeAscii } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Asks which nodes the receiver is connected to that can be introduced. */
export interface GetPeers {
  /** Byte 27 on the wire. */
  readonly type: 'getPeers';
  /** Chosen by the sender; the answer repeats it. An unsigned varint, at most 2^53 − 1. */
  readonly requestId: number;
  /** How many are wanted at most: 1 to INTRODUCED_KEYS_MAX. */
  readonly count: number;
}

/** Answers `getPeers`. */
export interface Peers {
  /** Byte 28 on the wire. */
  readonly type: 'peers';
  /** That of the `getPeers` it answers. */
  readonly requestId: number;
  /** 32 bytes each: keys of nodes that the sender is connected to. A random sample; no more than were asked for. */
  readonly keys: readonly Uint8Array[];
}

/**
 * What a node that wants to connect to another one tells it, by way of a peer that both have. With a request id it goes
 * from its sender to that peer, which answers with a `signalResult`; with request id 0 from that peer to its recipient.
 */
export interface RelaySignal {
  /** Byte 29 on the wire. */
  readonly type: 'relaySignal';
  /** Chosen by the sender; 0 from the peer that passes it on. */
  readonly requestId: number;
  /** 32 bytes: key of the node that has made and signed it. */
  readonly sender: Uint8Array;
  /** 32 bytes: key of the node that it is for. */
  readonly recipient: Uint8Array;
  /** When it was signed, whole Unix seconds. */
  readonly time: number;
  /** 16 bytes that the sender has never used before. */
  readonly nonce: Uint8Array;
  /** 1 to SIGNAL_BYTES_MAX bytes that only the two ends understand. */
  readonly payload: Uint8Array;
  /** 64 bytes, over {@link signedSignal}. */
  readonly signature: Uint8Array;
}

/** What became of a signal, as far as the peer that was to pass it on knows. */
export const signalOutcomes = ['relayed', 'unknown', 'busy'] as const;

/** Answers a `relaySignal`. */
export interface SignalResult {
  /** Byte 30 on the wire. */
  readonly type: 'signalResult';
  /** That of the `relaySignal` it answers. */
  readonly requestId: number;
  /** `unknown`: the recipient is no peer that can be introduced. `busy`: more was to be passed on than is. */
  readonly outcome: (typeof signalOutcomes)[number];
}

/** Bytes of a signal's nonce. */
export const SIGNAL_NONCE_BYTES = 16;
const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** All fields of a signal but its payload. */
const SIGNAL_ENVELOPE_BYTES = 176;
/** No other text that anyone signs with a node's key begins like this. */
const domain = 'vision-light signal';

/**
 * What a signal's signature is over. It names the network, the recipient and the time, so a signal is of no use with
 * anybody else, elsewhere or later.
 */
export function signedSignal(
  networkId: Uint8Array,
  {
    sender,
    recipient,
    time,
    nonce,
    payload,
  }: Pick<RelaySignal, 'sender' | 'recipient' | 'time' | 'nonce' | 'payload'>,
): Uint8Array {
  const writer = new ByteWriter();
  writeAscii(writer, domain, domain.length);
  for (const each of [networkId, sender, recipient]) writer.raw(each);
  writer.varint(time);
  writer.raw(nonce);
  writer.varint(payload.length);
  writer.raw(payload);
  return writer.bytes();
}

/** Row of {@link GetPeers}. */
export const getPeers: MessageRow<GetPeers> = {
  type: 'getPeers',
  typeByte: 27,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'introductions',
  encode: (writer, { count }) => writer.varint(count),
  decode(reader, requestId) {
    const count = readCount(reader, INTRODUCED_KEYS_MAX);
    if (count === 0) reader.fail();
    return { type: 'getPeers', requestId, count };
  },
};

/** Row of {@link Peers}. */
export const peers: MessageRow<Peers> = {
  type: 'peers',
  typeByte: 28,
  kind: 'answer',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 0,
  part: 'introductions',
  encode(writer, { keys }) {
    if (keys.length > INTRODUCED_KEYS_MAX) throw new RangeError(`keys: ${keys.length}`);
    writer.varint(keys.length);
    for (const key of keys) writeFixed(writer, 'key', key, KEY_BYTES);
  },
  decode(reader, requestId) {
    const count = readCount(reader, INTRODUCED_KEYS_MAX);
    return { type: 'peers', requestId, keys: Array.from({ length: count }, () => reader.view(KEY_BYTES)) };
  },
};

/** Row of {@link RelaySignal}. */
export const relaySignal: MessageRow<RelaySignal> = {
  type: 'relaySignal',
  typeByte: 29,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'introductions',
  sizeHint: ({ payload }) => payload.length + SIGNAL_ENVELOPE_BYTES,
  encode(writer, { sender, recipient, time, nonce, payload, signature }) {
    if (payload.length === 0 || payload.length > SIGNAL_BYTES_MAX)
      throw new RangeError(`payload: ${payload.length} bytes, must be 1 to ${SIGNAL_BYTES_MAX}`);
    writeFixed(writer, 'sender', sender, KEY_BYTES);
    writeFixed(writer, 'recipient', recipient, KEY_BYTES);
    writer.varint(time);
    writeFixed(writer, 'nonce', nonce, SIGNAL_NONCE_BYTES);
    writer.varint(payload.length);
    writer.raw(payload);
    writeFixed(writer, 'signature', signature, SIGNATURE_BYTES);
  },
  decode(reader, requestId) {
    const [sender, recipient] = [reader.view(KEY_BYTES), reader.view(KEY_BYTES)];
    const time = reader.varint();
    const nonce = reader.view(SIGNAL_NONCE_BYTES);
    const payload = reader.view(readCount(reader, SIGNAL_BYTES_MAX));
    if (payload.length === 0) reader.fail();
    const signature = reader.view(SIGNATURE_BYTES);
    return { type: 'relaySignal', requestId, sender, recipient, time, nonce, payload, signature };
  },
};

/** Row of {@link SignalResult}. */
export const signalResult: MessageRow<SignalResult> = {
  type: 'signalResult',
  typeByte: 30,
  kind: 'answer',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 0,
  part: 'introductions',
  encode: (writer, { outcome }) => writer.u8(signalOutcomes.indexOf(outcome)),
  decode(reader, requestId) {
    const outcome = signalOutcomes[reader.u8()];
    if (outcome === undefined) reader.fail();
    return { type: 'signalResult', requestId, outcome: outcome ?? 'unknown' };
  },
};

function writeFixed(writer: ByteWriter, name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new RangeError(`${name}: ${bytes.length} bytes, must be ${length}`);
  writer.raw(bytes);
}
