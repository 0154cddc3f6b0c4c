import { bitcoinCheckpoints } from '../families/bitcoin/bitcoin-checkpoints.js';
import type { NetworkName } from '../families/network-names.js';
import type { CustomNetwork } from '../families/vision/custom-network.js';
import type { Checkpoint } from './checkpoint.js';

const shipped: Readonly<Partial<Record<NetworkName, Checkpoint>>> = bitcoinCheckpoints;

/** The checkpoint that ships with the code for a network; undefined if none does. A page's worker has those of its family only. */
export function shippedCheckpoint(network: NetworkName | CustomNetwork): Checkpoint | undefined {
  return typeof network === 'string' ? shipped[network] : undefined;
}
