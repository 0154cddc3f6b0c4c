/** The five networks with their genesis (docs/chains/bitcoin.md §7), as `src/kernel/chainparams.cpp` of Bitcoin Core 28 has them. */
import { hexToBytes } from '../../bytes/hex.js';
import { Sha256 } from '../../bytes/sha256.js';
import { encodeHeader } from './header/record.js';
import { type BitcoinNetwork, type BitcoinRules, bitcoinRules } from './network-rules.js';

/** What distinguishes one Bitcoin network from another as far as headers go. */
export interface BitcoinParams extends BitcoinRules {
  /** 80 bytes: the header of height 0. */
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

/** Parameters by short name. */
export const bitcoinParams: Readonly<Record<BitcoinNetwork, BitcoinParams>> = {
  mainnet: { ...bitcoinRules.mainnet, ...genesis(1231006505, 0x1d00ffff, 2083236893) },
  testnet3: { ...bitcoinRules.testnet3, ...genesis(1296688602, 0x1d00ffff, 414098458) },
  testnet4: {
    ...bitcoinRules.testnet4,
    ...genesis(
      1714777860,
      0x1d00ffff,
      393743547,
      '7aa0a7ae1e223414cb807e40cd57e667b718e42aaf9306db9102fe28912b7b4e',
    ),
  },
  signet: { ...bitcoinRules.signet, ...genesis(1598918400, 0x1e0377ae, 52613770) },
  regtest: { ...bitcoinRules.regtest, ...genesis(1296688602, 0x207fffff, 2) },
};
