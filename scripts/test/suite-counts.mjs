/**
 * What the reporters of both test runners write for `npm test`: counts and failures of each suite, as JSON into the file
 * that RESULTS_FILE names. The runners' own reports do not tell the suites apart, or count a file that could not be
 * loaded as nothing.
 */
import { writeFileSync } from 'node:fs';

/** How many lines of a failure's text are kept: what tells it from another. */
const linesMax = 8;

/** @typedef {{ passed: number, failed: number, skipped: number, failures: string[] }} Counts */

/** Adds up, and writes once at the end. */
export class SuiteCounts {
  /** @type {Record<string, Counts>} */
  #suites = {};

  /** @param {string} suite  @param {'passed' | 'skipped'} outcome */
  add(suite, outcome) {
    this.#of(suite)[outcome] += 1;
  }

  /**
   * @param {string} suite
   * @param {string} where  file and name of the test; the file alone if it could not be run
   * @param {{ message?: string, stack?: string } | undefined} error
   */
  fail(suite, where, error) {
    const counts = this.#of(suite);
    counts.failed += 1;
    counts.failures.push(describeFailure(where, error?.stack ?? error?.message ?? 'did not run'));
  }

  /** Writes what was added up, if `npm test` asked for it. */
  write() {
    const { RESULTS_FILE } = process.env;
    if (RESULTS_FILE !== undefined) writeFileSync(RESULTS_FILE, JSON.stringify(this.#suites));
  }

  #of(suite) {
    this.#suites[suite] ??= { passed: 0, failed: 0, skipped: 0, failures: [] };
    return this.#suites[suite];
  }
}

/** @returns {string} where, and the first lines of the text that are not about the runner */
export function describeFailure(where, text) {
  const lines = text
    .trim()
    .split('\n')
    .filter((line) => !line.includes('node_modules'))
    .slice(0, linesMax);
  return [where, ...lines.map((line) => `    ${line}`)].join('\n');
}
