/** A peer in words. */
import type { PeerInfo, PeerService } from '@vision-light/browser-node';
import { formatCount } from '../display/quantities.js';

/** Its smoothed round-trip time. */
export function describeRtt({ rttMs }: PeerInfo): string {
  return rttMs === undefined ? '–' : `${formatCount(Math.max(1, Math.round(rttMs)))} ms`;
}

/** What kind of peer it is. */
export function describeKind({ kind }: PeerInfo): string {
  return { browser: 'Browser', gateway: 'Gateway', fullNode: 'Full node' }[kind];
}

const serviceWords: Readonly<Record<PeerService, string>> = {
  archive: 'the bodies of all blocks',
  transactions: 'transactions',
  compactBlocks: 'compact blocks',
  txIndex: 'an index of transactions',
  live: 'what full nodes have now',
  filters: 'compact filters',
};

/** What it says that it serves. */
export function describeServices({ services }: PeerInfo): string {
  return ['headers', ...services.map((each) => serviceWords[each])].join(', ');
}
