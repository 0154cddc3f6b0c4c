/**
 * How many messages of each type a peer may send in a minute, beside the rate of all its messages together
 * (MESSAGES_PER_SECOND_MAX). A number says what an honest peer needs at its fastest, with a reserve, and no more than what
 * we can bear: the dearer a message is to us, the closer is its number to what is needed. As in Nimiq's nodes, which count
 * by type and minute.
 *
 * Answers have no number, since there are as many as requests of ours. A type that is not in the table has the common rate
 * only.
 *
 * Memory: of each peer one bucket for each of these types.
 */
import {
  ANNOUNCES_PER_MINUTE_MAX,
  GET_BLOCKS_PER_MINUTE_MAX,
  GET_HEADERS_PER_MINUTE_MAX,
  GET_PEERS_PER_MINUTE_MAX,
  GET_TX_BLOCK_PER_MINUTE_MAX,
  PINGS_PER_MINUTE_MAX,
  SIGNALS_PER_MINUTE_MAX,
} from '../limits.js';
import { TokenBucket } from './token-bucket.js';

/** By the name of the message. */
const perMinute = new Map<string, number>([
  ['ping', PINGS_PER_MINUTE_MAX],
  ['announce', ANNOUNCES_PER_MINUTE_MAX],
  ['getHeaders', GET_HEADERS_PER_MINUTE_MAX],
  ['getBlocks', GET_BLOCKS_PER_MINUTE_MAX],
  ['getTxBlock', GET_TX_BLOCK_PER_MINUTE_MAX],
  ['getPeers', GET_PEERS_PER_MINUTE_MAX],
  ['relaySignal', SIGNALS_PER_MINUTE_MAX],
]);

/** What one peer may still send of each type. */
export class MessageBudgets {
  readonly #buckets = new Map<string, TokenBucket>();

  /** @returns whether one more message of this type is within its number */
  take(type: string, now: number): boolean {
    const budget = perMinute.get(type);
    if (budget === undefined) return true;
    let bucket = this.#buckets.get(type);
    if (bucket === undefined) {
      bucket = new TokenBucket(budget / 60, budget, now);
      this.#buckets.set(type, bucket);
    }
    return bucket.take(now);
  }
}
