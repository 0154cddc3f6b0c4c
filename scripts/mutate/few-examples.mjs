/**
 * Stands for fast-check where the tests run under Stryker. A property is tried with few examples, which are always the
 * same, and what fails is not made smaller. So a change that is noticed only by one example in many counts as not noticed,
 * and a rule gets a test of its own.
 */
// By its file: the name would lead here again.
import fc from '../../node_modules/fast-check/lib/fast-check.js';
import { roomOf } from './rooms.mjs';

export * from '../../node_modules/fast-check/lib/fast-check.js';

const { examplesMax = 40 } = roomOf(process.env.MUTATE_ROOM ?? '');

/** As fast-check's. */
export function assert(property, parameters = {}) {
  const numRuns = Math.min(parameters.numRuns ?? examplesMax, examplesMax);
  return fc.assert(property, { seed: 1, endOnFailure: true, ...parameters, numRuns });
}

// biome-ignore lint/style/noDefaultExport: fast-check has one.
export default { ...fc, assert };
