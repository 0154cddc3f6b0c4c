import { ByteWriter, type HeaderBatch, HeaderTree, type PowJob } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BatchOutcome, SourceKey } from '../../packages/protocol/src/headers/batch-request.js';
import { HeldHeaders } from '../../packages/protocol/src/headers/held-headers.js';
import { Verifier } from '../../packages/protocol/src/headers/verifier.js';
import { POW_RETRIES_MAX } from '../../packages/protocol/src/limits.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import type { InsertResult } from '../../packages/protocol/src/tree/insert-result.js';
import { createTinyFamily, falsePow, type TinyHeader, tinyBatch, tinyPow, twin } from './tiny-family.js';

const family = createTinyFamily();
const genesis = family.genesis.hash;
const wallTime = 1_000_000;

interface Job {
  readonly job: number;
  readonly work: PowJob;
}

/** A verifier whose hashing is done when the test says so. */
class Bench {
  readonly tree: HeaderTree;
  readonly held = new HeldHeaders();
  readonly verifier: Verifier;
  readonly outcomes: [SourceKey, BatchOutcome][] = [];
  readonly inserted: InsertResult[] = [];
  readonly equivocations: Uint8Array[] = [];
  readonly jobs: Job[] = [];
  readonly #outbox = new Outbox();

  constructor(
    readonly jobsMax = 4,
    sideHeadersMax = 1000,
  ) {
    this.tree = new HeaderTree(family, { sideHeadersMax });
    const listener = {
      inserted: (result: InsertResult) => this.inserted.push(result),
      appended: () => expect.fail('hashes that are claimed are inserted one by one'),
      equivocated: (hash: Uint8Array) => this.equivocations.push(hash.slice()),
    };
    this.verifier = new Verifier(this.tree, this.held, this.#outbox, listener, jobsMax);
  }

  submit(source: SourceKey, parent: Uint8Array, batch: HeaderBatch, extra: object = {}): void {
    const writer = new ByteWriter();
    family.encodeBatch(writer, batch);
    const done = (outcome: BatchOutcome): void => {
      this.outcomes.push([source, outcome]);
    };
    this.verifier.submit(
      { source, parent, count: batch.count, content: writer.bytes(), done, ...extra },
      wallTime,
    );
    this.collect();
  }

  collect(): void {
    for (const effect of this.#outbox.take()) if (effect.type === 'verifyPow') this.jobs.push(effect);
    expect(this.jobs.length).toBeLessThanOrEqual(this.jobsMax);
  }

  /** Answers one of the jobs that are under way. */
  answer(index = 0, hashes?: (work: PowJob) => Uint8Array | undefined): void {
    const [{ job, work }] = this.jobs.splice(index, 1) as [Job];
    this.verifier.powVerified(job, (hashes ?? tinyPow)(work), wallTime);
    this.collect();
  }

  answerAll(): void {
    while (this.jobs.length > 0) this.answer();
  }
}

const run = (count: number, from = 1, salt = 0): TinyHeader[] =>
  Array.from({ length: count }, (_, i) => ({ number: from + i, salt }));

describe('Verifier', () => {
  it('takes what comes before a header that no record can hold, and names that one', () => {
    const bench = new Bench();
    const batch = tinyBatch(genesis, run(5));
    bench.submit('peer:a', genesis, batch, { count: 6, content: { ...batch, fault: 'HEADER_BAD_MINER' } });
    bench.answerAll();
    expect(bench.outcomes).toMatchObject([['peer:a', { accepted: 5, fault: 'HEADER_BAD_MINER' }]]);
    expect(bench.tree.tipHeight).toBe(5);
  });

  it('inserts exactly what is before the first fault, whatever it is, wherever, in whatever order hashing answers', () => {
    const fault = fc.constantFrom(
      { code: 'HEADER_POW_MISMATCH', change: { salt: falsePow } },
      { code: 'HEADER_BAD_DIFFICULTY', change: { work: 0 } },
      { code: 'HEADER_TIME_TOO_OLD', change: { time: 0 } },
      { code: 'HEADER_TIME_TOO_NEW', change: { time: wallTime + 7201 } },
      { code: 'HEADER_BAD_HEIGHT', change: { number: 999 } },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fault,
        fc.array(fc.nat()),
        fc.integer({ min: 1, max: 6 }),
        (count, where, { code, change }, order, jobsMax) => {
          const bench = new Bench(jobsMax);
          const bad = where % (count + 1);
          const headers = run(count).map((header, i) => (i === bad ? { ...header, ...change } : header));
          bench.submit('peer:a', genesis, tinyBatch(genesis, headers));
          for (let i = 0; bench.jobs.length > 0; i++) bench.answer((order[i] ?? 0) % bench.jobs.length);
          expect(bench.tree.tipHeight).toBe(bad);
          expect(bench.inserted.length).toBe(bad);
          expect(bench.outcomes).toMatchObject([
            ['peer:a', { accepted: bad, fault: bad < count ? code : undefined }],
          ]);
          expect(bench.verifier.isIdle).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes the batches of a source in order, and those that follow a bad one too', () => {
    const bench = new Bench();
    const batch = tinyBatch(genesis, run(20));
    const second = tinyBatch(batch.hashes.subarray(-32), run(10, 21));
    bench.submit('peer:a', genesis, batch);
    bench.submit('peer:a', batch.hashes.slice(-32), second);
    bench.submit('peer:a', new Uint8Array(32), second);
    expect(bench.verifier.pending('peer:a')).toBe(3);
    bench.answerAll();
    expect(bench.outcomes.map(([, { accepted, fault }]) => [accepted, fault])).toEqual([
      [20, undefined],
      [10, undefined],
      [0, 'UNKNOWN_PARENT'],
    ]);
    expect(bench.verifier.pending('peer:a')).toBe(0);
  });

  it('gives each source its turn at a single free hasher', () => {
    const bench = new Bench(2);
    bench.submit('peer:greedy', genesis, tinyBatch(genesis, run(400, 1, 1)));
    bench.submit('peer:greedy', genesis, tinyBatch(genesis, run(400, 1, 2)));
    bench.submit('peer:small', genesis, tinyBatch(genesis, run(40, 1, 3)));
    let answers = 0;
    while (bench.outcomes.length === 0) {
      bench.answer();
      answers++;
    }
    expect(bench.outcomes[0]?.[0]).toBe('peer:small');
    expect(answers).toBeLessThanOrEqual(2 * 10 + 4);
  });

  it('tries again where hashing failed, then gives up and blames nobody', () => {
    const bench = new Bench(1);
    bench.submit('peer:a', genesis, tinyBatch(genesis, run(3)));
    for (let i = 0; i <= POW_RETRIES_MAX; i++) bench.answer(0, () => undefined);
    expect(bench.outcomes).toMatchObject([['peer:a', { accepted: 0, fault: 'POW_UNAVAILABLE' }]]);
    expect(bench.jobs).toEqual([]);
    bench.submit('peer:a', genesis, tinyBatch(genesis, run(3)));
    bench.answer(0, () => new Uint8Array(31));
    bench.answerAll();
    expect(bench.tree.tipHeight).toBe(3);
  });

  it('forgets a source that is dropped, and its answers', () => {
    const bench = new Bench();
    bench.submit('peer:a', genesis, tinyBatch(genesis, run(8)));
    bench.verifier.drop('peer:a');
    bench.answerAll();
    expect([bench.tree.tipHeight, bench.outcomes.length, bench.verifier.isIdle]).toEqual([0, 0, true]);
  });

  it('does not hash what is known', () => {
    const bench = new Bench();
    const batch = tinyBatch(genesis, run(10));
    bench.submit('peer:a', genesis, batch);
    bench.answerAll();
    bench.submit('peer:b', genesis, batch);
    expect(bench.jobs).toEqual([]);
    expect(bench.outcomes[1]).toMatchObject([
      'peer:b',
      { accepted: 10, duplicates: 10, lastHash: batch.hashes.slice(-32) },
    ]);
  });

  it('tells malformed headers, trailing bytes, a wrong height and an unknown parent apart', () => {
    const bench = new Bench();
    const batch = tinyBatch(genesis, run(4));
    const content = new Uint8Array(4 * 16 + 1);
    bench.submit('peer:a', genesis, batch, { content });
    bench.submit('peer:a', genesis, batch, { content: content.subarray(0, 63) });
    bench.submit('peer:a', genesis, batch, { parentHeight: 1 });
    bench.submit('peer:a', batch.hashes, batch);
    expect(bench.outcomes.map(([, { fault }]) => fault)).toEqual([
      'HEADER_MALFORMED',
      'HEADER_MALFORMED',
      'UNKNOWN_PARENT',
      'UNKNOWN_PARENT',
    ]);
  });

  it('refuses headers of this side that do not name one another', () => {
    const bench = new Bench();
    const batch = tinyBatch(genesis, run(3));
    batch.records[96] = (batch.records[96] as number) ^ 1;
    bench.submit('local:', genesis, batch, { content: batch });
    expect(bench.outcomes).toMatchObject([['local:', { fault: 'HEADER_BAD_PARENT' }]]);
  });

  it('keeps the first of two headers with one hash, reports the other, and goes on from the first', () => {
    const bench = new Bench();
    const batch = tinyBatch(genesis, run(6));
    bench.submit('peer:a', genesis, batch);
    bench.answerAll();
    const headers = [...run(6), { number: 7 }].map((header, i) =>
      i === 2 ? { ...header, salt: twin } : header,
    );
    bench.submit('peer:b', genesis, tinyBatch(genesis, headers));
    bench.answerAll();
    expect(bench.equivocations).toEqual([batch.hashes.slice(64, 96)]);
    expect(bench.tree.tipHeight).toBe(7);
    expect(bench.tree.record(bench.tree.at(3) as number)).toEqual(batch.records.slice(96, 144));
    expect(bench.outcomes).toMatchObject([
      ['peer:a', { fault: undefined, isVerbatim: true }],
      ['peer:b', { fault: undefined, isVerbatim: false }],
    ]);
  });

  it('holds what is early with what follows it, once it is hashed', () => {
    const bench = new Bench();
    const headers = run(10).map((header, i) => (i >= 6 ? { ...header, time: wallTime + 30 + i } : header));
    bench.submit('peer:a', genesis, tinyBatch(genesis, headers));
    expect(bench.held.size).toBe(0);
    bench.answerAll();
    expect([bench.tree.tipHeight, bench.held.size]).toEqual([6, 4]);
    expect(bench.outcomes).toMatchObject([['peer:a', { accepted: 10, held: 4, fault: undefined }]]);
    const unproven = tinyBatch(genesis, [{ number: 1, time: wallTime + 30, salt: falsePow }]);
    bench.submit('peer:b', genesis, unproven);
    bench.answerAll();
    expect(bench.held.size).toBe(4);
  });

  it('notices that its branch was dropped from the tree while it was hashed', () => {
    const bench = new Bench(8, 20);
    const main = tinyBatch(
      genesis,
      run(30).map((header) => ({ ...header, work: 10 })),
    );
    bench.submit('peer:main', genesis, main);
    bench.answerAll();
    bench.submit('peer:weak', genesis, tinyBatch(genesis, run(12, 1, 5)));
    bench.answer();
    expect(bench.tree.sideCount).toBe(4);
    // A heavier branch takes the room, and the slots, of the first four.
    bench.submit(
      'peer:heavy',
      genesis,
      tinyBatch(
        genesis,
        run(20, 1, 6).map((header) => ({ ...header, work: 9 })),
      ),
    );
    while (bench.jobs.length > 2) bench.answer(2);
    bench.answerAll();
    const outcomes = new Map(bench.outcomes);
    expect(outcomes.get('peer:weak')?.fault).toBe('UNKNOWN_PARENT');
    for (let slot = bench.tree.tip; bench.tree.height(slot) > 0; slot = bench.tree.parent(slot)) {
      expect(family.parent(bench.tree.record(slot))).toEqual(bench.tree.hash(bench.tree.parent(slot)));
    }
    const heavy = bench.inserted.filter((result) => result.kind === 'accepted');
    expect(heavy.length).toBeGreaterThan(4);
    for (const result of heavy) {
      if (!('slot' in result) || bench.tree.find(bench.tree.hash(result.slot)) !== result.slot) continue;
      expect(bench.tree.hash(bench.tree.parent(result.slot))).toEqual(
        family.parent(bench.tree.record(result.slot)).slice(),
      );
    }
  });

  describe('a branch outside of the tree', () => {
    const batch = tinyBatch(genesis, run(20));
    const second = tinyBatch(batch.hashes.subarray(-32), run(10, 21));

    /** The branch after the first batch, with a window as long as the rules look. */
    function branch(bench: Bench, changes: object = {}): object {
      const known = new HeaderTree(family);
      for (let i = 0; i < 20; i++) known.insertChecked(batch.records, batch.hashes, known.tip, i);
      const plan = ({ count }: HeaderBatch) => [{ from: 0, to: count }];
      const ancestry = known.ancestry(known.tip);
      const outside = { height: 20, lastHash: batch.hashes.slice(-32), ancestry, plan, ...changes };
      expect(bench.tree.count).toBe(1);
      return { outside };
    }

    it('is proven by a batch, which is inserted nowhere', () => {
      const bench = new Bench();
      bench.submit('peer:a', batch.hashes.slice(-32), second, branch(bench));
      expect(bench.outcomes).toEqual([]);
      bench.answerAll();
      const [[, outcome]] = bench.outcomes as [[SourceKey, BatchOutcome]];
      expect(outcome.proven?.hashes).toEqual(second.hashes);
      expect(outcome).toMatchObject({ fault: undefined, lastHash: undefined, held: 0 });
      expect([bench.tree.count, bench.inserted.length]).toEqual([1, 0]);
    });

    it('is not proven by one that is bad in part, whose fault is said', () => {
      const bad = tinyBatch(
        batch.hashes.subarray(-32),
        run(10, 21).map((header, i) => (i === 7 ? { ...header, work: 0 } : header)),
      );
      const unproven = tinyBatch(
        batch.hashes.subarray(-32),
        run(10, 21).map((header, i) => (i === 7 ? { ...header, salt: falsePow } : header)),
      );
      for (const [content, code] of [
        [bad, 'HEADER_BAD_DIFFICULTY'],
        [unproven, 'HEADER_POW_MISMATCH'],
      ] as const) {
        const bench = new Bench();
        bench.submit('peer:a', batch.hashes.slice(-32), content, branch(bench));
        bench.answerAll();
        expect(bench.outcomes).toMatchObject([['peer:a', { fault: code, accepted: 0 }]]);
        expect(bench.outcomes[0]?.[1].proven).toBeUndefined();
        expect(bench.verifier.isIdle).toBe(true);
      }
    });

    it('is continued from its last header only, and without rules or hashing where that is asked for', () => {
      const bench = new Bench();
      bench.submit('peer:a', genesis, second, branch(bench));
      bench.submit('peer:b', batch.hashes.slice(-32), second, { ...branch(bench), parentHeight: 19 });
      const bad = tinyBatch(batch.hashes.subarray(-32), run(10, 5));
      bench.submit(
        'peer:c',
        batch.hashes.slice(-32),
        bad,
        branch(bench, { ancestry: undefined, plan: () => [] }),
      );
      expect(bench.outcomes.map(([, { fault }]) => fault)).toEqual([
        'UNKNOWN_PARENT',
        'UNKNOWN_PARENT',
        undefined,
      ]);
      expect(bench.jobs).toEqual([]);
    });
  });

  it('says what is wrong with a batch that counts wholly or not at all', () => {
    const bench = new Bench();
    const headers = run(20).map((header, i) => (i === 15 ? { ...header, salt: falsePow } : header));
    bench.submit('peer:a', genesis, tinyBatch(genesis, headers), { isAllOrNothing: true });
    bench.answerAll();
    expect(bench.outcomes).toMatchObject([['peer:a', { fault: 'HEADER_POW_MISMATCH', accepted: 0 }]]);
    expect(bench.tree.count).toBe(1);
  });

  it('stops a side branch that there is no room for', () => {
    const bench = new Bench(2, 8);
    bench.submit('peer:main', genesis, tinyBatch(genesis, run(30)));
    bench.answerAll();
    bench.submit('peer:side', genesis, tinyBatch(genesis, run(20, 1, 1)));
    bench.answerAll();
    expect(bench.outcomes[1]).toMatchObject(['peer:side', { fault: 'TREE_FULL', accepted: 8 }]);
    expect(bench.tree.sideCount).toBeLessThanOrEqual(8);
  });
});
