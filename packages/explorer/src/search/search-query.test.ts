import { describe, expect, it } from 'vitest';
import { parseSearch } from './search-query.js';

describe('parseSearch', () => {
  it.each([
    ['0', 0],
    [' 32259 ', 32_259],
    ['32,259', 32_259],
    ['32 259', 32_259],
    ['0032', 32],
  ])('reads the height “%s”', (text, height) => {
    expect(parseSearch(text)).toEqual({ kind: 'height', height });
  });

  it('reads a hash in any case, with or without 0x', () => {
    const hash = '00ab'.repeat(16);
    for (const text of [hash, hash.toUpperCase(), `0x${hash}`, ` 0X${hash} `]) {
      expect(parseSearch(text)).toEqual({ kind: 'hex', hex: hash });
    }
  });

  it('takes 64 decimal digits for a hash', () => {
    expect(parseSearch('1'.repeat(64)).kind).toBe('hex');
  });

  it('reads an account of Vision, and addresses of Bitcoin by their form', () => {
    const key = '00ab'.repeat(16);
    expect(parseSearch(`acct:${key.toUpperCase()}`)).toEqual({ kind: 'address', address: key });
    for (const address of [
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
      'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx',
    ])
      expect(parseSearch(address)).toEqual({ kind: 'address', address });
  });

  it.each([
    ['', /Type a height/],
    ['-1', /start at 0/],
    ['12345678901234567890', /that high/],
    ['abc', /64 hex digits; this has 3/],
    ['f'.repeat(63), /this has 63/],
    ['1.5e3x', /neither/],
    ['<b>', /neither/],
  ])('says what is wrong with “%s”', (text, sentence) => {
    const query = parseSearch(text);
    expect(query.kind === 'invalid' && query.sentence).toMatch(sentence);
  });
});
