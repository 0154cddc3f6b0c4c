/** Writes LIMITS.md from the docstrings of packages/protocol/src/limits.ts, so that the two cannot differ. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { root } from '../run/run-command.mjs';

const source = 'packages/protocol/src/limits.ts';
const document = 'LIMITS.md';

const intro = `# Limits

Every bound of the protocol core, generated from [${source}](${source}) by \`npm run format\`. Everything that grows
names its cap here: what it bounds, in which unit, why this much, and what happens at the edge.

| limit | value | |
|---|--:|---|
`;

/** The doc comment as one line of Markdown. */
function docText(node) {
  const text = node.jsDoc?.at(-1)?.getText() ?? '';
  return text
    .replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^\s*\* ?/gm, '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/@(source|see)\s/g, '$1: ')
    .replace(/\s+/g, ' ')
    .trim();
}

/**
 * The exported constants of a source text.
 *
 * @param {string} text
 * @returns {{ name: string, value: string, doc: string }[]} value as written, `as const` left out
 */
export function readLimits(text) {
  const file = ts.createSourceFile('limits.ts', text, ts.ScriptTarget.Latest, true);
  const limits = [];
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    if (!statement.modifiers?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword)) continue;
    for (const { name, initializer } of statement.declarationList.declarations) {
      const value = (initializer?.getText() ?? '').replace(/\s+as const$/, '').replace(/\s+/g, ' ');
      limits.push({ name: name.getText(), value, doc: docText(statement) });
    }
  }
  return limits;
}

/** LIMITS.md as it has to be for these sources. */
export function limitsDocument() {
  const limits = readLimits(readFileSync(path.join(root, source), 'utf8'));
  const cell = (text) => text.replaceAll('|', '\\|');
  return (
    intro +
    limits.map(({ name, value, doc }) => `| \`${name}\` | \`${cell(value)}\` | ${cell(doc)} |\n`).join('')
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(path.join(root, document), limitsDocument());
  console.log(`Wrote ${document}`);
}
