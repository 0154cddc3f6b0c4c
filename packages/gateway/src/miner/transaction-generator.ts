/**
 * What a devnet miner sends, so that there is something to relay and to fetch: payments between invented accounts. They are
 * well-formed and signed, and mean nothing; no node executes them.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  bytesToHex,
  devnetMerkleRoot,
  encodeVisionBody,
  encodeVisionTransaction,
  signableText,
  transactionHash,
  type VisionTransaction,
} from '@vision-light/protocol';

/** The inside of a block. */
export interface BlockContents {
  readonly body: Uint8Array;
  /** 32 bytes: what the header commits to; zeros for no transactions. */
  readonly txRoot: Uint8Array;
}

/** Accounts that pay one another. Arbitrary. */
const ACCOUNTS = 24;

/** What stands before the 32 bytes of a private key in its PKCS #8 form (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

interface Account {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
  /** Number of its next transaction. */
  next: bigint;
}

/** Makes payments, one after another. */
export class TransactionGenerator {
  readonly #random: () => number;
  readonly #most: number;
  readonly #accounts: readonly Account[];

  /**
   * @param random  0 to below 1; the same numbers make the same payments
   * @param most    payments for one block; 0 for none
   */
  constructor(random: () => number, most: number) {
    this.#random = random;
    this.#most = most;
    this.#accounts = Array.from({ length: ACCOUNTS }, () => this.#account());
  }

  /** The payments for one block, encoded: from none to the most. */
  payments(): Uint8Array[] {
    return this.#draw().map(encodeVisionTransaction);
  }

  /** The contents of a block that nobody has to be told of before. */
  next(): BlockContents {
    const transactions = this.#draw();
    return {
      body: encodeVisionBody(transactions),
      txRoot: devnetMerkleRoot(transactions.map((tx) => transactionHash(tx))),
    };
  }

  #draw(): VisionTransaction[] {
    const count = Math.floor(this.#random() * (this.#most + 1));
    return Array.from({ length: count }, () => this.#payment());
  }

  #payment(): VisionTransaction {
    const sender = this.#pick(this.#accounts);
    const receiver = this.#pick(this.#accounts).publicKey;
    const tx: VisionTransaction = {
      nonce: sender.next++,
      sender_pubkey: sender.publicKey,
      access_list: [`acct:${receiver}`],
      module: 'cash',
      method: 'transfer',
      args: [...Buffer.from(JSON.stringify({ to: receiver, amount: 1 + this.#below(1_000_000) }))],
      tip: BigInt(this.#below(50)),
      fee_limit: 1000n,
      sig: '',
      max_priority_fee_per_gas: 0n,
      max_fee_per_gas: 1_000_000_000n + BigInt(this.#below(1_000_000)),
    };
    return { ...tx, sig: sign(null, Buffer.from(signableText(tx)), sender.privateKey).toString('hex') };
  }

  #account(): Account {
    const seed = Uint8Array.from({ length: 32 }, () => this.#below(256));
    const key = Buffer.concat([pkcs8Prefix, seed]);
    const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
    return { publicKey: bytesToHex(spki.subarray(-32)), privateKey, next: 0n };
  }

  #pick<T>(items: readonly T[]): T {
    return items[this.#below(items.length)] as T;
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}
