import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { findAmbientEffects } from './ambient-effects.js';
import { packageSources, syntaxOf } from './repository-files.js';

const find = (text: string, mayPromise = false): string[] =>
  findAmbientEffects(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true), mayPromise);

describe('what is pure touches nothing outside', () => {
  it('the core has no clock, chance, timer, output or promise', () => {
    const sources = packageSources().filter((file) => file.startsWith('packages/protocol/src/'));
    expect(sources.length).toBeGreaterThan(10);
    const isDriver = (file: string): boolean => file.startsWith('packages/protocol/src/driver/');
    expect(sources.flatMap((file) => findAmbientEffects(syntaxOf(file), isDriver(file)))).toEqual([]);
  });

  it('what the gateway speaks to full nodes of Bitcoin with has none either, but for what drives it', () => {
    const bridge = 'packages/gateway/src/bridges/bitcoin/';
    const sources = packageSources().filter(
      (file) => file.startsWith(bridge) && !file.startsWith(`${bridge}driver/`),
    );
    expect(sources.length).toBeGreaterThan(10);
    expect(sources.flatMap((file) => findAmbientEffects(syntaxOf(file), false))).toEqual([]);
  });

  it.each([
    ['Date.now()', 'Date'],
    ['const at = new Date();', 'Date'],
    ['Math.random();', 'Math.random'],
    ['setTimeout(f, 1);', 'setTimeout'],
    ['console.log(1);', 'console'],
    ['const log = { console };', 'console'],
    ['async function f() {}', 'async'],
    ["import fs from 'node:fs';", "'node:fs'"],
    ["const m = import('x');", 'import()'],
    ['let p: Promise<void>;', 'Promise'],
    ['globalThis.x;', 'globalThis'],
  ])('notices %s', (text, fault) => {
    expect(find(text)).toContain(`x.ts:1 ${fault}`);
  });

  it('notices await', () => {
    expect(find('for await (const x of y) {}')).toEqual(['x.ts:1 await']);
  });

  it.each([
    'time.Date;',
    'const o = { console: 1 };',
    '// Date.now()',
    "const s = 'Math.random';",
    'function f(process: number) {}',
  ])('lets pass %s', (text) => {
    expect(find(text)).toEqual([]);
  });

  it('lets a driver name promises, and not a clock', () => {
    expect(find('let p: Promise<void>;', true)).toEqual([]);
    expect(find('let d = Date.now();', true)).toHaveLength(1);
  });
});
