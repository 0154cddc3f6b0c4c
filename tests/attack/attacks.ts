/** The attackers. Each has a budget: what it may cost the victim, who must reach the honest tip all the same. */
import {
  FRAME_BYTES_MAX,
  type HeaderBatch,
  type Message,
  type Store,
  type VisionHeader,
} from '@vision-light/protocol';
import { decodeRecord, encodeRecord } from '../../packages/protocol/src/families/vision/header/record.js';
import {
  HEADERS_PAYLOAD_BYTES_MAX,
  HELD_HEADERS_MAX,
  SERVED_BYTES_BURST_MAX,
  SERVED_BYTES_PER_SECOND_MAX,
  SMALL_MESSAGE_BYTES_MAX,
  UNSENT_BYTES_MAX,
} from '../../packages/protocol/src/limits.js';
import { part, serve } from '../sim/scripted-chain.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import { genesisTime, VisionChain, visionSim } from '../sim/vision-chain.js';
import type { Attack, Budget } from './attack.js';
import { ATTACK_MS, Battlefield, type Cost, honestChain, startWallTime } from './battlefield.js';
import { bitcoinAttacks } from './bitcoin-attacks.js';
import { bodyAttacks } from './body-attacks.js';
import { checkpointAttacks } from './checkpoint-attacks.js';
import { compactAttacks } from './compact-attacks.js';
import { identityAttacks } from './identity-attacks.js';
import { introductionAttacks } from './introduction-attacks.js';
import { presyncAttacks } from './presync-attacks.js';
import { storeAttacks } from './store-attacks.js';
import { transactionAttacks } from './transaction-attacks.js';
import { versionAttacks } from './version-attacks.js';

const KiB = 1024;
const claimed = 10n ** 30n;
const headerBytes = visionSim.recordBytes + 32 + 80;
const cheap: Budget = { bytesOut: 64 * KiB, headersHashed: 0, retainedBytes: 32 * KiB, syncedAfterMs: 5000 };
const greedy = { height: 1_000_000, chainwork: claimed };

const branches = new Map<string, HeaderBatch>();

/** A valid branch, mined once. */
function branch(miner: string, count: number, timeOf: (height: number) => number): HeaderBatch {
  const known = branches.get(miner);
  if (known !== undefined) return known;
  const batch = new VisionChain().mine({ count, timeOf, miner });
  branches.set(miner, batch);
  return batch;
}

/** The honest chain's first 30 headers, the last of them changed. */
function withBad(change: (header: VisionHeader) => Partial<VisionHeader>): HeaderBatch {
  const batch = part(visionSim, honestChain().batch, 0, 30);
  const at = 29 * visionSim.recordBytes;
  const header = decodeRecord(batch.records.slice(at, at + visionSim.recordBytes));
  batch.records.set(encodeRecord({ ...header, ...change(header) }, 64) as Uint8Array, at);
  return batch;
}

const invalidHeaders: readonly [string, (header: VisionHeader) => Partial<VisionHeader>][] = [
  ['HEADER_BAD_MINER', () => ({ miner: new Uint8Array(0) })],
  ['HEADER_BAD_DIFFICULTY', ({ difficulty }) => ({ difficulty: difficulty + 1n })],
  ['HEADER_TIME_TOO_OLD', () => ({ timestamp: BigInt(genesisTime - 1) })],
  ['HEADER_TIME_TOO_NEW', () => ({ timestamp: BigInt(startWallTime + 3 * 3600) })],
  ['HEADER_TARGET_MISSED', () => ({ digest: new Uint8Array(32).fill(0xff) })],
  ['HEADER_POW_MISMATCH', ({ nonce }) => ({ nonce: nonce + 1n })],
];

function length(bytes: number, typeByte: number): Uint8Array {
  const start = new Uint8Array(5);
  new DataView(start.buffer).setUint32(0, bytes, true);
  start[4] = typeByte;
  return start;
}

const unasked = (requestId: number, payloadBytes: number): Message => ({
  type: 'headers',
  requestId,
  parent: visionSim.genesis.hash,
  count: 2000,
  payload: new Uint8Array(payloadBytes),
});

const fromGenesis = (requestId: number): Message => ({
  type: 'getHeaders',
  requestId,
  locator: [visionSim.genesis.hash],
  stop: undefined,
  skip: 0,
  max: 2000,
});

const emptyAnswer = (message: Message, self: Stranger): void => {
  answerPings(message, self);
  if (message.type === 'getHeaders')
    self.say({
      type: 'headers',
      requestId: message.requestId,
      parent: visionSim.genesis.hash,
      count: 0,
      payload: new Uint8Array(0),
    });
};

const malformedAnswer = (message: Message, self: Stranger): void => {
  answerPings(message, self);
  if (message.type !== 'getHeaders') return;
  const payload = new Uint8Array(3000).fill(0xff);
  const parent = visionSim.genesis.hash;
  self.say({ type: 'headers', requestId: message.requestId, parent, count: 30, payload });
};

const headerAttacks: readonly Attack[] = [
  {
    name: 'low-work header spam',
    // Without a presync every header of it is hashed once; it leads for one turn, and then the honest peer does.
    budget: {
      bytesOut: 64 * KiB,
      headersHashed: 10_000,
      retainedBytes: 10_100 * headerBytes,
      syncedAfterMs: 35_000,
    },
    codes: [],
    begin(field) {
      const chain = branch('spam', 10_000, (height) => genesisTime + 25 * height);
      field.attacker({ hello: greedy, answer: serve(visionSim, chain) });
    },
  },
  {
    name: 'invalid headers of each kind',
    budget: { ...cheap, headersHashed: 30 * invalidHeaders.length },
    codes: ['HEADER_MALFORMED', ...invalidHeaders.map(([code]) => code)],
    begin(field) {
      field.attacker({ hello: greedy, answer: malformedAnswer });
      for (const [, change] of invalidHeaders)
        field.attacker({ hello: greedy, answer: serve(visionSim, withBad(change)) });
    },
  },
  {
    name: 'header flood, unasked',
    budget: cheap,
    codes: ['PEER_UNSOLICITED'],
    begin(field) {
      field.repeat(1000, (i) => {
        const peer = field.attacker({});
        for (let n = 0; n < 3; n++) peer.say(unasked(1_000_000 + i, HEADERS_PAYLOAD_BYTES_MAX));
      });
    },
  },
  {
    name: 'duplicate flood',
    budget: { ...cheap, bytesOut: 256 * KiB, headersHashed: 2000, syncedAfterMs: 10_000 },
    codes: ['PEER_UNCONNECTED_HEADERS'],
    begin(field) {
      const { tree } = honestChain();
      const first = serve(visionSim, tree.batch(1, 2000));
      // The same 2000 headers in answer to everything, and the same announcement ten times a second.
      field.attacker({
        hello: greedy,
        answer: (message, self) =>
          first(message.type === 'getHeaders' ? { ...message, locator: [], skip: 0 } : message, self),
      });
      const again = field.attacker({});
      const hash = tree.hash(tree.at(2000) as number).slice();
      const prev = tree.hash(tree.at(1999) as number).slice();
      field.repeat(100, () => again.say({ type: 'announce', height: 2000, hash, prev }));
    },
  },
  {
    name: 'message flood',
    budget: { ...cheap, bytesOut: 512 * KiB },
    codes: ['PEER_FLOOD'],
    begin(field) {
      field.repeat(5000, () => {
        const peer = field.attacker({});
        for (let i = 0; i < 1000; i++) peer.say({ type: 'ping', requestId: i });
      });
    },
  },
  {
    name: 'huge frames and messages',
    budget: cheap,
    codes: ['WIRE_FRAME_TOO_LARGE', 'WIRE_TOO_LARGE'],
    begin(field) {
      field.repeat(2000, (i) => {
        const peer = field.attacker({});
        if (i % 3 === 0) peer.sayRaw(new Uint8Array(FRAME_BYTES_MAX + 1));
        else peer.sayRaw(length(i % 3 === 1 ? 2 ** 32 - 1 : SMALL_MESSAGE_BYTES_MAX + 1, 1));
      });
    },
  },
  {
    name: 'half frames',
    // Twice, for memory grows by doubling.
    budget: { ...cheap, retainedBytes: 16 * 2 * (HEADERS_PAYLOAD_BYTES_MAX + FRAME_BYTES_MAX) },
    codes: ['PEER_UNRESPONSIVE'],
    begin(field) {
      for (let i = 0; i < 16; i++) {
        const peer = field.attacker({ answer: () => undefined });
        peer.sayRaw(length(HEADERS_PAYLOAD_BYTES_MAX, 6));
        for (let sent = 0; sent + FRAME_BYTES_MAX < HEADERS_PAYLOAD_BYTES_MAX; sent += FRAME_BYTES_MAX)
          peer.sayRaw(new Uint8Array(FRAME_BYTES_MAX));
      }
    },
  },
  {
    name: 'a crowd of one network',
    // More than there are places, and each comes back as soon as it is sent away. Of these places they get eight.
    budget: { ...cheap, bytesOut: 40 * (ATTACK_MS / 1000) * 128 + 8 * 4 * KiB, admitted: 8 },
    codes: ['PEER_GROUP_FULL'],
    peersPerGroupMax: 8,
    begin(field) {
      field.repeat(1000, () => {
        for (let i = 0; i < 40; i++) field.attacker({});
      });
    },
  },
  {
    name: 'slow-loris',
    budget: cheap,
    codes: ['PEER_MESSAGE_TIMEOUT'],
    begin(field) {
      for (let i = 0; i < 16; i++) {
        const peer = field.attacker({ answer: () => undefined });
        peer.sayRaw(length(1000, 5));
        field.repeat(5000, () => peer.sayRaw(new Uint8Array(1)));
      }
    },
  },
  {
    name: 'leaders that dribble',
    // Each leads until its first request is given up, as one that never answers.
    budget: { ...cheap, syncedAfterMs: 30_000 },
    codes: ['PEER_MESSAGE_TIMEOUT'],
    begin(field) {
      for (let i = 0; i < 4; i++) {
        let isAsked = false;
        const peer = field.attacker({
          hello: greedy,
          answer(message) {
            if (message.type !== 'getHeaders' || isAsked) return;
            isAsked = true;
            peer.sayRaw(length(HEADERS_PAYLOAD_BYTES_MAX, 6));
            field.repeat(1000, () => peer.sayRaw(new Uint8Array(1)));
          },
        });
      }
    },
  },
  {
    name: 'peers that never answer',
    // Each may fail three times, and each time for the least time-out.
    budget: { ...cheap, syncedAfterMs: 30_000 },
    codes: ['PEER_UNRESPONSIVE'],
    begin(field) {
      for (let i = 0; i < 4; i++) field.attacker({ hello: greedy });
    },
  },
  {
    name: 'peers that claim and show nothing',
    budget: { ...cheap, syncedAfterMs: 15_000 },
    codes: [],
    begin(field) {
      for (let i = 0; i < 8; i++) field.attacker({ hello: greedy, answer: emptyAnswer });
    },
  },
  {
    name: 'stale tips',
    budget: { ...cheap, bytesOut: 256 * KiB },
    codes: [],
    begin(field) {
      const { tree } = honestChain();
      const old = tree.batch(1, 50);
      const hash = tree.hash(tree.at(50) as number).slice();
      const prev = tree.hash(tree.at(49) as number).slice();
      const hello = { height: 50, chainwork: tree.chainwork(tree.at(50) as number) };
      for (let i = 0; i < 8; i++) {
        const peer = field.attacker({ hello, answer: serve(visionSim, old) });
        field.repeat(1000, () => peer.say({ type: 'announce', height: 50, hash, prev }));
      }
    },
  },
  {
    name: 'time-warp',
    // Times that go back as far as the median allows, then leap: valid, so it is hashed, and of less work.
    budget: {
      bytesOut: 64 * KiB,
      headersHashed: 2000,
      retainedBytes: 2100 * headerBytes,
      syncedAfterMs: 35_000,
    },
    codes: [],
    begin(field) {
      const chain = branch('warp', 1000, (height) => genesisTime + 25 * height - (height % 2) * 110);
      field.attacker({ hello: greedy, answer: serve(visionSim, chain) });
    },
  },
  {
    name: 'future timestamps',
    budget: {
      bytesOut: 256 * KiB,
      headersHashed: 8 * 200,
      retainedBytes: (HELD_HEADERS_MAX + 700) * headerBytes,
      syncedAfterMs: 20_000,
    },
    codes: [],
    // Several peers have headers from the future: as far as can be told, the clock here may be late.
    errors: ['CLOCK_BEHIND'],
    begin(field) {
      for (let i = 0; i < 8; i++) {
        const chain = branch(`future${i}`, 200, (height) => startWallTime + 600 + 5 * height);
        field.attacker({ hello: greedy, answer: serve(visionSim, chain) });
      }
    },
  },
  {
    name: 'announcements of nothing',
    // Three requests for each of 48 strangers, with a locator of a dozen hashes, and what any peer is told.
    budget: { ...cheap, bytesOut: 48 * 10 * KiB },
    codes: ['PEER_CLAIM_UNPROVEN'],
    begin(field) {
      field.repeat(10_000, (round) => {
        for (let p = 0; p < 4; p++) {
          const peer = field.attacker({ answer: emptyAnswer });
          for (let i = 1; i <= 50; i++)
            field.world.after(100 * i, () =>
              peer.say({
                type: 'announce',
                height: 9000 + i,
                hash: field.world.random.bytes(32),
                prev: new Uint8Array(32).fill(round),
              }),
            );
        }
      });
    },
  },
  {
    name: 'request amplification, not reading',
    budget: {
      bytesOut: 4 * UNSENT_BYTES_MAX,
      headersHashed: 0,
      retainedBytes: 4 * UNSENT_BYTES_MAX,
      syncedAfterMs: 5000,
    },
    codes: ['PEER_FLOOD'],
    begin(field) {
      for (let p = 0; p < 4; p++) {
        const peer = field.attacker({ isReading: false });
        // Once the victim has something to give.
        for (let i = 0; i < 100; i++) field.world.after(20_000 + 50 * i, () => peer.say(fromGenesis(i)));
      }
    },
  },
  {
    name: 'request amplification, reading all',
    // Half a minute, after which what was asked is still answered.
    budget: {
      bytesOut: 2 * (SERVED_BYTES_BURST_MAX + 31 * SERVED_BYTES_PER_SECOND_MAX),
      headersHashed: 0,
      retainedBytes: 2 * UNSENT_BYTES_MAX,
      syncedAfterMs: 5000,
    },
    codes: [],
    begin(field) {
      const { world } = field;
      const until = world.now + 50_000;
      for (let p = 0; p < 2; p++) {
        // As an honest peer asks, and never content: four requests under way, each answer followed by the next.
        const peer = field.attacker({
          answer(message, self) {
            answerPings(message, self);
            if (message.type === 'headers' && world.now < until) self.say(fromGenesis(message.requestId + 4));
          },
        });
        world.after(20_000, () => {
          for (let i = 1; i <= 4; i++) peer.say(fromGenesis(i));
        });
      }
    },
  },
  {
    name: 'a partition that heals',
    // Two minutes, of which the first is spent among strangers with another chain.
    budget: {
      bytesOut: 64 * KiB,
      headersHashed: 1000,
      retainedBytes: 1100 * headerBytes,
      syncedAfterMs: 5000,
    },
    codes: [],
    honestAfterMs: ATTACK_MS / 2,
    begin(field) {
      const chain = branch('island', 1000, (height) => genesisTime + 10 * height);
      for (let i = 0; i < 4; i++)
        field.attacker({ hello: { height: 1000, chainwork: 1001n }, answer: serve(visionSim, chain) });
    },
  },
];

/** Every attacker. */
export const attacks: readonly Attack[] = [
  ...headerAttacks,
  ...presyncAttacks,
  ...bodyAttacks,
  ...compactAttacks,
  ...transactionAttacks,
  ...bitcoinAttacks,
  ...identityAttacks,
  ...introductionAttacks,
  ...versionAttacks,
  ...storeAttacks,
  ...checkpointAttacks,
];

/** Runs one attack. @param store  an empty one, for the attacks that begin with a stored chain; in memory if absent */
export async function runAttack(attack: Attack, store?: Store): Promise<Cost> {
  const field = new Battlefield(attack);
  await field.prepare(attack.damage, store);
  attack.begin(field);
  field.world.after(attack.honestAfterMs ?? 1000, () => field.meetHonest());
  return field.fight();
}

/** What of a budget was not kept, in words; nothing if all was. */
export function overrun({ budget, codes, damage, errors }: Attack, cost: Cost): string[] {
  const faults: string[] = [];
  const within = (what: string, value: number, max: number): void => {
    if (value > max) faults.push(`${what}: ${value} of at most ${max}`);
  };
  within('bytes sent', cost.bytesOut, budget.bytesOut);
  within('headers hashed', cost.headersHashed, budget.headersHashed);
  within('signatures verified', cost.signaturesVerified, budget.signaturesVerified ?? 0);
  within('signatures made', cost.signaturesMade, budget.signaturesMade ?? 0);
  within('attackers admitted', cost.admitted, budget.admitted ?? Number.POSITIVE_INFINITY);
  within('bytes retained', cost.retainedBytes, budget.retainedBytes);
  within('foreign headers stored', cost.foreignHeaders, budget.foreignHeaders ?? Number.POSITIVE_INFINITY);
  if (damage !== undefined) within('false headers served or told', cost.falseHeaders, 0);
  const told = cost.errors.join(', ') || 'no error';
  const due = (errors ?? (damage === undefined ? [] : ['STORE_CORRUPT'])).join(', ') || 'no error';
  if (told !== due) faults.push(`told ${told}, not ${due}`);
  within('headers beside the chain', cost.sideHeaders, budget.sideHeaders ?? Number.POSITIVE_INFINITY);
  within('ms to the honest tip', cost.syncedAfterMs ?? Number.POSITIVE_INFINITY, budget.syncedAfterMs);
  if (budget.heardAfterMs !== undefined)
    within(
      'ms to the honest transaction',
      cost.heardAfterMs ?? Number.POSITIVE_INFINITY,
      budget.heardAfterMs,
    );
  if (!cost.isSynced) faults.push('not at the honest tip');
  within('headers taken on trust', cost.assumedHeaders, 0);
  within('newest bodies missing', cost.bodiesMissing, 0);
  for (const code of codes)
    if (cost.codes[code] === undefined) faults.push(`nobody disconnected with ${code}`);
  return faults;
}
