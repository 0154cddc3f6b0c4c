/**
 * Signatures as the parts of a node see them: they ask, and are called back when the platform has answered. Every
 * signature of another node or of a transaction passes here, so this is the one place that decides which are looked at
 * at all (`chain/strict-signature.ts`).
 *
 * Memory: the callbacks and messages of what is not answered. Every part bounds what it has outstanding.
 */
import { defined } from '../assert.js';
import type { SignatureCheck } from '../chain/signature-check.js';
import { isStrictSignature } from '../chain/strict-signature.js';
import type { Effect } from './effect.js';

/** Turns questions of the node's parts into effects, and the answers into calls. */
export class SignaturePort {
  readonly #checks = new Map<number, (valid: Uint8Array | undefined) => void>();
  readonly #signs = new Map<number, (signature: Uint8Array | undefined) => void>();
  #lastJob = 0;

  /** @param effects  takes what the platform shall do */
  constructor(readonly effects: { push(effect: Effect): void }) {}

  /**
   * Has signatures verified.
   *
   * @param done  is called once, at once if none of them is worth a look: 1 for each good one, else 0; undefined if the
   *   platform could not verify
   */
  verify(checks: readonly SignatureCheck[], done: (valid: Uint8Array | undefined) => void): void {
    const isStrict = checks.map(isStrictSignature);
    const strict = checks.filter((_, i) => isStrict[i]);
    if (strict.length === 0) {
      done(new Uint8Array(checks.length));
      return;
    }
    const job = ++this.#lastJob;
    this.#checks.set(job, (valid) => {
      let next = 0;
      done(valid && Uint8Array.from(isStrict, (each) => (each ? (valid[next++] ?? 0) : 0)));
    });
    this.effects.push({ type: 'verifySignatures', job, checks: strict });
  }

  /** Signs with the node's key. @param done  is called once; undefined if the platform could not sign */
  sign(message: Uint8Array, done: (signature: Uint8Array | undefined) => void): void {
    const job = ++this.#lastJob;
    this.#signs.set(job, done);
    this.effects.push({ type: 'sign', job, message });
  }

  /** The answer to a `verifySignatures`. */
  verified(job: number, valid: Uint8Array | undefined): void {
    take(this.#checks, job)(valid);
  }

  /** The answer to a `sign`. */
  signed(job: number, signature: Uint8Array | undefined): void {
    take(this.#signs, job)(signature);
  }
}

function take<T>(waiting: Map<number, T>, job: number): T {
  const done = defined(waiting.get(job), 'the platform answers each job once');
  waiting.delete(job);
  return done;
}
