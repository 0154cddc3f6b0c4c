/** Counts what the node does, where it does it. The parts of the node share one counters through the outbox. */
import { type MetricName, type Metrics, zeroMetrics } from '../io/metrics.js';
import type { WireMessage } from '../wire/message-row.js';

/** A message, and for `headers` how many. */
type CountedMessage = WireMessage & { readonly count?: number };

/** The node's counters, and those gauges that the part they belong to sets itself. Constant memory. */
export class Counters {
  readonly #values = zeroMetrics();

  /** Adds to a counter. */
  count(name: MetricName, by = 1): void {
    this.#values[name] += by;
  }

  /** Sets a gauge. */
  set(name: MetricName, value: number): void {
    this.#values[name] = value;
  }

  get(name: MetricName): number {
    return this.#values[name];
  }

  /** A message is on its way to a peer. */
  sent({ type, count = 1 }: CountedMessage): void {
    if (type === 'announce') this.count('vision_p2p_announces_sent_total');
    else if (type === 'headers') this.count('vision_p2p_headers_sent_total', count);
    else if (type === 'blocks') this.count('vision_p2p_blocks_sent_total');
  }

  /** A message of a peer is well-formed and came in its turn; what it says is not judged yet. */
  received({ type, count = 1 }: CountedMessage): void {
    if (type === 'announce') this.count('vision_p2p_announces_received_total');
    else if (type === 'headers') this.count('vision_p2p_headers_received_total', count);
    else if (type === 'blocks') this.count('vision_p2p_blocks_received_total');
  }

  /** @returns a copy of everything as it is now */
  snapshot(): Metrics {
    return { ...this.#values };
  }
}
