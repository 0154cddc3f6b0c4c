/** How many bodies may be in flight from one peer, by how fast it answers; the numbers are those of existing Vision nodes. */
import { WINDOW_MAX, WINDOW_MIN, WINDOW_START } from '../limits.js';
import { RoundTrip } from '../peer/round-trip.js';

/** Requests that a window should cover: two seconds of them, one after another. As existing Vision nodes. */
const COVERED_MS = 2 * 1000;

/** The adaptive window of one peer. */
export class DownloadWindow {
  size = WINDOW_START;
  readonly roundTrip = new RoundTrip();

  /** An answer came `sampleMs` after its request: the window moves towards its target, up by 2 or down by 1. */
  answered(sampleMs: number): void {
    this.roundTrip.add(sampleMs);
    const wanted = Math.round(COVERED_MS / Math.max(this.roundTrip.smoothedMs ?? 0, 1));
    const target = Math.min(WINDOW_MAX, Math.max(WINDOW_MIN, wanted));
    this.size = this.size < target ? Math.min(target, this.size + 2) : Math.max(target, this.size - 1);
  }

  /** Answers did not come in time: the window is halved. */
  failed(): void {
    this.size = Math.max(WINDOW_MIN, this.size >> 1);
  }
}
