import type { BlockTransaction, TransactionRules } from './transaction-rules.js';

/** A body that was held to its header. What is in it is taken apart when it is first asked for, and once for all that ask. */
export class CheckedBody {
  #transactions: readonly BlockTransaction[] | undefined;

  /** @param transactions  what `splitBody` would give, where that is known already */
  constructor(
    readonly rules: TransactionRules,
    readonly bytes: Uint8Array,
    transactions?: readonly BlockTransaction[],
  ) {
    this.#transactions = transactions;
  }

  /** In block order. Their bytes may be those of the body. */
  get transactions(): readonly BlockTransaction[] {
    this.#transactions ??= this.rules.splitBody(this.bytes) ?? [];
    return this.#transactions;
  }
}
