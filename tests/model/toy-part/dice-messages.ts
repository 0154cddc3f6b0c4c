/** The two messages of the toy part, as rows of the table of messages. */
import type { MessageRow } from '@vision-light/protocol';

/** Asks a peer to roll a die. */
export interface RollDie {
  readonly type: 'rollDie';
  readonly requestId: number;
  /** How many sides it has, 2 to 255. */
  readonly sides: number;
}

/** What it rolled. */
export interface DieRolled {
  readonly type: 'dieRolled';
  readonly requestId: number;
  readonly points: number;
}

/** Row of {@link RollDie}. */
export const rollDie: MessageRow<RollDie> = {
  type: 'rollDie',
  typeByte: 0xf0,
  kind: 'request',
  bytesMax: 16,
  cost: 1,
  part: 'dice',
  encode: (writer, { sides }) => writer.u8(sides),
  decode: (reader, requestId) => ({ type: 'rollDie', requestId, sides: reader.u8() }),
};

/** Row of {@link DieRolled}. */
export const dieRolled: MessageRow<DieRolled> = {
  type: 'dieRolled',
  typeByte: 0xf1,
  kind: 'answer',
  bytesMax: 16,
  cost: 0,
  part: 'dice',
  encode: (writer, { points }) => writer.u8(points),
  decode: (reader, requestId) => ({ type: 'dieRolled', requestId, points: reader.u8() }),
};

/** Rows to add to the table. */
export const diceRows: readonly MessageRow[] = [rollDie, dieRolled];
