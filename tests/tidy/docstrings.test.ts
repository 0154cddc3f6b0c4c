import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findExports } from './docstrings.js';
import { packageSources, syntaxOf } from './repository-files.js';

const find = (text: string): { all: string[]; undocumented: string[] } =>
  findExports(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true));

describe('docstrings', () => {
  it('every export has one', () => {
    const found = packageSources().map((file) => findExports(syntaxOf(file)));
    expect(found.flatMap(({ all }) => all).length).toBeGreaterThan(30);
    expect(found.flatMap(({ undocumented }) => undocumented)).toEqual([]);
  });

  it.each([
    'export const a = 1;',
    'export function a() {}',
    'export class a {}',
    'export type a = 1;',
    'export interface a {}',
    'const a = 1;\nexport { a };',
    '// not a docstring\nexport const a = 1;',
    '/** About the module. */\nimport b from "b";\nexport const a = 1;',
    '/** */\nexport const a = 1;',
  ])('notices %j', (text) => {
    expect(find(text).undocumented).toHaveLength(1);
  });

  it.each([
    '/** Doc. */\nexport const a = 1;',
    '/** Doc. */\nexport function a(): void;\nexport function a(x?: number) {}',
    '/** Doc. */\nconst a = 1;\nexport { a };',
    "export * from './b.js';",
    "export { c } from './b.js';",
    'const a = 1;',
  ])('lets pass %j', (text) => {
    expect(find(text).undocumented).toEqual([]);
  });
});
