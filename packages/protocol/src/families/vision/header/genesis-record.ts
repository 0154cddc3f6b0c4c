import { encodeUtf8 } from '../../../bytes/utf8.js';
import type { VisionParams } from '../network-params.js';
import { encodeRecord } from './record.js';

/** The genesis record: everything but time, miner and digest is the same on all networks. */
export function genesisRecordOf(params: Pick<VisionParams, 'genesis' | 'minerBytesMax'>): Uint8Array {
  const miner = encodeUtf8(params.genesis.miner);
  const zeros = new Uint8Array(32);
  const header = {
    parent: zeros,
    number: 0n,
    timestamp: BigInt(params.genesis.timestamp),
    difficulty: 1n,
    nonce: 0n,
    txRoot: zeros,
    digest: params.genesis.digest,
  };
  const record = miner && encodeRecord({ ...header, miner }, params.minerBytesMax);
  if (record === undefined) throw new RangeError(`genesis: miner does not fit: ${params.genesis.miner}`);
  return record;
}
