/**
 * The attackers that say that they are of a later version of the protocol. One of them does what a later version may do, and
 * must be served; the others break the rules that are to hold for any version.
 */
import { type Hello, type Message, PROTOCOL_VERSION } from '@vision-light/protocol';
import { SMALL_MESSAGE_BYTES_MAX } from '../../packages/protocol/src/limits.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import { visionSim } from '../sim/vision-chain.js';
import type { Attack } from './attack.js';
import { ATTACK_MS, type Battlefield } from './battlefield.js';

const KiB = 1024;
/** Of no message and no service of this version. */
const UNKNOWN_TYPE = 250;
const UNKNOWN_SERVICE = 2 ** 40;
const ROUND_MS = 5000;
/** Messages that nobody knows in a second, from one that is to be served: of the largest size, well within its rate. */
const SKIPPED_PER_SECOND = 20;
const highest = Number.MAX_SAFE_INTEGER;

const later: Partial<Hello> = {
  version: PROTOCOL_VERSION + 1,
  minVersion: PROTOCOL_VERSION,
  services: UNKNOWN_SERVICE,
};

/** A message that this version does not know, of so many bytes with its type. */
function unknown(bytes: number): Uint8Array {
  const frame = new Uint8Array(4 + bytes);
  new DataView(frame.buffer).setUint32(0, bytes, true);
  frame[4] = UNKNOWN_TYPE;
  return frame;
}

/** Each is one stranger: what it says hello with, and what it does afterwards. */
const faults: readonly [code: string, hello: Partial<Hello>, act?: (self: Stranger) => void][] = [
  ['PEER_WRONG_VERSION', { ...later, version: PROTOCOL_VERSION + 2, minVersion: PROTOCOL_VERSION + 1 }],
  ['PEER_FEATURE_REQUIRED', { ...later, requires: UNKNOWN_SERVICE }],
  ['PEER_FEATURE_REQUIRED', { ...later, version: highest, services: highest, requires: highest }],
  ['WIRE_UNKNOWN_TYPE', { ...later, version: PROTOCOL_VERSION }, (self) => self.sayRaw(unknown(1))],
  ['WIRE_TOO_LARGE', later, (self) => self.sayRaw(unknown(SMALL_MESSAGE_BYTES_MAX + 1))],
  [
    'PEER_FLOOD',
    later,
    (self) => {
      for (let i = 0; i < 1000; i++) self.sayRaw(unknown(SMALL_MESSAGE_BYTES_MAX));
    },
  ],
  ['PEER_OUT_OF_TURN', later, (self) => self.hello(later)],
];

const request: Message = {
  type: 'getHeaders',
  requestId: 1,
  locator: [visionSim.genesis.hash],
  stop: undefined,
  skip: 0,
  max: 1,
};

/** What a later version may do: the victim must skip what it does not know, answer what it does, and keep the peer. */
function behave(field: Battlefield): void {
  let answers = 0;
  const peer = field.attacker({
    hello: later,
    answer(message, self) {
      answerPings(message, self);
      if (message.type === 'headers' && message.count === 1) answers++;
    },
  });
  field.repeat(1000, () => {
    for (let i = 0; i < SKIPPED_PER_SECOND; i++) peer.sayRaw(unknown(SMALL_MESSAGE_BYTES_MAX));
    peer.say(request);
  });
  field.world.after(ATTACK_MS - 1000, () => {
    if (!peer.isConnected || answers < ATTACK_MS / 1000 - 10)
      throw new Error(`a peer of a later version was not served: ${answers} answers`);
  });
}

export const versionAttacks: readonly Attack[] = [
  {
    name: 'a version from the future',
    // To each that breaks a rule a hello and a reject; to the one that does not, a header each second.
    budget: {
      bytesOut: (Math.ceil(ATTACK_MS / ROUND_MS) * faults.length * KiB) / 4 + (ATTACK_MS / 1000) * (KiB / 2),
      headersHashed: 0,
      retainedBytes: 32 * KiB,
      syncedAfterMs: 5000,
    },
    codes: [...new Set(faults.map(([code]) => code))],
    begin(field) {
      behave(field);
      field.repeat(ROUND_MS, () => {
        for (const [, hello, act] of faults) {
          const stranger = field.attacker({ hello });
          act?.(stranger);
        }
      });
    },
  },
];
