import type { ConsensusRules, HeaderBytes, ProofOfWork } from '../chain-family.js';
import type { ProofRules } from './proof-rules.js';

/** All that proofs need of a network, and no more: whoever checks them loads little code. */
export type ProofFamily = ConsensusRules &
  HeaderBytes &
  ProofRules &
  Pick<ProofOfWork, 'hashToHex' | 'hashFromHex'>;
