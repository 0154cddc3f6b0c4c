/** JSON whose integers keep all their digits: `JSON.parse` rounds above 2^53 (docs/chains/vision.md §12.8). */
import { assert } from '../assert.js';

/** A JSON value; integers outside ±2^53 are bigints. */
export type JsonValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | JsonValue[]
  | { [name: string]: JsonValue };

/** Nesting beyond this is refused: deeper than any file or message here, far from the stack's end. Arbitrary. */
const depthMax = 64;
const whiteSpace = /[ \t\n\r]*/y;
const numberToken = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const wordToken = /true|false|null/y;

/**
 * Parses JSON text (RFC 8259). If a name occurs twice, the last value counts, as with `JSON.parse`.
 *
 * @throws {SyntaxError} naming the position
 */
export function parseLosslessJson(text: string): JsonValue {
  const parser = new Parser(text);
  const value = parser.value(0);
  parser.take(whiteSpace);
  if (parser.position < text.length) parser.fail();
  return value;
}

class Parser {
  position = 0;
  constructor(readonly text: string) {}

  value(depth: number): JsonValue {
    this.take(whiteSpace);
    if (depth > depthMax) this.fail();
    const first = this.text[this.position];
    if (first === '{') return this.object(depth);
    if (first === '[') return this.array(depth);
    if (first === '"') return this.string();
    const word = this.take(wordToken);
    if (word !== undefined) return word === 'null' ? null : word === 'true';
    return this.number();
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const token = pattern.exec(this.text)?.[0];
    this.position += token?.length ?? 0;
    return token;
  }

  fail(): never {
    throw new SyntaxError(`not JSON at position ${this.position}`);
  }

  private number(): number | bigint {
    const token = this.take(numberToken) ?? this.fail();
    const value = Number(token);
    const isInteger = /^-?[0-9]+$/.test(token);
    return isInteger && !Number.isSafeInteger(value) ? BigInt(token) : value;
  }

  private string(): string {
    const { text, position: start } = this;
    // By hand, in one pass: a regular expression would try every way to divide a string that does not end.
    let end = start + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    if (text[start] !== '"' || end >= text.length) this.fail();
    this.position = end + 1;
    try {
      // What may stand inside is checked here.
      const value: unknown = JSON.parse(text.slice(start, end + 1));
      assert(typeof value === 'string', 'JSON between quotes is a string');
      return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      this.position = start;
      return this.fail();
    }
  }

  private array(depth: number): JsonValue[] {
    const items: JsonValue[] = [];
    this.list(']', () => items.push(this.value(depth + 1)));
    return items;
  }

  private object(depth: number): { [name: string]: JsonValue } {
    const entries: [string, JsonValue][] = [];
    this.list('}', () => {
      this.take(whiteSpace);
      const name = this.string();
      this.expect(':');
      entries.push([name, this.value(depth + 1)]);
    });
    // Own properties, whatever their names: `__proto__` is an ordinary name here.
    return Object.fromEntries(entries);
  }

  private list(end: string, item: () => void): void {
    this.position++;
    this.take(whiteSpace);
    if (this.text[this.position] === end) {
      this.position++;
      return;
    }
    for (;;) {
      item();
      this.take(whiteSpace);
      if (this.text[this.position] === end) break;
      this.expect(',');
    }
    this.position++;
  }

  private expect(character: string): void {
    this.take(whiteSpace);
    if (this.text[this.position] !== character) this.fail();
    this.position++;
  }
}
