/**
 * How transactions are used to attack: the attackers begin once the victim has synced, and have as many peers as most of a page's
 * places; the honest peer's application sends one transaction while they are at it, and the victim must hear of it.
 */
import { bytesToHex, type Message, SERVICE_TRANSACTIONS } from '@vision-light/protocol';
import { TX_ANSWER_BYTES_MAX } from '../../packages/protocol/src/limits.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import type { Battlefield } from './battlefield.js';

export const ATTACKERS = 8;
/** By when the victim has synced: ms. */
export const BEGIN_MS = 10_000;
/** When the honest application sends its transaction: ms. */
export const HONEST_MS = 30_000;
/** Trickled by a clock of 5 s on average: one of a thousand takes longer. And a little for the way. */
export const TOLD_MS = 35_000;

export const hello = { services: SERVICE_TRANSACTIONS };

/** A transaction, encoded, with the id by which peers speak of it. */
export interface Made {
  readonly id: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Announces transactions, as many in a message as a peer may. */
export function announce(peer: Stranger, transactions: readonly Made[]): void {
  const relayIds = transactions.map(({ id }) => id);
  for (let from = 0; from < relayIds.length; from += 1000)
    peer.say({ type: 'inv', relayIds: relayIds.slice(from, from + 1000) });
}

/** A stranger that delivers what it is asked for, where it has it. */
export function deliverer(field: Battlefield, transactions: readonly Made[]): Stranger {
  const held = new Map(transactions.map(({ id, bytes }) => [bytesToHex(id), bytes]));
  return field.attacker({
    hello,
    answer(message: Message, self: Stranger) {
      answerPings(message, self);
      if (message.type !== 'getTxs') return;
      let transactions: Uint8Array[] = [];
      for (const id of message.relayIds) {
        transactions.push(held.get(bytesToHex(id)) ?? new Uint8Array(0));
        if (transactions.reduce((sum, { length }) => sum + length, 0) < TX_ANSWER_BYTES_MAX) continue;
        self.say({ type: 'txs', requestId: message.requestId, transactions });
        transactions = [];
      }
      if (transactions.length > 0) self.say({ type: 'txs', requestId: message.requestId, transactions });
    },
  });
}

/** Begins once the victim has synced; the honest transaction comes while it goes on. */
export function attackWith(field: Battlefield, honest: Uint8Array, begin: () => void): void {
  field.world.after(BEGIN_MS, begin);
  field.world.after(HONEST_MS, () => field.sendHonestly(honest));
}
