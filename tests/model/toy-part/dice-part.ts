/**
 * A part that does nothing useful, written as any new part of the node would be: it asks each peer for a roll of a die,
 * once when the peer has said hello and then every ROLL_INTERVAL_MS, and answers the same question.
 *
 * Memory: one number of each peer.
 */
import type { EventTime, Part, PartContext, Peer, Reception } from '@vision-light/protocol';
import { type DieRolled, dieRolled, type RollDie, rollDie } from './dice-messages.js';

/** Milliseconds between two questions to one peer. */
export const ROLL_INTERVAL_MS = 60_000;

const SIDES = 6;

interface Game {
  askAt: number;
  requestId: number | undefined;
}

/** Asks and answers; see the head of this file. */
export class Dice implements Part<RollDie | DieRolled> {
  readonly name = 'dice';
  /** What peers rolled, by id. */
  readonly rolled = new Map<string, number[]>();
  /** Codes with which peers went, by id. */
  readonly gone = new Map<string, string | undefined>();
  readonly #games = new Map<Peer, Game>();

  constructor(readonly context: PartContext) {}

  peerReady(peer: Peer): void {
    this.#games.set(peer, { askAt: Number.NEGATIVE_INFINITY, requestId: undefined });
  }

  peerGone(peer: Peer, code: string | undefined): void {
    this.#games.delete(peer);
    this.gone.set(peer.id, code);
  }

  receive(peer: Peer, message: RollDie | DieRolled): Reception {
    if (message.type === 'rollDie') {
      const { requestId, sides } = message;
      if (sides < 2) return 'PEER_OUT_OF_TURN';
      const points = 1 + Math.floor(this.context.random() * sides);
      this.context.outbox.send(peer, { type: 'dieRolled', requestId, points }, dieRolled);
      return 'quiet';
    }
    const game = this.#games.get(peer);
    if (game?.requestId !== message.requestId) return 'PEER_UNSOLICITED';
    game.requestId = undefined;
    this.rolled.set(peer.id, [...(this.rolled.get(peer.id) ?? []), message.points]);
    return 'quiet';
  }

  advance({ now }: EventTime): void {
    for (const [peer, game] of this.#games) {
      if (now < game.askAt) continue;
      game.askAt = now + ROLL_INTERVAL_MS;
      game.requestId = this.context.nextRequestId();
      this.context.outbox.send(peer, { type: 'rollDie', requestId: game.requestId, sides: SIDES }, rollDie);
    }
  }

  nextWake(): number | undefined {
    const times = [...this.#games.values()].map(({ askAt }) => askAt);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}
