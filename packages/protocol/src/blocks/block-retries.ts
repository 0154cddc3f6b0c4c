/**
 * When to ask again for bodies that no peer had: after a second, then twice as long each time, up to MISSING_RETRY_MAX_MS. So
 * it takes no longer to hear of one that turns up than it had been missing. What is due soon is asked for with what is due:
 * one message names many.
 */
import { bytesToHex } from '../bytes/hex.js';
import { MISSING_RETRY_MAX_MS, MISSING_RETRY_MS } from '../limits.js';

interface Missing {
  readonly hash: Uint8Array;
  /** Infinity while it is being asked for. */
  retryAt: number;
  retryMs: number;
}

/** Bodies that were asked for in vain. As many as are wanted, at most. */
export class BlockRetries {
  readonly #missing = new Map<string, Missing>();

  get size(): number {
    return this.#missing.size;
  }

  /** Nobody has it. Saying so again while it waits changes nothing. */
  add(hash: Uint8Array, now: number): void {
    const key = bytesToHex(hash);
    const known = this.#missing.get(key);
    if (known === undefined) {
      this.#missing.set(key, {
        hash: hash.slice(),
        retryAt: now + MISSING_RETRY_MS,
        retryMs: MISSING_RETRY_MS,
      });
    } else if (known.retryAt === Number.POSITIVE_INFINITY) {
      known.retryMs = Math.min(2 * known.retryMs, MISSING_RETRY_MAX_MS);
      known.retryAt = now + known.retryMs;
    }
  }

  /** It came, or is not wanted any more. */
  delete(hash: Uint8Array): void {
    if (this.#missing.size > 0) this.#missing.delete(bytesToHex(hash));
  }

  /** What is to be asked for again now: if anything is due, also what has waited for three quarters of its pause. */
  takeDue(now: number): Uint8Array[] {
    const due: Uint8Array[] = [];
    if (now < (this.nextWake() ?? Number.POSITIVE_INFINITY)) return due;
    for (const missing of this.#missing.values()) {
      if (now < missing.retryAt - missing.retryMs / 4) continue;
      missing.retryAt = Number.POSITIVE_INFINITY;
      due.push(missing.hash);
    }
    return due;
  }

  nextWake(): number | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const { retryAt } of this.#missing.values()) next = Math.min(next, retryAt);
    return Number.isFinite(next) ? next : undefined;
  }
}
