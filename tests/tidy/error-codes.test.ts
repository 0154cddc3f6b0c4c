import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findErrorCodes, findTestedCodes } from './error-codes.js';
import { packageSources, repositoryFiles, syntaxOf } from './repository-files.js';

const syntax = (text: string): ts.SourceFile =>
  ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
const find = (text: string): string[] => findErrorCodes(syntax(text));
const findTested = (text: string): string[] => findTestedCodes(syntax(text));

describe('error codes', () => {
  it('every code is demanded by a test', () => {
    const codes = packageSources().flatMap((file) => findErrorCodes(syntaxOf(file)));
    expect(codes).toContain('HEADER_TARGET_MISSED');
    expect(codes).toContain('STORE_QUOTA');
    const tests = repositoryFiles().filter(
      (file) => /\.test\.ts$/.test(file) && !file.startsWith('tests/tidy/'),
    );
    expect(tests.length).toBeGreaterThan(0);
    const tested = new Set(tests.flatMap((file) => findTestedCodes(syntaxOf(file))));
    expect(codes.filter((code) => !tested.has(code))).toEqual([]);
  });

  it('no code stands in two tables of one package', () => {
    const codes = packageSources().flatMap((file) => {
      return findErrorCodes(syntaxOf(file)).map((code) => `${file.split('/')[1]} ${code}`);
    });
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it('knows a table when it sees one', () => {
    expect(find("export const faults = { A_B: 'x', C_D_2: 'y' } as const;")).toEqual(['A_B', 'C_D_2']);
    expect(find("export const faults = { A_B: { severity: 'ban' } } as const satisfies T;")).toEqual(['A_B']);
    expect(find('export const faults = Object.freeze({ A_B: 1 });')).toEqual(['A_B']);
    expect(find("export const other = { A_B: 'x', name: 'y' };")).toEqual([]);
    expect(find("const inner = { A_B: 'x' };")).toEqual([]);
  });

  it.each([
    "expect(code).toBe('A_B');",
    "expect({ code }).toEqual({ code: 'A_B' });",
    'await expect(open()).rejects.toThrow(/^A_B/);',
    "expectReject(peer, 'A_B');",
    "assertEqual(code, 'A_B');",
    "const error = await errorOf(node, 'A_B');",
    "test.each([[1, 'A_B']])('case', () => {});",
    "for (const [bytes, code] of [[1, 'A_B']] as const) it('case', () => {});",
    "const cases = { x: 'A_B' }; it.each(Object.entries(cases))('case', () => {});",
  ])('sees a code demanded in %s', (text) => {
    expect(findTested(text)).toEqual(['A_B']);
  });

  it.each([
    "it('A_B', () => { expect(1).toBe(1); });",
    '// A_B',
    "send({ code: 'A_B' });",
    "const code = 'A_B';",
    "expect(code).not.toBe('A_B');",
    "for (const x of list) { send('A_B'); }",
  ])('sees none in %s', (text) => {
    expect(findTested(text)).toEqual([]);
  });
});
