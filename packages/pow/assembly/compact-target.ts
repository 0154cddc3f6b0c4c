/** Targets in compact form ("bits"), as `compact-target.ts` of the protocol core has them. */

/** Decodes bits into 32 bytes, little-endian; returns false, and leaves `to` undefined, if they are zero, negative or too large. */
export function decodeBits(bits: u32, to: usize): bool {
  const size = bits >> 24;
  const digits = bits & 0x7fffff;
  const mantissa = size <= 3 ? digits >> (8 * (3 - size)) : digits;
  const isNegative = (bits & 0x800000) != 0;
  const overflows = size > 34 || (mantissa > 0xff && size > 33) || (mantissa > 0xffff && size > 32);
  if (mantissa == 0 || isNegative || overflows) return false;
  v128.store(to, i64x2.splat(0));
  v128.store(to, i64x2.splat(0), 16);
  // Of a target that does not overflow, no more than zeros are written beyond its 32 bytes.
  const shift: usize = size > 3 ? size - 3 : 0;
  store<u32>(to + shift, mantissa);
  return true;
}

/** Bytes that `decodeBits` may write to. */
export const TARGET_BYTES: i32 = 48;

/** Whether one number of 32 bytes, little-endian, is at most another. */
export function isAtMost(a: usize, b: usize): bool {
  for (let at: usize = 32; at > 0; ) {
    at -= 8;
    const x = load<u64>(a + at);
    const y = load<u64>(b + at);
    if (x != y) return x < y;
  }
  return true;
}
