/** What a visitor typed into the look-up field: a height, a hash, or neither, with a sentence that says why. */
export type LookupQuery =
  | { readonly kind: 'height'; readonly height: number }
  | { readonly kind: 'hash'; readonly hash: string }
  | { readonly kind: 'invalid'; readonly sentence: string };

/**
 * Reads a height (`1234`, `1,234`, `1 234`) or a hash (64 hex digits in upper or lower case, with or without `0x`). For
 * any other text the result says what is wrong with it.
 */
export function parseLookup(text: string): LookupQuery {
  const trimmed = text.trim();
  if (trimmed === '')
    return { kind: 'invalid', sentence: 'Type a height, such as 1,234, or a hash of 64 hex digits.' };
  const hex = trimmed.replace(/^0x/i, '');
  if (/^[0-9a-f]{64}$/i.test(hex)) return { kind: 'hash', hash: hex.toLowerCase() };
  const digits = trimmed.replace(/[\s,._’']/g, '');
  if (/^\d+$/.test(digits)) {
    const height = Number(digits);
    if (Number.isSafeInteger(height)) return { kind: 'height', height };
    return { kind: 'invalid', sentence: 'No chain is that high.' };
  }
  if (/^-\d+$/.test(digits)) return { kind: 'invalid', sentence: 'Heights start at 0, the genesis.' };
  if (/^[0-9a-f]+$/i.test(hex)) {
    return { kind: 'invalid', sentence: `A hash has 64 hex digits; this has ${hex.length}.` };
  }
  return { kind: 'invalid', sentence: 'This is neither a height nor a hash of 64 hex digits.' };
}
