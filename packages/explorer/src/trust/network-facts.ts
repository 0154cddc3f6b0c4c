/** What the page says about its network: its name, what is checked on it, and what to be careful about. */
import type { LightNodeOptions, NetworkName } from '@vision-light/browser-node';

/** The texts about one network. */
export interface NetworkFacts {
  /** Short, for the head of the page. */
  readonly label: string;
  /** What is checked of each header, with the rules' own names. */
  readonly checks: readonly (readonly [rule: string, sentence: string])[];
  /** What a visitor must know before relying on the work, or undefined if there is nothing to say. */
  readonly caution: string | undefined;
  /** Which of the stored headers are hashed again when they are loaded. */
  readonly again: string;
}

const labels: Readonly<Record<NetworkName, string>> = {
  'vision-devnet': 'Vision devnet',
  'vision-mainnet': 'Vision mainnet',
  'bitcoin-mainnet': 'Bitcoin mainnet',
  'bitcoin-testnet3': 'Bitcoin testnet3',
  'bitcoin-testnet4': 'Bitcoin testnet4',
  'bitcoin-signet': 'Bitcoin signet',
  'bitcoin-regtest': 'Bitcoin regtest',
};

const cautions: Readonly<Partial<Record<NetworkName, string>>> = {
  'vision-devnet': 'A development network: its work is cheap to redo, and nothing on it has value.',
  'vision-mainnet':
    'The proof of work of Vision mainnet is weak, so “most work” is no protection here. Its hash can be computed about a ' +
    'hundred times more cheaply than it was designed for, a block takes about one second of one CPU core, and rewriting ' +
    '10,000 blocks takes a few hours of it. Two headers with the same block id can be made in seconds; this node notices ' +
    'the second and does not follow it, but nodes may differ about which came first.',
  'bitcoin-testnet3':
    'A test network: blocks can be made at minimum difficulty, and nothing on it has value.',
  'bitcoin-testnet4':
    'A test network: blocks can be made at minimum difficulty, and nothing on it has value.',
  'bitcoin-signet':
    'On signet a header cannot show the block signature, so this node does not check it. Nothing on it has value.',
  'bitcoin-regtest': 'A private test network: every header costs about two hashes.',
};

/** Names of the networks that a visitor can choose, in the order in which they are listed. */
export const networkNames = Object.keys(labels) as readonly NetworkName[];

const labelOf = new Map<string, string>(Object.entries(labels));
const cautionOf = new Map<string, string>(Object.entries(cautions));

/** The texts about a network, known by name or given as an object. */
export function describeNetwork(network: LightNodeOptions['network'] | undefined): NetworkFacts {
  const given: unknown = network ?? 'vision-devnet';
  const name = typeof given === 'string' ? given : nameOf(given);
  const isBitcoin = name.startsWith('bitcoin-');
  return {
    label: labelOf.get(name) ?? name,
    checks: isBitcoin ? bitcoinChecks : visionChecks,
    caution:
      typeof given === 'string'
        ? cautionOf.get(name)
        : 'A network of its own, under the rules of the Vision devnet.',
    again: isBitcoin ? 'every header' : 'the last ones and of a random sample',
  };
}

function nameOf(network: unknown): string {
  const name = (network as { readonly name?: unknown } | null)?.name;
  return typeof name === 'string' ? name : 'unnamed network';
}

const linkage = [
  'Linkage',
  'It names the header before it as its parent, one height up, back to the genesis built into this page.',
] as const;
const mostWork = [
  'Most work',
  'Of all valid branches this node follows the one with the most cumulative work, not the longest.',
] as const;

const visionChecks = [
  ['Proof of work', 'Its VisionX hash, computed here, is the one it claims and meets its target.'],
  ['Difficulty', 'It is exactly what the network’s rule demands at that height.'],
  [
    'Time',
    'Not before the median of the last eleven; one that is ahead of the clock is held until it is due.',
  ],
  linkage,
  mostWork,
] as const;

const bitcoinChecks = [
  ['Proof of work', 'Its double SHA-256, computed here, is at or below its target.'],
  ['Difficulty', 'Its target is exactly what the retarget rule demands at that height.'],
  ['Time', 'After the median of the last eleven, and at most two hours ahead of the clock.'],
  linkage,
  mostWork,
] as const;
