import type { ProofFamily } from '../../../chain/proof-family.js';
import { TargetTable } from '../header/compact-target.js';
import { headerBytes } from '../header/header-bytes.js';
import { headerRules } from '../header/header-rules.js';
import { hashHex } from '../header/record.js';
import { type BitcoinParams, bitcoinParams } from '../network-params.js';
import { proofRules } from './proof-rules.js';

/** What proofs need of a Bitcoin network. */
export function bitcoinProofFamily(params: BitcoinParams): ProofFamily {
  const targets = new TargetTable(params.limitBits);
  return { ...headerRules(params, targets), ...headerBytes, ...hashHex, ...proofRules(targets) };
}

/** The same by the names of the networks. */
export const bitcoinProofFamilies = {
  'bitcoin-mainnet': (): ProofFamily => bitcoinProofFamily(bitcoinParams.mainnet),
  'bitcoin-testnet3': (): ProofFamily => bitcoinProofFamily(bitcoinParams.testnet3),
  'bitcoin-testnet4': (): ProofFamily => bitcoinProofFamily(bitcoinParams.testnet4),
  'bitcoin-signet': (): ProofFamily => bitcoinProofFamily(bitcoinParams.signet),
  'bitcoin-regtest': (): ProofFamily => bitcoinProofFamily(bitcoinParams.regtest),
};
