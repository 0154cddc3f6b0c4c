import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import type { ProofFamily } from '../../../chain/proof/proof-family.js';
import { type CustomNetwork, customNetworkTerms } from '../custom-network.js';
import { headerBytes } from '../header/header-bytes.js';
import { consensusRules } from '../header/header-rules.js';
import { devnetTerms, mainnetTerms, type VisionTerms } from '../network-terms.js';
import { proofRules } from './proof-rules.js';

/** What proofs need of a Vision network. */
export function visionProofFamily(params: VisionTerms): ProofFamily {
  return {
    ...consensusRules(params),
    ...headerBytes(params),
    ...proofRules(params),
    hashToHex: bytesToHex,
    hashFromHex: (text) => hexToBytes(text, 32),
  };
}

/** The same by the names of the networks. */
export const visionProofFamilies = {
  'vision-devnet': (): ProofFamily => visionProofFamily(devnetTerms),
  'vision-mainnet': (): ProofFamily => visionProofFamily(mainnetTerms),
};

/** The same for a network that an object describes. @throws {TypeError | RangeError} as `resolveNetwork` */
export function customProofFamily(network: CustomNetwork): ProofFamily {
  return visionProofFamily(customNetworkTerms(network));
}
