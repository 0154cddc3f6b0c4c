/** Whether a peer still answers, and how long a round trip takes. */
import { SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import type { MessageRow } from '../message-row.js';

/** Asks for a pong with the same request id. */
export interface Ping {
  readonly type: 'ping';
  readonly requestId: number;
}

/** Answers a ping. */
export interface Pong {
  readonly type: 'pong';
  readonly requestId: number;
}

/** Row of {@link Ping}. */
export const ping: MessageRow<Ping> = {
  type: 'ping',
  typeByte: 2,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'sessions',
  encode() {},
  decode: (_, requestId) => ({ type: 'ping', requestId }),
};

/** Row of {@link Pong}. */
export const pong: MessageRow<Pong> = {
  type: 'pong',
  typeByte: 3,
  kind: 'answer',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 0,
  part: 'sessions',
  encode() {},
  decode: (_, requestId) => ({ type: 'pong', requestId }),
};
