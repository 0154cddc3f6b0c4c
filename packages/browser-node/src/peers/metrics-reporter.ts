import type { Metrics } from '@vision-light/protocol';
import type { SignalingClient } from '@vision-light/signaling/client';
import { MetricsReport } from './metrics-report.js';

/**
 * Milliseconds between two reports: what a page counts in its last seconds is not reported. The server takes no more
 * than one in 2 s for long.
 */
const INTERVAL_MS = 5000;

/** Reports to one signaling server what the node counts, for the metrics of the whole network. */
export class MetricsReporter {
  readonly #metrics: () => Metrics;
  readonly #report = new MetricsReport();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(metrics: () => Metrics) {
    this.#metrics = metrics;
  }

  /** The server was joined, for the first time or again. */
  joined(client: SignalingClient): void {
    // This connection knows no gauge yet. Counters that an earlier one was told are not told again.
    this.#report.restart();
    this.stop();
    const report = (): void => {
      if (!client.isJoined) return;
      const next = this.#report.next(this.#metrics());
      if (next !== undefined) client.reportMetrics(next);
    };
    report();
    this.#timer = setInterval(report, INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
