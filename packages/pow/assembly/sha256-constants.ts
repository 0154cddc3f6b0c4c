/**
 * SHA-256's round constants and initial state (FIPS 180-4, §4.2.2 and §5.3.3), computed as they are defined when the kernel
 * is made. A table of them would take 0.3 kB of every page.
 */

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
export const K: usize = memory.data(64 * 4, 16);
/** The same of the square roots of the first 8 primes. */
export const INITIAL: usize = memory.data(8 * 4, 16);

for (let i: usize = 0, prime = 2; i < 64; ++prime) {
  if (!isPrime(prime)) continue;
  if (i < 8) store<u32>(INITIAL + (i << 2), fraction(Math.sqrt(prime)));
  store<u32>(K + (i << 2), fraction(cubeRoot(prime)));
  ++i;
}

function isPrime(n: i32): bool {
  for (let divisor = 2; divisor < n; ++divisor) if (n % divisor == 0) return false;
  return true;
}

/** By Newton's method, of a number up to 311. No bit of a constant depends on how the last step is rounded. */
function cubeRoot(x: f64): f64 {
  let root = x;
  for (let i = 0; i < 20; ++i) root -= (root * root * root - x) / (3 * root * root);
  return root;
}

function fraction(x: f64): u32 {
  return <u32>(<u64>(x * 4294967296.0));
}

/** Bit lengths that end the padding: of a header, and of the first of the two hashes. */
export const HEADER_BITS: u32 = 640;
export const HASH_BITS: u32 = 256;
export const PADDING_START: u32 = 0x80000000;
