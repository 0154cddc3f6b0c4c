import type { ProofFamily } from '../../../chain/proof/proof-family.js';
import { TargetTable } from '../header/compact-target.js';
import { headerBytes } from '../header/header-bytes.js';
import { consensusRules } from '../header/header-rules.js';
import { hashHex } from '../header/record.js';
import { type BitcoinRules, bitcoinRules } from '../network-rules.js';
import { proofRules } from './proof-rules.js';

/** What proofs need of a Bitcoin network. */
export function bitcoinProofFamily(params: BitcoinRules): ProofFamily {
  const targets = new TargetTable(params.limitBits);
  return { ...consensusRules(params, targets), ...headerBytes, ...hashHex, ...proofRules(targets) };
}

/** The same by the names of the networks. */
export const bitcoinProofFamilies = {
  'bitcoin-mainnet': (): ProofFamily => bitcoinProofFamily(bitcoinRules.mainnet),
  'bitcoin-testnet3': (): ProofFamily => bitcoinProofFamily(bitcoinRules.testnet3),
  'bitcoin-testnet4': (): ProofFamily => bitcoinProofFamily(bitcoinRules.testnet4),
  'bitcoin-signet': (): ProofFamily => bitcoinProofFamily(bitcoinRules.signet),
  'bitcoin-regtest': (): ProofFamily => bitcoinProofFamily(bitcoinRules.regtest),
};
