import { bytesToHex, hexToBytes } from '../../../bytes/hex.js';
import type { ProofFamily } from '../../../chain/proof-family.js';
import { type CustomNetwork, plainNetworkParams } from '../custom-network.js';
import { headerBytes } from '../header/header-bytes.js';
import { headerRules } from '../header/header-rules.js';
import { type VisionParams, visionDevnet, visionMainnet } from '../network-params.js';
import { proofRules } from './proof-rules.js';

/** What proofs need of a Vision network. */
export function visionProofFamily(params: VisionParams): ProofFamily {
  return {
    ...headerRules(params),
    ...headerBytes(params),
    ...proofRules(params),
    hashToHex: bytesToHex,
    hashFromHex: (text) => hexToBytes(text, 32),
  };
}

/** The same by the names of the networks. */
export const visionProofFamilies = {
  'vision-devnet': (): ProofFamily => visionProofFamily(visionDevnet),
  'vision-mainnet': (): ProofFamily => visionProofFamily(visionMainnet),
};

/** The same for a network that an object describes. @throws {TypeError | RangeError} as `resolveNetwork` */
export function customProofFamily(network: CustomNetwork): ProofFamily {
  return visionProofFamily(plainNetworkParams(network));
}
