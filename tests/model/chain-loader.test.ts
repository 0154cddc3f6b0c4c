import { HeaderTree } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chunkOf,
  decodeChunk,
  decodeTip,
  encodeChunk,
  encodeTip,
} from '../../packages/protocol/src/headers/chunk-codec.js';
import { CHUNK_HEADERS, type StoredChain } from '../../packages/protocol/src/io/stored-chain.js';
import { REVERIFY_LAST, REVERIFY_RUN_HEADERS, REVERIFY_RUNS } from '../../packages/protocol/src/limits.js';
import { loadChain } from './stored-chain.js';
import { createTinyFamily, falsePow, type TinyHeader, tinyBatch } from './tiny-family.js';

const family = createTinyFamily();
const height = 2 * CHUNK_HEADERS + 500;

/** A chain as it lies on disk. */
function chainOf(headers: readonly TinyHeader[], of = family): StoredChain {
  const batch = tinyBatch(of.genesis.hash, headers);
  const hashAt = (at: number): Uint8Array =>
    at === 0 ? of.genesis.hash : batch.hashes.subarray(at * 32 - 32, at * 32);
  const chunks = [];
  for (let from = 0; from < headers.length; from += CHUNK_HEADERS) {
    const to = Math.min(headers.length, from + CHUNK_HEADERS);
    const records = batch.records.subarray(from * of.recordBytes, to * of.recordBytes);
    const part = { count: to - from, records, hashes: batch.hashes.subarray(from * 32, to * 32) };
    chunks.push({ index: chunkOf(from + 1), bytes: encodeChunk(of, hashAt(from), part) });
  }
  return { chunks, tip: encodeTip(headers.length, hashAt(headers.length)) };
}

const headers = Array.from({ length: height }, (_, i) => ({ number: i + 1 }));
const whole = chainOf(headers);
const [first, second, third] = whole.chunks as [
  StoredChain['chunks'][0],
  StoredChain['chunks'][0],
  StoredChain['chunks'][0],
];

/** Height and damage after loading. */
function load(chain: StoredChain, seed?: number): [number, boolean] {
  const { tree, isDamaged } = loadChain(family, chain, seed);
  return [tree.tipHeight, isDamaged];
}

describe('chunk codec', () => {
  it('gives chunk and tip back', () => {
    expect(decodeChunk(first.bytes)).toMatchObject({ parent: family.genesis.hash, count: CHUNK_HEADERS });
    expect(decodeTip(encodeTip(7, first.bytes.subarray(0, 32)))).toEqual({
      height: 7,
      hash: first.bytes.slice(0, 32),
    });
    expect([chunkOf(1), chunkOf(2000), chunkOf(2001)]).toEqual([0, 0, 1]);
  });

  it('survives any bytes', () => {
    const head = fc
      .tuple(fc.constantFrom(0, 1, 2), fc.uint8Array({ maxLength: 60 }))
      .map(([version, rest]) => new Uint8Array([version, ...rest]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), head), (bytes) => {
        const chunk = decodeChunk(bytes);
        if (chunk !== undefined) expect(chunk.count).toBeLessThanOrEqual(CHUNK_HEADERS);
        const tip = decodeTip(bytes);
        if (tip !== undefined) expect(encodeTip(tip.height, tip.hash)).toEqual(bytes);
      }),
      { numRuns: 500 },
    );
  });

  it('takes neither another format nor an empty or overfull chunk', () => {
    const alter = (at: number, ...bytes: number[]): Uint8Array => {
      const copy = first.bytes.slice();
      copy.set(bytes, at);
      return copy;
    };
    expect(decodeChunk(alter(0, 2))).toBeUndefined();
    expect(decodeChunk(alter(33, 0xd1, 0x0f))).toBeUndefined();
    expect(decodeChunk(new Uint8Array([1, ...new Uint8Array(32), 0]))).toBeUndefined();
  });
});

describe('ChainLoader', () => {
  it('loads a whole chain, and an empty store', () => {
    expect(load(whole)).toEqual([height, false]);
    expect(load({ chunks: [], tip: undefined })).toEqual([0, false]);
  });

  it('hashes the last headers and a sample, not all', () => {
    const { hashed } = loadChain(family, whole);
    expect(hashed).toBeGreaterThanOrEqual(REVERIFY_LAST);
    // The random runs, and one at the end of each chunk.
    const runs = REVERIFY_RUNS + whole.chunks.length;
    expect(hashed).toBeLessThanOrEqual(REVERIFY_LAST + runs * REVERIFY_RUN_HEADERS);
  });

  it('draws another sample with another seed, and finds a chain whose work is false', () => {
    const poisoned = chainOf(
      headers.map((header) => (header.number > 1000 ? { ...header, salt: falsePow } : header)),
    );
    for (let seed = 1; seed <= 5; seed++) {
      const { tree, isDamaged } = loadChain(family, poisoned, seed);
      expect(isDamaged).toBe(true);
      // Not even the good headers of a chunk in which one is false: which of them are good was not looked at.
      expect(tree.tipHeight).toBe(0);
    }
    const lastOnly = chainOf(
      headers.map((header) => (header.number > height - 1 ? { ...header, salt: falsePow } : header)),
    );
    expect(load(lastOnly)).toEqual([2 * CHUNK_HEADERS, true]);
  });

  it('ends before what is damaged, and keeps what is before', () => {
    const flip = (chunk: typeof first, at: number): typeof first => {
      const bytes = chunk.bytes.slice();
      bytes[at] = (bytes[at] as number) ^ 0x10;
      return { ...chunk, bytes };
    };
    const cases: [string, StoredChain['chunks'], number][] = [
      ['a flipped parent', [first, flip(second, 5), third], CHUNK_HEADERS],
      ['a flipped count', [first, flip(second, 33), third], CHUNK_HEADERS],
      ['a flipped header', [first, flip(second, 35 + 16 * 100), third], CHUNK_HEADERS],
      ['a truncated chunk', [first, { ...second, bytes: second.bytes.slice(0, -1) }, third], CHUNK_HEADERS],
      [
        'a longer chunk',
        [first, { ...second, bytes: new Uint8Array([...second.bytes, 0]) }, third],
        CHUNK_HEADERS,
      ],
      ['an empty chunk', [first, { ...second, bytes: new Uint8Array(0) }, third], CHUNK_HEADERS],
      ['a missing chunk', [first, third], CHUNK_HEADERS],
      ['a missing first chunk', [second, third], 0],
      ['chunks in the wrong order', [first, { ...third, index: 1 }, { ...second, index: 2 }], CHUNK_HEADERS],
      ['a chunk twice', [first, { ...first, index: 1 }, third], CHUNK_HEADERS],
      ['a chunk that is missing at the end', [first, second], 2 * CHUNK_HEADERS],
    ];
    for (const [name, chunks, left] of cases) expect(load({ ...whole, chunks }), name).toEqual([left, true]);
  });

  it('notices whatever bit is flipped in the links of the chain', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(35), fc.nat(7), (index, at, bit) => {
        const chunks = whole.chunks.map((chunk) => ({ ...chunk, bytes: chunk.bytes.slice() }));
        const { bytes } = chunks[index] as { bytes: Uint8Array };
        bytes[at] = (bytes[at] as number) ^ (1 << bit);
        const [left, isDamaged] = load({ ...whole, chunks });
        expect(isDamaged).toBe(true);
        // Times, which the last two of these bytes lie before, may differ in one header of the damaged chunk.
        expect(left).toBeLessThanOrEqual(index * CHUNK_HEADERS + 1);
      }),
      { numRuns: 12 },
    );
  });

  it('wants the tip pointer to say what the chunks do', () => {
    for (const tip of [
      undefined,
      new Uint8Array(0),
      new Uint8Array(41).fill(0xff),
      encodeTip(2 ** 52, new Uint8Array(32).fill(7)),
      encodeTip(height, family.genesis.hash),
    ]) {
      expect(load({ chunks: whole.chunks, tip })).toEqual([height, true]);
    }
    expect(load({ chunks: [], tip: whole.tip })).toEqual([0, true]);
  });

  it('takes nothing of another network', () => {
    const foreign = createTinyFamily(1);
    expect(load(chainOf(headers.slice(0, 10), foreign))).toEqual([0, true]);
  });

  it('takes no branch for a part of the chain', () => {
    const side = chainOf(Array.from({ length: CHUNK_HEADERS }, (_, i) => ({ number: i + 1, work: 3 })));
    const chunks = [first, { index: 1, bytes: (side.chunks[0] as typeof first).bytes }];
    expect(load({ chunks, tip: side.tip })).toEqual([CHUNK_HEADERS, true]);
  });

  it('does not grow the stack with the chain', () => {
    // Chunks of which nothing is hashed are done within one call: here all but the last of 40.
    const long = chainOf(Array.from({ length: 40 * CHUNK_HEADERS }, (_, i) => ({ number: i + 1 })));
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 200;
    let depth = 0;
    const watching = {
      ...family,
      decodeBatch: (...args: Parameters<typeof family.decodeBatch>) => {
        depth = Math.max(depth, new Error().stack?.split('\n').length ?? 0);
        return family.decodeBatch(...args);
      },
    };
    const { tree } = loadChain(watching, long);
    Error.stackTraceLimit = limit;
    expect(tree.tipHeight).toBe(40 * CHUNK_HEADERS);
    expect(depth).toBeLessThan(80);
  });

  it('has a tree that equals the one that was stored', () => {
    const tree = new HeaderTree(family);
    const batch = tinyBatch(family.genesis.hash, headers);
    let slot = tree.tip;
    for (let i = 0; i < height; i++) {
      const result = tree.insertChecked(
        batch.records.subarray(i * 48, i * 48 + 48),
        batch.hashes.subarray(i * 32, i * 32 + 32),
        slot,
      );
      if ('slot' in result) slot = result.slot;
    }
    const loaded = loadChain(family, whole).tree;
    expect(loaded.batch(0, height + 1)).toEqual(tree.batch(0, height + 1));
    expect(loaded.chainwork(loaded.tip)).toBe(tree.chainwork(tree.tip));
  });
});
