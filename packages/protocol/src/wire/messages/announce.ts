/** A new tip. */
import { SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import type { MessageRow } from '../message-row.js';

/** A new tip, no body. */
export interface Announce {
  /** Byte 4 on the wire. Needs no answer. */
  readonly type: 'announce';
  /** Of the new tip, as the sender says: a claim, at most 2^53 − 1. */
  readonly height: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** 32 bytes: the header before. */
  readonly prev: Uint8Array;
}

/** Row of {@link Announce}. */
export const announce: MessageRow<Announce> = {
  type: 'announce',
  typeByte: 4,
  kind: 'notice',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'announcer',
  encode(writer, message) {
    writer.varint(message.height);
    writer.raw(message.hash);
    writer.raw(message.prev);
  },
  decode: (reader) => ({
    type: 'announce',
    height: reader.varint(),
    hash: reader.view(32),
    prev: reader.view(32),
  }),
};
