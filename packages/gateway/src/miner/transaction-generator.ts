/**
 * What a devnet miner puts into its blocks, so that there is something to fetch: payments between invented accounts. They
 * are well-formed and mean nothing; nodes hold them to the header's root and do not execute them.
 */

import type { VisionTransaction } from '@vision-light/protocol';
import { bytesToHex, devnetMerkleRoot, encodeVisionBody, transactionHash } from '@vision-light/protocol';

/** The inside of a block. */
export interface BlockContents {
  readonly body: Uint8Array;
  /** 32 bytes: what the header commits to; zeros for no transactions. */
  readonly txRoot: Uint8Array;
}

/** Accounts that pay one another. Arbitrary. */
const ACCOUNTS = 24;

/** Makes the contents of one block after another. */
export class TransactionGenerator {
  readonly #random: () => number;
  readonly #most: number;
  readonly #accounts: readonly string[];
  readonly #nonces = new Map<string, bigint>();

  /**
   * @param random  0 to below 1; the same numbers make the same blocks
   * @param most    transactions of one block; 0 for empty blocks
   */
  constructor(random: () => number, most: number) {
    this.#random = random;
    this.#most = most;
    this.#accounts = Array.from({ length: ACCOUNTS }, () => this.#hex(32));
  }

  /** From no transactions to the most. */
  next(): BlockContents {
    const count = Math.floor(this.#random() * (this.#most + 1));
    const transactions = Array.from({ length: count }, () => this.#payment());
    return {
      body: encodeVisionBody(transactions),
      txRoot: devnetMerkleRoot(transactions.map((tx) => transactionHash(tx))),
    };
  }

  #payment(): VisionTransaction {
    const sender = this.#pick(this.#accounts);
    const receiver = this.#pick(this.#accounts);
    const nonce = (this.#nonces.get(sender) ?? -1n) + 1n;
    this.#nonces.set(sender, nonce);
    return {
      nonce,
      sender_pubkey: sender,
      access_list: [`acct:${receiver}`],
      module: 'cash',
      method: 'transfer',
      args: [...Buffer.from(JSON.stringify({ to: receiver, amount: 1 + this.#below(1_000_000) }))],
      tip: BigInt(this.#below(50)),
      fee_limit: 1000n,
      sig: this.#hex(64),
      max_priority_fee_per_gas: 0n,
      max_fee_per_gas: 1_000_000_000n + BigInt(this.#below(1_000_000)),
    };
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  #hex(bytes: number): string {
    return bytesToHex(Uint8Array.from({ length: bytes }, () => this.#below(256)));
  }
}
