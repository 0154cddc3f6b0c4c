import { type MetricName, type Metrics, metricDefinitions, metricNames } from '@vision-light/protocol';

/**
 * What one report may add to all counters together. A signaling server takes 200,000 a second; at a report in five
 * seconds this is half of that. What is beyond goes with the next report.
 */
export const COUNTS_PER_REPORT_MAX = 500_000;

/** Makes the reports for one signaling server: counters as what was added since the last, gauges as they are. */
export class MetricsReport {
  readonly #told = new Map<MetricName, number>();

  /** A new connection: the server knows this node's gauges no more. */
  restart(): void {
    for (const name of metricNames) if (metricDefinitions[name].type === 'gauge') this.#told.delete(name);
  }

  /** @returns only what has changed; undefined if nothing has */
  next(metrics: Metrics): Partial<Metrics> | undefined {
    const report: Partial<Record<MetricName, number>> = {};
    let room = COUNTS_PER_REPORT_MAX;
    for (const name of metricNames) {
      const { type, isAdditive } = metricDefinitions[name];
      const told = this.#told.get(name) ?? 0;
      if (!isAdditive || metrics[name] === told) continue;
      const added = Math.min(metrics[name] - told, room);
      if (type === 'counter' && added <= 0) continue;
      if (type === 'counter') room -= added;
      report[name] = type === 'counter' ? added : metrics[name];
      this.#told.set(name, type === 'counter' ? told + added : metrics[name]);
    }
    return Object.keys(report).length === 0 ? undefined : report;
  }
}
