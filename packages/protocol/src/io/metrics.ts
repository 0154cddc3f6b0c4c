/** What a node counts, under the names that Prometheus knows it by: one table for the page, the gateway and the network. */

/** What a metric is. A counter only grows while the node runs; a gauge is how things are now. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge';
  /** One sentence for people. */
  readonly help: string;
  /** False if the values of several nodes cannot be added up to one of the network. */
  readonly isAdditive: boolean;
}

const counter = (help: string): MetricDefinition => ({ type: 'counter', help, isAdditive: true });
const gauge = (help: string, isAdditive = true): MetricDefinition => ({ type: 'gauge', help, isAdditive });

/** Every metric of a node, by its name in Prometheus. The names are those of existing full nodes. */
export const metricDefinitions = {
  vision_p2p_peers: gauge('Peers that have said hello.'),
  vision_p2p_inflight_blocks: gauge('Block bodies that were asked for and have not come yet.'),
  vision_p2p_orphans: gauge('Blocks in the orphan pool.'),
  vision_p2p_headers_per_sec: gauge('Headers verified a second, over the last few seconds.'),
  vision_p2p_blocks_per_sec: gauge('Block bodies received a second, over the last few seconds.'),
  vision_p2p_headers_sent_total: counter('Headers sent to peers.'),
  vision_p2p_headers_received_total: counter('Headers received from peers.'),
  vision_p2p_blocks_sent_total: counter('Block bodies sent to peers.'),
  vision_p2p_blocks_received_total: counter('Block bodies received from peers.'),
  vision_p2p_announces_sent_total: counter('Announcements of a tip sent to peers.'),
  vision_p2p_announces_received_total: counter('Announcements of a tip received from peers.'),
  vision_p2p_orphans_inserted_total: counter('Blocks that entered the orphan pool.'),
  vision_p2p_orphans_adopted_total: counter('Blocks of the orphan pool whose parent came.'),
  vision_p2p_orphans_resolved_total: counter('Blocks that left the orphan pool, whichever way.'),
  vision_p2p_orphans_pruned_total: counter('Blocks of the orphan pool whose parent did not come in time.'),
  vision_p2p_parent_request_sent_total: counter('Requests for the missing parent of an orphan.'),
  vision_p2p_parent_request_failed_total: counter('Requests for a missing parent that did not bring it.'),
  vision_p2p_dupes_dropped_total: counter('Headers and blocks from peers that were known already.'),
  vision_chain_reorgs_total: counter('Reorganisations of the best chain.'),
  vision_chain_reorg_blocks_rolled_back_total: counter(
    'Headers that left the best chain by a reorganisation.',
  ),
  vision_chain_reorg_depth_last: gauge('Headers that the last reorganisation undid.', false),
} as const satisfies Record<string, MetricDefinition>;

/** Name of a metric of a node. */
export type MetricName = keyof typeof metricDefinitions;

/** A node's metrics at one moment: whole numbers, counters since the node started. */
export type Metrics = Readonly<Record<MetricName, number>>;

/** Every name, in the order of the table. */
export const metricNames = Object.keys(metricDefinitions) as readonly MetricName[];

/** @returns a new record of all metrics at 0 */
export function zeroMetrics(): Record<MetricName, number> {
  return Object.fromEntries(metricNames.map((name) => [name, 0])) as Record<MetricName, number>;
}
