import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findCasts } from './casts.js';
import { packageSources, syntaxOf } from './repository-files.js';

const find = (text: string): string[] =>
  findCasts(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true));

/** Folders whose invariants are asserted (`packages/protocol/src/assert.ts`), not cast. */
const folders = [
  'packages/gateway/src/bridges/bitcoin/',
  'packages/protocol/src/blocks/',
  'packages/protocol/src/bytes/',
  'packages/protocol/src/chain/',
  'packages/protocol/src/driver/',
  'packages/protocol/src/families/',
  'packages/protocol/src/headers/',
  'packages/protocol/src/io/',
  'packages/protocol/src/node/',
  'packages/protocol/src/peer/',
  'packages/protocol/src/tree/',
  'packages/protocol/src/wire/',
  'packages/pow/src/',
];

/** Casts that stay, by file: how many, for a reason that the file gives, with what an assertion in their place costs. */
const exceptions: Readonly<Record<string, number>> = {
  // Measured, assertions in their place against casts, in turns within one run.
  'packages/protocol/src/bytes/copy-bytes.ts': 1,
  'packages/protocol/src/bytes/sha256.ts': 23,
  'packages/protocol/src/bytes/utf8.ts': 6,
  'packages/protocol/src/tree/best-chain.ts': 4,
  'packages/protocol/src/tree/hash-index.ts': 9,
  'packages/protocol/src/tree/header-rows.ts': 1,
  // No slower with assertions, but a record that is too short would stop the node and not be refused.
  'packages/protocol/src/bytes/integers.ts': 8,
  // Object.keys and Object.fromEntries forget which keys a record has.
  'packages/protocol/src/io/metrics.ts': 2,
  // The exports of a WebAssembly module have no type.
  'packages/pow/src/instantiate.ts': 1,
};

describe('casts', () => {
  it('are asserted invariants instead, but for a few that are listed', () => {
    const files = packageSources().filter((file) => folders.some((folder) => file.startsWith(folder)));
    expect(files.length).toBeGreaterThan(120);
    const found = files.flatMap((file) => {
      const places = findCasts(syntaxOf(file));
      return places.length === (exceptions[file] ?? 0) ? [] : [{ file, places }];
    });
    expect(found).toEqual([]);
    expect(Object.keys(exceptions).filter((file) => !files.includes(file))).toEqual([]);
  });

  it.each(['a as number;', 'a!;', 'a[0]!.b;', '(a as unknown) as b;', '<number>a;', 'f(a as B);'])(
    'notices %j',
    (text) => {
      expect(find(text).length).toBeGreaterThan(0);
    },
  );

  it.each(['a as const;', 'a satisfies b;', '!a;', 'a !== b;', "import { a as b } from 'c';", '// a as b'])(
    'lets pass %j',
    (text) => {
      expect(find(text)).toEqual([]);
    },
  );
});
