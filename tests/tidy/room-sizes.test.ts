import { describe, expect, it } from 'vitest';
import { packageSources, textOf } from './repository-files.js';
import { FILES_MAX, fullFolders, LINES_MAX, longFiles } from './room-sizes.js';

/** What is written by hand and does something: no declarations. */
const sources = packageSources().filter((file) => !file.endsWith('.d.ts'));

describe('files of the core', () => {
  const core = sources.filter(
    (file) =>
      file.startsWith('packages/protocol/src/') &&
      // The list of all limits and no code: it is looked up, and not read as one text.
      file !== 'packages/protocol/src/limits.ts',
  );

  it('have at most 350 lines', () => {
    expect(core.length).toBeGreaterThan(100);
    expect(longFiles(core, textOf)).toEqual([]);
  });

  it('are noticed from the first line too many', () => {
    const text = (lines: number): string => 'x;\n'.repeat(lines);
    expect(longFiles(['a.ts'], () => text(LINES_MAX))).toEqual([]);
    expect(longFiles(['a.ts'], () => text(LINES_MAX + 1))).toEqual([`a.ts: ${LINES_MAX + 1} lines`]);
    // The last line need not end.
    expect(longFiles(['a.ts'], () => `${text(LINES_MAX)}x;`)).toEqual([`a.ts: ${LINES_MAX + 1} lines`]);
  });
});

describe('folders of the packages', () => {
  it('have at most 16 source files', () => {
    const packages = new Set(sources.map((file) => file.split('/')[1]));
    expect(packages.size).toBeGreaterThan(7);
    expect(sources.length).toBeGreaterThan(200);
    expect(fullFolders(sources)).toEqual([]);
  });

  it('are noticed from the first file too many, whatever their subfolders have', () => {
    const files = (folder: string, count: number): string[] =>
      Array.from({ length: count }, (_, i) => `${folder}/${i}.ts`);
    expect(fullFolders([...files('a', FILES_MAX), ...files('a/b', FILES_MAX)])).toEqual([]);
    expect(fullFolders([...files('a', FILES_MAX), ...files('a/b', FILES_MAX + 1)])).toEqual([
      `a/b: ${FILES_MAX + 1} files`,
    ]);
  });
});
