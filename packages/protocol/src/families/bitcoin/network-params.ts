/** The five networks (docs/chains/bitcoin.md §7), as `src/kernel/chainparams.cpp` of Bitcoin Core 28 has them. */
import { hexToBytes } from '../../bytes/hex.js';
import { Sha256 } from '../../bytes/sha256.js';
import { encodeHeader } from './header/record.js';

/** What distinguishes one Bitcoin network from another as far as headers go. */
export interface BitcoinParams {
  readonly name: string;
  /** The easiest target, compact. */
  readonly limitBits: number;
  /** Seconds that a retarget period should take. */
  readonly targetTimespanS: number;
  readonly targetSpacingS: number;
  /** A header more than two spacings after its parent may have the limit as its target. */
  readonly allowsMinDifficulty: boolean;
  readonly neverRetargets: boolean;
  /** BIP94: against time warps, and for a period's difficulty to survive minimum-difficulty headers. */
  readonly enforcesBip94: boolean;
  /** Heights from which the version must be at least 2 (BIP34), 3 (BIP66), 4 (BIP65). */
  readonly versionHeights: readonly [number, number, number];
  readonly genesisRecord: Uint8Array;
  /** Internal byte order. */
  readonly genesisHash: Uint8Array;
}

/** Merkle root of the genesis of all networks but testnet4, display order. */
const satoshiMerkleRoot = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b';

function fromDisplayHex(text: string): Uint8Array {
  const bytes = hexToBytes(text, 32);
  if (bytes === undefined) throw new RangeError(`hash: not 64 lowercase hex digits: ${text}`);
  return bytes.reverse();
}

function genesis(time: number, bits: number, nonce: number, merkleRoot = satoshiMerkleRoot) {
  const root = fromDisplayHex(merkleRoot);
  const genesisRecord = encodeHeader({
    version: 1,
    parent: new Uint8Array(32),
    merkleRoot: root,
    time,
    bits,
    nonce,
  });
  const hasher = new Sha256();
  hasher.update(genesisRecord, 0, genesisRecord.length);
  return { genesisRecord, genesisHash: hasher.doubleDigest() };
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

/** Parameters by short name. */
export const bitcoinParams: Readonly<
  Record<'mainnet' | 'testnet3' | 'testnet4' | 'signet' | 'regtest', BitcoinParams>
> = {
  mainnet: {
    ...common,
    name: 'bitcoin-mainnet',
    versionHeights: [227931, 363725, 388381],
    ...genesis(1231006505, 0x1d00ffff, 2083236893),
  },
  testnet3: {
    ...common,
    name: 'bitcoin-testnet3',
    allowsMinDifficulty: true,
    versionHeights: [21111, 330776, 581885],
    ...genesis(1296688602, 0x1d00ffff, 414098458),
  },
  testnet4: {
    ...common,
    name: 'bitcoin-testnet4',
    allowsMinDifficulty: true,
    enforcesBip94: true,
    ...genesis(
      1714777860,
      0x1d00ffff,
      393743547,
      '7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e',
    ),
  },
  signet: {
    ...common,
    name: 'bitcoin-signet',
    limitBits: 0x1e0377ae,
    ...genesis(1598918400, 0x1e0377ae, 52613770),
  },
  regtest: {
    ...common,
    name: 'bitcoin-regtest',
    limitBits: 0x207fffff,
    targetTimespanS: 24 * 60 * 60,
    allowsMinDifficulty: true,
    neverRetargets: true,
    ...genesis(1296688602, 0x207fffff, 2),
  },
};
