import { describe, expect, test } from 'vitest';
import {
  type PoolClock,
  type PowAnswer,
  type PowJob,
  PowJobRunner,
  PowPool,
  type PowWorkerPort,
} from './index.js';

class FakeWorker implements PowWorkerPort {
  readonly jobs: PowJob[] = [];
  isTerminated = false;
  onAnswer: (answer: PowAnswer) => void = () => {};
  onDeath: (reason: string) => void = () => {};

  post(job: PowJob): void {
    this.jobs.push(job);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  answer(byte: number): void {
    this.onAnswer({ hashes: Uint8Array.of(byte) });
  }
}

function jobOf(count: number): PowJob {
  const params = { datasetMb: 1, scratchMb: 1, mixIters: 1, readsPerIter: 4, writeEvery: 4 };
  return { algorithm: 'visionx', count, params, inputs: [] };
}

/** Time that passes when a test says so. */
class TestClock implements PoolClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many wait. */
  get timers(): number {
    return this.#timers.size;
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers])
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.callback();
  }
}

function poolOf(size: number): { pool: PowPool; workers: FakeWorker[]; clock: TestClock } {
  const clock = new TestClock();
  const workers: FakeWorker[] = [];
  const spawn = () => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  };
  return { pool: new PowPool({ size, spawn, clock }), workers, clock };
}

describe('PowPool', () => {
  test('does at once, without a worker, what takes less time than sending it', async () => {
    const { pool, workers } = poolOf(1);
    const headers = new Uint8Array(160).fill(7);
    const hashes = await pool.run({ algorithm: 'sha256d-chain', count: 2, headers: headers.slice() });
    expect(hashes).toEqual(new PowJobRunner().run({ algorithm: 'sha256d-chain', count: 2, headers }));
    expect(workers).toEqual([]);
    pool.close();
    await expect(pool.run({ algorithm: 'sha256d-chain', count: 2, headers })).rejects.toThrow('closed');
  });

  test('shares jobs out evenly, two a worker, first come first served', async () => {
    const { pool, workers } = poolOf(2);
    const answers = [1, 2, 3, 4, 5].map((count) => pool.run(jobOf(count)));
    expect(workers.map((worker) => worker.jobs.map((job) => job.count))).toEqual([
      [1, 3],
      [2, 4],
    ]);
    workers[1]?.answer(20);
    expect(await answers[1]).toEqual(Uint8Array.of(20));
    expect(workers[1]?.jobs.map((job) => job.count)).toEqual([2, 4, 5]);
    workers[0]?.answer(10);
    expect(await answers[0]).toEqual(Uint8Array.of(10));
  });

  test('a patient job begins on a worker that has none, after every other job', async () => {
    const { pool, workers } = poolOf(2);
    const jobsOf = () => workers.map((worker) => worker.jobs.map((job) => job.count));
    for (const count of [1, 2]) void pool.run(jobOf(count));
    const patient = [101, 102].map((count) => pool.run(jobOf(count), true));
    for (const count of [3, 4, 5]) void pool.run(jobOf(count));
    expect(jobsOf()).toEqual([
      [1, 3],
      [2, 4],
    ]);
    workers[0]?.answer(1);
    workers[0]?.answer(3);
    workers[1]?.answer(2);
    expect(jobsOf()).toEqual([
      [1, 3, 5],
      [2, 4],
    ]);
    workers[0]?.answer(5);
    expect(jobsOf()[0]).toEqual([1, 3, 5, 101]);
    // While it runs others come behind it, and the next patient one waits until they are done.
    void pool.run(jobOf(6));
    void pool.run(jobOf(7));
    expect(jobsOf()).toEqual([
      [1, 3, 5, 101, 6],
      [2, 4, 7],
    ]);
    workers[0]?.answer(101);
    expect(await patient[0]).toEqual(Uint8Array.of(101));
    workers[1]?.answer(4);
    workers[1]?.answer(7);
    workers[0]?.answer(6);
    expect(jobsOf()[1]).toEqual([2, 4, 7, 102]);
    pool.close();
    await expect(patient[1]).rejects.toThrow('closed');
    await expect(pool.run(jobOf(1), true)).rejects.toThrow('closed');
  });

  test('starts a worker when there is work for it', () => {
    const { pool, workers } = poolOf(3);
    expect(workers).toHaveLength(0);
    for (const started of [1, 2, 3, 3]) {
      void pool.run(jobOf(1));
      expect(workers).toHaveLength(started);
    }
  });

  test('a faulty job is rejected, and its worker goes on', async () => {
    const { pool, workers } = poolOf(1);
    const [faulty, good] = [pool.run(jobOf(1)), pool.run(jobOf(2))];
    workers[0]?.onAnswer({ error: 'faulty' });
    workers[0]?.answer(2);
    await expect(faulty).rejects.toThrow('faulty');
    expect(await good).toEqual(Uint8Array.of(2));
    expect(workers).toHaveLength(1);
  });

  test('a worker that dies is replaced; what it had is rejected, what waited goes on', async () => {
    const { pool, workers } = poolOf(1);
    const [first, second, third] = [pool.run(jobOf(1)), pool.run(jobOf(2)), pool.run(jobOf(3))];
    workers[0]?.onDeath('crashed');
    await expect(first).rejects.toThrow('crashed');
    await expect(second).rejects.toThrow('crashed');
    expect(workers[0]?.isTerminated).toBe(true);
    workers[0]?.answer(9);
    workers[1]?.answer(3);
    expect(await third).toEqual(Uint8Array.of(3));
  });

  test('gives up after three deaths in a row, and says so', async () => {
    const { pool, workers } = poolOf(1);
    for (let death = 0; death < 3; death++) {
      const job = pool.run(jobOf(1));
      workers.at(-1)?.onDeath('crashed');
      await expect(job).rejects.toThrow('crashed');
    }
    expect(workers).toHaveLength(3);
    await expect(pool.run(jobOf(1))).rejects.toThrow('no worker left: crashed');
  });

  test('an answer forgives earlier deaths', async () => {
    const { pool, workers } = poolOf(1);
    for (let death = 0; death < 5; death++) {
      const job = pool.run(jobOf(1));
      workers.at(-1)?.answer(death);
      expect(await job).toEqual(Uint8Array.of(death));
      workers.at(-1)?.onDeath('crashed');
    }
    expect(workers).toHaveLength(5);
  });

  test('a worker that cannot be started is a death like any other', async () => {
    const pool = new PowPool({
      size: 1,
      clock: new TestClock(),
      spawn: () => {
        throw new Error('no threads');
      },
    });
    await expect(pool.run(jobOf(1))).rejects.toThrow('no worker left: Error: no threads');
  });

  test('close ends the workers and rejects what is under way, waiting or to come', async () => {
    const { pool, workers } = poolOf(1);
    const jobs = [1, 2, 3].map((count) => pool.run(jobOf(count)));
    pool.close();
    expect(workers[0]?.isTerminated).toBe(true);
    for (const job of [...jobs, pool.run(jobOf(4))]) await expect(job).rejects.toThrow('closed');
  });

  test('with a share of the time a worker has one job, and rests after it', async () => {
    const { pool, workers, clock } = poolOf(2);
    pool.share = 0.25;
    const answers = [1, 2, 3].map((count) => pool.run(jobOf(count)));
    const counts = (): number[][] => workers.map(({ jobs }) => jobs.map(({ count }) => count));
    expect(counts()).toEqual([[1], [2]]);
    clock.pass(10);
    workers[0]?.answer(1);
    expect(await answers[0]).toEqual(Uint8Array.of(1));
    clock.pass(29);
    expect(counts()).toEqual([[1], [2]]);
    clock.pass(1);
    expect(counts()).toEqual([[1, 3], [2]]);
    // All of the time again: nothing waits any more.
    workers[1]?.answer(2);
    pool.share = 1;
    clock.pass(1000);
    answers.push(pool.run(jobOf(4)), pool.run(jobOf(5)));
    expect(counts()).toEqual([
      [1, 3, 5],
      [2, 4],
    ]);
  });

  test('what is done here rests as well, one job after the other', async () => {
    const { pool, clock } = poolOf(1);
    const job: PowJob = { algorithm: 'sha256d-chain', count: 2, headers: new Uint8Array(160) };
    pool.share = 0.5;
    const done: number[] = [];
    const run = PowJobRunner.prototype.run;
    PowJobRunner.prototype.run = (each) => {
      clock.pass(10);
      return run.call(new PowJobRunner(), each);
    };
    try {
      const jobs = [0, 1, 2].map((index) => pool.run(job).then(() => done.push(index)));
      await jobs[0];
      clock.pass(9);
      await Promise.resolve();
      expect(done).toEqual([0]);
      clock.pass(1);
      await jobs[1];
      expect(done).toEqual([0, 1]);
      clock.pass(10);
      await jobs[2];
    } finally {
      PowJobRunner.prototype.run = run;
    }
  });

  test('when it is closed, what waits here for the end of a rest is rejected at once, and not done', async () => {
    const { pool, clock } = poolOf(1);
    const job: PowJob = { algorithm: 'sha256d-chain', count: 2, headers: new Uint8Array(160) };
    pool.share = 0.5;
    const run = PowJobRunner.prototype.run;
    let runs = 0;
    PowJobRunner.prototype.run = (each) => {
      runs++;
      clock.pass(10);
      return run.call(new PowJobRunner(), each);
    };
    try {
      await pool.run(job);
      const waiting = pool.run(job);
      pool.close();
      await expect(waiting).rejects.toThrow('closed');
      expect(clock.timers).toBe(0);
      expect(runs).toBe(1);
    } finally {
      PowJobRunner.prototype.run = run;
    }
  });

  test('a share is above 0 to 1', () => {
    const { pool } = poolOf(1);
    for (const share of [0, -1, 1.1, Number.NaN])
      expect(() => {
        pool.share = share;
      }).toThrow(RangeError);
  });

  test('refuses a size that is no integer from 1', () => {
    for (const size of [0, -1, 1.5, Number.NaN]) expect(() => poolOf(size)).toThrow(RangeError);
  });
});
