/** The first message of both sides. */
import { IDENTITY_BYTES_MAX, SMALL_MESSAGE_BYTES_MAX, USER_AGENT_BYTES_MAX } from '../../limits.js';
import { readAscii, readChainwork, readCount, writeAscii, writeChainwork } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Version of the protocol that this code speaks. */
export const PROTOCOL_VERSION = 2;

/** A bit of `services`: always on. */
export const SERVICE_GATEWAY = 1;
/** A bit of `services`: keeps the body of every header of its chain. */
export const SERVICE_ARCHIVE = 2;
/** A bit of `services`: relays transactions. Whoever does not say it is told of none and asked for none. */
export const SERVICE_TRANSACTIONS = 4;

/** A bit of `services`: sends new blocks as compact blocks, and serves their transactions. */
export const SERVICE_COMPACT_BLOCKS = 8;

/** First message of both sides. */
export interface Hello {
  readonly type: 'hello';
  readonly version: number;
  /** 32 bytes. */
  readonly networkId: Uint8Array;
  readonly height: number;
  readonly chainwork: bigint;
  /** Bit set, see SERVICE_…; unknown bits are ignored. */
  readonly services: number;
  /** Printable ASCII. */
  readonly userAgent: string;
  /** A new random number for each run of a node, so that a second connection between two nodes is found; 0 if unknown. */
  readonly session: bigint;
  /** What the sender's clock shows, whole seconds since the Unix epoch; 0 if it does not say. */
  readonly time: number;
  /** Empty until nodes have keys. */
  readonly identity: Uint8Array;
}

/** Row of {@link Hello}. */
export const hello: MessageRow<Hello> = {
  type: 'hello',
  typeByte: 1,
  kind: 'greeting',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'sessions',
  // What follows the version belongs to it: another version may say something else.
  refuse(reader) {
    const version = reader.varint();
    return reader.failed || version === PROTOCOL_VERSION ? undefined : 'PEER_WRONG_VERSION';
  },
  encode(writer, message) {
    writer.varint(message.version);
    writer.raw(message.networkId);
    writer.varint(message.height);
    writeChainwork(writer, message.chainwork);
    writer.varint(message.services);
    writeAscii(writer, message.userAgent, USER_AGENT_BYTES_MAX);
    writer.u64(message.session);
    writer.varint(message.time);
    if (message.identity.length > IDENTITY_BYTES_MAX) throw new RangeError('identity: too long');
    writer.varint(message.identity.length);
    writer.raw(message.identity);
  },
  decode: (reader) => ({
    type: 'hello',
    version: reader.varint(),
    networkId: reader.view(32),
    height: reader.varint(),
    chainwork: readChainwork(reader),
    services: reader.varint(),
    userAgent: readAscii(reader, USER_AGENT_BYTES_MAX),
    session: reader.u64(),
    time: reader.varint(),
    identity: reader.view(readCount(reader, IDENTITY_BYTES_MAX)),
  }),
};
