import { describe, expect, it } from 'vitest';
import { missingOptional } from '../../scripts/setup/complete-lock.mjs';
import { textOf } from './repository-files.js';

describe('package-lock.json', () => {
  const { packages } = JSON.parse(textOf('package-lock.json')) as {
    packages: Record<string, { resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  it('names no host: every machine installs from its own registry', () => {
    const resolved = Object.values(packages).flatMap((entry) =>
      entry.resolved === undefined ? [] : [entry.resolved],
    );
    expect(resolved.length).toBeGreaterThan(0);
    expect(resolved.filter((text) => text.includes('://'))).toEqual([]);
  });

  it('holds the binaries of every platform, or npm ci refuses it (node scripts/setup/complete-lock.mjs)', () => {
    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(missingOptional(packages)).toEqual([]);
  });

  it('notices one that is missing', () => {
    const entries = {
      'node_modules/a': { optionalDependencies: { b: '1', c: '1' } },
      'node_modules/a/node_modules/b': {},
    };
    expect(missingOptional(entries)).toEqual([{ name: 'c', version: '1', parent: 'node_modules/a' }]);
  });
});
