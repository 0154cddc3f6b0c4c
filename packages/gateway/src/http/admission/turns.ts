/** Whose turn it is, and until when. */
export interface TurnTaker {
  readonly address: string;
  /** Resolves when it has what it waits for, or is gone. */
  readonly taken: Promise<void>;
}

interface Waiting {
  readonly address: string;
  begin(): void;
}

/**
 * Lets so many work at a time, and fewer of one address; the others wait in the order in which they came. Who goes away
 * while waiting leaves the queue, so that it holds no more than those who are there.
 */
export class Turns {
  readonly #atATime: number;
  readonly #perAddress: number;
  readonly #waiting = new Set<Waiting>();
  /** An address for each turn that lasts. */
  readonly #underWay: string[] = [];

  constructor(atATime: number, perAddress: number) {
    this.#atATime = atATime;
    this.#perAddress = perAddress;
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
    void Promise.allSettled([working, taker.taken]).then(() => this.#end(taker.address));
    return working;
  }

  /** Resolves with false if the taker goes away first. */
  #begin({ address, taken }: TurnTaker): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = { address, begin: () => resolve(true) };
      this.#waiting.add(waiting);
      void taken.then(() => {
        this.#waiting.delete(waiting);
        resolve(false);
      });
      this.#beginNext();
    });
  }

  #end(address: string): void {
    this.#underWay.splice(this.#underWay.indexOf(address), 1);
    this.#beginNext();
  }

  #beginNext(): void {
    if (this.#underWay.length >= this.#atATime) return;
    for (const waiting of this.#waiting) {
      const own = this.#underWay.filter((address) => address === waiting.address).length;
      if (own >= this.#perAddress) continue;
      this.#waiting.delete(waiting);
      this.#underWay.push(waiting.address);
      waiting.begin();
      return;
    }
  }
}
