import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findExports } from './docstrings.js';
import { findMembers } from './member-docs.js';
import { packageSources, root, syntaxOf } from './repository-files.js';

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

describe('members of what the packages export', () => {
  /** The modules that applications import, and all that the core exports. */
  const modules = [
    'browser-node/src/index.ts',
    'browser-node/src/element/index.ts',
    'browser-node/src/react/index.ts',
    'signal-server/src/index.ts',
    'gateway/src/index.ts',
    'protocol/src/index.ts',
    'protocol/src/verify.ts',
  ].map((name) => path.join(root, 'packages', name));

  it('have docstrings', () => {
    const options = ts.getParsedCommandLineOfConfigFile(
      path.join(root, 'tsconfig.docs.json'),
      { customConditions: ['vision-light-source'] },
      { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => expect.fail(`${messageText}`) },
    )?.options;
    const { all, undocumented } = findMembers(ts.createProgram(modules, options ?? {}), modules);
    expect(all.filter((name) => name.includes('packages/protocol/')).length).toBeGreaterThan(600);
    expect(all.length).toBeGreaterThan(800);
    expect(undocumented).toEqual([]);
  });

  it.each([
    ['export interface A { readonly b: number }', 1],
    ['interface Base { b: number }\nexport interface A extends Base {}', 1],
    ['export declare class A { b(): void }', 1],
    ['interface A { b: number }\nexport type { A as B };', 1],
    ['export interface A {\n/** Doc. */\nreadonly b: number }', 0],
    ['export interface A {\n/** @returns a number */\nb(): number }', 0],
    ['export declare class A { #b: number }', 0],
    ['interface A { b: number }\nexport const c = 1;', 0],
  ])('in %j', (text, count) => {
    const file = path.join(root, 'packages/x.ts');
    const host = ts.createCompilerHost({});
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (name, ...rest) =>
      name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true) : read(name, ...rest);
    const program = ts.createProgram([file], { noLib: true }, host);
    expect(findMembers(program, [file]).undocumented).toHaveLength(count);
  });
});
