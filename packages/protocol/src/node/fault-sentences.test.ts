import { describe, expect, it } from 'vitest';
import { filterFaults } from '../chain/filter/filter-fault.js';
import { filterSearchFaults } from '../io/notice.js';
import { faultSentence, faultSentences } from './fault-sentences.js';

describe('fault sentences', () => {
  it('are whole sentences, each once', () => {
    const sentences = Object.values(faultSentences);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('are there of each code that a compact filter, or a search by filters, ends with', () => {
    const codes = Object.keys({ ...filterFaults, ...filterSearchFaults });
    expect(codes.length).toBe(4);
    expect(Object.keys(faultSentences)).toEqual(expect.arrayContaining(codes));
  });

  it('leave a code alone that is not ours', () => {
    expect(faultSentence('TREE_FULL')).toBe(faultSentences.TREE_FULL);
    for (const code of ['SOMETHING_NEW', 'toString', '__proto__']) expect(faultSentence(code)).toBe(code);
  });
});
