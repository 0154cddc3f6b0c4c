/** What the rules of the five networks differ in (docs/chains/bitcoin.md §7), as `src/kernel/chainparams.cpp` of Bitcoin Core 28 has it. */

/** What distinguishes the rules of one Bitcoin network from those of another as far as headers go. */
export interface BitcoinRules {
  /** `bitcoin-` and the short name, as the API takes it. */
  readonly name: string;
  /** The easiest target, compact. */
  readonly limitBits: number;
  /** Seconds that a retarget period should take. */
  readonly targetTimespanS: number;
  /** Seconds between two blocks that the difficulty aims at. `targetTimespanS` is a multiple of it. */
  readonly targetSpacingS: number;
  /** A header more than two spacings after its parent may have the limit as its target. */
  readonly allowsMinDifficulty: boolean;
  /** If true, every header has the limit as its target (regtest). */
  readonly neverRetargets: boolean;
  /** BIP94: against time warps, and for a period's difficulty to survive minimum-difficulty headers. */
  readonly enforcesBip94: boolean;
  /** Heights from which the version must be at least 2 (BIP34), 3 (BIP66), 4 (BIP65). */
  readonly versionHeights: readonly [number, number, number];
}

const twoWeeksS = 14 * 24 * 60 * 60;
const common = {
  limitBits: 0x1d00ffff,
  targetTimespanS: twoWeeksS,
  targetSpacingS: 600,
  allowsMinDifficulty: false,
  neverRetargets: false,
  enforcesBip94: false,
  versionHeights: [1, 1, 1],
} as const;

/** Short names of the networks. */
export type BitcoinNetwork = 'mainnet' | 'testnet3' | 'testnet4' | 'signet' | 'regtest';

/** Rules by short name. */
export const bitcoinRules: Readonly<Record<BitcoinNetwork, BitcoinRules>> = {
  mainnet: { ...common, name: 'bitcoin-mainnet', versionHeights: [227931, 363725, 388381] },
  testnet3: {
    ...common,
    name: 'bitcoin-testnet3',
    allowsMinDifficulty: true,
    versionHeights: [21111, 330776, 581885],
  },
  testnet4: { ...common, name: 'bitcoin-testnet4', allowsMinDifficulty: true, enforcesBip94: true },
  signet: { ...common, name: 'bitcoin-signet', limitBits: 0x1e0377ae },
  regtest: {
    ...common,
    name: 'bitcoin-regtest',
    limitBits: 0x207fffff,
    targetTimespanS: 24 * 60 * 60,
    allowsMinDifficulty: true,
    neverRetargets: true,
  },
};
