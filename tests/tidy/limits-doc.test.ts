import { describe, expect, it } from 'vitest';
import { limitsDocument, readLimits } from '../../scripts/lint/limits-doc.mjs';
import { textOf } from './repository-files.js';

describe('LIMITS.md', () => {
  const limits = readLimits(textOf('packages/protocol/src/limits.ts'));

  it('says what the code says (npm run format writes it)', () => {
    expect(limits.length).toBeGreaterThan(5);
    expect(textOf('LIMITS.md')).toBe(limitsDocument());
  });

  it('names every constant with its value', () => {
    const document = textOf('LIMITS.md');
    const missing = limits.filter(({ name, value }) => !document.includes(`| \`${name}\` | \`${value}\` |`));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('gives a reason for each', () => {
    expect(limits.filter(({ doc }) => doc.length < 20).map(({ name }) => name)).toEqual([]);
  });

  it('reads exported constants, as written', () => {
    const text = '/** A cap, in bytes. */\nexport const capBytesMax = 16 * 1024;\nconst inner = 1;';
    expect(readLimits(text)).toEqual([{ name: 'capBytesMax', value: '16 * 1024', doc: 'A cap, in bytes.' }]);
  });
});
