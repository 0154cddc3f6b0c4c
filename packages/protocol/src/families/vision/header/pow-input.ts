import type { VisionXJob } from '../../../chain/pow-job.js';
import type { VisionTerms } from '../network-terms.js';
import { encodePowMessage } from './message.js';
import { decodeRecord } from './record.js';

/** What VisionX is given for one record (docs/chains/vision.md §2). */
export function powInputOf(
  params: VisionTerms,
  seedOf: (epoch: bigint) => Uint8Array,
  record: Uint8Array,
): VisionXJob['inputs'][number] {
  const header = decodeRecord(record);
  const epoch = header.number / BigInt(params.epochBlocks);
  return {
    message: encodePowMessage(params.rules, header, 0n),
    nonce: header.nonce,
    seed: seedOf(epoch),
    epoch,
  };
}
