import type { ChainFamily } from '../../chain/chain-family.js';
import { networkIdOf } from '../network-id.js';
import { presyncParamsOf } from '../presync-params.js';
import { blockRules } from './block/check-body.js';
import { compactBlockRules } from './block/compact-blocks.js';
import { transactionRules } from './block/transaction-rules.js';
import { bitcoinFilterRules } from './filter/filter-rules.js';
import { headerCodec } from './header/batch-codec.js';
import { batchPass } from './header/batch-pass.js';
import { TargetTable } from './header/compact-target.js';
import { headerBytes } from './header/header-bytes.js';
import { headerRules } from './header/header-rules.js';
import { proofOfWork } from './header/proof-of-work.js';
import type { BitcoinParams } from './network-params.js';
import { touchRules } from './transaction/touch-rules.js';

/** A full block of 4,000,000 bytes and its frame fit. */
const messageBytesMax = 4 * 1024 * 1024;

/** The rules of a Bitcoin network from its parameters. */
export function createBitcoinFamily(params: BitcoinParams): ChainFamily {
  const targets = new TargetTable(params.limitBits);
  return {
    family: 'bitcoin',
    name: params.name,
    networkId: networkIdOf('bitcoin', params),
    messageBytesMax,
    genesis: { record: params.genesisRecord, hash: params.genesisHash },
    targetSpacingS: params.targetSpacingS,
    presync: presyncParamsOf('bitcoin', params.name),
    isWorkWeak: false,
    ...headerRules(params, targets),
    ...headerCodec,
    ...headerBytes,
    ...proofOfWork(targets),
    ...blockRules(params.name),
    ...transactionRules,
    ...touchRules(params.name),
    ...compactBlockRules,
    filters: bitcoinFilterRules,
    batchPass: batchPass(params),
  };
}
