/** Why a connection is about to be closed. */
import { REJECT_CODE_BYTES_MAX, SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import { readAscii, writeAscii } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Sent once, before the sender closes the connection. */
export interface Reject {
  readonly type: 'reject';
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
