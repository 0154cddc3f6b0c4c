/** Mining in a page. This file lies beside the library, and is loaded when a page begins to mine. */
import { type CustomNetwork, miningRulesOf, type NetworkName } from '@vision-light/protocol';
import { Miner } from './miner.js';
import type { MineOptions, MiningEvent } from './mining-events.js';
import type { MiningNode, MiningPlatform } from './mining-node.js';

/** The miner field, where the application has no other wish. */
const MINER = 'vision-light page';

const platform: MiningPlatform = {
  now: () => Date.now(),
  chance: () => Math.random(),
  firstNonce: () => crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n,
};

/** See `LightNodeHandle.mine`. */
export function mine(
  node: MiningNode,
  network: NetworkName | CustomNetwork,
  { miner = MINER, signal }: MineOptions = {},
): AsyncIterableIterator<MiningEvent, undefined> {
  const rules = miningRulesOf(network);
  if (rules === undefined) throw node.errorOf('MINING_UNSUPPORTED');
  if (typeof miner !== 'string') throw new TypeError(`mine: miner must be a string, got ${String(miner)}`);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw new TypeError(`mine: signal must be an AbortSignal, got ${String(signal)}`);
  rules.checkMiner(miner);
  return new Miner({ node, rules, platform, miner, signal }).stream;
}
