/**
 * The rules of every network: those that the node knows by name, and those that are described by an object. A page's worker
 * has the rules of one family only, and its other table is empty.
 */
import type { ChainFamily } from '../chain/chain-family.js';
import { bitcoinNetworks } from './bitcoin/bitcoin-networks.js';
import { type NetworkName, networks } from './network-names.js';
import type { CustomNetwork } from './vision/custom-network.js';
import { createCustomNetwork, visionNetworks } from './vision/vision-networks.js';

export { bitcoinCheckpoints as shippedCheckpoints } from './bitcoin/bitcoin-checkpoints.js';
export { type NetworkName, networks } from './network-names.js';
export type { CustomNetwork } from './vision/custom-network.js';

const creators: Readonly<Record<NetworkName, () => ChainFamily>> = { ...visionNetworks, ...bitcoinNetworks };

const families = new Map<NetworkName, ChainFamily>();

/** True if a network of this name ships with the code. */
export function isNetworkName(name: string): name is NetworkName {
  return Object.hasOwn(creators, name);
}

/**
 * The rules of a network. Named ones are made once; a custom one anew on each call, which computes its genesis:
 * keep it.
 *
 * @throws {TypeError} if `network` is neither a name nor an object with the members of {@link CustomNetwork}
 * @throws {RangeError} for an unknown name or a member out of range
 */
export function resolveNetwork(network: NetworkName | CustomNetwork): ChainFamily {
  if (typeof network !== 'string') return createCustomNetwork(network);
  if (!isNetworkName(network)) {
    throw new RangeError(
      `network: must be one of ${networks.join(', ')} or an object, got ${JSON.stringify(network)}`,
    );
  }
  const known = families.get(network);
  if (known !== undefined) return known;
  const family = creators[network]();
  families.set(network, family);
  return family;
}
