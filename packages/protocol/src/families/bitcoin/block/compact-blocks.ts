/** Compact blocks of Bitcoin, in BIP152's own bytes (version 2: short ids are of the hash that covers witnesses). */
import { compactRules } from '../../compact-codec.js';
import { recordBytes } from '../header/record.js';
import { parseTransaction, readCompactSize, sha256d } from '../transaction/transaction.js';
import { blockWeightMax } from './check-body.js';
import { writeCompactSize } from './transaction-rules.js';

/** Least weight of a transaction. @see Bitcoin Core `MIN_TRANSACTION_WEIGHT` */
const transactionWeightMin = 240;

/** The rules of all Bitcoin networks. */
export const compactBlockRules = compactRules({
  transactionsMax: Math.floor(blockWeightMax / transactionWeightMin),
  writeSize: writeCompactSize,
  readSize: readCompactSize,
  writeHeader: (writer, { records }) => writer.raw(records),
  readHeader(reader) {
    const records = reader.view(recordBytes);
    return reader.failed ? undefined : { count: 1, records, hashes: sha256d(records) };
  },
  skipTransaction: parseTransaction,
});
