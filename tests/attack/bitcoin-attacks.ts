/**
 * The attackers that speak of Bitcoin's transactions. A light node has no coins to check against, so anyone can make as many
 * transactions as they like, and none offers more than another: what they take is bounded, and nothing else is claimed.
 */
import { MEMPOOL_CHAIN_MAX, MEMPOOL_NAMES_MAX } from '../../packages/protocol/src/limits.js';
import type { Attack } from './attack.js';
import { ATTACK_MS, type Ground, NAME_BYTES } from './battlefield.js';
import { type BitcoinMade, bitcoinGround, makeBitcoin, type Outpoint, outpointOf } from './bitcoin-ground.js';
import { ATTACKERS, announce, attackWith, BEGIN_MS, deliverer, TOLD_MS } from './transaction-field.js';

const KiB = 1024;
const ground: Ground = bitcoinGround;
const honest = makeBitcoin({ inputs: [outpointOf('honest')] }).bytes;

/** How often attackers announce all that they have, ms: after each block what was refused may be requested anew. */
const AGAIN_MS = 5000;
const ROUNDS = Math.ceil((ATTACK_MS - BEGIN_MS) / AGAIN_MS);
const ID_BYTES = 32;
/** What is counted beside transactions: headers on their way, and messages. */
const OTHERS_BYTES = 64 * KiB;
/** A transaction of these, with what it takes in memory. */
const EACH_BYTES = 4 * KiB;

const CHAINS_EACH = 4;
const CHAIN = 2 * MEMPOOL_CHAIN_MAX;
const SPENDS_EACH = 100;
const CHILDREN_EACH = 250;
const FORMS_EACH = 100;
const parentInputs = [outpointOf('parent')];
const parentId = makeBitcoin({ inputs: parentInputs }).txid;
/** In which round attackers announce what they have kept back. */
const THEN_ROUND = 3;
/** Inputs of a wide transaction, and bytes of one: its weight is just below what is relayed. */
const WIDE_INPUTS = 2400;
const INPUT_BYTES = 41;
const WIDE_EACH = 2;

/** Transactions that each spend the one before. */
function chainFrom(first: Outpoint, length: number): BitcoinMade[] {
  const chain: BitcoinMade[] = [];
  for (let i = 0, inputs = [first]; i < length; i++) {
    const made = makeBitcoin({ inputs, note: i });
    chain.push(made);
    inputs = [{ id: made.txid, index: 0 }];
  }
  return chain;
}

const budget = { headersHashed: 0, syncedAfterMs: 5000, heardAfterMs: TOLD_MS };

interface SpamOptions {
  /** What an attacker keeps back for a while. */
  readonly afterwards?: (attacker: number) => readonly BitcoinMade[];
  /** Whether it announces what it has again and again. */
  readonly isRepeated?: boolean;
}

/** Each attacker has its transactions, and announces them. */
function spam(
  transactionsOf: (attacker: number) => readonly BitcoinMade[],
  { afterwards = () => [], isRepeated = true }: SpamOptions = {},
): Pick<Attack, 'ground' | 'codes' | 'begin'> {
  return {
    ground,
    codes: [],
    begin(field) {
      attackWith(field, honest, () => {
        for (let p = 0; p < ATTACKERS; p++) {
          const first = transactionsOf(p);
          const then = afterwards(p);
          const peer = deliverer(field, [...first, ...then]);
          if (!isRepeated) announce(peer, first);
          else
            field.repeat(AGAIN_MS, (round) =>
              announce(peer, round < THEN_ROUND ? first : [...first, ...then]),
            );
        }
      });
    },
  };
}

export const bitcoinAttacks: readonly Attack[] = [
  {
    name: 'Bitcoin: chains of transactions, each spending the one before',
    // What would make a chain too long is refused. After a block it is requested again: so many bytes go for each round.
    budget: {
      ...budget,
      bytesOut: ATTACKERS * CHAINS_EACH * CHAIN * ID_BYTES * (ATTACKERS + ROUNDS),
      retainedBytes: OTHERS_BYTES + ATTACKERS * CHAINS_EACH * (CHAIN / 2) * (EACH_BYTES + KiB),
    },
    ...spam((attacker) =>
      Array.from({ length: CHAINS_EACH }, (_, i) => {
        const chain = chainFrom(outpointOf(`chain ${attacker} ${i}`), CHAIN);
        return i % 2 === 0 ? chain : chain.reverse();
      }).flat(),
    ),
  },
  {
    name: 'Bitcoin: one output spent again and again',
    // The first one stays, whoever brings it.
    budget: {
      ...budget,
      bytesOut: ATTACKERS * SPENDS_EACH * ID_BYTES * ROUNDS + 256 * KiB,
      retainedBytes: OTHERS_BYTES + ATTACKERS * SPENDS_EACH * KiB,
    },
    ...spam((attacker) =>
      Array.from({ length: SPENDS_EACH }, (_, note) =>
        makeBitcoin({ inputs: [outpointOf(`spent ${attacker % 2}`)], note: 1000 * attacker + note }),
      ),
    ),
  },
  {
    name: 'Bitcoin: a parent of thousands, in hundreds of forms',
    // Its children come first. With them it makes too long a chain, in each form that another witness gives it.
    budget: {
      ...budget,
      bytesOut:
        ATTACKERS * (CHILDREN_EACH * ID_BYTES * ATTACKERS + FORMS_EACH * ID_BYTES * ROUNDS) + 256 * KiB,
      retainedBytes: OTHERS_BYTES + ATTACKERS * (CHILDREN_EACH * EACH_BYTES + FORMS_EACH * KiB),
    },
    ...spam(
      (attacker) =>
        // Nobody looks how many outputs it has.
        Array.from({ length: CHILDREN_EACH }, (_, i) =>
          makeBitcoin({ inputs: [{ id: parentId, index: attacker * CHILDREN_EACH + i }] }),
        ),
      {
        afterwards: (attacker) =>
          Array.from({ length: FORMS_EACH }, (_, i) =>
            makeBitcoin({ inputs: parentInputs, witness: attacker * FORMS_EACH + i }),
          ),
      },
    ),
  },
  {
    name: 'Bitcoin: transactions with thousands of inputs',
    // The names of what they spend fill the mempool before their bytes do.
    budget: {
      ...budget,
      bytesOut: 64 * KiB,
      retainedBytes:
        OTHERS_BYTES +
        MEMPOOL_NAMES_MAX * NAME_BYTES +
        (MEMPOOL_NAMES_MAX / 2) * INPUT_BYTES +
        4 * 1024 * KiB,
    },
    ...spam(
      (attacker) =>
        Array.from({ length: WIDE_EACH }, (_, i) =>
          makeBitcoin({
            inputs: Array.from({ length: WIDE_INPUTS }, (_, n) => outpointOf(`wide ${attacker} ${i} ${n}`)),
          }),
        ),
      { isRepeated: false },
    ),
  },
];
