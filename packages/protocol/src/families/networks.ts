/** Every network that the node knows by name, and those that are described by an object. */
import type { ChainFamily } from '../chain/chain-family.js';
import { createBitcoinFamily } from './bitcoin/bitcoin-family.js';
import { bitcoinParams } from './bitcoin/network-params.js';
import { type CustomNetwork, customNetworkParams } from './vision/custom-network.js';
import { visionDevnet, visionMainnet } from './vision/network-params.js';
import { createVisionFamily } from './vision/vision-family.js';

/** Names of the networks that ship with the code, the default first. */
export const networks = Object.freeze([
  'vision-devnet',
  'vision-mainnet',
  'bitcoin-mainnet',
  'bitcoin-testnet3',
  'bitcoin-testnet4',
  'bitcoin-signet',
  'bitcoin-regtest',
] as const);
/** Name of a network that ships with the code. */
export type NetworkName = (typeof networks)[number];
export type { CustomNetwork } from './vision/custom-network.js';

const creators: Readonly<Record<NetworkName, () => ChainFamily>> = {
  'vision-devnet': () => createVisionFamily(visionDevnet),
  'vision-mainnet': () => createVisionFamily(visionMainnet),
  'bitcoin-mainnet': () => createBitcoinFamily(bitcoinParams.mainnet),
  'bitcoin-testnet3': () => createBitcoinFamily(bitcoinParams.testnet3),
  'bitcoin-testnet4': () => createBitcoinFamily(bitcoinParams.testnet4),
  'bitcoin-signet': () => createBitcoinFamily(bitcoinParams.signet),
  'bitcoin-regtest': () => createBitcoinFamily(bitcoinParams.regtest),
};

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
  if (typeof network !== 'string') return createVisionFamily(customNetworkParams(network));
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
