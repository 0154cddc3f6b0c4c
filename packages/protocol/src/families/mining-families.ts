/** What a miner that knows headers only needs of each network on which it can make blocks. */
import type { MiningRules } from './mining-rules.js';
import { isMinable, type NetworkName } from './network-names.js';
import { type CustomNetwork, customNetworkTerms } from './vision/custom-network.js';
import { visionMiningRules } from './vision/mining/mining-rules.js';
import { devnetTerms } from './vision/network-terms.js';

/** @returns undefined for a network that is not {@link isMinable} @throws {TypeError | RangeError} as `resolveNetwork` */
export function miningRulesOf(network: NetworkName | CustomNetwork): MiningRules | undefined {
  if (!isMinable(network)) return undefined;
  return visionMiningRules(typeof network === 'string' ? devnetTerms : customNetworkTerms(network));
}
