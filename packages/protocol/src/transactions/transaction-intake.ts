/** What a transaction must pass to come in, whoever brings it: its form, and then its signature. */
import type { ChainFamily } from '../chain/chain-family.js';
import type { TransactionFault } from '../chain/transaction-fault.js';
import type { Transaction } from '../chain/transaction-rules.js';
import { TX_BYTES_MAX } from '../limits.js';
import type { SignatureQueue, SignatureVerdict } from './signature-queue.js';

/** Reads and verifies transactions. */
export class TransactionIntake {
  constructor(
    readonly family: ChainFamily,
    readonly signatures: SignatureQueue,
  ) {}

  /** A transaction in memory of its own, or what is wrong with its form. */
  read(view: Uint8Array): Transaction | TransactionFault {
    if (view.length > Math.min(TX_BYTES_MAX, this.family.transactionBytesMax)) return 'TX_TOO_LARGE';
    const tx = this.family.readTransaction(view.slice());
    return tx === undefined ? 'TX_MALFORMED' : (tx.fault ?? tx);
  }

  /** Verifies what can be verified, at once or later. @returns false if there is no room; then `done` is not called */
  verify({ signature, bytes }: Transaction, done: (verdict: SignatureVerdict) => void): boolean {
    if (signature !== undefined) return this.signatures.add(signature, bytes.length, done);
    done(true);
    return true;
  }
}
