import {
  HTTP_ANSWER_TIMEOUT_MS,
  HTTP_CONNECTIONS_MAX,
  HTTP_CONNECTIONS_PER_ADDRESS_MAX,
  HTTP_CONNECTIONS_PER_GROUP_MAX,
  HTTP_READ_WINDOW_MS,
  HTTP_REQUEST_TIMEOUT_MS,
  HTTP_STATUS_TOKENS_BURST,
  HTTP_STATUS_TOKENS_PER_SECOND,
  HTTP_TOKENS_BURST,
  HTTP_TOKENS_PER_SECOND,
} from '../limits.js';
import type { Rate } from './admission/budgets.js';

/** Limits of the HTTP side that a test may change; why they are what they are is said in `limits.ts`. */
export interface HttpLimits {
  readonly requestTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly readWindowMs: number;
  readonly connectionsMax: number;
  /** Of whatever address, those of this machine too. Behind a proxy that is trusted it does not hold: the proxy has to do this. */
  readonly connectionsPerAddressMax: number;
  /** Of all addresses of one network group. */
  readonly connectionsPerGroupMax: number;
  readonly rate: Rate;
  readonly statusRate: Rate;
}

/** The limits unless a test says otherwise. */
export const defaultHttpLimits: HttpLimits = {
  requestTimeoutMs: HTTP_REQUEST_TIMEOUT_MS,
  answerTimeoutMs: HTTP_ANSWER_TIMEOUT_MS,
  readWindowMs: HTTP_READ_WINDOW_MS,
  connectionsMax: HTTP_CONNECTIONS_MAX,
  connectionsPerAddressMax: HTTP_CONNECTIONS_PER_ADDRESS_MAX,
  connectionsPerGroupMax: HTTP_CONNECTIONS_PER_GROUP_MAX,
  rate: { perSecond: HTTP_TOKENS_PER_SECOND, burst: HTTP_TOKENS_BURST },
  statusRate: { perSecond: HTTP_STATUS_TOKENS_PER_SECOND, burst: HTTP_STATUS_TOKENS_BURST },
};
