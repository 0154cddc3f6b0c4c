import type { SentState } from '@vision-light/browser-node';
import { formatCount } from '../display/quantities.js';

/** What has become of a transaction, in a few words. */
export function describeSent(state: SentState): string {
  switch (state.kind) {
    case 'pending':
      return 'waits for a block';
    case 'seen':
      return state.peers === 1 ? 'seen by 1 peer' : `seen by ${state.peers} peers`;
    case 'included':
      return `in block ${formatCount(state.height)}`;
    case 'confirmed':
      return state.count === 1 ? '1 confirmation' : `${state.count} confirmations`;
    case 'reorgedOut':
      return 'its block was replaced; it waits again';
    case 'replaced':
      return 'replaced by another one';
    case 'expired':
      return 'expired: no block had it';
  }
}

/** How many transactions wait for a block. */
export function describeMempool(count: number): string {
  return count === 1
    ? '1 transaction waits for a block.'
    : `${formatCount(count)} transactions wait for a block.`;
}
