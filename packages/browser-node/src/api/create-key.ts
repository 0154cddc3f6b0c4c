import type { KeyOptions, TransactionKey } from './transaction-key.js';

/**
 * The key of a name: the one that is kept in this browser, or a new one. What makes it is a file of its own beside this
 * module, since many pages leave signing to a wallet.
 *
 * @throws {TypeError} if an option is of the wrong type, or if the file cannot be loaded
 * @throws {RangeError} if `secret` is no key
 * @throws {DOMException} if the browser keeps nothing here
 */
export async function createKey(options?: KeyOptions): Promise<TransactionKey> {
  const made = await import('vision-light:transaction-key');
  return made.createKey(options);
}
