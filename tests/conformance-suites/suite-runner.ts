/** What a suite needs of a test runner: mocha in a browser, vitest in Node. */
export interface SuiteRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
  afterEach(body: () => void | Promise<void>): void;
}

/** Fails unless two values are the same as JSON. */
export function assertSame(actual: unknown, expected: unknown, what = 'value'): void {
  const [is, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== wanted) throw new Error(`${what} is ${is}, not ${wanted}`);
}

/** Things that happen, in order, for a test that waits for them. */
export class Happenings<T> {
  readonly #all: T[] = [];
  #read = 0;
  #wake: () => void = () => {};

  /** Everything so far. */
  get all(): readonly T[] {
    return this.#all;
  }

  readonly add = (happening: T): void => {
    this.#all.push(happening);
    this.#wake();
  };

  /** The next one that was not read yet. */
  async next(): Promise<T> {
    await this.until(() => this.#all.length > this.#read);
    this.#read += 1;
    return this.#all[this.#read - 1] as T;
  }

  /** Resolves once a condition holds; it is looked at with every happening. */
  async until(isMet: () => boolean): Promise<void> {
    while (!isMet()) {
      await new Promise<void>((resolve) => {
        const before = this.#wake;
        this.#wake = () => {
          before();
          resolve();
        };
      });
    }
  }
}
