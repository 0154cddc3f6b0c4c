import { defined } from '../assert.js';

/** True if both hold the same bytes. */
export function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic order: negative, zero or positive, as `Array.prototype.sort` expects it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference =
      defined(a[i], 'both are at least this long') - defined(b[i], 'both are at least this long');
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
