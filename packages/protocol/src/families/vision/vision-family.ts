import type { ChainFamily } from '../../chain/chain-family.js';
import { networkIdOf } from '../network-id.js';
import { presyncParamsOf } from '../presync-params.js';
import { blockRules } from './block/check-body.js';
import { compactBlockRules } from './block/compact-blocks.js';
import { touchRules } from './block/touch-rules.js';
import { transactionRules } from './block/transaction-rules.js';
import { headerCodec } from './header/batch-codec.js';
import { genesisRecordOf } from './header/genesis-record.js';
import { headerBytes } from './header/header-bytes.js';
import { headerRules } from './header/header-rules.js';
import { headerHash, headerId } from './header/message.js';
import { proofOfWork, type VisionProofOfWork } from './header/proof-of-work.js';
import type { VisionParams } from './network-params.js';

/** A body of `bodyBytesMax` and its frame fit. */
const messageBytesMax = 2 * 1024 * 1024;

/** A Vision network: the rules of all families, and what only miners and tools of this one need. */
export interface VisionFamily extends ChainFamily, VisionProofOfWork {
  /** By this {@link isVisionFamily} tells it from others. */
  readonly family: 'vision';
  /** What the network was made of. */
  readonly params: VisionParams;
  /**
   * BLAKE3 commitment to a header and its digest, on every network; on the devnet it is the hash.
   *
   * @see docs/chains/vision.md §12.6
   */
  headerId(record: Uint8Array): Uint8Array;
}

/** True if a family is of this folder: what a miner asks before it makes templates. */
export function isVisionFamily(family: ChainFamily): family is VisionFamily {
  return family.family === 'vision';
}

/** The rules of a Vision network from its parameters. */
export function createVisionFamily(params: VisionParams): VisionFamily {
  const { rules } = params;
  const genesisRecord = genesisRecordOf(params);
  return {
    family: 'vision',
    params,
    name: params.name,
    networkId: networkIdOf('vision', params),
    messageBytesMax,
    genesis: { record: genesisRecord, hash: headerHash(rules, genesisRecord) },
    targetSpacingS: params.targetSpacingS,
    presync: presyncParamsOf('vision', params.name),
    // docs/chains/vision.md §12.14: a core-second a block, and two headers of one digest are found within a minute.
    isWorkWeak: rules === 'mainnet',
    ...headerRules(params),
    ...headerCodec(params),
    ...headerBytes(params),
    ...proofOfWork(params),
    ...blockRules(rules),
    ...transactionRules,
    ...touchRules,
    ...compactBlockRules(params),
    headerId: (record) => headerId(rules, record),
  };
}
