/** The attackers that a node meets which begins with a checkpoint. They cannot keep it from going down to genesis. */
import type { Message } from '@vision-light/protocol';
import { answerFrom, part } from '../sim/scripted-chain.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import { checkpointOf } from '../sim/tree-checkpoint.js';
import { VisionChain, visionSim } from '../sim/vision-chain.js';
import type { Attack, Budget } from './attack.js';
import { HONEST_HEIGHT, honestChain } from './battlefield.js';

const KiB = 1024;
/** High enough that several segments and batches lie below it. */
const HEIGHT = 2000;
/** Of a peer that has come as far as the checkpoint, and so is asked for nothing newer. */
const behind = { height: HEIGHT, chainwork: 1n };
const claims = { height: HONEST_HEIGHT, chainwork: 10n ** 6n };

/** A true checkpoint of the honest chain. */
const checkpoint = () => checkpointOf(honestChain().tree, HEIGHT);

const budget: Budget = {
  bytesOut: 64 * KiB,
  // Those between the checkpoint and genesis are of the honest chain too, and some are hashed for the stored window.
  headersHashed: HEIGHT,
  retainedBytes: 2 * 1024 * KiB,
  syncedAfterMs: 10_000,
};

let rival: VisionChain | undefined;

/** Another chain of as many headers. */
function rivalChain(): VisionChain {
  if (rival === undefined) {
    rival = new VisionChain();
    rival.mine({ count: HEIGHT, miner: 'rival' });
  }
  return rival;
}

type GetHeaders = Extract<Message, { type: 'getHeaders' }>;

/** Answers requests for what lies below the checkpoint, and pings. */
function below(answer: (message: GetHeaders, self: Stranger) => Message | undefined) {
  return (message: Message, self: Stranger): void => {
    answerPings(message, self);
    if (message.type !== 'getHeaders') return;
    const said = answer(message, self);
    if (said !== undefined) self.say(said);
  };
}

const honestAnswer = (message: GetHeaders): Message => answerFrom(visionSim, honestChain().batch, message);
const isProbe = (message: GetHeaders): boolean => message.locator.length === 1 && message.max === 1;

/** Attackers against a node with a checkpoint. */
export const checkpointAttacks: readonly Attack[] = [
  {
    name: 'have the checkpoint, serve another chain below',
    budget,
    codes: ['PEER_UNCONNECTED_HEADERS'],
    checkpoint,
    begin: (field) => {
      const answer = below((message) =>
        isProbe(message) ? honestAnswer(message) : answerFrom(visionSim, rivalChain().batch, message),
      );
      field.repeat(5000, () => field.attacker({ answer, hello: claims }));
    },
  },
  {
    name: 'have the checkpoint, and never what is below',
    budget,
    codes: [],
    checkpoint,
    begin: (field) => {
      const answer = below((message) =>
        isProbe(message) || message.locator.length > 1 ? honestAnswer(message) : undefined,
      );
      for (let i = 0; i < 8; i++) field.attacker({ answer, hello: behind });
    },
  },
  {
    name: 'say that there is nothing below',
    budget,
    codes: [],
    checkpoint,
    begin: (field) => {
      const nothing = part(visionSim, honestChain().batch, 0, 0);
      const answer = below((message) =>
        message.locator.length === 1 ? answerFrom(visionSim, nothing, message) : honestAnswer(message),
      );
      for (let i = 0; i < 8; i++) field.attacker({ answer, hello: behind });
    },
  },
  {
    name: 'claim more work, without the checkpoint',
    budget,
    codes: [],
    errors: ['CHECKPOINT_UNKNOWN'],
    checkpoint,
    begin: (field) => {
      const answer = below((message) => answerFrom(visionSim, rivalChain().batch, message));
      for (let i = 0; i < 8; i++) field.attacker({ answer, hello: claims });
    },
  },
];
