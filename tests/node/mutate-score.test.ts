import { expect, test } from 'vitest';
import { scoreOf } from '../../scripts/mutate/score.mjs';

const source = ['function f(a, b) {', '  return a < b;', '}', ''].join('\n');

/** Of the comparison in the second line. */
function mutant(replacement: string, status: string) {
  const location = { start: { line: 2, column: 10 }, end: { line: 2, column: 15 } };
  return { replacement, status, location };
}

const block = {
  replacement: '{}',
  status: 'NoCoverage',
  location: { start: { line: 1, column: 18 }, end: { line: 3, column: 2 } },
};

function report(...mutants: readonly object[]) {
  return { files: { 'packages/protocol/src/wire/a.ts': { source, mutants: [...mutants] } } };
}

test('a change that fails a test or never ends is noticed; one that no test reaches is not', () => {
  const score = scoreOf(
    report(
      mutant('a <= b', 'Killed'),
      mutant('true', 'Timeout'),
      mutant('false', 'Survived'),
      mutant('""', 'Ignored'),
      block,
    ),
    [],
  );
  expect(score).toMatchObject({ noticed: 2, all: 4, equivalent: 0, stale: [] });
  expect(score.unnoticed).toMatchObject([
    { file: 'wire/a.ts', line: 2, code: 'return a < b;', becomes: 'return false;' },
    { file: 'wire/a.ts', line: 1, code: 'function f(a, b) { … }', becomes: 'function f(a, b) {}' },
  ]);
});

test('a change on the list of equivalent ones counts for nothing, in its own file alone', () => {
  const changes = [['return a < b;', 'return a <= b;']] as const;
  const given = report(mutant('a <= b', 'Survived'), mutant('false', 'Killed'));
  expect(scoreOf(given, [{ file: 'wire/a.ts', why: 'they are never equal', changes }])).toMatchObject({
    noticed: 1,
    all: 1,
    equivalent: 1,
    stale: [],
  });
  expect(scoreOf(given, [{ file: 'tree/a.ts', why: 'another room', changes }])).toMatchObject({
    all: 2,
    equivalent: 0,
    stale: [],
  });
});

test('an entry of the list that is noticed, or is no change, is stale', () => {
  const changes = [
    ['return a < b;', 'return a <= b;'],
    ['return a < c;', 'return a <= c;'],
  ] as const;
  const score = scoreOf(report(mutant('a <= b', 'Killed')), [{ file: 'wire/a.ts', why: '', changes }]);
  expect(score).toMatchObject({ noticed: 1, all: 1 });
  expect(score.stale).toEqual([
    'wire/a.ts: return a < b; → return a <= b;',
    'wire/a.ts: return a < c; → return a <= c;',
  ]);
});
