/** More work than any chain has: as many bits as a hash has. */
const chainworkMax = 2n ** 256n;

/**
 * An amount of work as a setting gives it: a bigint, or a text of decimal digits or of hexadecimal ones after `0x`.
 *
 * @param name  of the setting, for the error
 * @throws {TypeError} if it is of another type
 * @throws {RangeError} if it is no number from 0 to 2^256
 */
export function checkChainwork(name: string, value: unknown): bigint {
  if (typeof value !== 'bigint' && typeof value !== 'string')
    throw new TypeError(`${name}: must be a bigint or a text, got ${typeof value}`);
  const isNumber = typeof value === 'bigint' || /^(\d+|0x[\da-f]+)$/i.test(value);
  const work = isNumber && String(value).length < 80 ? BigInt(value) : -1n;
  if (work >= 0n && work <= chainworkMax) return work;
  throw new RangeError(
    `${name}: must be a number from 0 to 2^256, decimal or hexadecimal after 0x, got ${value}`,
  );
}
