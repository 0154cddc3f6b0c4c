/** The very first message of both sides: which versions the sender speaks, and what the other side has to sign. */
import { NONCE_BYTES, SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import type { MessageRow } from '../message-row.js';

/** Asks the other side to prove in its `hello` that it has its key, now and in this channel. */
export interface Challenge {
  /** Byte 19 on the wire. */
  readonly type: 'challenge';
  /** The newest version that the sender speaks. */
  readonly version: number;
  /** The oldest version that the sender speaks. */
  readonly minVersion: number;
  /** 32 bytes that the sender has never sent before. */
  readonly nonce: Uint8Array;
}

/** Row of {@link Challenge}. */
export const challenge: MessageRow<Challenge> = {
  type: 'challenge',
  typeByte: 19,
  kind: 'challenge',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'sessions',
  mayHaveMore: true,
  encode(writer, { version, minVersion, nonce }) {
    if (nonce.length !== NONCE_BYTES) throw new RangeError(`nonce: ${nonce.length} bytes`);
    writer.varint(version);
    writer.varint(minVersion);
    writer.raw(nonce);
  },
  decode: (reader) => ({
    type: 'challenge',
    version: reader.varint(),
    minVersion: reader.varint(),
    nonce: reader.view(NONCE_BYTES),
  }),
};
