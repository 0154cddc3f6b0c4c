/** Whose turn it is, and until when. */
export interface TurnTaker {
  /** Resolves when it has what it waits for, or is gone. */
  readonly taken: Promise<void>;
}

/**
 * Lets so many work at a time; the others wait in the order in which they came. Who goes away while waiting leaves the
 * queue, so that it holds no more than those who are there.
 */
export class Turns {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(atATime: number) {
    this.#free = atATime;
  }

  /**
   * Works when the turn comes. It lasts until both the work and the taker are done: the one costs processor, the other
   * memory, and neither ends with the other.
   *
   * @returns what `work` does; undefined if the taker was gone before its turn came
   */
  async during<T>(taker: TurnTaker, work: () => Promise<T>): Promise<T | undefined> {
    if (!(await this.#begin(taker))) return undefined;
    const working = work();
    void Promise.allSettled([working, taker.taken]).then(() => this.#pass());
    return working;
  }

  /** Resolves with false if the taker goes away first. */
  async #begin({ taken }: TurnTaker): Promise<boolean> {
    if (this.#free > 0) {
      this.#free--;
      return true;
    }
    return new Promise<boolean>((resolve) => {
      const begin = (): void => resolve(true);
      this.#waiting.add(begin);
      void taken.then(() => {
        this.#waiting.delete(begin);
        resolve(false);
      });
    });
  }

  #pass(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
