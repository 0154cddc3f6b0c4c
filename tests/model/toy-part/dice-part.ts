/**
 * A part that does nothing useful, written as any new part of the node would be: it asks each peer for a roll of a die,
 * once when the peer has said hello and then every ROLL_INTERVAL_MS, and answers the same question. A peer that does not
 * answer is disconnected.
 *
 * Memory: one number of each peer.
 */
import type { EventTime, Part, PartContext, Peer, Reception, RequestKind } from '@vision-light/protocol';
import { assert } from '../../../packages/protocol/src/assert.js';
import { type DieRolled, dieRolled, type RollDie, rollDie } from './dice-messages.js';

/** Milliseconds between two questions to one peer. */
export const ROLL_INTERVAL_MS = 60_000;

const SIDES = 6;

/** A peer is alive while it sends anything, and dice are rolled in a second. */
const rolls: RequestKind = {
  name: 'rollDie',
  longestMs: 10_000,
  graceUntil: ({ lastBytesAt }) => lastBytesAt + 1000,
};

/** Asks and answers; see the head of this file. */
export class Dice implements Part<RollDie | DieRolled> {
  readonly name = 'dice';
  /** What peers rolled, by id. */
  readonly rolled = new Map<string, number[]>();
  /** Codes with which peers went, by id. */
  readonly gone = new Map<string, string | undefined>();
  /** For the test of what a broken invariant does. */
  isBroken = false;
  /** When each peer is asked next. */
  readonly #askAt = new Map<Peer, number>();

  constructor(readonly context: PartContext) {}

  peerReady(peer: Peer): void {
    this.#askAt.set(peer, Number.NEGATIVE_INFINITY);
  }

  peerGone(peer: Peer, code: string | undefined): void {
    this.#askAt.delete(peer);
    this.gone.set(peer.id, code);
  }

  receive(peer: Peer, message: RollDie | DieRolled, { now }: EventTime): Reception {
    if (message.type === 'rollDie') {
      const { requestId, sides } = message;
      if (sides < 2) return 'PEER_OUT_OF_TURN';
      const points = 1 + Math.floor(this.context.random() * sides);
      this.context.outbox.send(peer, { type: 'dieRolled', requestId, points }, dieRolled);
      return 'quiet';
    }
    const answer = this.context.ledger.take(peer.id, rolls, message.requestId, now);
    if (answer === 'unsolicited') return 'PEER_UNSOLICITED';
    this.rolled.set(peer.id, [...(this.rolled.get(peer.id) ?? []), message.points]);
    return 'quiet';
  }

  advance({ now }: EventTime): void {
    assert(!this.isBroken, 'a die has two sides at least');
    const { ledger, outbox, peers, punish } = this.context;
    for (const id of ledger.overdue(rolls, now).keys()) {
      const peer = peers.get(id);
      if (peer !== undefined) punish(peer, 'PEER_UNRESPONSIVE');
    }
    for (const [peer, askAt] of this.#askAt) {
      if (now < askAt) continue;
      this.#askAt.set(peer, now + ROLL_INTERVAL_MS);
      const requestId = ledger.ask(peer.id, rolls, 1000, now);
      outbox.send(peer, { type: 'rollDie', requestId, sides: SIDES }, rollDie);
    }
  }

  nextWake(): number | undefined {
    const deadline = this.context.ledger.dueAt(rolls) ?? Number.POSITIVE_INFINITY;
    const next = Math.min(deadline, ...this.#askAt.values());
    return Number.isFinite(next) ? next : undefined;
  }
}
