/** One thing that is checked: it passes unless it throws. */
export interface Check {
  readonly name: string;
  readonly run: () => void;
}

/** What became of some checks. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** One line for each failure, and for whatever else is worth saying. */
  readonly lines: readonly string[];
}

/** Thrown by a check that found something wrong; its message says what. */
export class Mismatch extends Error {}

/** @throws {Mismatch} unless both are the same as text */
export function assertSame(what: string, actual: unknown, expected: unknown): void {
  if (String(actual) !== String(expected)) throw new Mismatch(`${what} is ${actual}, not ${expected}`);
}

/** @throws {Mismatch} with `message`, unless `condition` holds */
export function assertThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Mismatch(message);
}

/** Runs every check, whatever became of those before it. */
export function runChecks(checks: readonly Check[]): Outcome {
  const lines: string[] = [];
  for (const { name, run } of checks) {
    try {
      run();
    } catch (error) {
      lines.push(`failed: ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return { passed: checks.length - lines.length, failed: lines.length, lines };
}
