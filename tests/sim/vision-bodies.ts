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

/** A sender for each index: of one sender a mempool takes few transactions. */
export const accountOf = (index: number): string => index.toString(16).padStart(64, '0');

/**
 * @param seed  tells bodies apart
 * @param count  transactions
 * @param bytes  about how many each of them takes
 * @param accountOf  the sender of each, 64 hex digits; one for all by default, of whom no mempool takes so many
 */
export function makeBody(
  seed: number,
  count: number,
  bytes = 150,
  accountOf: (index: number) => string = () => 'ab'.repeat(32),
): MadeBody {
  const transactions = Array.from(
    { length: count },
    (_, i): VisionTransaction => ({
      nonce: BigInt(seed) * 1000n + BigInt(i),
      sender_pubkey: accountOf(i),
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
