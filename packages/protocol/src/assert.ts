/**
 * Invariants: what must hold whatever peers, platform and application do. A broken one is a mistake of this program, so
 * the node stops and says which it was (`LightNode.step`); it is never an answer to bad input.
 */

/** An invariant does not hold. */
export class InvariantError extends Error {
  /** Stays the same where a bundler renames the class. */
  override readonly name = 'InvariantError';
}

/**
 * @param reason  why the condition holds, for whoever reads the report
 * @throws {InvariantError} if it does not
 */
export function assert(condition: unknown, reason: string): asserts condition {
  if (!condition) throw new InvariantError(reason);
}

/**
 * A value that is there by an invariant, where the type cannot say so.
 *
 * @param reason  why it is there
 * @throws {InvariantError} if it is undefined
 */
export function defined<T>(value: T | undefined, reason: string): T {
  if (value === undefined) throw new InvariantError(reason);
  return value;
}
