/** The few assertions that the browser tests need. mocha's `describe` and `it` are the page's globals. */
declare global {
  function describe(name: string, body: () => void): void;
  function it(name: string, body: (this: RunningTest) => void | Promise<void>): void;
  function afterEach(body: () => void | Promise<void>): void;
}

/** Of mocha, what a test may change of itself. */
export interface RunningTest {
  /** It fails after so many milliseconds. */
  timeout(ms: number): void;
}

export function assertTrue(value: boolean, message: string): void {
  if (!value) throw new Error(message);
}

export function assertEqual(actual: unknown, expected: unknown, what = 'value'): void {
  if (!Object.is(actual, expected)) throw new Error(`${what} is ${String(actual)}, not ${String(expected)}`);
}

/** Resolves with what a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error(`resolved with ${String(value)} instead of rejecting`);
}

/** What a function throws. */
export function thrown(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error('did not throw');
}
