/**
 * The attackers that are not who they say, or that have been sent away before. The victim and the honest peer have keys. The
 * attackers know the honest peer, which talks to anyone, so each can have it sign what it asks for.
 */
import type { Hello, Message } from '@vision-light/protocol';
import { type NodeKey, nodeKeyOfSeed } from '../../packages/gateway/src/node-key.js';
import { defined } from '../../packages/protocol/src/assert.js';
import { DISCOURAGED_MAX } from '../../packages/protocol/src/limits.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import { bytesOf } from '../sim/world.js';
import type { Attack, Budget } from './attack.js';
import { ATTACK_MS, type Battlefield, INTRODUCER } from './battlefield.js';

const KiB = 1024;
/** What one attempt costs in bytes: a challenge, a hello and a reject. */
const ATTEMPT_BYTES = 400;
/** The honest peer's own hello is verified once, and answered once. */
const HONEST = 1;

/** Rounds of a `repeat`. */
const roundsOf = (everyMs: number): number => Math.ceil((ATTACK_MS - 1000) / everyMs);

/** Of attempts that come to nothing: one signature is verified and one is made for each. */
function budgetOf(attempts: number): Budget {
  return {
    bytesOut: attempts * ATTEMPT_BYTES,
    headersHashed: 0,
    signaturesVerified: attempts + HONEST,
    signaturesMade: attempts + HONEST,
    retainedBytes: 32 * KiB,
    admitted: 0,
    syncedAfterMs: 5000,
  };
}

/** Has the honest peer say hello to whoever sent this nonce, in a channel of the attackers. */
function overhear(field: Battlefield, nonce: Uint8Array, heard: (hello: Hello) => void): void {
  const spy = field.meet(field.honest, (message) => {
    if (message.type === 'hello') heard(message);
  });
  spy.challenge(nonce);
}

/** The same hello, with the ends of another channel. */
function withEndsOf({ channel }: Stranger, hello: Hello): Hello {
  const { localFingerprint, remoteFingerprint } = defined(channel, 'its channel is encrypted');
  const ends = { localFingerprint: remoteFingerprint, remoteFingerprint: localFingerprint };
  return { ...hello, identity: hello.identity && { ...hello.identity, ...ends } };
}

/** What an attacker does with the victim's challenge. */
type Reply = (nonce: Uint8Array, self: Stranger) => void;

function answering(field: Battlefield, reply: Reply): Stranger {
  return field.attacker({
    isSilent: true,
    answer(message, self) {
      answerPings(message, self);
      if (message.type === 'challenge') reply(message.nonce.slice(), self);
    },
  });
}

/**
 * A signaling server that has put its own fingerprints into the offers of two nodes: two channels, and it passes on what comes,
 * as it is or changed.
 */
function sitBetween(field: Battlefield, change: (message: Message, to: Stranger) => Message): void {
  const toHonest: Message[] = [];
  let far: Stranger | undefined;
  const near = field.attacker({
    isSilent: true,
    answer: (message) => (far === undefined ? toHonest.push(message) : far.say(message)),
  });
  far = field.meet(field.honest, (message) => near.say(change(message, near)));
  far.say(...toHonest);
}

const REPLAY_MS = 1000;
const REPLAYS = 4;
const SWAP_MS = 500;
const KNOWN_KEYS = 16;
const RETURN_MS = 500;
const NEW_KEYS = 5;
const NEW_KEY_MS = 200;

/** Bytes that no version writes. */
const malformed = Uint8Array.of(3, 0, 0, 0, 2, 0x80, 0);

/** Proves its key, and then does what no honest peer does. */
function misbehave(field: Battlefield, key: NodeKey): void {
  field.attacker({
    key,
    answer(message, self) {
      if (message.type === 'challenge') self.sayRaw(malformed);
    },
  });
}

export const identityAttacks: readonly Attack[] = [
  {
    name: 'identity replayed',
    hasKeys: true,
    budget: budgetOf(REPLAYS * roundsOf(REPLAY_MS)),
    codes: ['PEER_IDENTITY_FALSE', 'SIGNAL_TAMPERED'],
    // By the replies that have the victim's nonce signed while it waits, in a channel that is not the victim's.
    errors: ['SIGNAL_TAMPERED'],
    begin(field) {
      let recorded: Hello | undefined;
      const say = (self: Stranger, hello: Hello): void => {
        self.challenge();
        self.say(hello);
      };
      const replies: readonly Reply[] = [
        // What the honest peer said to another one, as it was and with the ends of this channel.
        (_nonce, self) => recorded && say(self, recorded),
        (_nonce, self) => recorded && say(self, withEndsOf(self, recorded)),
        // What it says to this nonce.
        (nonce, self) => overhear(field, nonce, (hello) => say(self, hello)),
        (nonce, self) => overhear(field, nonce, (hello) => say(self, withEndsOf(self, hello))),
      ];
      overhear(field, bytesOf('an earlier nonce'), (hello) => {
        recorded = hello;
      });
      field.repeat(REPLAY_MS, () => {
        for (const reply of replies) answering(field, reply);
      });
    },
  },
  {
    name: 'fingerprints swapped by a signaling server',
    hasKeys: true,
    budget: budgetOf(2 * roundsOf(SWAP_MS)),
    codes: ['SIGNAL_TAMPERED', 'PEER_IDENTITY_FALSE'],
    errors: ['SIGNAL_TAMPERED'],
    // For so long nobody else introduces the two.
    honestAfterMs: 20_000,
    begin(field) {
      field.repeat(SWAP_MS, () => {
        sitBetween(field, (message) => message);
        sitBetween(field, (message, near) =>
          message.type === 'hello' ? withEndsOf(near, message) : message,
        );
      });
      field.world.after(ATTACK_MS - 1000, () => {
        for (const node of [field.victim, field.honest])
          if (node.noticed('error').some(({ detail }) => detail !== INTRODUCER))
            throw new Error('a node did not say who introduced it');
        if (field.honest.noticed('error').length === 0) throw new Error('the honest peer noticed nothing');
      });
    },
  },
  {
    name: 'discouraged peers that come back by another name',
    hasKeys: true,
    budget: {
      ...budgetOf(KNOWN_KEYS * roundsOf(RETURN_MS)),
      // A challenge and a reject.
      bytesOut: (KNOWN_KEYS * roundsOf(RETURN_MS) * ATTEMPT_BYTES) / 4,
      // Once each; afterwards the key is refused before its signature is looked at.
      signaturesVerified: KNOWN_KEYS + HONEST,
      admitted: KNOWN_KEYS,
      retainedBytes: 32 * KiB + KNOWN_KEYS * KiB,
    },
    codes: ['WIRE_MALFORMED', 'PEER_DISCOURAGED'],
    begin(field) {
      const keys = Array.from({ length: KNOWN_KEYS }, (_, i) => nodeKeyOfSeed(bytesOf(`discouraged ${i}`)));
      field.repeat(RETURN_MS, () => {
        for (const key of keys) misbehave(field, key);
      });
    },
  },
  {
    name: 'discouraged peers that come back by another key',
    hasKeys: true,
    // A key costs an attacker nothing, so each attempt costs a signature; what is remembered has a bound.
    budget: {
      ...budgetOf(NEW_KEYS * roundsOf(NEW_KEY_MS)),
      admitted: NEW_KEYS * roundsOf(NEW_KEY_MS),
      retainedBytes: 32 * KiB + DISCOURAGED_MAX * KiB,
    },
    codes: ['WIRE_MALFORMED'],
    begin(field) {
      field.repeat(NEW_KEY_MS, (round) => {
        for (let i = 0; i < NEW_KEYS; i++)
          misbehave(field, nodeKeyOfSeed(bytesOf(`discouraged ${round} ${i}`)));
      });
    },
  },
];
