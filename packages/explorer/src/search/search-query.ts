/** What a visitor typed into the search field; a sentence that says why, if it is nothing that can be looked for. */
export type SearchQuery =
  | { readonly kind: 'height'; readonly height: number }
  /** 64 hex digits: of a header, of a transaction, or a public key. */
  | { readonly kind: 'hex'; readonly hex: string }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'invalid'; readonly sentence: string };

/** Addresses of Bitcoin, by their form alone: base58 from 26 to 35 characters, or bech32 with its prefix. */
const bitcoinAddress = /^(?:[13mn2][1-9A-HJ-NP-Za-km-z]{25,34}|(?:bc|tb|bcrt)1[0-9ac-hj-np-z]{11,87})$/i;

/**
 * Reads a height (`1234`, `1,234`, `1 234`), 64 hex digits in upper or lower case, with or without `0x`, an account
 * (`acct:` and 64 hex digits), or an address of Bitcoin. For any other text the result says what is wrong with it.
 */
export function parseSearch(text: string): SearchQuery {
  const trimmed = text.trim();
  if (trimmed === '')
    return { kind: 'invalid', sentence: 'Type a height such as 1,234, or a hash of 64 hex digits.' };
  const account = /^acct:([0-9a-f]{64})$/i.exec(trimmed)?.[1];
  if (account !== undefined) return { kind: 'address', address: account.toLowerCase() };
  const hex = trimmed.replace(/^0x/i, '');
  if (/^[0-9a-f]{64}$/i.test(hex)) return { kind: 'hex', hex: hex.toLowerCase() };
  const digits = trimmed.replace(/[\s,._’']/g, '');
  if (/^\d+$/.test(digits)) {
    const height = Number(digits);
    if (Number.isSafeInteger(height)) return { kind: 'height', height };
    return { kind: 'invalid', sentence: 'No chain is that high.' };
  }
  if (/^-\d+$/.test(digits)) return { kind: 'invalid', sentence: 'Heights start at 0, the genesis.' };
  if (bitcoinAddress.test(trimmed)) return { kind: 'address', address: trimmed };
  if (/^[0-9a-f]+$/i.test(hex)) {
    return { kind: 'invalid', sentence: `A hash has 64 hex digits; this has ${hex.length}.` };
  }
  return {
    kind: 'invalid',
    sentence: 'This is neither a height, nor a hash of 64 hex digits, nor an address.',
  };
}
