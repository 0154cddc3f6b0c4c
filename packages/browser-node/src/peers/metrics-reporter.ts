import type { Metrics } from '@vision-light/protocol';
import type { SignalingClient } from '@vision-light/signaling/client';
import { MetricsReport } from './metrics-report.js';

/**
 * Milliseconds between two reports: what a page counts in its last seconds is not reported. The server takes no more
 * than one in 2 s for long.
 */
const INTERVAL_MS = 5000;

/**
 * Reports to one signaling server what the node counts, for the metrics of the whole network.
 *
 * @returns what is to be called whenever the server was joined. Reports end by themselves when it is left
 */
export function metricsReporter(metrics: () => Metrics): (client: SignalingClient) => void {
  const report = new MetricsReport();
  let timer: ReturnType<typeof setInterval> | undefined;
  return (client) => {
    const send = (): void => {
      if (!client.isJoined) {
        clearInterval(timer);
        return;
      }
      const next = report.next(metrics());
      if (next !== undefined) client.reportMetrics(next);
    };
    // This connection knows no gauge yet. Counters that an earlier one was told are not told again.
    report.restart();
    clearInterval(timer);
    send();
    timer = setInterval(send, INTERVAL_MS);
  };
}
