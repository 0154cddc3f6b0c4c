import type { ChainFamily } from '../../chain/chain-family.js';
import { type CustomNetwork, customNetworkParams } from './custom-network.js';
import { visionDevnet, visionMainnet } from './network-params.js';
import { createVisionFamily } from './vision-family.js';

/** The networks with Vision's rules, by name. */
export const visionNetworks = {
  'vision-devnet': (): ChainFamily => createVisionFamily(visionDevnet),
  'vision-mainnet': (): ChainFamily => createVisionFamily(visionMainnet),
};

/**
 * The rules of a network that an object describes. The genesis is computed.
 *
 * @throws {TypeError | RangeError} if a member is missing, of another type or out of range
 */
export function createCustomNetwork(network: CustomNetwork): ChainFamily {
  return createVisionFamily(customNetworkParams(network));
}
