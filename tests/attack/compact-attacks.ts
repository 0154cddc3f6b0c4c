/** The attackers that speak compact blocks. They know each new block as soon as it is mined, and are the first to bring it. */
import { type CompactBlock, type Message, SERVICE_COMPACT_BLOCKS } from '@vision-light/protocol';
import { compactBlockOf } from '../../packages/protocol/src/compact/rebuild.js';
import {
  BODY_SEND_BUFFER_BYTES_MAX,
  SERVED_BYTES_BURST_MAX,
  SERVED_BYTES_PER_SECOND_MAX,
} from '../../packages/protocol/src/limits.js';
import { answerFrom } from '../sim/scripted-chain.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import { visionSim } from '../sim/vision-chain.js';
import type { Attack } from './attack.js';
import { ATTACK_MS, type Battlefield, HONEST_HEIGHT, honestBody, honestChain } from './battlefield.js';

const KiB = 1024;
/** Blocks by which the attackers are chosen to send the next ones unasked. */
const CHOSEN_AFTER = 4;
const SPACING_MS = 5000;

const { tree } = honestChain();
const hashAt = (height: number): Uint8Array => tree.hash(tree.at(height) as number).slice();
const hello = {
  height: HONEST_HEIGHT,
  chainwork: tree.chainwork(tree.at(HONEST_HEIGHT) as number),
  services: SERVICE_COMPACT_BLOCKS,
};

/** The compact block at a height, unasked: under another nonce nobody has its transactions. */
function unasked(height: number, change: (block: CompactBlock) => CompactBlock): Message {
  const { records, hashes } = tree.batch(height, 1);
  const head = visionSim.compactHead({ count: 1, records, hashes }, new Uint8Array(8).fill(height));
  const transactions = visionSim.splitBody(honestBody(height)?.body ?? new Uint8Array(1)) ?? [];
  const block = change(compactBlockOf(head, transactions));
  return { type: 'compactBlock', requestId: 0, height, block: visionSim.encodeCompact(block) };
}

const asItIs = (block: CompactBlock): CompactBlock => block;
/** Short ids of transactions that nobody has. */
const invented = (block: CompactBlock): CompactBlock => ({
  ...block,
  shortIds: block.shortIds.map((byte, at) => byte ^ (at % 7)),
});
const equalIds = (block: CompactBlock): CompactBlock => ({
  ...block,
  shortIds: block.shortIds.slice().copyWithin(0, 6, 12),
});

/**
 * Four attackers announce the first blocks, each its own; what comes afterwards all of them send unasked, before anyone else.
 *
 * @param answer  what they do with requests for transactions
 */
function sendUnasked(
  field: Battlefield,
  change: (block: CompactBlock) => CompactBlock,
  answer: (message: Extract<Message, { type: 'getBlockTxns' }>, self: Stranger) => void = () => undefined,
): void {
  let height = HONEST_HEIGHT;
  const attackers = Array.from({ length: 4 }, () =>
    field.attacker({
      hello,
      answer: (message, self) => {
        answerPings(message, self);
        if (message.type === 'getHeaders') self.say(answerFrom(visionSim, tree.batch(1, height), message));
        if (message.type === 'getBlockTxns') answer(message, self);
      },
    }),
  );
  field.repeat(SPACING_MS, (round) => {
    height = HONEST_HEIGHT + round;
    const announcer = attackers[round % attackers.length];
    if (round === 0 || height > tree.tipHeight) return;
    announcer?.say({ type: 'announce', height, hash: hashAt(height), prev: hashAt(height - 1) });
    if (round <= CHOSEN_AFTER) return;
    for (const attacker of attackers)
      if (attacker.heard('sendCompact').at(-1)?.highBandwidth === true) attacker.say(unasked(height, change));
  });
}

/** A header may be hashed twice: whoever brought it may be sent away meanwhile. */
const budget = { bytesOut: 256 * KiB, headersHashed: 8, retainedBytes: 64 * KiB, syncedAfterMs: 5000 };

export const compactAttacks: readonly Attack[] = [
  {
    name: 'compact blocks whose transactions nobody has, and no answer',
    budget,
    codes: [],
    begin: (field) => sendUnasked(field, invented),
  },
  {
    name: 'compact blocks whose transactions nobody has, and other transactions',
    budget,
    codes: [],
    begin: (field) =>
      sendUnasked(field, invented, ({ requestId, places }, self) => {
        const { hash, items } = visionSim.decodePlaces(places) ?? { hash: new Uint8Array(32), items: [] };
        const [wrong] = visionSim.splitBody(honestBody(HONEST_HEIGHT)?.body ?? new Uint8Array(1)) ?? [];
        const transactions = items.map(() => wrong?.bytes ?? new Uint8Array(0));
        const answer = visionSim.encodeTransactions({ hash, items: transactions });
        self.say({ type: 'blockTxns', requestId, transactions: answer });
      }),
  },
  {
    name: 'short ids that collide',
    budget,
    codes: [],
    begin: (field) => sendUnasked(field, equalIds),
  },
  {
    name: 'compact blocks that nobody asked for',
    budget,
    codes: ['PEER_UNSOLICITED'],
    begin(field) {
      for (let i = 0; i < 8; i++) field.attacker({ hello }).say(unasked(HONEST_HEIGHT, asItIs));
    },
  },
  {
    name: 'compact blocks, the same one again and again',
    budget,
    codes: ['PEER_FLOOD'],
    begin(field) {
      sendUnasked(field, asItIs);
      field.repeat(SPACING_MS, (round) => {
        for (const attacker of round > CHOSEN_AFTER ? field.strangers : [])
          if (attacker.heard('sendCompact').at(-1)?.highBandwidth === true)
            for (let i = 0; i < 100; i++) attacker.say(unasked(HONEST_HEIGHT + round - 1, asItIs));
      });
    },
  },
  {
    name: 'getBlockTxns for everything',
    budget: {
      bytesOut: 4 * (SERVED_BYTES_BURST_MAX + (SERVED_BYTES_PER_SECOND_MAX * ATTACK_MS) / 1000),
      headersHashed: 0,
      // Two of them do not read.
      retainedBytes: 2 * (BODY_SEND_BUFFER_BYTES_MAX + 256 * KiB),
      syncedAfterMs: 5000,
    },
    codes: ['PEER_FLOOD'],
    begin(field) {
      const items = Array.from({ length: 12 }, (_, place) => place);
      for (let p = 0; p < 4; p++) {
        const peer = field.attacker({
          hello: { services: SERVICE_COMPACT_BLOCKS },
          isReading: p % 2 === 0,
        });
        for (let i = 1; i <= 2000; i++)
          field.world.after(20_000 + 4 * i, () => {
            const places = visionSim.encodePlaces({ hash: hashAt(HONEST_HEIGHT + (i % 4)), items });
            peer.say({ type: 'getBlockTxns', requestId: i, places });
          });
      }
    },
  },
];
