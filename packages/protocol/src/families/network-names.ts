/** Names of the networks, and whose rules each of them has: what a page can say before it has any rules. */
import type { CustomNetwork } from './vision/custom-network.js';

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

/** A set of rules that several networks have in common. */
export type FamilyName = 'bitcoin' | 'vision';

/** Whose rules a network has. Of one that does not exist it says something too: whoever has the rules refuses it. */
export function familyNameOf(network: NetworkName | CustomNetwork): FamilyName {
  return typeof network === 'string' && network.startsWith('bitcoin-') ? 'bitcoin' : 'vision';
}

/**
 * Whether a node that knows headers only can make blocks that are valid: empty ones, on the devnet and on networks of your own.
 * On all others a block without transactions lacks the payment to its miner, or nodes that know the state would have to accept it.
 */
export function isMinable(network: NetworkName | CustomNetwork): boolean {
  return typeof network !== 'string' || network === 'vision-devnet';
}

/** The members of a description of a network. A list of names makes the text the same in whatever order they stand. */
const descriptionMembers =
  'name,visionx,targetSpacingS,datasetMb,scratchMb,mixIters,readsPerIter,writeEvery'.split(',');

/**
 * True if two names or descriptions are of one network. Either may come from a stranger's JSON: what is none is of no
 * network. Never throws for what JSON can hold.
 */
export function isSameNetwork(a: unknown, b: unknown): boolean {
  try {
    return JSON.stringify(a, descriptionMembers) === JSON.stringify(b, descriptionMembers);
  } catch {
    // Members within members, so many that no text can be made of them.
    return false;
  }
}
