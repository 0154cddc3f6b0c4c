/**
 * What a node knows of a transaction when it is asked: whether it is in the mempool, or in one of the newest blocks of the best
 * chain, as far as their transactions are kept. Costs a look at each of both.
 */
import { areEqual } from '../bytes/compare-bytes.js';
import type { TransactionStatus } from '../io/transaction-notice.js';
import type { HeaderTree } from '../tree/header-tree.js';
import type { IncludedTransactions } from './included-transactions.js';
import type { Mempool } from './pool/mempool.js';

/** @param id  as people write it @returns undefined if nothing is known of it, or if that is no id */
export function transactionStatus(
  { family, tipHeight }: HeaderTree,
  mempool: Mempool,
  included: IncludedTransactions,
  id: string,
): TransactionStatus | undefined {
  const wanted = family.hashFromHex(id);
  if (wanted === undefined) return undefined;
  let status: TransactionStatus | undefined;
  included.each(({ height, hash }, items) => {
    const position = items.findIndex(({ tx }) => areEqual(tx.id, wanted));
    if (position < 0) return;
    const block = family.hashToHex(hash);
    status = { kind: 'included', height, block, position, confirmations: tipHeight - height + 1 };
  });
  const isWaiting = [...mempool.values()].some(({ tx }) => areEqual(tx.id, wanted));
  return status ?? (isWaiting ? { kind: 'pending', checked: family.transactionChecks } : undefined);
}
