/** What a peer offers has changed since its hello. */
import { SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import type { MessageRow } from '../message-row.js';

/** The first version that knows the message. */
export const VERSION_WITH_SERVICES = 5;

/** Says whether the sender still follows a live network. Of the other services a hello says what holds for the connection. */
export interface Services {
  /** Byte 22 on the wire. Needs no answer. */
  readonly type: 'services';
  /** Bit set, see SERVICE_…: what the sender offers now. */
  readonly services: number;
}

/** Row of {@link Services}. */
export const services: MessageRow<Services> = {
  type: 'services',
  typeByte: 22,
  kind: 'notice',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'liveNetwork',
  encode: (writer, message) => writer.varint(message.services),
  decode: (reader) => ({ type: 'services', services: reader.varint() }),
};
