/** Four SHA-256 compressions side by side, one in each 32-bit lane of a SIMD register. */

import { K } from './sha256-constants';

const schedule: usize = memory.data(64 * 16, 16);

/** Where the caller puts the blocks' 16 words (4 lanes each, native byte order) before `compressX4`. */
export const blockX4: usize = schedule;

@inline
function add(x: v128, y: v128): v128 {
  return i32x4.add(x, y);
}

@inline
function rotrX4(x: v128, n: i32): v128 {
  return v128.or(i32x4.shr_u(x, n), i32x4.shl(x, 32 - n));
}

@inline
function xor3(x: v128, y: v128, z: v128): v128 {
  return v128.xor(v128.xor(x, y), z);
}

@inline
function word(t: usize): v128 {
  return v128.load(schedule + (t << 4));
}

@inline
function expand(t: usize): void {
  const x = word(t - 15);
  const y = word(t - 2);
  const s0 = xor3(rotrX4(x, 7), rotrX4(x, 18), i32x4.shr_u(x, 3));
  const s1 = xor3(rotrX4(y, 17), rotrX4(y, 19), i32x4.shr_u(y, 10));
  v128.store(schedule + (t << 4), add(add(word(t - 16), s0), add(word(t - 7), s1)));
}

/** h + Σ1(e) + Ch(e, f, g) + W[t] + K[t] */
@inline
function t1(e: v128, f: v128, g: v128, h: v128, t: usize): v128 {
  const sum = xor3(rotrX4(e, 6), rotrX4(e, 11), rotrX4(e, 25));
  const ch = v128.xor(g, v128.and(e, v128.xor(f, g)));
  return add(add(add(h, word(t)), v128.load32_splat(K + (t << 2))), add(sum, ch));
}

/** Σ0(a) + Maj(a, b, c) */
@inline
function t2(a: v128, b: v128, c: v128): v128 {
  const sum = xor3(rotrX4(a, 2), rotrX4(a, 13), rotrX4(a, 22));
  return add(sum, v128.xor(b, v128.and(v128.xor(a, b), v128.xor(b, c))));
}

/** Compresses the blocks into `to`, starting from the states at `from`; both are 8 vectors. */
export function compressX4(from: usize, to: usize): void {
  let a = v128.load(from);
  let b = v128.load(from, 16);
  let c = v128.load(from, 32);
  let d = v128.load(from, 48);
  let e = v128.load(from, 64);
  let f = v128.load(from, 80);
  let g = v128.load(from, 96);
  let h = v128.load(from, 112);
  // Written out eight times, the rounds are no faster, and take 0.5 kB more of every page.
  for (let t: usize = 0; t < 64; ++t) {
    // Beside the rounds, not before them: two chains of dependencies overlap.
    if (t < 48) expand(t + 16);
    const sum = t1(e, f, g, h, t);
    h = g;
    g = f;
    f = e;
    e = add(d, sum);
    const next = add(sum, t2(a, b, c));
    d = c;
    c = b;
    b = a;
    a = next;
  }
  v128.store(to, add(a, v128.load(from)));
  v128.store(to, add(b, v128.load(from, 16)), 16);
  v128.store(to, add(c, v128.load(from, 32)), 32);
  v128.store(to, add(d, v128.load(from, 48)), 48);
  v128.store(to, add(e, v128.load(from, 64)), 64);
  v128.store(to, add(f, v128.load(from, 80)), 80);
  v128.store(to, add(g, v128.load(from, 96)), 96);
  v128.store(to, add(h, v128.load(from, 112)), 112);
}
