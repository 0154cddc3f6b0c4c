/** The attackers that abuse introductions through peers: those who invent nodes, and those who send, repeat or alter signals. */
import { type Message, type RelaySignal, SERVICE_INTRODUCES, signedSignal } from '@vision-light/protocol';
import { type NodeKey, nodeKeyOfSeed } from '../../packages/gateway/src/node-key.js';
import {
  GET_PEERS_PER_MINUTE_MAX,
  SIGNALS_PER_MINUTE_MAX,
  SIGNALS_PER_PAIR_MAX,
} from '../../packages/protocol/src/limits.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import { visionSim } from '../sim/vision-chain.js';
import { bytesOf } from '../sim/world.js';
import type { Attack, Budget } from './attack.js';
import { ATTACK_MS, type Battlefield } from './battlefield.js';

const KiB = 1024;
const MINUTES = Math.ceil(ATTACK_MS / 60_000);
/** What the victim sends one peer that it does not get rid of, beside what the attack is about. */
const PEER_BYTES = 8 * KiB;
const EVERY_MS = 100;
const LIARS = Math.ceil((ATTACK_MS - 1000) / (10 * EVERY_MS));

const keyOf = (name: string): NodeKey => nodeKeyOfSeed(bytesOf(name));

function budgetOf(changes: Partial<Budget>): Budget {
  return {
    bytesOut: 2 * PEER_BYTES,
    headersHashed: 0,
    signaturesVerified: 4,
    // A hello for each peer.
    signaturesMade: 4,
    retainedBytes: 32 * KiB,
    syncedAfterMs: 5000,
    ...changes,
  };
}

/** A peer that introduces others, and is asked whom it knows. */
function introducer(
  field: Battlefield,
  name: string,
  act: (message: Message, self: Stranger) => void = () => undefined,
): Stranger {
  return field.attacker({
    key: keyOf(name),
    hello: { services: SERVICE_INTRODUCES },
    answer(message, self) {
      answerPings(message, self);
      act(message, self);
    },
  });
}

/** Has a peer send something again and again, as soon as the victim knows it. */
function flood(field: Battlefield, self: Stranger, next: (round: number) => Message): void {
  field.repeat(EVERY_MS, (round) => {
    if (self.heard('hello').length > 0) self.say(next(round));
  });
}

let nonces = 0;
function signalOf(field: Battlefield, from: NodeKey, to: Uint8Array, requestId: number): RelaySignal {
  const text = {
    sender: from.publicKey,
    recipient: to,
    time: Math.floor(field.world.wallTime),
    nonce: bytesOf(`nonce ${++nonces}`).slice(0, 16),
    payload: new Uint8Array(1_200).fill(7),
  };
  const signature = from.sign(signedSignal(visionSim.networkId, text));
  return { type: 'relaySignal', requestId, ...text, signature };
}

const victimKey = ({ victim }: Battlefield): Uint8Array => victim.key?.publicKey ?? new Uint8Array(32);

export const introductionAttacks: readonly Attack[] = [
  {
    name: 'signals of invented senders',
    hasKeys: true,
    introduces: true,
    // Each costs a signature, and what its platform answers one more, up to what a peer may send.
    budget: budgetOf({
      bytesOut: 4 * PEER_BYTES + 64 * KiB,
      signaturesVerified: SIGNALS_PER_MINUTE_MAX * (MINUTES + 1) + 4,
      signaturesMade: SIGNALS_PER_MINUTE_MAX * (MINUTES + 1) + 4,
    }),
    codes: ['PEER_FLOOD'],
    begin(field) {
      const self = introducer(field, 'flooder');
      flood(field, self, (round) => signalOf(field, keyOf(`invented ${round}`), victimKey(field), 0));
    },
  },
  {
    name: 'one signal again and again',
    hasKeys: true,
    introduces: true,
    // It is verified and answered once.
    budget: budgetOf({ signaturesVerified: 5, signaturesMade: 5 }),
    codes: ['PEER_FLOOD'],
    begin(field) {
      const self = introducer(field, 'repeater');
      const signal = signalOf(field, keyOf('somebody'), victimKey(field), 0);
      flood(field, self, () => signal);
    },
  },
  {
    name: 'false signals',
    hasKeys: true,
    introduces: true,
    // Whoever passes one on is disconnected for it, and may come back by another key.
    budget: budgetOf({
      bytesOut: LIARS * KiB,
      signaturesVerified: 2 * LIARS + 4,
      signaturesMade: LIARS + 4,
      retainedBytes: 64 * KiB,
    }),
    codes: ['PEER_SIGNAL_FALSE'],
    begin(field) {
      field.repeat(EVERY_MS * 10, (round) => {
        const self = introducer(field, `liar ${round}`, (message) => {
          if (message.type !== 'hello') return;
          const signal = signalOf(field, keyOf('somebody'), victimKey(field), 0);
          self.say({ ...signal, payload: Uint8Array.of(1) });
        });
      });
    },
  },
  {
    name: 'signals that a node passes on',
    hasKeys: true,
    introduces: true,
    budget: budgetOf({
      bytesOut: 4 * PEER_BYTES + SIGNALS_PER_PAIR_MAX * (MINUTES + 1) * 2 * KiB,
      signaturesVerified: SIGNALS_PER_PAIR_MAX * (MINUTES + 1) + 6,
    }),
    codes: ['PEER_FLOOD'],
    begin(field) {
      introducer(field, 'accomplice');
      const self = introducer(field, 'sender');
      const to = keyOf('accomplice').publicKey;
      flood(field, self, (round) => signalOf(field, keyOf('sender'), to, round + 1));
    },
  },
  {
    name: 'nodes that are not there',
    hasKeys: true,
    introduces: true,
    // An attempt to connect to each, as many as the victim wants peers at a time.
    budget: budgetOf({ bytesOut: 4 * PEER_BYTES + 64 * KiB, signaturesMade: 64, retainedBytes: 64 * KiB }),
    codes: [],
    begin(field) {
      let named = 0;
      introducer(field, 'inventor', (message, self) => {
        if (message.type === 'relaySignal' && message.requestId !== 0)
          self.say({ type: 'signalResult', requestId: message.requestId, outcome: 'relayed' });
        if (message.type !== 'getPeers') return;
        const keys = Array.from({ length: message.count }, () => keyOf(`not there ${++named}`).publicKey);
        self.say({ type: 'peers', requestId: message.requestId, keys });
      });
    },
  },
  {
    name: "questions for a node's peers",
    hasKeys: true,
    introduces: true,
    budget: budgetOf({ bytesOut: 2 * PEER_BYTES + GET_PEERS_PER_MINUTE_MAX * (MINUTES + 1) * KiB }),
    codes: ['PEER_FLOOD'],
    begin(field) {
      const self = introducer(field, 'asker');
      flood(field, self, (round) => ({ type: 'getPeers', requestId: round + 1, count: 16 }));
    },
  },
];
