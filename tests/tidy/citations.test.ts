import { describe, expect, it } from 'vitest';
import { findCitations } from './citations.js';
import { dataFiles, repositoryFiles, textOf } from './repository-files.js';

const rules = '# Rules\n## 1. Form\n### 1.2 Size & order\nSee §1.2.';
const documents: Record<string, string> = {
  'docs/rules.md': rules,
  'README.md': '# About\n## In a page',
  'packages/core/src/wire/codec.ts': '',
};
const find = (file: string, text: string) =>
  findCitations(file, text, { files: Object.keys(documents), textOf: (name) => documents[name] ?? '' });
const source = 'packages/core/src/wire/codec.ts';

describe('citations', () => {
  it('lead to files and sections that are here', () => {
    const files = repositoryFiles();
    const cited = { files: [...files, ...dataFiles()], textOf };
    const isDocument = (file: string): boolean => file.endsWith('.md');
    const inDocuments = files.filter(isDocument).map((file) => findCitations(file, textOf(file), cited));
    const inCode = files
      .filter((file) => /\.(ts|mjs|js)$/.test(file))
      .map((file) => findCitations(file, textOf(file), cited));
    const seen = (found: { seen: number }[]): number => found.reduce((sum, each) => sum + each.seen, 0);
    expect(seen(inDocuments)).toBeGreaterThan(100);
    expect(seen(inCode)).toBeGreaterThan(50);
    expect([...inDocuments, ...inCode].flatMap(({ broken }) => broken)).toEqual([]);
  });

  it.each([
    ['a document that is not here', source, '/** See PLAN.md. */', ':1 PLAN.md'],
    ['a source that is not here', source, '// wire/framing.ts', ':1 wire/framing.ts'],
    ['a folder that is not here', source, '/*\n * tests/model\n */', ':2 tests/model'],
    ['a section that is not here', source, '// docs/rules.md §1.3', ':1 docs/rules.md §1.3'],
    ['the second of two sections', source, '// docs/rules.md §1, §3', ':1 docs/rules.md §3'],
    ['a section over the end of a line', source, '/**\n * rules.md\n * §7\n */', ':3 docs/rules.md §7'],
    ['a section of no document', source, '// see §1', ':1 no document §1'],
    ['a section of a document without any', source, '// README.md §1', ':1 README.md §1'],
    ['an anchor that is not here', source, '// docs/rules.md#forms', ':1 docs/rules.md#forms'],
    ['a link to nowhere', 'README.md', '[a](docs/gone)', ':1 docs/gone'],
    ['an anchor of its own', 'README.md', '# About\n[a](#gone)', ':2 README.md#gone'],
    ['its own section', 'docs/rules.md', `${rules}\nSee §4.`, ':5 docs/rules.md §4'],
  ])('notices %s', (_, file, text, fault) => {
    expect(find(file, text).broken).toContain(file + fault);
  });

  it.each([
    ['paths', source, '// docs/rules.md, rules.md, wire/codec.ts, codec.ts, packages/core'],
    ['sections', source, '/** docs/rules.md §1 and §1.2 */'],
    ['sections of standards', source, '// FIPS 180-4, §4.2.2 and §5.3.3'],
    ['addresses', source, '// https://example.org/a.md'],
    ['text that is no comment', source, "open('PLAN.md');"],
    ['globs and endings', source, '// *.test.ts, {a,b}.ts'],
    ['what is built', source, '// dist/worker.ts'],
    ['links and anchors', 'README.md', '# In a page\n[a](docs/rules.md#12-size--order) [b](#in-a-page)'],
    ['its own sections', 'docs/rules.md', rules],
  ])('lets pass %s', (_, file, text) => {
    expect(find(file, text).broken).toEqual([]);
  });
});
