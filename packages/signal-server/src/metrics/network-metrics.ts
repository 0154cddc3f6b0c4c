/**
 * What the pages of a network count together. Pages report to the server over their socket; the series are by network,
 * never by page, so their number does not grow with the number of peers.
 *
 * Memory of one page: two token buckets and one number for each gauge.
 */

import type { RefusalCode } from '@vision-light/signaling';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { SignalLimits } from '../limits.js';
import { TokenBucket } from '../token-bucket.js';

interface NetworkMetric {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** The most that one page can truthfully say of a gauge, with a reserve; a counter is bounded by its rate. */
  readonly max: number;
}

const counter = (help: string): NetworkMetric => ({ type: 'counter', help, max: Number.MAX_SAFE_INTEGER });
const gauge = (help: string, max: number): NetworkMetric => ({ type: 'gauge', help, max });

/** What pages report, by the names under which they count it themselves: a test holds this against the core's table. */
export const networkMetrics: ReadonlyMap<string, NetworkMetric> = new Map([
  ['vision_p2p_peers', gauge('Peers that have said hello.', 1000)],
  ['vision_p2p_inflight_blocks', gauge('Block bodies that were asked for and have not come yet.', 10_000)],
  ['vision_p2p_orphans', gauge('Blocks in the orphan pool.', 10_000)],
  ['vision_p2p_headers_per_sec', gauge('Headers verified a second, over the last few seconds.', 10_000_000)],
  [
    'vision_p2p_blocks_per_sec',
    gauge('Block bodies received a second, over the last few seconds.', 1_000_000),
  ],
  ['vision_p2p_headers_sent_total', counter('Headers sent to peers.')],
  ['vision_p2p_headers_received_total', counter('Headers received from peers.')],
  ['vision_p2p_blocks_sent_total', counter('Block bodies sent to peers.')],
  ['vision_p2p_blocks_received_total', counter('Block bodies received from peers.')],
  ['vision_p2p_announces_sent_total', counter('Announcements of a tip sent to peers.')],
  ['vision_p2p_announces_received_total', counter('Announcements of a tip received from peers.')],
  ['vision_p2p_orphans_inserted_total', counter('Blocks that entered the orphan pool.')],
  ['vision_p2p_orphans_adopted_total', counter('Blocks of the orphan pool whose parent came.')],
  ['vision_p2p_orphans_resolved_total', counter('Blocks that left the orphan pool, whichever way.')],
  [
    'vision_p2p_orphans_pruned_total',
    counter('Blocks of the orphan pool whose parent did not come in time.'),
  ],
  ['vision_p2p_parent_request_sent_total', counter('Requests for the missing parent of an orphan.')],
  ['vision_p2p_parent_request_failed_total', counter('Requests for a missing parent that did not bring it.')],
  ['vision_p2p_dupes_dropped_total', counter('Headers and blocks from peers that were known already.')],
  ['vision_compact_blocks_sent_total', counter('Compact blocks sent to peers.')],
  ['vision_compact_blocks_received_total', counter('Compact blocks received from peers.')],
  ['vision_compact_block_reconstructions_total', counter('Block bodies put together from a compact block.')],
  [
    'vision_compact_block_reconstruction_failures_total',
    counter('Compact blocks whose bodies were downloaded whole instead.'),
  ],
  [
    'vision_compact_block_bandwidth_saved_bytes',
    gauge('Bytes that compact blocks have saved against whole bodies.', 1e12),
  ],
  ['vision_p2p_messages_skipped_total', counter('Messages of a newer version that this one does not know.')],
  ['vision_chain_reorgs_total', counter('Reorganisations of the best chain.')],
  [
    'vision_chain_reorg_blocks_rolled_back_total',
    counter('Headers that left the best chain by a reorganisation.'),
  ],
  [
    'vision_chain_reorg_txs_reinserted_total',
    counter('Transactions that came back into the mempool by a reorganisation.'),
  ],
  ['vision_tx_inv_sent_total', counter('Transactions announced to peers.')],
  ['vision_tx_inv_received_total', counter('Transactions announced by peers.')],
  ['vision_tx_getdata_sent_total', counter('Transactions requested of peers.')],
  ['vision_tx_getdata_received_total', counter('Transactions requested by peers.')],
  ['vision_tx_gossip_received_total', counter('Transactions received from peers.')],
  ['vision_tx_gossip_duplicates_total', counter('Transactions received from peers that were known already.')],
  ['vision_chain_competing_total', counter('New branches with as much work as the best chain.')],
  [
    'vision_chain_withheld_total',
    counter('Reorganisations to a run of blocks that seems to have been withheld.'),
  ],
]);

/** What a page has reported so far; kept with its connection. */
export class PageReports {
  readonly #often: TokenBucket;
  readonly #counts: TokenBucket;
  /** Its part of each gauge, by name. */
  readonly gauges = new Map<string, number>();

  constructor(limits: SignalLimits, nowMs: number) {
    const { metricsReportIntervalMs, maxMetricsReportBurst, maxMetricsPerSecond, maxMetricsBurst } = limits;
    this.#often = new TokenBucket(
      { perSecond: 1000 / metricsReportIntervalMs, burst: maxMetricsReportBurst },
      nowMs,
    );
    this.#counts = new TokenBucket({ perSecond: maxMetricsPerSecond, burst: maxMetricsBurst }, nowMs);
  }

  /**
   * Judges a report as a whole: one absurd value, and nothing of it counts.
   *
   * @param report  counters as what was added since the last report, gauges as they are now
   * @returns undefined if it can be taken
   */
  judge(report: Readonly<Record<string, unknown>>, nowMs: number): RefusalCode | undefined {
    if (!this.#often.take(1, nowMs)) return 'SIGNAL_METRICS_TOO_OFTEN';
    let added = 0;
    for (const [name, value] of Object.entries(report)) {
      const metric = networkMetrics.get(name);
      if (metric === undefined) return 'SIGNAL_METRICS_UNKNOWN_NAME';
      if (!Number.isSafeInteger(value) || (value as number) < 0) return 'SIGNAL_METRICS_NOT_A_COUNT';
      if ((value as number) > metric.max) return 'SIGNAL_METRICS_JUMP';
      if (metric.type === 'counter') added += value as number;
    }
    return this.#counts.take(added, nowMs) ? undefined : 'SIGNAL_METRICS_JUMP';
  }
}

/** The sums over the pages, by network label. */
export class NetworkMetrics {
  readonly #counters = new Map<string, Counter<'network'>>();
  readonly #gauges = new Map<string, Gauge<'network'>>();

  /** @param networks  every label there is: the series exist from the start, so that rates are right at once */
  constructor(registry: Registry, networks: readonly string[]) {
    for (const [name, { type, help }] of networkMetrics) {
      const options = {
        name,
        help: `${help} Sum over the pages${type === 'gauge' ? ' that are connected' : ''}.`,
        labelNames: ['network'] as const,
        registers: [registry],
      };
      const metric = type === 'counter' ? new Counter(options) : new Gauge(options);
      for (const network of networks) metric.inc({ network }, 0);
      if (metric instanceof Counter) this.#counters.set(name, metric);
      else this.#gauges.set(name, metric);
    }
  }

  /** Adds a report that was judged and can be taken. */
  add(network: string, reports: PageReports, report: Readonly<Record<string, unknown>>): void {
    for (const [name, value] of Object.entries(report) as [string, number][]) {
      this.#counters.get(name)?.inc({ network }, value);
      if (!this.#gauges.has(name)) continue;
      this.#gauges.get(name)?.inc({ network }, value - (reports.gauges.get(name) ?? 0));
      reports.gauges.set(name, value);
    }
  }

  /** A page is gone: its part of the gauges goes with it; what it counted stays. */
  remove(network: string, reports: PageReports): void {
    for (const [name, value] of reports.gauges) this.#gauges.get(name)?.dec({ network }, value);
  }
}
