import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findErrorCodes } from './error-codes.js';
import { packageSources, repositoryFiles, syntaxOf, textOf } from './repository-files.js';

const find = (text: string): string[] =>
  findErrorCodes(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true));

describe('error codes', () => {
  it('every code has a test that names it', () => {
    const codes = packageSources().flatMap((file) => findErrorCodes(syntaxOf(file)));
    expect(codes).toContain('HEADER_TARGET_MISSED');
    expect(codes).toContain('STORE_QUOTA');
    const tests = repositoryFiles().filter(
      (file) => /\.test\.ts$/.test(file) && !file.startsWith('tests/tidy/'),
    );
    expect(tests.length).toBeGreaterThan(0);
    const tested = new Set(
      tests.flatMap((file) => textOf(file).match(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g) ?? []),
    );
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
});
