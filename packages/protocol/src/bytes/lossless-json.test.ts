import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLosslessJson } from './lossless-json.js';

describe('parseLosslessJson', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (text, indent) => {
        const value = JSON.parse(text) as unknown;
        // Floats beyond 2^53 have integer texts and become bigints; JSON.parse rounds them.
        const rounded = JSON.parse(JSON.stringify(value, null, indent)) as unknown;
        const parsed = parseLosslessJson(JSON.stringify(value, null, indent));
        const comparable = JSON.stringify(parsed, (_, item) =>
          typeof item === 'bigint' ? Number(item) : item,
        );
        expect(comparable).toEqual(JSON.stringify(rounded));
      }),
    );
  });

  test('keeps all digits of integers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 130n), max: 2n ** 130n }), (value) => {
        expect(BigInt(parseLosslessJson(`${value}`) as bigint)).toBe(value);
      }),
    );
    expect(parseLosslessJson('9007199254740991')).toBe(9007199254740991);
    expect(parseLosslessJson('9007199254740992')).toBe(9007199254740992n);
  });

  test('refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0123.eE+-truefalsn \\\n\u0001') }), (text) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (isJson) parseLosslessJson(text);
        else expect(() => parseLosslessJson(text)).toThrow(SyntaxError);
      }),
      { numRuns: 3000 },
    );
  });

  test('a name like __proto__ is a member like any other', () => {
    const value = parseLosslessJson('{"__proto__": 1, "a": 2}') as Record<string, number>;
    expect(Object.keys(value)).toEqual(['__proto__', 'a']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });

  test('deep nesting is refused before the stack ends', () => {
    expect(parseLosslessJson('['.repeat(60) + ']'.repeat(60))).toBeInstanceOf(Array);
    expect(() => parseLosslessJson('['.repeat(100_000))).toThrow(SyntaxError);
  });

  test('a string that does not end is refused in one pass', () => {
    for (const text of [
      '"'.padEnd(5000, 'a'),
      `{"a": "${'b'.repeat(5000)}\\`,
      `"${'\\"'.repeat(5000)}`,
      '"',
      '"\\',
    ])
      expect(() => parseLosslessJson(text)).toThrow(SyntaxError);
  });

  test('long strings are no problem', () => {
    const text = 'x\\n"'.repeat(200_000);
    expect(parseLosslessJson(JSON.stringify(text))).toBe(text);
  });
});
