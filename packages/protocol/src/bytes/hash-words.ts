/** What SHA-256 and BLAKE3 have in common: words of 32 bits, and the value that both begin with. */

/**
 * The first 32 bits of the fractional parts of the square roots of the first 8 primes.
 *
 * Computed, as SHA-256's other constants are, because tables of them would take 0.5 kB of every page. How an engine rounds a
 * root changes none of them: a root would have to be wrong by some thousand times its last bit.
 *
 * @see FIPS 180-4, section 5.3.3
 */
export const initialWords: readonly number[] = firstPrimes(8).map((prime) => fractionBits(Math.sqrt(prime)));

/** The first prime numbers, in order. */
export function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number++)
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  return primes;
}

/** The first 32 bits of the fractional part, as a signed number. */
export function fractionBits(number: number): number {
  return (number * 2 ** 32) | 0;
}

/** @param bits  1 to 31 */
export function rotateRight(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
