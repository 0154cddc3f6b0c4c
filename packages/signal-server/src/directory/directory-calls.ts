/**
 * Calls the directory for signaling, and turns each failure into an answer for the client. A call fails if the
 * directory rejects it, or if it takes longer than `directoryTimeoutMs`.
 *
 * In flight are at most one call of each connection, and the `leave` calls of the connections that were closed within
 * the last `directoryTimeoutMs`.
 */
import type { Logger } from 'pino';
import type {
  Directory,
  DirectoryRefusal,
  JoiningPeer,
  JoinOutcome,
  RouteOutcome,
  SampleOutcome,
} from './directory.js';

/** How long a call may take, and who hears of failures. */
export interface DirectoryCallsEnvironment {
  readonly timeoutMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly log: Logger;
}

/** The answer to a request for which the directory failed. */
export type Unavailable = DirectoryRefusal<'SIGNAL_DIRECTORY_UNAVAILABLE'>;

const UNAVAILABLE: Unavailable = { ok: false, code: 'SIGNAL_DIRECTORY_UNAVAILABLE' };

interface Call {
  readonly startedMs: number;
  fail(cause: unknown): void;
}

/** The directory as signaling sees it: no call rejects, and each one resolves in time. */
export class DirectoryCalls {
  readonly #directory: Directory;
  readonly #env: DirectoryCallsEnvironment;
  /** Oldest first, so that a sweep ends at the first one that is in time. */
  readonly #inFlight = new Set<Call>();
  #isFailing = false;

  constructor(directory: Directory, env: DirectoryCallsEnvironment) {
    this.#directory = directory;
    this.#env = env;
  }

  /** See {@link Directory.join}. After `SIGNAL_DIRECTORY_UNAVAILABLE` the peer has been asked to leave again. */
  async join(peer: JoiningPeer, sampleMax: number): Promise<JoinOutcome | Unavailable> {
    const outcome = await this.#limit(this.#directory.join(peer, sampleMax), UNAVAILABLE);
    if (outcome === UNAVAILABLE) void this.leave(peer.id);
    return outcome;
  }

  /** See {@link Directory.sample}. */
  sample(id: string, count: number): Promise<SampleOutcome | Unavailable> {
    return this.#limit(this.#directory.sample(id, count), UNAVAILABLE);
  }

  /** See {@link Directory.route}. After `SIGNAL_DIRECTORY_UNAVAILABLE` the signal may have arrived or not. */
  route(from: string, to: string, signal: string): Promise<RouteOutcome | Unavailable> {
    return this.#limit(this.#directory.route(from, to, signal), UNAVAILABLE);
  }

  /** See {@link Directory.leave}. After a failure the directory lets the peer expire. */
  leave(id: string): Promise<void> {
    return this.#limit(this.#directory.leave(id), undefined);
  }

  /** See {@link Directory.roomCount}; NaN if the directory fails, which Prometheus takes for "not known". */
  roomCount(): Promise<number> {
    return this.#limit(this.#directory.roomCount(), Number.NaN);
  }

  /** See {@link Directory.close}. */
  close(): Promise<void> {
    return this.#limit(this.#directory.close(), undefined);
  }

  /** Ends the calls that take too long; to be called now and then. */
  sweep(): void {
    const { now, timeoutMs } = this.#env;
    const nowMs = now();
    for (const call of this.#inFlight) {
      if (nowMs - call.startedMs < timeoutMs) return;
      call.fail(`no answer within ${timeoutMs} ms`);
    }
  }

  #limit<Outcome, Failure>(answer: Promise<Outcome>, failure: Failure): Promise<Outcome | Failure> {
    return new Promise((resolve) => {
      const fail = (cause: unknown): void => {
        if (!this.#inFlight.delete(call)) return;
        this.#note(cause);
        resolve(failure);
      };
      const call: Call = { startedMs: this.#env.now(), fail };
      this.#inFlight.add(call);
      answer.then((outcome) => {
        if (!this.#inFlight.delete(call)) return;
        if (this.#isFailing) this.#noteRecovery();
        resolve(outcome);
      }, fail);
    });
  }

  /** One line when failures begin and one when they end, however many requests fail in between. */
  #note(cause: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#env.log.warn({ cause: cause instanceof Error ? cause.message : cause }, 'directory fails');
  }

  #noteRecovery(): void {
    this.#isFailing = false;
    this.#env.log.info('directory answers again');
  }
}
