/** Why a connection is about to be closed. */
import { REJECT_CODE_BYTES_MAX, SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import { readAscii, writeAscii } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Sent once, before the sender closes the connection. */
export interface Reject {
  /** Byte 7 on the wire. Nothing comes after it. */
  readonly type: 'reject';
  /** Printable ASCII, at most REJECT_CODE_BYTES_MAX. A receiver may not know it: a newer version may have more codes. */
  readonly code: string;
}

/** Row of {@link Reject}. */
export const reject: MessageRow<Reject> = {
  type: 'reject',
  typeByte: 7,
  kind: 'farewell',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'sessions',
  encode: (writer, { code }) => writeAscii(writer, code, REJECT_CODE_BYTES_MAX),
  decode: (reader) => ({ type: 'reject', code: readAscii(reader, REJECT_CODE_BYTES_MAX) }),
};
