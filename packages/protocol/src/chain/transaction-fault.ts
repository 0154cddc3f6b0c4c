/** Every way in which a transaction can be wrong: whoever relays it is at fault. Stable, as all codes. */
export const transactionFaults = {
  TX_MALFORMED: 'The bytes are no transaction.',
  TX_SIGNATURE_INVALID: 'The signature is not one of this transaction by its sender.',
  TX_TOO_LARGE: 'The transaction is larger than what nodes relay.',
  TX_NOT_CANONICAL: 'The transaction is not written in the one form that nodes relay.',
  TX_COINBASE: 'A transaction that makes new coins belongs in a block and nowhere else.',
  TX_VALUE_INVALID: 'The transaction names amounts that cannot be, or spends the same output twice.',
} as const;

/** A code of {@link transactionFaults}. */
export type TransactionFault = keyof typeof transactionFaults;
