/** The attackers with branches that do not have the work that they are taken for. The victim has the honest chain already. */
import { ByteWriter, type HeaderBatch, type Message } from '@vision-light/protocol';
import { PRESYNC_BYTES_MAX, PRESYNC_SAMPLES } from '../../packages/protocol/src/limits.js';
import { createTinyFamily, type TinyHeader, tinyBatch, tinyPow } from '../model/tiny-family.js';
import { answerFrom, part, serve } from '../sim/scripted-chain.js';
import { answerPings, type Stranger } from '../sim/stranger.js';
import { genesisTime, mineHeader, VisionChain, visionSim } from '../sim/vision-chain.js';
import type { Attack, Budget } from './attack.js';
import { ATTACK_MS, type Battlefield, type Ground, HONEST_HEIGHT } from './battlefield.js';

const KiB = 1024;
/** By when the victim has synced from the honest peer: ms. */
const SYNCED_MS = 20_000;
/** Work of an honest header, where that of a worthless one is 1. */
const HONEST_WORK = 10_000;
/** Headers that come without end: as many as a test has time for. `npm run attack` has them come in millions. */
export const endless = { headers: 60_000 };

const tiny = createTinyFamily();

/** Headers one after the other, each of the same work. */
function run(parent: Uint8Array, from: number, count: number, header: Partial<TinyHeader>): HeaderBatch {
  return tinyBatch(
    parent,
    Array.from({ length: count }, (_, i) => ({ number: from + i, time: 1, ...header })),
  );
}

let honest: HeaderBatch | undefined;

function honestTiny(): HeaderBatch {
  const count = HONEST_HEIGHT + ATTACK_MS / 5000;
  honest ??= run(tiny.genesis.hash, 1, count, { work: HONEST_WORK });
  return honest;
}

const tinyGround: Ground = {
  family: tiny,
  // Late enough for the bits of many headers.
  startWallTime: 100_000_000,
  honest: (from, count) => part(tiny, honestTiny(), from - 1, from - 1 + count),
  // The salt of its header.
  bodyOf: () => Uint8Array.of(0),
  hash: tinyPow,
};

const budget: Budget = {
  bytesOut: 256 * KiB,
  headersHashed: PRESYNC_SAMPLES,
  retainedBytes: PRESYNC_BYTES_MAX,
  sideHeaders: 0,
  foreignHeaders: 0,
  syncedAfterMs: 10_000,
};

/** Claims more than the honest chain has. */
const heavier = { height: 1_000_000_000, chainwork: 10n ** 12n };

/** Serves worthless headers that it makes as it is asked for them, from genesis on, up to a number. */
function serveEndlessly(): (message: Message, self: Stranger) => void {
  /** Where each of its answers ended: the next one may begin there. */
  const ends = new Map<string, number>([[tiny.hashToHex(tiny.genesis.hash), 0]]);
  const hashAt = new Map<number, Uint8Array>([[0, tiny.genesis.hash]]);
  return (message, self) => {
    answerPings(message, self);
    if (message.type !== 'getHeaders') return;
    const { requestId, locator, skip, max } = message;
    const named = locator.map((hash) => ends.get(tiny.hashToHex(hash))).find((end) => end !== undefined) ?? 0;
    const from = Math.min(named + skip, endless.headers);
    const parent = hashAt.get(from);
    if (parent === undefined) throw new Error('asked for what it has not made yet');
    const count = Math.min(max, endless.headers - from);
    const batch = run(parent, from + 1, count, { work: 1, salt: 1 });
    const last = count === 0 ? parent : batch.hashes.slice(-32);
    ends.set(tiny.hashToHex(last), from + count);
    hashAt.set(from + count, last);
    const writer = new ByteWriter();
    tiny.encodeBatch(writer, batch);
    self.say({ type: 'headers', requestId, parent, count, payload: writer.bytes() });
  };
}

/** A branch with as much work as the honest chain has. */
const heavy = run(tiny.genesis.hash, 1, HONEST_HEIGHT + 100, { work: HONEST_WORK, salt: 2 });

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

/** Shows the heavy branch in the first pass, and in the second its first headers and then worthless ones. */
function changesAfter(headers: number, salt: number): (message: Message, self: Stranger) => void {
  const kept = part(tiny, heavy, 0, headers);
  const parent = headers === 0 ? tiny.genesis.hash : kept.hashes.slice(-32);
  const worthless = run(parent, headers + 1, heavy.count - headers, { work: 1, salt });
  const other = {
    count: heavy.count,
    records: joined(kept.records, worthless.records),
    hashes: joined(kept.hashes, worthless.hashes),
  };
  return (message, self) => {
    answerPings(message, self);
    if (message.type !== 'getHeaders') return;
    // The second pass asks for fewer headers at a time.
    const chain = message.max === tiny.presync.answerHeaders ? other : heavy;
    self.say(answerFrom(tiny, chain, message));
  };
}

/** Lets a stranger in once the victim has the honest chain. */
function later(field: Battlefield, afterMs: number, options: Parameters<Battlefield['attacker']>[0]): void {
  field.world.after(SYNCED_MS + afterMs, () => field.attacker({ hello: heavier, ...options }));
}

const invented = new Map<number, HeaderBatch>();

/**
 * Headers of little work, and on top of them many in the same second: their difficulty explodes, and their digests are
 * invented.
 */
function inventedWork(real: number, count: number): HeaderBatch {
  const known = invented.get(real);
  if (known !== undefined) return known;
  const chain = new VisionChain();
  chain.mine({ count: real, miner: 'inventor', timeOf: (height) => genesisTime + 25 * height });
  const { tree } = chain;
  for (let i = 0; i < count; i++) {
    const forged = mineHeader(tree, tree.tip, genesisTime + 25 * real + 1, 'inventor', undefined, i + 1);
    tree.insertChecked(forged.record, forged.hash, tree.tip);
  }
  invented.set(real, chain.batch);
  return chain.batch;
}

export const presyncAttacks: readonly Attack[] = [
  {
    name: 'low-work headers without end',
    ground: tinyGround,
    // Ten million take five thousand requests.
    get budget() {
      return { ...budget, bytesOut: 256 * KiB + (endless.headers / 2000) * 4 * KiB };
    },
    codes: [],
    begin(field) {
      later(field, 0, { answer: serveEndlessly() });
      field.world.after(ATTACK_MS - 1000, () => {
        const heard = field.strangers.flatMap((stranger) => stranger.heard('getHeaders'));
        if (heard.length < endless.headers / 2000) throw new Error('the victim did not look at all of them');
      });
    },
  },
  {
    name: 'work in the first pass, other headers in the second',
    ground: tinyGround,
    // What has the work that was shown is let go when enough follows it, and nothing else is.
    budget: {
      ...budget,
      headersHashed: 5 * PRESYNC_SAMPLES + 2000,
      sideHeaders: 2000,
      retainedBytes: 2 * PRESYNC_BYTES_MAX,
    },
    codes: ['PEER_HEADERS_CHANGED'],
    begin(field) {
      [0, 1, 250, 1000, 2000].forEach((headers, i) => {
        later(field, 5000 * i, { answer: changesAfter(headers, 3) });
      });
    },
  },
  {
    name: 'a commitment period guessed right half of the time',
    ground: tinyGround,
    budget: { ...budget, bytesOut: 1024 * KiB, headersHashed: 45 * PRESYNC_SAMPLES },
    codes: ['PEER_HEADERS_CHANGED'],
    begin(field) {
      for (let i = 0; i < 45; i++) later(field, 2000 * i, { answer: changesAfter(5 * i, 4 + i) });
    },
  },
  {
    name: 'a peer that stalls between the passes',
    ground: tinyGround,
    budget: { ...budget, headersHashed: 8 * PRESYNC_SAMPLES },
    codes: ['PEER_UNRESPONSIVE'],
    begin(field) {
      const first = serve(tiny, heavy);
      later(field, 0, {
        answer(message, self) {
          const isSecond = message.type === 'getHeaders' && message.max === tiny.presync.answerHeaders;
          if (!isSecond) first(message, self);
        },
      });
    },
  },
  {
    name: 'invented work on top of little',
    budget,
    codes: ['HEADER_POW_MISMATCH'],
    begin: (field) => later(field, 0, { answer: serve(visionSim, inventedWork(2000, 3000)) }),
  },
  {
    name: 'invented work on top of little, in one answer',
    // The answer is verified as a whole, up to the first false digest.
    budget: { ...budget, headersHashed: 700 },
    codes: ['HEADER_POW_MISMATCH'],
    begin: (field) => later(field, 0, { answer: serve(visionSim, inventedWork(500, 1500)) }),
  },
];
