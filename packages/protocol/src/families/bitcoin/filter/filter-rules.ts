/** The rules of basic filters (BIP158) as the node uses them. */
import type { FilterRules } from '../../../chain/filter/filter-rules.js';
import { matchesAny, readFilter } from './basic-filter.js';
import { checkFilter } from './check-filter.js';
import { filterHash, nextFilterHeader } from './filter-header.js';
import { isInFilters } from './filter-scripts.js';

/** The filters of all Bitcoin networks. */
export const bitcoinFilterRules: FilterRules = {
  filterHash,
  nextHeader: nextFilterHeader,
  mayConcern(bytes, block, scripts) {
    const filter = readFilter(bytes);
    // No filter has such a script, so none excludes its block.
    if (!scripts.every(isInFilters)) return true;
    return typeof filter === 'string' ? undefined : matchesAny(filter, block, scripts);
  },
  judge(bytes, block, body) {
    const filter = readFilter(bytes);
    if (typeof filter === 'string') return 'false';
    const { verdict, isDecided } = checkFilter(filter, block, body);
    if (!isDecided) return 'open';
    return verdict === 'consistent' ? 'true' : 'false';
  },
};
