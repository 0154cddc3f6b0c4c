/** What both sides say of themselves, and the proof of who they are. */
import { ByteWriter } from '../../bytes/byte-writer.js';
import { SMALL_MESSAGE_BYTES_MAX, USER_AGENT_BYTES_MAX } from '../../limits.js';
import { readAscii, readChainwork, writeAscii, writeChainwork } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Version of the protocol that this code speaks. */
export const PROTOCOL_VERSION = 5;

/** The oldest version that it speaks. A `hello` of an older one has another form. */
export const PROTOCOL_VERSION_MIN = 3;

/** A bit of `services`: always on. */
export const SERVICE_GATEWAY = 1;
/** A bit of `services`: keeps the body of every header of its chain. */
export const SERVICE_ARCHIVE = 2;
/** A bit of `services`: relays transactions. Whoever does not say it is told of none and asked for none. */
export const SERVICE_TRANSACTIONS = 4;
/** A bit of `services`: sends new blocks as compact blocks, and serves their transactions. */
export const SERVICE_COMPACT_BLOCKS = 8;
/** A bit of `services`: keeps an index of transactions, and says in which block one is. */
export const SERVICE_TX_INDEX = 16;
/** A bit of `services`: is connected to full nodes of the network. It may come and go: see `services`. */
export const SERVICE_LIVE = 32;
/** A bit of `services`: serves compact filters of its blocks. */
export const SERVICE_FILTERS = 64;
/** A bit of `services`: is there to follow the network by full nodes. Without SERVICE_LIVE it reaches none of them now. */
export const SERVICE_FOLLOWING = 128;
/** A bit of `services`: can be introduced by peers, says whom it knows, and passes signals on. */
export const SERVICE_INTRODUCES = 256;
/** The services that this code knows: a peer may require any of them. */
export const KNOWN_SERVICES =
  SERVICE_GATEWAY +
  SERVICE_ARCHIVE +
  SERVICE_TRANSACTIONS +
  SERVICE_COMPACT_BLOCKS +
  SERVICE_TX_INDEX +
  SERVICE_LIVE +
  SERVICE_FILTERS +
  SERVICE_FOLLOWING +
  SERVICE_INTRODUCES;

/** Who the sender is, and between which ends it sees the channel. */
export interface Identity {
  /** 32 bytes: its Ed25519 public key. */
  readonly key: Uint8Array;
  /** 32 bytes: SHA-256 of the certificate that it uses in this channel. */
  readonly localFingerprint: Uint8Array;
  /** 32 bytes: SHA-256 of the certificate that it sees at the other end. */
  readonly remoteFingerprint: Uint8Array;
  /** 64 bytes, over {@link signedHello}. */
  readonly signature: Uint8Array;
}

/** Second message of both sides. */
export interface Hello {
  /** Byte 1 on the wire. */
  readonly type: 'hello';
  /** The newest version that the sender speaks. The two then speak the lower of both versions. */
  readonly version: number;
  /** The oldest version that the sender speaks. */
  readonly minVersion: number;
  /** 32 bytes. */
  readonly networkId: Uint8Array;
  /** Of the sender's tip: a claim, at most 2^53 − 1. */
  readonly height: number;
  /** Work of its best chain, genesis and tip included: a claim, below 2^256. */
  readonly chainwork: bigint;
  /** Bit set, see SERVICE_…: what the sender offers. Unknown bits are ignored. */
  readonly services: number;
  /** Bit set of the same numbers: what the sender can do nothing with a peer that does not know it. */
  readonly requires: number;
  /** Printable ASCII. */
  readonly userAgent: string;
  /** What the sender's clock shows, whole seconds since the Unix epoch; 0 if it does not say. */
  readonly time: number;
  /** Undefined for a node without a key, which only tests have. */
  readonly identity: Identity | undefined;
}

const IDENTITY_BYTES = 32 + 32 + 32 + 64;
/** No other text that anyone signs with this key begins like this. */
const domain = 'vision-light hello';

/** What a hello's signature is over. @param nonce  of the other side's challenge */
export function signedHello(
  {
    networkId,
    version,
    minVersion,
    services,
    requires,
  }: Pick<Hello, 'networkId' | 'version' | 'minVersion' | 'services' | 'requires'>,
  { localFingerprint, remoteFingerprint }: Pick<Identity, 'localFingerprint' | 'remoteFingerprint'>,
  nonce: Uint8Array,
): Uint8Array {
  const writer = new ByteWriter();
  writeAscii(writer, domain, domain.length);
  for (const each of [networkId, localFingerprint, remoteFingerprint, nonce]) writer.raw(each);
  for (const each of [version, minVersion, services, requires]) writer.varint(each);
  return writer.bytes();
}

/** Whether a set of bits has one of them. A bit operation would cut the set to 32 bits. */
export function hasService(services: number, bit: number): boolean {
  return Math.floor(services / bit) % 2 === 1;
}

/** Row of {@link Hello}. */
export const hello: MessageRow<Hello> = {
  type: 'hello',
  typeByte: 1,
  kind: 'greeting',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'sessions',
  mayHaveMore: true,
  refuse(reader) {
    const version = reader.varint();
    return reader.failed || version >= PROTOCOL_VERSION_MIN ? undefined : 'PEER_WRONG_VERSION';
  },
  encode(writer, message) {
    writer.varint(message.version);
    writer.varint(message.minVersion);
    writer.raw(message.networkId);
    writer.varint(message.height);
    writeChainwork(writer, message.chainwork);
    writer.varint(message.services);
    writer.varint(message.requires);
    writeAscii(writer, message.userAgent, USER_AGENT_BYTES_MAX);
    writer.varint(message.time);
    const { identity } = message;
    writer.u8(identity === undefined ? 0 : IDENTITY_BYTES);
    if (identity === undefined) return;
    const start = writer.length;
    writer.raw(identity.key);
    writer.raw(identity.localFingerprint);
    writer.raw(identity.remoteFingerprint);
    writer.raw(identity.signature);
    if (writer.length - start !== IDENTITY_BYTES) throw new RangeError('identity: wrong length');
  },
  decode(reader) {
    const plain = {
      type: 'hello',
      version: reader.varint(),
      minVersion: reader.varint(),
      networkId: reader.view(32),
      height: reader.varint(),
      chainwork: readChainwork(reader),
      services: reader.varint(),
      requires: reader.varint(),
      userAgent: readAscii(reader, USER_AGENT_BYTES_MAX),
      time: reader.varint(),
    } as const;
    const length = reader.u8();
    if (length === 0) return { ...plain, identity: undefined };
    if (length !== IDENTITY_BYTES) reader.fail();
    const [key, localFingerprint, remoteFingerprint] = [reader.view(32), reader.view(32), reader.view(32)];
    const identity = { key, localFingerprint, remoteFingerprint, signature: reader.view(64) };
    return { ...plain, identity };
  },
};
