/** The attackers that need block bodies. */
import { type Message, SERVICE_ARCHIVE } from '@vision-light/protocol';
import {
  BODY_SEND_BUFFER_BYTES_MAX,
  ORPHAN_BYTES_MAX,
  UNSENT_BYTES_MAX,
} from '../../packages/protocol/src/limits.js';
import { answerFrom } from '../sim/scripted-chain.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import { visionSim } from '../sim/vision-chain.js';
import type { Attack } from './attack.js';
import { type Battlefield, HONEST_HEIGHT, honestBody, honestChain } from './battlefield.js';

const KiB = 1024;
/** By when the victim has synced from the honest peer, and follows its blocks: ms. */
const SYNCED_MS = 20_000;

const { tree } = honestChain();
const honestHash = (height: number): Uint8Array => tree.hash(tree.at(height) as number).slice();
const heightOf = new Map(
  Array.from({ length: tree.tipHeight + 1 }, (_, height) => [
    visionSim.hashToHex(honestHash(height)),
    height,
  ]),
);
/** Hello of one that has the whole honest chain and says that it keeps all bodies. */
const archive = {
  height: HONEST_HEIGHT,
  chainwork: tree.chainwork(tree.at(HONEST_HEIGHT) as number),
  services: SERVICE_ARCHIVE,
};

/** Serves the honest headers, and for each body that is asked for what `bodyOf` gives, if anything. */
function serveBodies(
  bodyOf: (height: number) => Uint8Array | undefined,
): (message: Message, self: Stranger) => void {
  const chain = tree.batch(1, HONEST_HEIGHT);
  return (message, self) => {
    answerPings(message, self);
    if (message.type === 'getHeaders') self.say(answerFrom(visionSim, chain, message));
    if (message.type !== 'getBlocks') return;
    for (const hash of message.hashes) {
      const body = bodyOf(heightOf.get(visionSim.hashToHex(hash)) ?? 0);
      if (body !== undefined)
        self.say({ type: 'blocks', requestId: message.requestId, hash: hash.slice(), body });
    }
  };
}

/** Strangers who announce what they invent, and send bodies for it: new ones come as fast as they are sent away. */
function inventBlocks(field: Battlefield, bytes: number, prevOf: () => Uint8Array): void {
  const { world } = field;
  const body = new Uint8Array(bytes).fill(1);
  const answer = (message: Message, self: Stranger): void => {
    answerPings(message, self);
    const { requestId } = message as { requestId: number };
    if (message.type === 'getHeaders') {
      const parent = visionSim.genesis.hash;
      self.say({ type: 'headers', requestId, parent, count: 0, payload: new Uint8Array(0) });
    } else if (message.type === 'getBlocks')
      for (const hash of message.hashes) self.say({ type: 'blocks', requestId, hash: hash.slice(), body });
  };
  field.repeat(2000, (round) => {
    if (round * 2000 < SYNCED_MS) return;
    for (let p = 0; p < 4; p++) {
      const peer = field.attacker({ answer });
      for (let i = 1; i <= 20; i++)
        world.after(50 * i, () =>
          peer.say({
            type: 'announce',
            height: field.victim.core.tip.height + 1,
            hash: world.random.bytes(32),
            prev: prevOf(),
          }),
        );
    }
  });
}

export const bodyAttacks: readonly Attack[] = [
  {
    name: 'wrong bodies for good headers',
    // A request for the headers and one for bodies to each, and hello.
    budget: { bytesOut: 8 * 8 * KiB, headersHashed: 0, retainedBytes: 64 * KiB, syncedAfterMs: 5000 },
    codes: ['BODY_ROOT_MISMATCH'],
    begin(field) {
      const wrong = serveBodies((height) => honestBody(height - 1)?.body);
      for (let i = 0; i < 8; i++) field.attacker({ hello: archive, answer: wrong });
    },
  },
  {
    name: 'peers that never give a body',
    budget: { bytesOut: 64 * KiB, headersHashed: 0, retainedBytes: 32 * KiB, syncedAfterMs: 5000 },
    codes: [],
    begin(field) {
      for (let i = 0; i < 8; i++) field.attacker({ hello: archive, answer: serveBodies(() => undefined) });
    },
  },
  {
    name: 'bodies that nobody asked for',
    budget: { bytesOut: 64 * KiB, headersHashed: 0, retainedBytes: 4 * 1024 * KiB, syncedAfterMs: 5000 },
    codes: ['PEER_UNSOLICITED'],
    begin(field) {
      const body = new Uint8Array(1_900_000);
      for (let i = 0; i < 8; i++)
        field
          .attacker({ hello: archive })
          .say({ type: 'blocks', requestId: 1, hash: honestHash(HONEST_HEIGHT), body });
    },
  },
  {
    name: 'orphan flood, invented parents',
    // To each of 160 strangers: hello, three requests for headers, a few for bodies, what any peer is told.
    budget: {
      bytesOut: 240 * 10 * KiB,
      headersHashed: 0,
      retainedBytes: ORPHAN_BYTES_MAX + 1024 * KiB,
      syncedAfterMs: 5000,
    },
    codes: ['PEER_CLAIM_UNPROVEN'],
    begin: (field) => inventBlocks(field, 400 * KiB, () => field.world.random.bytes(32)),
  },
  {
    name: 'orphan flood, real parents',
    budget: {
      bytesOut: 240 * 10 * KiB,
      headersHashed: 0,
      retainedBytes: ORPHAN_BYTES_MAX + 1024 * KiB,
      syncedAfterMs: 5000,
    },
    codes: ['PEER_CLAIM_UNPROVEN'],
    begin: (field) => inventBlocks(field, 400 * KiB, () => honestHash(HONEST_HEIGHT)),
  },
  {
    name: 'duplicate flood, announcements',
    budget: { bytesOut: 128 * KiB, headersHashed: 0, retainedBytes: 32 * KiB, syncedAfterMs: 5000 },
    codes: ['PEER_FLOOD'],
    begin(field) {
      for (let p = 0; p < 8; p++) {
        const peer = field.attacker({
          hello: archive,
          answer: serveBodies((height) => honestBody(height)?.body),
        });
        for (let i = 0; i < 100; i++)
          field.world.after(SYNCED_MS + 10 * i, () =>
            peer.say({
              type: 'announce',
              height: HONEST_HEIGHT,
              hash: honestHash(HONEST_HEIGHT),
              prev: honestHash(HONEST_HEIGHT - 1),
            }),
          );
      }
    },
  },
  {
    name: 'body request amplification, not reading',
    budget: {
      bytesOut: 4 * UNSENT_BYTES_MAX,
      headersHashed: 0,
      retainedBytes: 4 * (BODY_SEND_BUFFER_BYTES_MAX + 256 * KiB),
      syncedAfterMs: 5000,
    },
    codes: ['PEER_FLOOD'],
    begin(field) {
      const hashes = Array.from({ length: 32 }, (_, i) => honestHash(HONEST_HEIGHT - i));
      for (let p = 0; p < 4; p++) {
        const peer = field.attacker({ isReading: false });
        for (let i = 1; i <= 200; i++)
          field.world.after(SYNCED_MS + 20 * i, () => peer.say({ type: 'getBlocks', requestId: i, hashes }));
      }
    },
  },
];
