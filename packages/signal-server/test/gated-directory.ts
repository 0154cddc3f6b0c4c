import type { Directory, OpenDirectory } from '../src/index.js';

/** A call of a directory, by name. */
export type CallName = keyof Directory;

/**
 * Stands in front of a real directory: the test decides when a call goes through and when its answer comes back, and
 * whether it fails. Calls go through in the order in which they are made.
 */
export class Gate {
  /** What a call waits for. If it rejects, so does the call, which has no effect then. */
  before: (name: CallName) => Promise<void> = async () => {};
  /** What the answer of a call waits for. If it rejects, so does the call, which has had its effect. */
  after: (name: CallName) => Promise<void> = async () => {};
  /** The calls that have gone through, in order. */
  readonly passed: CallName[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  /** Puts the gate in front of a directory. */
  guard(openInner: OpenDirectory): OpenDirectory {
    return async (deliver) => {
      const inner = await openInner(deliver);
      return {
        join: (peer, sampleMax) => this.#call('join', () => inner.join(peer, sampleMax)),
        sample: (id, count) => this.#call('sample', () => inner.sample(id, count)),
        route: (from, to, signal) => this.#call('route', () => inner.route(from, to, signal)),
        leave: (id) => this.#call('leave', () => inner.leave(id)),
        roomCount: () => this.#call('roomCount', () => inner.roomCount()),
        close: () => this.#call('close', () => inner.close()),
      };
    };
  }

  #call<T>(name: CallName, perform: () => Promise<T>): Promise<T> {
    const outcome = this.#turn
      .then(() => this.before(name))
      .then(() => {
        this.passed.push(name);
        return perform();
      });
    this.#turn = outcome.catch(() => {});
    return outcome.then(async (value) => {
      await this.after(name);
      return value;
    });
  }
}

/** A promise that the test keeps. */
export class Held {
  readonly promise: Promise<void>;
  release!: () => void;

  constructor() {
    this.promise = new Promise((resolve) => {
      this.release = resolve;
    });
  }
}
