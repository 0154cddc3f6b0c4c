import { describe, expect, it } from 'vitest';
import { blindRules } from '../../scripts/lint/lint-checks.mjs';

describe('blindRules', () => {
  const sources = ['packages/a/src/low/x.ts', 'packages/a/src/high/y.ts', 'packages/a/src/high/y.test.ts'];
  const rule = (from: object, to: object) => ({ name: 'rule', from, to });

  it('passes rules that an import could break', () => {
    const rules = [
      rule({ path: '/low/' }, { path: '/high/' }),
      rule({}, { circular: true }),
      rule(
        { path: '^packages/([^/]+)/', pathNot: '\\.test\\.ts$' },
        { path: '/src/', pathNot: '^packages/$1/' },
      ),
    ];
    expect(blindRules(rules, sources)).toEqual([]);
  });

  it.each([
    ['from', { path: '/lower/' }, { path: '/high/' }],
    ['from', { path: '/high/', pathNot: '/y\\.' }, { path: '/low/' }],
    ['to', { path: '/low/' }, { path: '/higher/' }],
    ['to', { path: '/low/' }, { path: '/high/', pathNot: '^packages/' }],
  ])('names a rule whose %s side is without a module', (side, from, to) => {
    expect(blindRules([rule(from, to)], sources)).toEqual([{ name: 'rule', side }]);
  });
});
