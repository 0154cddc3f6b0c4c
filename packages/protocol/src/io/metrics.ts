/** What a node counts, under the names that Prometheus knows it by: one table for the page, the gateway and the network. */

/** What a metric is. A counter only grows while the node runs; a gauge is how things are now. */
export interface MetricDefinition {
  /** The word that Prometheus has for it, in the line `# TYPE`. */
  readonly type: 'counter' | 'gauge';
  /** False if the values of several nodes cannot be added up to one of the network. */
  readonly isAdditive: boolean;
}

const counter: MetricDefinition = { type: 'counter', isAdditive: true };
const gauge: MetricDefinition = { type: 'gauge', isAdditive: true };
const unsummed: MetricDefinition = { type: 'gauge', isAdditive: false };

/** Every metric of a node, by its name in Prometheus. The names are those of existing full nodes. */
export const metricDefinitions = {
  vision_p2p_peers: gauge,
  vision_p2p_inflight_blocks: gauge,
  vision_p2p_orphans: gauge,
  vision_p2p_headers_per_sec: gauge,
  vision_p2p_blocks_per_sec: gauge,
  vision_p2p_headers_sent_total: counter,
  vision_p2p_headers_received_total: counter,
  vision_p2p_blocks_sent_total: counter,
  vision_p2p_blocks_received_total: counter,
  vision_p2p_announces_sent_total: counter,
  vision_p2p_announces_received_total: counter,
  vision_p2p_orphans_inserted_total: counter,
  vision_p2p_orphans_adopted_total: counter,
  vision_p2p_orphans_resolved_total: counter,
  vision_p2p_orphans_pruned_total: counter,
  vision_p2p_parent_request_sent_total: counter,
  vision_p2p_parent_request_failed_total: counter,
  vision_p2p_dupes_dropped_total: counter,
  vision_compact_blocks_sent_total: counter,
  vision_compact_blocks_received_total: counter,
  vision_compact_block_reconstructions_total: counter,
  vision_compact_block_reconstruction_failures_total: counter,
  // The name is given, and is none of a counter.
  vision_compact_block_bandwidth_saved_bytes: gauge,
  vision_p2p_messages_skipped_total: counter,
  vision_chain_reorgs_total: counter,
  vision_chain_reorg_blocks_rolled_back_total: counter,
  vision_chain_reorg_depth_last: unsummed,
  vision_chain_reorg_txs_reinserted_total: counter,
  vision_tx_inv_sent_total: counter,
  vision_tx_inv_received_total: counter,
  vision_tx_getdata_sent_total: counter,
  vision_tx_getdata_received_total: counter,
  vision_tx_gossip_received_total: counter,
  vision_tx_gossip_duplicates_total: counter,
  vision_mempool_transactions: unsummed,
  vision_mempool_bytes: unsummed,
  vision_chain_competing_total: counter,
  vision_chain_withheld_total: counter,
} as const satisfies Record<string, MetricDefinition>;

/** One sentence on each for people: apart, since a page carries the table and shows no sentence of it. */
export const metricHelp = {
  vision_p2p_peers: 'Peers that have said hello.',
  vision_p2p_inflight_blocks: 'Block bodies that were asked for and have not come yet.',
  vision_p2p_orphans: 'Blocks in the orphan pool.',
  vision_p2p_headers_per_sec: 'Headers verified a second, over the last few seconds.',
  vision_p2p_blocks_per_sec: 'Block bodies received a second, over the last few seconds.',
  vision_p2p_headers_sent_total: 'Headers sent to peers.',
  vision_p2p_headers_received_total: 'Headers received from peers.',
  vision_p2p_blocks_sent_total: 'Block bodies sent to peers.',
  vision_p2p_blocks_received_total: 'Block bodies received from peers.',
  vision_p2p_announces_sent_total: 'Announcements of a tip sent to peers.',
  vision_p2p_announces_received_total: 'Announcements of a tip received from peers.',
  vision_p2p_orphans_inserted_total: 'Blocks that entered the orphan pool.',
  vision_p2p_orphans_adopted_total: 'Blocks of the orphan pool whose parent came.',
  vision_p2p_orphans_resolved_total: 'Blocks that left the orphan pool, whichever way.',
  vision_p2p_orphans_pruned_total: 'Blocks of the orphan pool whose parent did not come in time.',
  vision_p2p_parent_request_sent_total: 'Requests for the missing parent of an orphan.',
  vision_p2p_parent_request_failed_total: 'Requests for a missing parent that did not bring it.',
  vision_p2p_dupes_dropped_total: 'Headers and blocks from peers that were known already.',
  vision_compact_blocks_sent_total: 'Compact blocks sent to peers.',
  vision_compact_blocks_received_total: 'Compact blocks received from peers.',
  vision_compact_block_reconstructions_total: 'Block bodies put together from a compact block.',
  vision_compact_block_reconstruction_failures_total:
    'Compact blocks whose bodies were downloaded whole instead.',
  vision_compact_block_bandwidth_saved_bytes: 'Bytes that compact blocks have saved against whole bodies.',
  vision_p2p_messages_skipped_total: 'Messages of a newer version that this one does not know.',
  vision_chain_reorgs_total: 'Reorganisations of the best chain.',
  vision_chain_reorg_blocks_rolled_back_total: 'Headers that left the best chain by a reorganisation.',
  vision_chain_reorg_depth_last: 'Headers that the last reorganisation undid.',
  vision_chain_reorg_txs_reinserted_total:
    'Transactions that came back into the mempool by a reorganisation.',
  vision_tx_inv_sent_total: 'Transactions announced to peers.',
  vision_tx_inv_received_total: 'Transactions announced by peers.',
  vision_tx_getdata_sent_total: 'Transactions requested of peers.',
  vision_tx_getdata_received_total: 'Transactions requested by peers.',
  vision_tx_gossip_received_total: 'Transactions received from peers.',
  vision_tx_gossip_duplicates_total: 'Transactions received from peers that were known already.',
  vision_mempool_transactions: 'Transactions in the mempool.',
  vision_mempool_bytes: 'Bytes of the transactions in the mempool.',
  vision_chain_competing_total: 'New branches with as much work as the best chain.',
  vision_chain_withheld_total: 'Reorganisations to a run of blocks that seems to have been withheld.',
} as const satisfies Record<MetricName, string>;

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
