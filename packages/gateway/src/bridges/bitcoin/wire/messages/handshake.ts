/** Messages that begin a connection and keep it: `version`, `verack`, what each side prefers, `ping` and `pong`. */
import type { ByteReader } from '@vision-light/protocol';
import { USER_AGENT_BYTES_MAX, VERSION_EXTRA_BYTES_MAX } from '../../limits.js';
import { COUNT_BYTES, readCount, writeCount, writeI32, writeU64 } from '../fields.js';
import type { BitcoinRow } from '../message-row.js';

/** The version of the protocol that is spoken here: the first with `wtxidrelay` (BIP339). */
export const PROTOCOL_VERSION = 70_016;

/** Bits of `services`: what a full node offers. */
export const serviceBits = {
  /** All blocks. */
  NETWORK: 1n,
  /** Blocks and transactions with their witnesses (BIP144). */
  WITNESS: 8n,
  /** Compact filters (BIP157). */
  COMPACT_FILTERS: 64n,
  /** The newest 288 blocks (BIP159). */
  NETWORK_LIMITED: 1024n,
  /** The encrypted transport (BIP324). */
  P2P_V2: 2048n,
} as const;

/** Addresses of both sides stand in it too. They are written as zeros, and skipped when read. */
export interface Version {
  readonly command: 'version';
  /** Of the protocol, a signed 32-bit integer: older peers say less than {@link PROTOCOL_VERSION}. */
  readonly version: number;
  /** See {@link serviceBits}; u64. */
  readonly services: bigint;
  /** Seconds since 1970 by the sender's clock, 0 to 2^53 − 1. */
  readonly time: number;
  /** Tells whether a connection leads back to oneself; u64. */
  readonly nonce: bigint;
  /** Printable ASCII, at most 256 characters: what else was sent is left out. */
  readonly userAgent: string;
  /** Height of the sender's best block as it says, a signed 32-bit integer. */
  readonly startHeight: number;
  /** Whether the sender wants `inv` of transactions. */
  readonly relay: boolean;
}

/** Services, 16 bytes of address and a port. */
const legacyAddressBytes = 26;

/** See {@link Version}. */
export const version: BitcoinRow<Version> = {
  command: 'version',
  payloadMax:
    4 +
    8 +
    8 +
    2 * legacyAddressBytes +
    8 +
    COUNT_BYTES +
    USER_AGENT_BYTES_MAX +
    4 +
    1 +
    VERSION_EXTRA_BYTES_MAX,
  mayHaveMore: true,
  decode(reader) {
    const number = reader.u32() | 0;
    const services = reader.u64();
    const time = reader.u64();
    if (time > BigInt(Number.MAX_SAFE_INTEGER)) reader.fail();
    reader.skip(2 * legacyAddressBytes);
    const nonce = reader.u64();
    const userAgent = readPrintable(reader);
    const startHeight = reader.u32() | 0;
    // Some nodes of before 2012 end here, and want transactions.
    const relay = reader.remaining === 0 || reader.u8() !== 0;
    return {
      command: 'version',
      version: number,
      services,
      time: Number(time),
      nonce,
      userAgent,
      startHeight,
      relay,
    };
  },
  encode(writer, message) {
    if (!Number.isSafeInteger(message.time) || message.time < 0)
      throw new RangeError(`time: ${message.time} is out of range`);
    if (!/^[\x20-\x7e]*$/.test(message.userAgent))
      throw new RangeError(`userAgent: ${message.userAgent} is not printable`);
    writeI32(writer, 'version', message.version);
    writeU64(writer, 'services', message.services);
    writer.u64(BigInt(message.time));
    writer.raw(new Uint8Array(2 * legacyAddressBytes));
    writeU64(writer, 'nonce', message.nonce);
    writeCount(writer, message.userAgent.length, USER_AGENT_BYTES_MAX);
    for (let i = 0; i < message.userAgent.length; i++) writer.u8(message.userAgent.charCodeAt(i));
    writeI32(writer, 'startHeight', message.startHeight);
    writer.u8(message.relay ? 1 : 0);
  },
};

function readPrintable(reader: ByteReader): string {
  const bytes = reader.view(readCount(reader, USER_AGENT_BYTES_MAX));
  return String.fromCharCode(...bytes.filter((byte) => byte >= 0x20 && byte <= 0x7e));
}

/** A message of no bytes. */
export interface Empty<C extends string> {
  readonly command: C;
}

function empty<C extends string>(command: C): BitcoinRow<Empty<C>> {
  return { command, payloadMax: 0, decode: () => ({ command }), encode: () => {} };
}

/** The answer to `version`. */
export const verack = empty('verack');
/** The sender names transactions by their witness ids (BIP339). Before `verack` only. */
export const wtxidrelay = empty('wtxidrelay');
/** The sender wants `addrv2` (BIP155). Before `verack` only. */
export const sendaddrv2 = empty('sendaddrv2');
/** The sender wants new blocks announced by `headers` (BIP130). */
export const sendheaders = empty('sendheaders');
/** Asks for addresses of other nodes. */
export const getaddr = empty('getaddr');

/** Its receiver answers with a `pong` of the same nonce (BIP31). */
export interface Ping {
  readonly command: 'ping';
  /** u64. */
  readonly nonce: bigint;
}

/** See {@link Ping}. */
export interface Pong {
  readonly command: 'pong';
  /** That of the `ping`. */
  readonly nonce: bigint;
}

/** The sender wants no transactions that pay less (BIP133). */
export interface FeeFilter {
  readonly command: 'feefilter';
  /** Satoshis for 1,000 virtual bytes; u64. */
  readonly rate: bigint;
}

/** See {@link Ping}. */
export const ping: BitcoinRow<Ping> = {
  command: 'ping',
  payloadMax: 8,
  decode: (reader) => ({ command: 'ping', nonce: reader.u64() }),
  encode: (writer, { nonce }) => writeU64(writer, 'nonce', nonce),
};

/** See {@link Pong}. */
export const pong: BitcoinRow<Pong> = {
  command: 'pong',
  payloadMax: 8,
  decode: (reader) => ({ command: 'pong', nonce: reader.u64() }),
  encode: (writer, { nonce }) => writeU64(writer, 'nonce', nonce),
};

/** See {@link FeeFilter}. */
export const feefilter: BitcoinRow<FeeFilter> = {
  command: 'feefilter',
  payloadMax: 8,
  decode: (reader) => ({ command: 'feefilter', rate: reader.u64() }),
  encode: (writer, { rate }) => writeU64(writer, 'rate', rate),
};
