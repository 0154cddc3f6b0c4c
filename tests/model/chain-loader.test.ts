import { HeaderTree, MemoryStore } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packBatches, unpackBatches } from '../../packages/protocol/src/headers/storage/batch-list.js';
import {
  decodeTable,
  decodeTip,
  encodeTable,
  encodeTip,
} from '../../packages/protocol/src/headers/storage/chain-records.js';
import {
  chainLayout,
  type StoredPiece,
  segmentOf,
} from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { REVERIFY_LAST, REVERIFY_RUN_HEADERS, REVERIFY_RUNS } from '../../packages/protocol/src/limits.js';
import { type WholeChain, writeWhole } from '../store-access.js';
import { Reader } from './stored-chain.js';
import {
  family,
  flipped,
  layout,
  plainHeaders,
  storedChain,
  storeOf,
  withEntry,
  withPoisoned,
} from './stored-tiny.js';
import { createTinyFamily, falsePow, tinyBatch } from './tiny-family.js';

const height = 220;
const headers = plainHeaders(height);
const whole = storedChain(headers);
const piece = (table: 'segments' | 'journal', index: number): StoredPiece =>
  whole[table][index] as StoredPiece;

async function read(chain: WholeChain, seed = 1, of = family): Promise<Reader> {
  const reader = new Reader(of, await storeOf(chain), layout, { seed });
  await reader.load();
  return reader;
}

/** Height and damage after loading. */
async function load(chain: WholeChain, seed?: number): Promise<[number, boolean]> {
  const { tree, outcomes } = await read(chain, seed);
  return [tree.tipHeight, outcomes[0]?.isDamaged === true];
}

describe('stored records', () => {
  it('come back as they were', () => {
    const batches = [
      { parent: new Uint8Array(32).fill(1), count: 2000, payload: new Uint8Array(70_000).fill(2) },
      { parent: new Uint8Array(32).fill(3), count: 1, payload: new Uint8Array(0) },
    ];
    expect(unpackBatches(packBatches(batches))).toEqual(batches);
    expect(decodeTable(layout, whole.table as Uint8Array)).toEqual(whole.entries);
    const tip = { height: 7, hash: new Uint8Array(32).fill(4) };
    expect(decodeTip(encodeTip(tip))).toEqual(tip);
    expect([1, 50, 51].map((at) => segmentOf(layout, at))).toEqual([0, 0, 1]);
  });

  it('are taken for nothing else', () => {
    const list = packBatches([{ parent: new Uint8Array(32), count: 1, payload: new Uint8Array(3) }]);
    const alter = (at: number, ...bytes: number[]): Uint8Array => {
      const copy = list.slice();
      copy.set(bytes, at);
      return copy;
    };
    // Another format, no headers, more than an answer has, another length, nothing.
    for (const bytes of [
      alter(0, 1),
      alter(33, 0),
      alter(33, 0xd1, 0x0f),
      alter(34, 4),
      alter(34, 2),
      list.slice(0, 1),
      list.slice(0, 0),
    ])
      expect(unpackBatches(bytes)).toBeUndefined();
    const table = whole.table as Uint8Array;
    for (const other of [chainLayout(1, 50), chainLayout(0, 51)])
      expect(decodeTable(other, table)).toBeUndefined();
    for (const bytes of [
      table.slice(0, -1),
      Uint8Array.of(...table, 0),
      Uint8Array.of(2, 0, 50, 255, 255, 255, 127),
    ])
      expect(decodeTable(layout, bytes)).toBeUndefined();
    expect(encodeTable(layout, []).length).toBe(4);
  });
});

describe('ChainLoader', () => {
  it('loads a whole chain, and an empty store', async () => {
    for (const count of [1, 5, 49, 50, 51, 60, 61, 99, 100, 149, height])
      expect(await load(storedChain(headers.slice(0, count))), `${count}`).toEqual([count, false]);
    const empty = new Reader(family, new MemoryStore(), layout);
    expect(await empty.load()).toMatchObject({ isDamaged: false, hasMore: false });
    expect([empty.tree.tipHeight, empty.prover.isProving]).toEqual([0, false]);
  });

  it('reads the newest segment alone, whatever the length, and begins some headers below the tip', async () => {
    for (const count of [60, height, 1000, 1010, 1049]) {
      const reader = await read(storedChain(plainHeaders(count)));
      const newest = Math.floor(count / 50) - 1;
      expect(reader.read).toEqual([newest]);
      const { baseHeight, tipHeight } = reader.tree;
      expect(tipHeight).toBe(count);
      expect(tipHeight - baseHeight).toBeGreaterThanOrEqual(layout.loadedHeadersMin);
      expect(tipHeight - baseHeight).toBeLessThan(layout.segmentHeaders + layout.loadedHeadersMin);
    }
  });

  it('has a tree that equals the one that was stored, as far down as it goes', async () => {
    const tree = new HeaderTree(family);
    const batch = tinyBatch(family.genesis.hash, headers);
    for (let i = 0; i < height; i++) tree.insertChecked(batch.records, batch.hashes, tree.tip, i);
    const loaded = (await read(whole)).tree;
    const { baseHeight } = loaded;
    const count = height + 1 - baseHeight;
    expect(loaded.batch(baseHeight, count)).toEqual(tree.batch(baseHeight, count));
    expect(loaded.chainwork(loaded.tip)).toBe(tree.chainwork(tree.tip));
  });

  it('hashes the last headers and a sample, not all', async () => {
    const { hashed, tree } = await read(storedChain(plainHeaders(1049)));
    expect(hashed).toBeGreaterThanOrEqual(REVERIFY_LAST);
    // The random runs, and one at the end of each batch.
    const batches = Math.ceil((tree.tipHeight - tree.baseHeight) / layout.batchHeaders);
    expect(hashed).toBeLessThanOrEqual(REVERIFY_LAST + (REVERIFY_RUNS + batches) * REVERIFY_RUN_HEADERS);
  });

  it('draws another sample with another seed, and finds a chain whose work is false', async () => {
    const poisoned = storedChain(plainHeaders(height, (number) => (number > 205 ? { salt: falsePow } : {})));
    for (let seed = 1; seed <= 5; seed++) expect(await load(poisoned, seed)).toEqual([205, true]);
    const lastOnly = storedChain(
      plainHeaders(height, (number) => (number === height ? { salt: falsePow } : {})),
    );
    // Not even the good headers of a batch in which one is false: which of them are good was not looked at.
    expect(await load(lastOnly)).toEqual([height - 5, true]);
  });

  it('ends before what is damaged in the journal, and keeps what is before', async () => {
    const [first, second, third, fourth] = [0, 1, 2, 3].map((i) => piece('journal', i)) as [
      StoredPiece,
      StoredPiece,
      StoredPiece,
      StoredPiece,
    ];
    const cases: [string, StoredPiece[], number][] = [
      ['a flipped parent', [first, flipped(second, 5), third, fourth], 205],
      ['a flipped count', [first, flipped(second, 33), third, fourth], 205],
      ['a flipped header', [first, flipped(second, 35 + 16 * 3), third, fourth], 205],
      ['a truncated entry', [first, { ...second, bytes: second.bytes.slice(0, -1) }, third, fourth], 205],
      [
        'a longer entry',
        [first, { ...second, bytes: Uint8Array.of(...second.bytes, 0) }, third, fourth],
        205,
      ],
      ['an empty entry', [first, { ...second, bytes: new Uint8Array(0) }, third, fourth], 205],
      ['a missing entry', [first, third, fourth], 205],
      ['a missing first entry', [second, third, fourth], 200],
      ['entries in the wrong order', [first, { ...third, index: 1 }, { ...second, index: 2 }, fourth], 205],
      ['an entry twice', [first, { ...first, index: 1 }, third, fourth], 205],
      ['a segment in the journal', [first, { index: 1, bytes: piece('segments', 1).bytes }], 205],
      ['a missing end', [first, second], 210],
    ];
    for (const [name, journal, left] of cases)
      expect(await load({ ...whole, journal }), name).toEqual([left, true]);
  });

  it('drops a newest segment that is damaged, with all above it', async () => {
    const newest = piece('segments', 3);
    const others = whole.segments.slice(0, 3);
    const bytes = unpackBatches(newest.bytes) ?? [];
    const cases: [string, WholeChain][] = [
      ['a flipped bit', { ...whole, segments: [...others, flipped(newest, 700)] }],
      ['no segment', { ...whole, segments: others }],
      ['another one', { ...whole, segments: [...others, { index: 3, bytes: piece('segments', 2).bytes }] }],
      ['true bytes with another digest', withEntry(whole, 3, { digest: 1 })],
      ['true bytes with another last hash', withEntry(whole, 3, { lastHash: new Uint8Array(32).fill(5) })],
      ['true bytes below which is another last hash', withEntry(whole, 2, { lastHash: new Uint8Array(32) })],
      ['no work', withEntry(whole, 3, { chainwork: 0n })],
      [
        'poisoned bytes: a batch less',
        withPoisoned(whole, 3, () => ({ index: 3, bytes: packBatches(bytes.slice(1)) })),
      ],
      [
        'poisoned bytes: an odd last batch',
        withPoisoned(whole, 3, (each) => flipped(each, each.bytes.length - 13)),
      ],
    ];
    for (const [name, chain] of cases) {
      const { tree, outcomes } = await read(chain);
      const left = name.includes('below') ? 100 : 150;
      expect([tree.tipHeight, outcomes[0]?.isDamaged, outcomes[0]?.stored.segments.length], name).toEqual([
        left,
        true,
        left / 50,
      ]);
      expect(outcomes[0]?.stored.journal, name).toEqual([]);
    }
  });

  it('goes down segment by segment until one is good, and to genesis if none is', async () => {
    const segments = whole.segments.map((each) => (each.index > 0 ? flipped(each, 600) : each));
    const reader = await read({ ...whole, segments });
    expect([reader.read, reader.tree.tipHeight, reader.tree.baseHeight]).toEqual([[3, 2, 1, 0], 50, 40]);
    const none = await read({ ...whole, segments: [] });
    expect([none.read, none.tree.tipHeight, none.tree.baseHeight]).toEqual([[3, 2, 1, 0], 0, 0]);
    expect(await load({ ...whole, table: new Uint8Array(3) })).toEqual([0, true]);
    expect(await load({ ...whole, table: undefined })).toEqual([0, true]);
  });

  it('notices whatever bit is flipped in the journal', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.nat(), fc.nat(7), async (index, pick, bit) => {
        const entry = piece('journal', index);
        // The hash of a header of this family is not of its last byte.
        fc.pre((pick % entry.bytes.length) - 35 < 0 || ((pick % entry.bytes.length) - 35) % 16 !== 15);
        const journal = whole.journal.map((each) =>
          each === entry ? flipped(entry, pick % entry.bytes.length, bit) : each,
        );
        const [left, isDamaged] = await load({ ...whole, journal });
        expect(isDamaged).toBe(true);
        // Hashing costs nothing here, so a changed header may be a good one, but no other follows it.
        expect(left).toBeLessThanOrEqual(205 + index * 5);
      }),
      { numRuns: 100 },
    );
  });

  it('wants the tip pointer to say what the rest does', async () => {
    for (const tip of [
      new Uint8Array(0),
      new Uint8Array(41).fill(0xff),
      encodeTip({ height: 2 ** 52, hash: new Uint8Array(32).fill(7) }),
      encodeTip({ height, hash: family.genesis.hash }),
    ])
      expect(await load({ ...whole, tip })).toEqual([height, true]);
    expect(await load({ segments: [], journal: [], table: undefined, tip: whole.tip })).toEqual([0, true]);
  });

  it('takes a store of the former layout for an empty one, and has its remains replaced', async () => {
    // As releases wrote it that kept chunks of 2000 headers: format 1, height, hash.
    const tip = Uint8Array.of(1, 0xd0, 0x0f, ...new Uint8Array(32).fill(9));
    const store = new MemoryStore();
    await writeWhole(store, { segments: [], journal: [], table: undefined, tip });
    const reader = new Reader(family, store, layout);
    expect(await reader.load()).toMatchObject({ isDamaged: false, hasMore: true });
    expect(reader.tree.tipHeight).toBe(0);
  });

  it('takes nothing of another network', async () => {
    expect(await load(storedChain(headers.slice(0, 10), createTinyFamily(1)))).toEqual([0, true]);
  });

  it('does not grow the stack with the journal', async () => {
    // Batches of which nothing is hashed are done within one call: here all but the last of 400.
    const wide = chainLayout(0, 3000);
    const long = storedChain(plainHeaders(2990), family, { ...wide, batchHeaders: 5 });
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
    const reader = new Reader(watching, await storeOf(long), wide);
    await reader.load();
    Error.stackTraceLimit = limit;
    expect(reader.tree.tipHeight).toBe(2990);
    expect(depth).toBeLessThan(80);
  });
});
