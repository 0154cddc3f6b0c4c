import { describe, expect, it } from 'vitest';
import { faultSentence, faultSentences } from './fault-sentences.js';

describe('fault sentences', () => {
  it('are whole sentences, each once', () => {
    const sentences = Object.values(faultSentences);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });

  it('leave a code alone that is not ours', () => {
    expect(faultSentence('TREE_FULL')).toBe(faultSentences.TREE_FULL);
    for (const code of ['SOMETHING_NEW', 'toString', '__proto__']) expect(faultSentence(code)).toBe(code);
  });
});
