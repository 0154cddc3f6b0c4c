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
  /** The calls about peers that were made, in order. */
  readonly made: CallName[] = [];
  /** Those of them that have gone through, in order. */
  readonly passed: CallName[] = [];
  /** Wakes {@link untilMade}. */
  #noticeMade: (() => void) | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Stops all calls about peers until the promise is released; then calls pass as they come. */
  hold(): Held {
    const held = new Held();
    this.before = async (name) => {
      if (name !== 'roomCount') await held.promise;
    };
    return held;
  }

  /** Resolves when a call has been made, whether it has gone through or not. */
  async untilMade(name: CallName): Promise<void> {
    while (!this.made.includes(name)) {
      await new Promise<void>((resolve) => {
        this.#noticeMade = resolve;
      });
    }
  }

  /** Puts the gate in front of a directory. */
  guard(openInner: OpenDirectory): OpenDirectory {
    return async (deliver) => {
      const inner = await openInner(deliver);
      return {
        join: (peer, sampleMax) => this.#call('join', () => inner.join(peer, sampleMax)),
        sample: (id, count) => this.#call('sample', () => inner.sample(id, count)),
        route: (from, to, signal) => this.#call('route', () => inner.route(from, to, signal)),
        leave: (id) => this.#call('leave', () => inner.leave(id)),
        // Concerns no peer, so it has no place in their order.
        roomCount: async () => {
          await this.before('roomCount');
          return inner.roomCount();
        },
        close: () => this.#call('close', () => inner.close()),
      };
    };
  }

  #call<T>(name: CallName, perform: () => Promise<T>): Promise<T> {
    this.made.push(name);
    this.#noticeMade?.();
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
