/** Filters whose hashes are known, from one peer after another. */
import { areEqual } from '../bytes/compare-bytes.js';
import type { Peer } from '../peer/peer.js';
import type { AgreementContext } from './filter-agreement.js';
import type { FilterRange } from './filter-range.js';

/**
 * Fetches the filters of a range, and holds each to its hash.
 *
 * @param hashes  of the filters
 * @param peers  that said them
 * @param done  called once; with undefined if none of them gives the filters
 */
export function downloadFilters(
  context: AgreementContext,
  range: FilterRange,
  hashes: readonly Uint8Array[],
  peers: readonly Peer[],
  done: (filters: readonly Uint8Array[] | undefined) => void,
): void {
  const { rules, requests, punish } = context;
  const sources = context.sources();
  const [peer, ...others] = peers.filter((each) => sources.includes(each));
  if (peer === undefined) {
    done(undefined);
    return;
  }
  requests.askFilters(peer, range, (filters) => {
    const isClaimed = (filter: Uint8Array, i: number): boolean =>
      areEqual(rules.filterHash(filter), hashes[i] ?? new Uint8Array(0));
    if (filters?.every(isClaimed) === true) {
      done(filters);
      return;
    }
    // It said the hashes itself.
    if (filters !== undefined) punish(peer, 'PEER_FILTER_FALSE');
    downloadFilters(context, range, hashes, others, done);
  });
}
