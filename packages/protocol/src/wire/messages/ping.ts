/** Whether a peer still answers, how long a round trip takes, and which tip the sender has. */
import type { ByteReader } from '../../bytes/byte-reader.js';
import type { ByteWriter } from '../../bytes/byte-writer.js';
import { SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import type { MessageRow } from '../message-row.js';

/** The version from which on pings and pongs name a tip. An older peer takes none. */
export const VERSION_WITH_TIPS = 4;

/** Asks for a pong with the same request id. */
export interface Ping {
  /** Byte 2 on the wire. */
  readonly type: 'ping';
  /** Chosen by the sender; the pong repeats it. An unsigned varint, at most 2^53 − 1. */
  readonly requestId: number;
  /** 32 bytes: hash of the sender's tip; absent if it does not say. */
  readonly tip?: Uint8Array;
}

/** Answers a ping. */
export interface Pong {
  /** Byte 3 on the wire. */
  readonly type: 'pong';
  /** That of the `ping` it answers. */
  readonly requestId: number;
  /** As that of a {@link Ping}. */
  readonly tip?: Uint8Array;
}

function encode(writer: ByteWriter, { tip }: Ping | Pong): void {
  if (tip !== undefined) writer.raw(tip);
}

const readTip = (reader: ByteReader): { readonly tip?: Uint8Array } =>
  reader.isDone ? {} : { tip: reader.view(32) };

/** Row of {@link Ping}. */
export const ping: MessageRow<Ping> = {
  type: 'ping',
  typeByte: 2,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'sessions',
  namedTip: ({ tip }) => tip,
  encode,
  decode: (reader, requestId) => ({ type: 'ping', requestId, ...readTip(reader) }),
};

/** Row of {@link Pong}. */
export const pong: MessageRow<Pong> = {
  type: 'pong',
  typeByte: 3,
  kind: 'answer',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 0,
  part: 'sessions',
  namedTip: ({ tip }) => tip,
  encode,
  decode: (reader, requestId) => ({ type: 'pong', requestId, ...readTip(reader) }),
};
