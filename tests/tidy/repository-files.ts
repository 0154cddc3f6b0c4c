/** The repository as its tidiness tests see it: what is written by hand and kept. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The repository's root folder. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Written by tools, fetched, or data. */
const skippedFolders = new Set([
  'node_modules',
  'dist',
  'build',
  'generated',
  'coverage',
  '.git',
  '.data',
  '.cache',
]);
const dataFolders = ['tests/data', 'tests/vectors'];

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
    const relative = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (skippedFolders.has(entry.name) || dataFolders.includes(relative)) continue;
    if (entry.isDirectory()) yield* walk(relative);
    else if (entry.isFile()) yield relative;
  }
}

/** Every file written by hand, as paths from the root with `/`, sorted. */
export function repositoryFiles(): string[] {
  return [...walk('')].sort();
}

/** Every file of data that tests read, as {@link repositoryFiles}. */
export function dataFiles(): string[] {
  return dataFolders.flatMap((folder) => [...walk(folder)]).sort();
}

/** The text of a file. */
export function textOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** Whether a file holds tests, or serves only them. */
export function isTest(file: string): boolean {
  return /\.test\.ts$/.test(file) || file.startsWith('tests/');
}

/** TypeScript sources of the packages, tests left out. */
export function packageSources(): string[] {
  return repositoryFiles().filter((file) => /^packages\/[^/]+\/src\/.+\.ts$/.test(file) && !isTest(file));
}

/** A file's syntax tree, parents set. */
export function syntaxOf(file: string): ts.SourceFile {
  return ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true);
}

/** `file:line` of a node, for messages that an editor can follow. */
export function placeOf(node: ts.Node): string {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Whether a statement is exported where it stands. */
export function isExported(node: ts.Statement): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword) ?? false;
}
