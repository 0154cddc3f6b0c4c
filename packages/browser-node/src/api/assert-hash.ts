/**
 * @param caller  the method that was given it
 * @param what  what it should be, for the message
 * @throws {TypeError | RangeError} if it is not 64 lowercase hex digits
 */
export function assertHash(caller: string, hash: unknown, what = 'hash'): void {
  if (typeof hash !== 'string')
    throw new TypeError(`${caller}: must be given a ${what}, got ${String(hash)}`);
  if (/^[0-9a-f]{64}$/.test(hash)) return;
  throw new RangeError(`${caller}: a ${what} must be 64 lowercase hex digits, got ${JSON.stringify(hash)}`);
}
