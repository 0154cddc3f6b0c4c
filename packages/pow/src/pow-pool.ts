import { type PowJob, PowJobRunner } from './pow-job-runner.js';

/** How a worker answers a job: its hashes, or why it could not compute them. */
export type PowAnswer = { readonly hashes: Uint8Array } | { readonly error: string };

/** What a pool needs of a worker; Web Workers and worker_threads can both provide it. */
export interface PowWorkerPort {
  /** Hands over a job. The worker answers jobs in the order in which they were posted. */
  post(job: PowJob): void;
  /** Called for each answer, in order. Set by the pool before the first `post`. */
  onAnswer: (answer: PowAnswer) => void;
  /** Called when the worker can give no further answer: it crashed, or never started. */
  onDeath: (reason: string) => void;
  /** Ends the worker; it need not call back. */
  terminate(): void;
}

/** Time and timers of the platform, for a pool that is to rest. */
export interface PoolClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back once, unless the function that is returned is called before. */
  setTimer(delayMs: number, callback: () => void): () => void;
}

/** What a {@link PowPool} is made of. */
export interface PowPoolOptions {
  /** Workers, at least 1. */
  readonly size: number;
  /** Starts a worker. Called when there is work for one more, up to `size` of them, and again for each that dies. */
  readonly spawn: () => PowWorkerPort;
  readonly clock: PoolClock;
}

/**
 * Jobs that a worker has at a time. With a second one the worker need not wait while an answer and the next job are
 * transferred. With more, jobs would wait behind a slow worker while another one is idle.
 */
const JOBS_PER_WORKER_MAX = 2;

/**
 * Deaths in a row, without one answer between them, after which a worker is not replaced: then the platform or the code
 * is broken. Arbitrary.
 */
const DEATHS_IN_A_ROW_MAX = 3;

interface Waiting {
  readonly job: PowJob;
  readonly isPatient: boolean | undefined;
  readonly resolve: (hashes: Uint8Array) => void;
  readonly reject: (reason: Error) => void;
}

interface Slot {
  port: PowWorkerPort | undefined;
  /** Jobs that the worker has, in the order of their answers. */
  underWay: Waiting[];
  deaths: number;
  /** When the job that is being done now began. */
  busySince: number;
  /** Ends its rest; undefined while it may work. */
  endRest: (() => void) | undefined;
}

/**
 * A fixed number of workers that hash jobs in their order. Jobs that take less time than their transfer are done here.
 *
 * The jobs of a worker that dies are rejected, not tried again: the caller decides whether to ask again. The
 * worker is replaced, up to {@link DEATHS_IN_A_ROW_MAX} times in a row. The queue is not bounded here; the node keeps
 * at most two jobs a worker under way.
 */
export class PowPool {
  readonly #spawn: () => PowWorkerPort;
  readonly #clock: PoolClock;
  readonly #slots: Slot[];
  readonly #queue: Waiting[] = [];
  readonly #ownRunner = new PowJobRunner();
  #isClosed = false;
  #share = 1;
  /** Fulfilled once the next job can be done on this thread: the one before is done, and the rest after it is over. */
  #here: Promise<unknown> = Promise.resolve();
  /** Ends that rest. */
  #endRestHere: () => void = () => {};
  /** Why a worker failed last. */
  #lastReason: unknown;

  /** @throws {RangeError} if `size` is not an integer from 1 */
  constructor({ size, spawn, clock }: PowPoolOptions) {
    if (!Number.isInteger(size) || size < 1) {
      throw new RangeError(`PowPool size must be an integer from 1, not ${size}`);
    }
    this.#spawn = spawn;
    this.#clock = clock;
    this.#slots = Array.from({ length: size }, () => ({
      port: undefined,
      underWay: [],
      deaths: 0,
      busySince: 0,
      endRest: undefined,
    }));
  }

  /**
   * Share of the time in which each worker computes, above 0 to 1: after a job it rests. 1 at first.
   *
   * @throws {RangeError}
   */
  set share(share: number) {
    if (!(share > 0 && share <= 1)) throw new RangeError(`PowPool share must be above 0 to 1, not ${share}`);
    this.#share = share;
  }

  /**
   * @param isPatient  whether the job begins only on a worker that has none, and after every job that is not patient: so a job
   *   that comes while it runs waits for one patient job at most, and only where all workers are busy
   * @returns as `PowJobRunner.run` does
   * @throws {Error} if the job is faulty, its worker died, no worker is left, or the pool was closed
   */
  run(job: PowJob, isPatient?: boolean): Promise<Uint8Array> {
    // 2000 headers take 1.3 ms here; posting them to a worker and waking it took 2.3 ms, and its answer as long again.
    if (job.algorithm !== 'visionx' && !this.#isClosed) return this.#runHere(job);
    return new Promise((resolve, reject) => {
      this.#queue.push({ job, isPatient, resolve, reject });
      this.#assign();
    });
  }

  /** Ends all workers; jobs in flight are rejected. */
  close(): void {
    this.#isClosed = true;
    this.#endRestHere();
    for (const slot of this.#slots) {
      slot.endRest?.();
      slot.port?.terminate();
      slot.port = undefined;
      for (const waiting of slot.underWay.splice(0)) waiting.reject(closedError());
    }
    this.#assign();
  }

  async #runHere(job: PowJob): Promise<Uint8Array> {
    if (this.#share === 1) return this.#ownRunner.run(job);
    let began = 0;
    const done = this.#here.then(() => {
      if (this.#isClosed) throw closedError();
      began = this.#clock.now();
      return this.#ownRunner.run(job);
    });
    // A faulty job takes no time.
    this.#here = done.then(
      () => this.#restHere(this.#restMs(this.#clock.now() - began)),
      () => {},
    );
    return done;
  }

  #restHere(ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(ms, resolve);
      this.#endRestHere = () => {
        cancel();
        resolve();
      };
    });
  }

  #restMs(busyMs: number): number {
    return busyMs * (1 / this.#share - 1);
  }

  /** The worker has answered. */
  #rest(slot: Slot): void {
    const now = this.#clock.now();
    const restMs = this.#restMs(now - slot.busySince);
    slot.busySince = now;
    if (restMs === 0) return;
    slot.endRest?.();
    slot.endRest = this.#clock.setTimer(restMs, () => {
      slot.endRest = undefined;
      this.#assign();
    });
  }

  #start(slot: Slot): void {
    if (slot.port !== undefined) return;
    let port: PowWorkerPort;
    try {
      port = this.#spawn();
    } catch (error) {
      this.#lastReason = error;
      slot.deaths = DEATHS_IN_A_ROW_MAX;
      return;
    }
    slot.port = port;
    port.onAnswer = (answer) => {
      const waiting = slot.port === port ? slot.underWay.shift() : undefined;
      if (waiting === undefined) return;
      slot.deaths = 0;
      this.#rest(slot);
      if ('hashes' in answer) waiting.resolve(answer.hashes);
      else waiting.reject(new Error(answer.error));
      this.#assign();
    };
    port.onDeath = (reason) => {
      if (slot.port !== port) return;
      port.terminate();
      slot.port = undefined;
      slot.deaths += 1;
      this.#lastReason = reason;
      const error = new Error(`PowPool worker died: ${reason}`);
      for (const waiting of slot.underWay.splice(0)) waiting.reject(error);
      this.#assign();
    };
  }

  #assign(): void {
    while (this.#queue.length > 0) {
      const usable = this.#slots.filter(({ deaths }) => !this.#isClosed && deaths < DEATHS_IN_A_ROW_MAX);
      if (usable.length === 0) {
        const error = this.#isClosed
          ? closedError()
          : new Error(`PowPool has no worker left: ${this.#lastReason}`);
        for (const waiting of this.#queue.splice(0)) waiting.reject(error);
        return;
      }
      const [idlest] = usable
        .filter(({ endRest }) => endRest === undefined)
        .sort((a, b) => a.underWay.length - b.underWay.length);
      const urgent = this.#queue.findIndex(({ isPatient }) => !isPatient);
      const jobsMax = urgent < 0 || this.#share < 1 ? 1 : JOBS_PER_WORKER_MAX;
      if (idlest === undefined || idlest.underWay.length >= jobsMax) return;
      this.#start(idlest);
      if (idlest.port === undefined) continue;
      const [waiting] = this.#queue.splice(Math.max(urgent, 0), 1);
      if (waiting === undefined) return;
      if (idlest.underWay.length === 0) idlest.busySince = this.#clock.now();
      idlest.underWay.push(waiting);
      idlest.port.post(waiting.job);
    }
  }
}

function closedError(): Error {
  return new Error('PowPool is closed');
}
