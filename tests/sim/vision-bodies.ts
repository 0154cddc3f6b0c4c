/** Bodies of Vision blocks for simulations: what is in them is drawn from numbers, so a run comes again to the byte. */
import {
  devnetMerkleRoot,
  encodeVisionBody,
  transactionHash,
  type VisionTransaction,
} from '@vision-light/protocol';

/** A body, and the root that commits to it. */
export interface MadeBody {
  readonly body: Uint8Array;
  /** 32 bytes. */
  readonly txRoot: Uint8Array;
}

/**
 * @param seed  tells bodies apart
 * @param count  transactions
 * @param bytes  about how many each of them takes
 */
export function makeBody(seed: number, count: number, bytes = 150): MadeBody {
  const transactions = Array.from(
    { length: count },
    (_, i): VisionTransaction => ({
      nonce: BigInt(seed) * 1000n + BigInt(i),
      sender_pubkey: 'ab'.repeat(32),
      access_list: [],
      module: 'cash',
      method: 'x'.repeat(Math.max(1, bytes - 110)),
      args: [],
      tip: 1n,
      fee_limit: 1000n,
      sig: 'cd'.repeat(64),
      max_priority_fee_per_gas: 0n,
      max_fee_per_gas: 5n,
    }),
  );
  return {
    body: encodeVisionBody(transactions),
    txRoot: devnetMerkleRoot(transactions.map(transactionHash)),
  };
}
