import { describe, expect, it } from 'vitest';
import { shortenNames } from '../../packages/browser-node/vite.shorten-names.js';

/** What a script gives back that was shortened. */
const run = (code: string): unknown => new Function(`${code}; return result;`)();

const counter = `
  class Counter {
    #total = 0;
    #step;
    constructor(step) { this.#step = step; }
    async #later() { return this.#total; }
    advanceTwice() { this.#total += 2 * this.#step; return this; }
    get totalSoFar() { return this.#total; }
    laterTotal() { return this.#later(); }
  }`;

describe('shortenNames', () => {
  it('a script does the same, without its long names and private members', async () => {
    const code = `${counter} const one = new Counter(3).advanceTwice();
      const result = [one.totalSoFar, one.laterTotal()]`;
    const short = shortenNames(code, []);
    expect(short).not.toMatch(/#|advanceTwice|totalSoFar|laterTotal/);
    const [now, later] = run(short) as [number, Promise<number>];
    expect([now, await later]).toEqual([6, 6]);
  });

  it.each([
    ['a key of data', 'const result = { advanceTwice: 1 };'],
    ['a shorthand', 'const advanceTwice = 1; const result = { advanceTwice };'],
    ['a pattern', 'const { advanceTwice } = { }; const result = advanceTwice;'],
    ['a word in a string', "const result = 'advanceTwice totals';"],
    ['a word in a template', 'const result = `advanceTwice totals`;'],
  ])('a method keeps its name if it is also %s', (_what, use) => {
    expect(shortenNames(`${counter} ${use}`, [])).toMatch(/\badvanceTwice\(\)/);
  });

  it('a method keeps a name that the browser or the page uses', () => {
    const code = `${counter} class Other { #a = 1; addEventListener() {} networkId() {} }`;
    expect(shortenNames(code, [])).toMatch(/addEventListener\(\).*networkId\(\)/);
  });

  it('a class that extends another, or is extended, keeps its members private', () => {
    const code = `${counter} class Base { #kept = 1; base() { return this.#kept; } }
      class Derived extends Base { #kept = 2; own() { return this.#kept; } }
      const one = new Derived(); const result = [one.base(), one.own()]`;
    const short = shortenNames(code, []);
    expect(short.match(/#kept/g)).toHaveLength(4);
    expect(run(short)).toEqual([1, 2]);
  });

  it('a private member gets no name that a property has', () => {
    const code = `${counter} class Both { #x = 1; x = 2; sumOfBoth() { return this.#x + this.x; } }
      const result = new Both().sumOfBoth()`;
    expect(run(shortenNames(code, []))).toBe(3);
  });

  it.each([
    ['asks for a private member', 'class Asks { #a; static is(x) { return #a in x; } }'],
    ['extends what has no name', 'class Odd extends (class {}) { #a; }'],
    ['has no names to shorten', 'const result = 1;'],
  ])('a script that %s is refused', (why, code) => {
    expect(() => shortenNames(code, [])).toThrow(why);
  });
});
