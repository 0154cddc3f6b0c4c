/** The attackers that speak of transactions, on Vision's network. */
import { defined } from '../../packages/protocol/src/assert.js';
import {
  decodeVisionTransaction,
  encodeVisionTransaction,
} from '../../packages/protocol/src/families/vision/block/body-codec.js';
import {
  MEMPOOL_CHAIN_MAX,
  MEMPOOL_TRANSACTIONS_MAX,
  TX_ANNOUNCEMENTS_PER_PEER_MAX,
  TX_REQUEST_TIMEOUT_MS,
  TX_REQUESTED_MAX,
} from '../../packages/protocol/src/limits.js';
import { visionSim } from '../sim/vision-chain.js';
import { idOf, makeTransaction } from '../sim/vision-transactions.js';
import type { Attack } from './attack.js';
import {
  ATTACKERS,
  announce,
  attackWith,
  BEGIN_MS,
  deliverer,
  HONEST_MS,
  hello,
  type Made,
  TOLD_MS,
} from './transaction-field.js';

const KiB = 1024;
/** It offers more than anything an attacker does, so that it has a place wherever one has. */
const honest = makeTransaction({ sender: 1, tip: 2 ** 50 });

function made(options: Parameters<typeof makeTransaction>[0]): Made {
  const bytes = makeTransaction(options);
  return { id: visionSim.hashFromHex(idOf(bytes)) as Uint8Array, bytes };
}

/** `count` transactions of as many accounts as that takes, each offering more than the one before. */
function many(firstSender: number, count: number): Made[] {
  return Array.from({ length: count }, (_, i) =>
    made({
      sender: firstSender + Math.floor(i / MEMPOOL_CHAIN_MAX),
      nonce: i % MEMPOOL_CHAIN_MAX,
      tip: 1 + i,
    }),
  );
}

/** The same transaction with the signature of another one: it has to be verified to be found false. */
function forged({ bytes, id }: Made, signature: string): Made {
  const tx = defined(decodeVisionTransaction(bytes), 'a transaction of the test');
  return { id, bytes: encodeVisionTransaction({ ...tx, sig: signature }) };
}

const budget = { bytesOut: 256 * KiB, headersHashed: 0, syncedAfterMs: 5000, heardAfterMs: TOLD_MS };

/** What is counted beside transactions: headers on their way, and messages. */
const OTHERS_BYTES = 64 * KiB;
/** Valid transactions: each is verified once, and told to each of the others at most once. */
const SPAM = ATTACKERS * 1000;
/** Strangers with false signatures: eight every five seconds. Each gets to deliver one answer. */
const FORGERS = 8 * 22;
const FORGED_EACH = 20;
const REPLACEMENTS = 350;
const CHAINS = ATTACKERS * 10;
const CHAIN_SPAM = 2 * MEMPOOL_CHAIN_MAX;

export const transactionAttacks: readonly Attack[] = [
  {
    name: 'valid transactions, more than the mempool holds',
    budget: {
      ...budget,
      bytesOut: 2 * ATTACKERS * SPAM * 32,
      signaturesVerified: SPAM + 1,
      retainedBytes: MEMPOOL_TRANSACTIONS_MAX * 3 * KiB,
    },
    codes: [],
    begin(field) {
      attackWith(field, honest, () => {
        for (let p = 0; p < ATTACKERS; p++) {
          const own = many(1000 * (p + 1), SPAM / ATTACKERS);
          announce(deliverer(field, own), own);
        }
      });
    },
  },
  {
    name: 'transactions with false signatures',
    budget: {
      ...budget,
      signaturesVerified: FORGERS * FORGED_EACH + 1,
      retainedBytes: 8 * FORGED_EACH * 4 * KiB,
    },
    codes: ['TX_SIGNATURE_INVALID'],
    begin(field) {
      const [other, ...own] = many(100, FORGED_EACH + 1);
      const { sig } = defined(decodeVisionTransaction(defined(other, 'the first').bytes), 'a transaction');
      const false_ = own.map((each) => forged(each, sig));
      attackWith(field, honest, () =>
        field.repeat(5000, (round) => {
          if (round >= FORGERS / 8) return;
          for (let p = 0; p < 8; p++) announce(deliverer(field, false_), false_);
        }),
      );
    },
  },
  {
    name: 'a transaction that is replaced again and again',
    budget: {
      ...budget,
      signaturesVerified: ATTACKERS * REPLACEMENTS + 1,
      retainedBytes: OTHERS_BYTES + 2 * ATTACKERS * 4 * KiB,
    },
    codes: [],
    begin(field) {
      attackWith(field, honest, () => {
        for (let p = 0; p < ATTACKERS; p++) {
          let tip = 1;
          const versions = Array.from({ length: REPLACEMENTS }, () => {
            const version = made({ sender: 200 + p, tip });
            tip = Math.min(tip + Math.ceil(tip / 10), Number.MAX_SAFE_INTEGER);
            return version;
          });
          const peer = deliverer(field, versions);
          for (const [i, version] of versions.entries())
            field.world.after(250 * i, () => announce(peer, [version]));
        }
      });
    },
  },
  {
    name: 'announcements that are never delivered',
    // Whoever announced the honest transaction first is waited for.
    budget: {
      ...budget,
      bytesOut: 512 * KiB,
      signaturesVerified: 1,
      retainedBytes: ATTACKERS * TX_ANNOUNCEMENTS_PER_PEER_MAX * KiB,
      heardAfterMs: TX_REQUEST_TIMEOUT_MS + TOLD_MS,
    },
    codes: [],
    begin(field) {
      const sent = { id: visionSim.hashFromHex(idOf(honest)) as Uint8Array, bytes: honest };
      attackWith(field, honest, () => {
        for (let p = 0; p < ATTACKERS; p++) {
          const peer = field.attacker({ hello });
          const invented = Array.from({ length: TX_ANNOUNCEMENTS_PER_PEER_MAX }, () => ({
            id: field.world.random.bytes(32),
            bytes: new Uint8Array(0),
          }));
          // Half of what may be asked of it at a time; then the honest one, just before it is sent; then all there is room for.
          announce(peer, invented.slice(0, TX_REQUESTED_MAX / 2));
          field.world.after(HONEST_MS - BEGIN_MS - 1000, () => announce(peer, [sent]));
          field.world.after(HONEST_MS - BEGIN_MS + 2000, () => announce(peer, invented));
        }
      });
    },
  },
  {
    name: 'chains of dependent transactions, too long and backwards',
    // Each signature is verified once. What would make a chain too long is fetched again after each block, and refused before
    // its signature is looked at.
    budget: {
      ...budget,
      bytesOut: 2 * KiB * KiB,
      signaturesVerified: CHAINS * CHAIN_SPAM + 1,
      retainedBytes: CHAINS * MEMPOOL_CHAIN_MAX * 4 * KiB,
    },
    codes: [],
    begin(field) {
      attackWith(field, honest, () => {
        for (let p = 0; p < ATTACKERS; p++) {
          // The last number of each account first, and number 0 never: no block can have any of them.
          const own = Array.from({ length: (CHAINS / ATTACKERS) * CHAIN_SPAM }, (_, i) =>
            made({
              sender: 300 + 100 * p + Math.floor(i / CHAIN_SPAM),
              nonce: CHAIN_SPAM - (i % CHAIN_SPAM),
              tip: 5,
            }),
          );
          const peer = deliverer(field, own);
          field.repeat(5000, () => announce(peer, own));
        }
      });
    },
  },
];
