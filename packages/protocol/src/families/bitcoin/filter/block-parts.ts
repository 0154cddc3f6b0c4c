/**
 * A body as filters see it: what each transaction pays to, and what its inputs show of the coins that they spend. All are
 * views into the body.
 */
import { ByteReader } from '../../../bytes/byte-reader.js';
import { type BitcoinTransaction, parseTransactions, readCompactSize } from '../transaction/transaction.js';

const outpointBytes = 36;

/** An input that spends a coin. */
export interface SpendingInput {
  /** Id of the transaction that made the coin, 32 bytes, and the coin's index there, 4 bytes. */
  readonly outpoint: Uint8Array;
  readonly scriptSig: Uint8Array;
  /** Empty if there is none. */
  readonly witness: readonly Uint8Array[];
}

/** One transaction of a body. */
export interface TransactionParts {
  readonly transaction: BitcoinTransaction;
  /** Scripts of all outputs, in order. */
  readonly outputs: readonly Uint8Array[];
  /** None of a coinbase, which spends nothing. */
  readonly inputs: readonly SpendingInput[];
}

/**
 * @param body  of a block, as `checkBody` takes it
 * @throws {RangeError} if it is no list of transactions
 */
export function readParts(body: Uint8Array): TransactionParts[] {
  const transactions = parseTransactions(body);
  if (transactions === undefined) throw new RangeError('body: not a list of transactions');
  return transactions.map((transaction) => partsOf(body, transaction));
}

function partsOf(body: Uint8Array, transaction: BitcoinTransaction): TransactionParts {
  const reader = new ByteReader(body);
  reader.skip(transaction.inputsStart);
  const inputs = listOf(reader, () => {
    const outpoint = reader.view(outpointBytes);
    const scriptSig = sized(reader);
    reader.skip(4);
    return { outpoint, scriptSig };
  });
  const outputs = listOf(reader, () => {
    reader.skip(8);
    return sized(reader);
  });
  const spending = transaction.isCoinbase
    ? []
    : inputs.map((input) => ({
        ...input,
        witness: transaction.hasWitness ? listOf(reader, () => sized(reader)) : [],
      }));
  return { transaction, outputs, inputs: spending };
}

function listOf<T>(reader: ByteReader, next: () => T): T[] {
  return Array.from({ length: readCompactSize(reader) }, next);
}

function sized(reader: ByteReader): Uint8Array {
  return reader.view(readCompactSize(reader));
}
