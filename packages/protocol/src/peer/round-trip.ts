/** Smoothed round-trip time, and the time-out that follows from it. */
import { REQUEST_TIMEOUT_MAX_MS, REQUEST_TIMEOUT_MIN_MS } from '../limits.js';

/** Weight of a new sample, as in existing Vision nodes (docs/chains/vision.md §10). */
const ALPHA = 0.2;

/** Round-trip time of one peer as an EWMA of its pongs. */
export class RoundTrip {
  /** EWMA in ms; undefined before the first sample. */
  smoothedMs: number | undefined = undefined;

  add(sampleMs: number): void {
    const before = this.smoothedMs;
    this.smoothedMs = before === undefined ? sampleMs : before + ALPHA * (sampleMs - before);
  }

  /** The larger of three round trips and {@link REQUEST_TIMEOUT_MIN_MS}, within {@link REQUEST_TIMEOUT_MAX_MS}. */
  get timeoutMs(): number {
    const wanted = Math.max(REQUEST_TIMEOUT_MIN_MS, 3 * (this.smoothedMs ?? 0));
    return Math.min(wanted, REQUEST_TIMEOUT_MAX_MS);
  }
}
