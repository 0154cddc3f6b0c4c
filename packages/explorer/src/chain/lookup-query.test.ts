import { describe, expect, it } from 'vitest';
import { parseLookup } from './lookup-query.js';

describe('parseLookup', () => {
  it.each([
    ['0', 0],
    [' 32259 ', 32_259],
    ['32,259', 32_259],
    ['32 259', 32_259],
    ['0032', 32],
  ])('reads the height “%s”', (text, height) => {
    expect(parseLookup(text)).toEqual({ kind: 'height', height });
  });

  it('reads a hash in any case, with or without 0x', () => {
    const hash = '00ab'.repeat(16);
    for (const text of [hash, hash.toUpperCase(), `0x${hash}`, ` 0X${hash} `]) {
      expect(parseLookup(text)).toEqual({ kind: 'hash', hash });
    }
  });

  it('takes 64 decimal digits for a hash', () => {
    expect(parseLookup('1'.repeat(64)).kind).toBe('hash');
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
    const query = parseLookup(text);
    expect(query.kind === 'invalid' && query.sentence).toMatch(sentence);
  });
});
