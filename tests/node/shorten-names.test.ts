import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { namesOutsidePage, namesOutsideWorker } from '../../packages/browser-node/vite.outside-names.js';
import { shortenNames } from '../../packages/browser-node/vite.shorten-names.js';
import { cutUnusedMethods } from '../../packages/browser-node/vite.unused-methods.js';

/** What a script gives back that was shortened. */
const run = (code: string): unknown => new Function(`${code}; return result;`)();

const outside = namesOutsideWorker([]);

it('fields of headers, bodies and transactions keep their names, which no type has', () => {
  for (const name of ['difficulty', 'txRoot', 'digest', 'miner', 'merkleRoot', 'bits', 'witnessId', 'weight'])
    expect(outside.has(name), name).toBe(true);
});

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
    const short = shortenNames(code, outside);
    expect(short).not.toMatch(/#|advanceTwice|totalSoFar|laterTotal/);
    const [now, later] = run(short) as [number, Promise<number>];
    expect([now, await later]).toEqual([6, 6]);
  });

  it.each([
    ['a key', 'const result = { inner: 1 }.inner;'],
    ['a shorthand', 'const inner = 1, data = { inner }, result = data.inner;'],
    ['a pattern', 'const { inner } = { inner: 1 }; const result = inner;'],
    ['a pattern with a default', 'const { inner = 1 } = { inner: undefined }, result = inner;'],
    ['a pattern of a parameter', 'const read = ({ inner }) => inner, result = read({ inner: 1 });'],
    ['a field', 'class One { inner = 1; } const result = new One().inner;'],
    ['a word in a longer string', 'const text = "the inner", result = { inner: text && 1 }.inner;'],
  ])('a name becomes short that is %s', (_what, code) => {
    const short = shortenNames(`${counter} ${code}`, outside);
    expect(short).not.toMatch(/[{.,] ?inner\b(?! ?=[^=])/);
    expect(run(short)).toBe(1);
  });

  it.each([
    ['read outside', 'const result = { networkId: 1 }.networkId;', /\bnetworkId: 1.*\.networkId/],
    ['a string', 'const data = { inner: 1 }, result = data.inner * data["inner"];', /\binner: 1.*\.inner/],
    ['a template', 'const data = { inner: 1 }, result = data.inner * data[`inner`];', /\binner: 1.*\.inner/],
    ['never read', 'const result = Object.keys({ inner: 1 }).length;', /\binner: 1/],
  ])('a name is kept that is %s', (_what, code, kept) => {
    const short = shortenNames(`${counter} new Counter(1).advanceTwice(); ${code}`, outside);
    expect(short).toMatch(kept);
    expect(run(short)).toBe(1);
  });

  it('a name is kept that a WebAssembly module exports', () => {
    // A module with nothing but a memory under the name `inner`.
    const wasm = '0061736d01000000050301000107090105696e6e65720200';
    const code = `const bytes = Uint8Array.from('${wasm}'.match(/../g), (byte) => Number.parseInt(byte, 16));
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
      const result = exports.inner.buffer.byteLength;`;
    expect(run(shortenNames(`${counter} new Counter(1).advanceTwice(); ${code}`, outside))).toBe(65_536);
  });

  it('a class that extends another, or is extended, keeps its members private', () => {
    const code = `${counter} class Base { #kept = 1; base() { return this.#kept; } }
      class Derived extends Base { #kept = 2; own() { return this.#kept; } }
      const one = new Derived(); const result = [one.base(), one.own()]`;
    const short = shortenNames(code, outside);
    expect(short.match(/#kept/g)).toHaveLength(4);
    expect(run(short)).toEqual([1, 2]);
  });

  it('a private member gets no name that a property has', () => {
    const code = `${counter} class Both { #x = 1; x = 2; sumOfBoth() { return this.#x + this.x; } }
      const result = new Both().sumOfBoth()`;
    expect(run(shortenNames(code, outside))).toBe(3);
  });

  it.each([
    ['asks for a private member', 'class Asks { #a; static is(x) { return #a in x; } }'],
    ['extends what has no name', 'class Odd extends (class {}) { #a; }'],
    ['has no names to shorten', 'const result = 1;'],
  ])('a script that %s is refused', (why, code) => {
    expect(() => shortenNames(code, outside)).toThrow(why);
  });
});

describe('namesOutsideWorker', () => {
  const outside = namesOutsideWorker([]);

  it.each([
    [
      'a worker has',
      ['addEventListener', 'bufferedAmountLowThreshold', 'message', 'constructor', 'subarray'],
    ],
    [
      'messages to and from the page have',
      ['notices', 'isChosen', 'maxMessageBytes', 'requestPeers', 'fault'],
    ],
    ['calls by the page have', ['start', 'resume', 'header', 'block']],
    [
      'notices carry to the application',
      ['storedHeight', 'verifiedFrom', 'disconnected', 'chainwork', 'detail'],
    ],
    ['metrics have', ['vision_p2p_orphans', 'vision_chain_reorgs_total']],
    ['jobs of hash workers have', ['algorithm', 'retargetInterval', 'mixIters', 'nonce', 'hashes']],
    ['a network id is made of', ['enforcesBip94', 'genesisHash', 'seedName', 'epochBlocks', 'minerBytesMax']],
  ])('holds names that %s', (_what, names) => {
    expect(names.filter((name) => !outside.has(name))).toEqual([]);
  });

  it('holds the names of a library', () => {
    const nameOfThisFile = 'nameOfThisFile';
    expect(outside.has(nameOfThisFile)).toBe(false);
    expect(namesOutsideWorker([fileURLToPath(import.meta.url)]).has(nameOfThisFile)).toBe(true);
  });

  it('holds no names of the core that stay inside', () => {
    expect(
      ['recordBytes', 'bestKnown', 'firstAncestor', 'outbox'].filter((name) => outside.has(name)),
    ).toEqual([]);
  });
});

describe('namesOutsidePage', () => {
  const outsidePage = namesOutsidePage([]);

  it.each([
    ['a page has', ['createDataChannel', 'visibilityState', 'constructor', 'toString']],
    ['the application reads', ['subscribe', 'tips', 'verifiedFrom', 'followedBlocks', 'workerUrl', 'code']],
    ['signaling sends', ['ok', 'peers', 'iceServers', 'isFirst', 'candidate', 'urls', 'credential']],
    ['engine.io reads of a greeting or writes into an address', ['sid', 'pingInterval', 'maxPayload', 'EIO']],
    ['the worker sends', ['notices', 'metrics', 'fault', 'hasherWanted', 'hasher', 'port']],
  ])('holds names that %s', (_what, names) => {
    expect(names.filter((name) => !outsidePage.has(name))).toEqual([]);
  });

  it('holds no names that stay inside', () => {
    expect(['reconnectionAttempts', 'hasWonGlare'].filter((name) => outsidePage.has(name))).toEqual([]);
  });
});

describe('cutUnusedMethods', () => {
  const code = `class Part {
    used() { return 1; }
    unused() { return this.unusedToo; }
    get unusedToo() { return 2; }
    outer() { return 3; }
    named() { return 4; }
    [Symbol.iterator]() { return 5; }
    static #own() { return 6; }
  }
  const result = new Part().used() + 'named'.length;`;

  it('cuts what nothing names, and what only that named', () => {
    const cut = cutUnusedMethods(code, new Set(['constructor', 'outer']));
    expect(cut).not.toContain('unused');
    for (const kept of ['used()', 'outer()', 'named()', '[Symbol.iterator]()', '#own()'])
      expect(cut).toContain(kept);
    expect(run(cut)).toBe(6);
  });
});
