import { type CustomNetwork, type NetworkName, shippedCheckpoints } from '../families/networks.js';
import type { Checkpoint } from './checkpoint.js';

const shipped: Readonly<Partial<Record<NetworkName, Checkpoint>>> = shippedCheckpoints;

/** The checkpoint that ships with the code for a network; undefined if none does. A page's worker has those of its family only. */
export function shippedCheckpoint(network: NetworkName | CustomNetwork): Checkpoint | undefined {
  return typeof network === 'string' ? shipped[network] : undefined;
}
