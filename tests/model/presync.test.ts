import { ByteWriter, type HeaderBatch, HeaderTree } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretStream } from '../../packages/protocol/src/bytes/secret-stream.js';
import type { Answer } from '../../packages/protocol/src/headers/batch-request.js';
import { BitQueue } from '../../packages/protocol/src/headers/presync/bit-queue.js';
import { BranchWindow } from '../../packages/protocol/src/headers/presync/branch-window.js';
import { Presync } from '../../packages/protocol/src/headers/presync/presync.js';
import { WorkSamples } from '../../packages/protocol/src/headers/presync/work-samples.js';
import { PRESYNC_SAMPLES } from '../../packages/protocol/src/limits.js';
import { genesisTime, VisionChain, visionSim } from '../sim/vision-chain.js';
import { createTinyFamily, type TinyHeader, tinyBatch, tinyRecordBytes } from './tiny-family.js';

const tiny = createTinyFamily();
const genesisHash = tiny.genesis.hash;
const wallTime = 1_000_000;

function headers(count: number, work: number, salt = 0, from = 1): TinyHeader[] {
  return Array.from({ length: count }, (_, i) => ({ number: from + i, work, salt }));
}

function part({ records, hashes }: HeaderBatch, from: number, to: number): HeaderBatch {
  return {
    count: to - from,
    records: records.slice(from * tinyRecordBytes, to * tinyRecordBytes),
    hashes: hashes.slice(from * 32, to * 32),
  };
}

/** Headers of a batch that begins at height 1, as they come. */
function answerOf(batch: HeaderBatch, from: number, to: number): { answer: Answer; batch: HeaderBatch } {
  const piece = part(batch, from, to);
  const writer = new ByteWriter();
  tiny.encodeBatch(writer, piece);
  const parent = from === 0 ? genesisHash : batch.hashes.slice(from * 32 - 32, from * 32);
  return { answer: { parent, parentHeight: from, count: to - from, content: writer.bytes() }, batch: piece };
}

function begin(enough: bigint, { period = 3, buffer = 20, seed = 1, perSecond = 6 } = {}): Presync {
  const presync = {
    ...tiny.presync,
    commitmentPeriod: period,
    bufferHeaders: buffer,
    headersPerSecondMax: perSecond,
  };
  const tree = new HeaderTree(tiny);
  const secrets = new SecretStream(new Uint8Array(16).fill(seed));
  const ancestry = tree.ancestry(tree.tip);
  return new Presync(
    { ...tiny, presync },
    ancestry,
    genesisHash,
    tree.chainwork(0),
    enough,
    secrets,
    wallTime,
  );
}

/** Hands over a whole batch in pieces; @returns what was let go, and the fault that ended it */
function feed(presync: Presync, batch: HeaderBatch, size: number) {
  const released: Answer[] = [];
  const start = presync.height;
  for (let from = start; from < batch.count; from += size) {
    const piece = answerOf(batch, from, Math.min(batch.count, from + size));
    const passBefore = presync.pass;
    presync.plan(piece.batch);
    const fault = presync.take(piece.batch, piece.answer);
    if (fault !== undefined) return { released, fault };
    released.push(...presync.release());
    if (presync.pass !== passBefore) break;
  }
  return { released, fault: undefined };
}

const countOf = (answers: readonly Answer[]): number => answers.reduce((sum, { count }) => sum + count, 0);

describe('Presync', () => {
  it('lets go in the second pass what it was shown in the first, all of it, in order, and not before its time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 300 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 60 }),
        (count, firstSize, secondSize, period, buffer) => {
          const batch = tinyBatch(genesisHash, headers(count, 5));
          const needed = Math.floor(count * 0.8);
          const presync = begin(1n + 5n * BigInt(needed), { period, buffer });
          expect(feed(presync, batch, firstSize)).toEqual({ released: [], fault: undefined });
          expect([presync.pass, presync.count, presync.height]).toEqual(['second', needed, 0]);
          const released: Answer[] = [];
          for (let from = 0; presync.pass === 'second'; from += secondSize) {
            const { answer, batch: piece } = answerOf(batch, from, Math.min(count, from + secondSize));
            expect(presync.take(piece, answer)).toBeUndefined();
            released.push(...presync.release());
            if (presync.pass === 'second' && released.length > 0)
              expect(from + answer.count - countOf(released)).toBeGreaterThanOrEqual(buffer);
          }
          expect(presync.pass).toBe('done');
          const end = countOf(released);
          expect(end).toBeGreaterThanOrEqual(needed);
          expect(released.map(({ parentHeight }) => parentHeight)).toEqual(
            released.map((_, i) => i * secondSize),
          );
          expect(released.map(({ content }) => content)).toEqual(
            released.map(
              (_, i) => answerOf(batch, i * secondSize, Math.min(count, (i + 1) * secondSize)).answer.content,
            ),
          );
        },
      ),
      { numRuns: 100 },
    );
  });

  it('lets nothing go that was not shown, wherever the headers change', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 199 }),
        fc.integer({ min: 1, max: 30 }),
        fc.nat({ max: 255 }),
        (at, size, seed) => {
          const shown = tinyBatch(genesisHash, headers(200, 5));
          const kept = headers(at, 5);
          const other = tinyBatch(genesisHash, [...kept, ...headers(200 - at, 1, 7, at + 1)]);
          // A bit of each header, and 40 of them: none gets by in the life of a test.
          const presync = begin(1n + 5n * 190n, { period: 1, buffer: 40, seed });
          feed(presync, shown, 50);
          const { released, fault } = feed(presync, other, size);
          // Behind the last header that counts nothing is compared: it is judged like any other.
          if (at >= 190) return;
          expect(countOf(released)).toBeLessThanOrEqual(at);
          expect(fault).toBe('PEER_HEADERS_CHANGED');
        },
      ),
      { numRuns: 100 },
    );
  });

  it('notices another last header, though every bit is right', () => {
    const shown = tinyBatch(genesisHash, headers(50, 5));
    const other = tinyBatch(genesisHash, [...headers(49, 5), ...headers(1, 5, 9, 50)]);
    const presync = begin(1n + 5n * 50n, { period: 1000, buffer: 5 });
    feed(presync, shown, 50);
    expect(feed(presync, other, 50)).toEqual({ released: [], fault: 'PEER_HEADERS_CHANGED' });
  });

  it('follows no branch that is longer than there can be, nor one that takes too much memory', () => {
    // Two hours and one second of the clock, at one header in 10 s.
    const long = begin(10n ** 9n, { period: 1, perSecond: wallTime / 1e7 });
    const most = 1 + Math.floor(((wallTime + 7200 - 1) * wallTime) / 1e7);
    expect(most).toBeGreaterThan(100_000);
    const short = begin(10n ** 9n, { period: 1, perSecond: 100 / (wallTime + 7199) });
    expect(feed(short, tinyBatch(genesisHash, headers(101, 1)), 50).fault).toBeUndefined();
    const more = begin(10n ** 9n, { period: 1, perSecond: 100 / (wallTime + 7199) });
    expect(feed(more, tinyBatch(genesisHash, headers(102, 1)), 50).fault).toBe('PEER_HEADERS_TOO_MANY');
    expect(long.bytes).toBeLessThan(1000);
    const large = begin(1n + 100n, { buffer: 1000 });
    const batch = tinyBatch(genesisHash, headers(100, 1));
    feed(large, batch, 100);
    const { answer, batch: piece } = answerOf(batch, 0, 50);
    expect(large.take(piece, { ...answer, content: new Uint8Array(1_000_001) })).toBe(
      'PEER_HEADERS_TOO_MANY',
    );
  });

  it('has some headers hashed in the first pass, as many as their work says, and none in the second', () => {
    const presync = begin(1n + 5n * 1000n);
    const batch = tinyBatch(genesisHash, headers(1000, 5));
    const hashed = Array.from({ length: 10 }, (_, i) => {
      const piece = answerOf(batch, 100 * i, 100 * (i + 1));
      const plan = presync.plan(piece.batch);
      presync.take(piece.batch, piece.answer);
      return plan.length;
    });
    const total = hashed.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(PRESYNC_SAMPLES - 3);
    expect(total).toBeLessThanOrEqual(PRESYNC_SAMPLES);
    for (const count of hashed) expect(Math.abs(count - PRESYNC_SAMPLES / 10)).toBeLessThan(3);
    expect(presync.plan(part(batch, 0, 100))).toEqual([]);
  });
});

describe('WorkSamples', () => {
  it('takes a header of much work for sure, and each one as often as its work says', () => {
    let isSampled = 0;
    for (let seed = 0; seed < 2000; seed++) {
      const secrets = new SecretStream(new Uint8Array(16).map((_, i) => seed >> (8 * (i % 4))));
      const samples = new WorkSamples(64_000n, () => secrets.next());
      // A tenth of a part.
      if (samples.take(100n)) isSampled++;
      expect(samples.take(2_000n)).toBe(true);
    }
    expect(isSampled / 2000).toBeGreaterThan(0.08);
    expect(isSampled / 2000).toBeLessThan(0.12);
  });

  it('passes over the parts of a header that claims all work there is', () => {
    const secrets = new SecretStream(new Uint8Array(16));
    const samples = new WorkSamples(64n, () => secrets.next());
    expect(samples.take(10n ** 30n)).toBe(true);
  });

  it('hashes no more than there are parts, however the work is divided', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 300 }), (works) => {
        const needed = works.reduce((sum, work) => sum + work, 0);
        const secrets = new SecretStream(new Uint8Array(16));
        const samples = new WorkSamples(BigInt(needed), () => secrets.next());
        const hashed = works.filter((work) => samples.take(BigInt(work))).length;
        expect(hashed).toBeLessThanOrEqual(PRESYNC_SAMPLES);
        expect(hashed).toBeGreaterThan(0);
      }),
    );
  });
});

describe('BitQueue', () => {
  it('gives the bits back in order, over many pieces', () => {
    const queue = new BitQueue();
    const secrets = new SecretStream(new Uint8Array(16));
    const bits = Array.from({ length: 100_000 }, () => ((secrets.next() & 1n) === 1n ? 1 : 0));
    for (const bit of bits) queue.push(bit);
    expect(queue.count).toBe(100_000);
    expect(queue.bytes).toBe(4 * 4096);
    expect(bits.every((bit) => queue.next() === bit)).toBe(true);
    expect(queue.next()).toBeUndefined();
  });
});

describe('SecretStream', () => {
  it('depends on every byte of the secret, and repeats itself for the same', () => {
    const first = (secret: Uint8Array): bigint => new SecretStream(secret).next();
    const secret = Uint8Array.from({ length: 16 }, (_, i) => i);
    const changed = Array.from({ length: 16 }, (_, i) => {
      const other = secret.slice();
      other[i] = 0xff;
      return first(other);
    });
    expect(new Set([first(secret), ...changed]).size).toBe(17);
    expect(first(secret)).toBe(first(secret.slice()));
  });
});

describe('BranchWindow', () => {
  const chain = new VisionChain();
  chain.mine({ count: 300, timeOf: (height) => genesisTime + 5 * height });
  const { tree } = chain;

  it('says what the tree says of the headers that the rules look at, however it moves up', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.array(fc.integer({ min: 1, max: 90 }), { maxLength: 4 }),
        (from, steps) => {
          const window = new BranchWindow(visionSim, tree.ancestry(tree.at(from) as number));
          let height = from;
          for (const step of steps) {
            const count = Math.min(step, 300 - height);
            if (count === 0) break;
            window.append(tree.batch(height + 1, count));
            height += count;
          }
          expect(window.height).toBe(height);
          const first = visionSim.firstAncestor(height);
          expect(window.firstHeight).toBe(first);
          const ancestry = tree.ancestry(tree.at(height) as number);
          for (let at = first; at <= height; at++) {
            expect(window.record(at)).toEqual(ancestry.record(at));
            expect([window.time(at), window.word(at, 8)]).toEqual([ancestry.time(at), ancestry.word(at, 8)]);
          }
          for (const at of [first - 1, height + 1, Number.NaN])
            expect(() => window.time(at)).toThrow(RangeError);
          expect(window.bytes).toBe((height - first + 1) * visionSim.recordBytes);
        },
      ),
      { numRuns: 40 },
    );
  });
});
