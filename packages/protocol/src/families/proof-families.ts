/** What proofs need of each network. */
import type { ProofFamily } from '../chain/proof/proof-family.js';
import { bitcoinProofFamilies } from './bitcoin/proof/proof-family.js';
import { type NetworkName, networks } from './network-names.js';
import type { CustomNetwork } from './vision/custom-network.js';
import { customProofFamily, visionProofFamilies } from './vision/proof/proof-family.js';

export { isSameNetwork, type NetworkName, networks } from './network-names.js';
export type { CustomNetwork } from './vision/custom-network.js';

const creators: Readonly<Record<NetworkName, () => ProofFamily>> = {
  ...visionProofFamilies,
  ...bitcoinProofFamilies,
};

const families = new Map<NetworkName, ProofFamily>();

/**
 * What proofs need of a network. That of a named one is made once.
 *
 * @throws {TypeError | RangeError} as `resolveNetwork`
 */
export function proofFamilyOf(network: NetworkName | CustomNetwork): ProofFamily {
  if (typeof network !== 'string') return customProofFamily(network);
  if (!networks.includes(network))
    throw new RangeError(`network: must be a known name or an object, got ${JSON.stringify(network)}`);
  const family = families.get(network) ?? creators[network]();
  families.set(network, family);
  return family;
}
