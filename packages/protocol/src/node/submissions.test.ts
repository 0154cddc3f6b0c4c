import { beforeEach, describe, expect, it } from 'vitest';
import {
  createTinyFamily,
  falsePow,
  type TinyHeader,
  tinyBatch,
  tinyPow,
} from '../../../../tests/model/tiny-family.js';
import type { HeaderBatch } from '../chain/chain-family.js';
import { Driver } from '../driver/driver.js';
import { MemoryStore } from '../driver/memory-store.js';
import { performStorage } from '../driver/perform-storage.js';
import type { Effect } from '../io/effect.js';
import type { NodeNotice } from '../io/notice.js';
import { SUBMISSION_SOURCES_MAX, SUBMISSIONS_MAX } from '../limits.js';
import { LightNode } from './light-node.js';

const family = createTinyFamily();
/** Jobs of hashing that a node with one hasher has under way. */
const JOBS_UNDER_WAY = 2;
/** Ten jobs of hashing. */
const BATCH_HEADERS = 40;

type Answer = Omit<Extract<NodeNotice, { type: 'submitted' }>, 'type' | 'ticket'> & { source: string };

/** A node whose hashing is done when the test says so. */
class Bench {
  readonly node = new LightNode({ family, seed: 1, userAgent: 'test', isGateway: true, hashers: 1 });
  /** What became of the batches, in the order of the answers. */
  readonly answers: Answer[] = [];
  readonly #driver: Driver;
  readonly #store = new MemoryStore();
  readonly #jobs: Extract<Effect, { type: 'verifyPow' }>[] = [];
  readonly #sources: string[] = [];
  #onReady = (): void => {};

  constructor() {
    this.#driver = new Driver(this.node, {
      now: () => 0,
      wallTime: () => 1_000_000,
      setTimer: () => () => {},
      perform: (effect) => this.#perform(effect),
    });
  }

  async start(): Promise<void> {
    const ready = new Promise<void>((resolve) => {
      this.#onReady = resolve;
    });
    this.#driver.push({ type: 'start' });
    await ready;
  }

  submit(source: string, batch: HeaderBatch): void {
    const ticket = this.#sources.push(source) - 1;
    this.#driver.push({ type: 'command', command: { kind: 'submit', batch, ticket, source } });
  }

  /** Answers the jobs of hashing that came first. @returns how many were answered */
  hash(jobsMax: number): number {
    for (let done = 0; done < jobsMax; done++) {
      const job = this.#jobs.shift();
      if (job === undefined) return done;
      this.#driver.push({ type: 'powVerified', job: job.job, hashes: tinyPow(job.work) });
    }
    return jobsMax;
  }

  answersOf(source: string): Omit<Answer, 'source'>[] {
    return this.answers.filter((answer) => answer.source === source).map(({ source: _, ...rest }) => rest);
  }

  #perform(effect: Effect): void {
    if (effect.type === 'verifyPow') this.#jobs.push(effect);
    if (effect.type === 'storage')
      void performStorage(this.#store, effect).then((event) => this.#driver.push(event));
    if (effect.type === 'emit') this.#note(effect.notice);
  }

  #note(notice: NodeNotice): void {
    if (notice.type === 'ready') this.#onReady();
    if (notice.type !== 'submitted') return;
    const { type: _, ticket, ...answer } = notice;
    this.answers.push({ source: this.#sources[ticket] ?? '', ...answer });
  }
}

/** Headers of a branch of its own from genesis on. */
function branch(salt: number, count = BATCH_HEADERS, last: Partial<TinyHeader> = {}): HeaderBatch {
  const headers = Array.from({ length: count }, (_, i) => ({ number: i + 1, salt }));
  headers.push({ ...headers.pop(), number: count, salt, ...last });
  return tinyBatch(family.genesis.hash, headers);
}

const good = (count: number): Omit<Answer, 'source'> => ({ accepted: count });
const busy = { accepted: 0, code: 'SUBMIT_BUSY' };
let bench: Bench;

beforeEach(async () => {
  bench = new Bench();
  await bench.start();
});

describe('submissions of several sources', () => {
  it('are verified while another source still waits that brought as much as it may', () => {
    for (let i = 0; i < SUBMISSIONS_MAX; i++) bench.submit('bridge', branch(10 + i));
    bench.submit('miner', branch(1, 1));
    expect(bench.answers).toEqual([]);
    // The jobs of the bridge that are under way; one for each of its turns, before the miner's batch is begun and before it
    // is hashed; and the miner's job.
    bench.hash(JOBS_UNDER_WAY + 3);
    expect(bench.answers).toEqual([{ source: 'miner', ...good(1) }]);
    bench.hash(Number.POSITIVE_INFINITY);
    expect(bench.answersOf('bridge')).toEqual(Array(SUBMISSIONS_MAX).fill(good(BATCH_HEADERS)));
  });

  it.each([
    ['a false proof of work', { salt: falsePow }, 'HEADER_POW_MISMATCH'],
    ['a broken rule', { work: 0 }, 'HEADER_BAD_DIFFICULTY'],
  ] as const)('are not affected by headers of another source with %s', (_what, last, code) => {
    for (let i = 0; i < SUBMISSIONS_MAX; i++) bench.submit('bridge', branch(10 + i, BATCH_HEADERS, last));
    for (let i = 0; i < 3; i++) bench.submit('miner', branch(i, 2));
    bench.hash(3 * (JOBS_UNDER_WAY + 3));
    expect(bench.answersOf('miner')).toEqual([good(2), good(2), good(2)]);
    expect(bench.answersOf('bridge').length).toBeLessThan(SUBMISSIONS_MAX / 2);
    bench.hash(Number.POSITIVE_INFINITY);
    const { accepted } = bench.answersOf('bridge')[0] ?? {};
    expect(accepted).toBeLessThan(BATCH_HEADERS);
    expect(bench.answersOf('bridge')).toEqual(Array(SUBMISSIONS_MAX).fill({ accepted, code }));
    // The source itself is not punished either: it is this side's.
    bench.submit('bridge', branch(5));
    bench.hash(Number.POSITIVE_INFINITY);
    expect(bench.answersOf('bridge').at(-1)).toEqual(good(BATCH_HEADERS));
  });
});

describe('SUBMIT_BUSY', () => {
  it('is the answer to a source with too many batches that wait, and to no other source', () => {
    for (let i = 0; i <= SUBMISSIONS_MAX; i++) bench.submit('bridge', branch(10 + i));
    expect(bench.answers).toEqual([{ source: 'bridge', ...busy }]);
    bench.submit('miner', branch(1, 1));
    expect(bench.answersOf('miner')).toEqual([]);
    bench.hash(Number.POSITIVE_INFINITY);
    expect(bench.answersOf('miner')).toEqual([good(1)]);
    bench.submit('bridge', branch(5));
    bench.hash(Number.POSITIVE_INFINITY);
    expect(bench.answersOf('bridge').at(-1)).toEqual(good(BATCH_HEADERS));
  });

  it('is the answer to one source too many, until one of the others has no batch that waits', () => {
    for (let i = 0; i < SUBMISSION_SOURCES_MAX; i++) bench.submit(`bridge ${i}`, branch(10 + i));
    bench.submit('miner', branch(1, 1));
    expect(bench.answers).toEqual([{ source: 'miner', ...busy }]);
    bench.submit('bridge 0', branch(30));
    expect(bench.answersOf('bridge 0')).toEqual([]);
    while (bench.answersOf('bridge 1').length === 0) expect(bench.hash(1)).toBe(1);
    bench.submit('miner', branch(1, 1));
    bench.hash(Number.POSITIVE_INFINITY);
    expect(bench.answersOf('miner')).toEqual([busy, good(1)]);
  });
});
