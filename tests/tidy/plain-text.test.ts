import { describe, expect, it } from 'vitest';
import { findTextFaults, isTellingName } from './plain-text.js';
import { repositoryFiles, textOf } from './repository-files.js';

const isText = (file: string): boolean =>
  /\.(ts|mjs|js|json|md|html|css|svg|yml|yaml)$/.test(file) || file === '.ci/run';
const isCode = (file: string): boolean =>
  /\.(ts|mjs|js)$/.test(file) && /^(packages|scripts|tests)\//.test(file);

describe('texts', () => {
  it('hold no mark of unfinished work and no path of one machine', () => {
    const files = repositoryFiles().filter((file) => isText(file) && !file.endsWith('package-lock.json'));
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap((file) => findTextFaults(file, textOf(file)))).toEqual([]);
  });

  it.each(['// TO' + 'DO: later', 'FIX' + 'ME', "open('/ho" + "me/me/x')", 'C:' + '\\Users'])(
    'notices %s',
    (line) => {
      expect(findTextFaults('x.ts', line)).toHaveLength(1);
    },
  );

  it.each(['https://example.org/home/page', 'path/to/work/x', "'/mnt'", '~/root/x'])(
    'lets pass %s',
    (line) => {
      expect(findTextFaults('x.ts', line)).toEqual([]);
    },
  );
});

describe('file names', () => {
  it('are kebab-case and say what the file is about', () => {
    const files = repositoryFiles().filter(isCode);
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => !isTellingName(file))).toEqual([]);
  });

  it('knows a name that says nothing', () => {
    expect(isTellingName('src/utils.ts')).toBe(false);
    expect(isTellingName('src/headerTree.ts')).toBe(false);
    expect(isTellingName('src/header-tree.test.ts')).toBe(true);
  });
});
