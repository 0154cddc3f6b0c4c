import type { HeaderTree } from '@vision-light/protocol';
import type { ServedChain } from '../packages/gateway/src/http/p2p/served-chain.js';

/** A chain to serve that takes nothing and knows no transactions. */
export function readOnlyChain(chain: {
  readonly tree: HeaderTree;
  readonly bodyOf: ServedChain['bodyOf'];
}): ServedChain {
  return {
    ...chain,
    publicKey: new Uint8Array(32),
    announced: () => {},
    transactions: () => [],
    transaction: () => undefined,
    submitTransaction: () => Promise.reject(new Error('it takes nothing')),
    submitBlock: () => Promise.reject(new Error('it takes nothing')),
  };
}
