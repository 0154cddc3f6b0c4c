/**
 * How many bodies may be in flight from one peer, by its round-trip time. The numbers are those of existing Vision nodes
 * (docs/chains/vision.md §10).
 */
import { FAILURES_BEFORE_PAUSE, PAUSE_MS, WINDOW_MAX, WINDOW_MIN, WINDOW_START } from '../limits.js';
import { RoundTrip } from '../peer/round-trip.js';

/** Milliseconds of round trips that a window should cover, as in existing Vision nodes (docs/chains/vision.md §10). */
const COVERED_MS = 2 * 1000;

/** The adaptive window of one peer. */
export class DownloadWindow {
  size = WINDOW_START;
  readonly roundTrip = new RoundTrip();
  /** Failures in a row since the last answer, or the last pause. */
  failures = 0;
  pausedUntil = Number.NEGATIVE_INFINITY;

  isPaused(now: number): boolean {
    return now < this.pausedUntil;
  }

  /** An answer came `sampleMs` after its request: the window moves towards its target, up by 2 or down by 1. */
  answered(sampleMs: number): void {
    this.failures = 0;
    this.roundTrip.add(sampleMs);
    const wanted = Math.round(COVERED_MS / Math.max(this.roundTrip.smoothedMs ?? 0, 1));
    const target = Math.min(WINDOW_MAX, Math.max(WINDOW_MIN, wanted));
    this.size = this.size < target ? Math.min(target, this.size + 2) : Math.max(target, this.size - 1);
  }

  /**
   * An answer did not come in time: the window is halved.
   *
   * @param mayPause  false for the last peer
   * @returns whether this began a pause; the count of failures starts anew with it
   */
  failed(now: number, mayPause: boolean): boolean {
    this.size = Math.max(WINDOW_MIN, this.size >> 1);
    this.failures++;
    if (this.failures < FAILURES_BEFORE_PAUSE) return false;
    this.failures = 0;
    if (mayPause) this.pausedUntil = now + PAUSE_MS;
    return mayPause;
  }
}
