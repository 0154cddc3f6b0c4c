/** What SHA-256 and BLAKE3 have in common: words of 32 bits, and the value that both begin with. */

/** The first 32 bits of the fractional parts of the square roots of the first 8 primes. @see FIPS 180-4, section 5.3.3 */
export const initialWords: readonly number[] = [
  0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
];

/** @param bits  1 to 31 */
export function rotateRight(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
