import { PowJobRunner } from '@vision-light/pow';
import { type ChainFamily, HeaderTree, StoreError } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import { packBatches, unpackBatches } from '../../packages/protocol/src/headers/storage/batch-list.js';
import { chainLayout, type StoredPiece } from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { PROVE_INTERVAL_MS, STORE_RETRY_MS } from '../../packages/protocol/src/limits.js';
import { easyBatch, easyNetwork } from '../sim/bitcoin-chain.js';
import { VisionChain, visionSim } from '../sim/vision-chain.js';
import { loadChain, type WholeChain } from '../store-access.js';
import { Reader, type ReaderOptions, storeTree } from './stored-chain.js';
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
import { falsePow, tinyBatch, tinyPow } from './tiny-family.js';

const height = 270;
const headers = plainHeaders(height);
const whole = storedChain(headers);

async function read(chain: WholeChain, options?: ReaderOptions): Promise<Reader> {
  const reader = new Reader(family, await storeOf(chain), layout, options);
  await reader.load();
  return reader;
}

/** That a tree holds the true chain up to a height, from genesis on. */
function expectWhole(tree: HeaderTree, upTo: number): void {
  const { records } = tinyBatch(family.genesis.hash, headers);
  expect([tree.baseHeight, tree.tipHeight]).toEqual([0, upTo]);
  expect(Buffer.compare(tree.batch(1, upTo).records, records.subarray(0, upTo * family.recordBytes))).toBe(0);
  expect(tree.chainwork(tree.tip)).toBe(BigInt(upTo + 1));
}

const runner = new PowJobRunner();
const bitcoin = createBitcoinFamily(easyNetwork());

function bitcoinTree(): HeaderTree {
  const tree = new HeaderTree(bitcoin);
  const batch = easyBatch(
    easyNetwork(),
    Array.from({ length: height }, (_, i) => ({ time: 1_300_000_000 + 600 * i, salt: i })),
  );
  for (let i = 0; i < height; i++) tree.insertChecked(batch.records, batch.hashes, tree.tip, i);
  return tree;
}

/** Its difficulty looks at more headers than a segment of 50 has. */
const visionLayout = chainLayout(0, 200);

function visionTree(): HeaderTree {
  const chain = new VisionChain();
  chain.mine({ count: 1080 });
  return chain.tree;
}

function tinyTree(): HeaderTree {
  const tree = new HeaderTree(family);
  const batch = tinyBatch(family.genesis.hash, headers);
  for (let i = 0; i < height; i++) tree.insertChecked(batch.records, batch.hashes, tree.tip, i);
  return tree;
}

describe.each([
  { of: family as ChainFamily, tree: tinyTree(), pow: tinyPow, layout },
  { of: bitcoin as ChainFamily, tree: bitcoinTree(), pow: runner.run.bind(runner), layout },
  { of: visionSim as ChainFamily, tree: visionTree(), pow: runner.run.bind(runner), layout: visionLayout },
])('the stored chain of $of.name', ({ of, tree, pow, layout }) => {
  const { segmentHeaders } = layout;
  const height = tree.tipHeight;

  it('is verified down to genesis, each segment once and the newest first, and is then in the tree', async () => {
    const reader = new Reader(of, await storeTree(tree, layout), layout, { pow });
    await reader.load();
    const { baseHeight } = reader.tree;
    expect(baseHeight).toBeGreaterThan(4 * segmentHeaders);
    expect([reader.prover.isProving, reader.prover.verifiedFrom]).toEqual([true, baseHeight + 1]);
    await reader.prove();
    expect(reader.read).toEqual([4, 3, 2, 1, 0]);
    expect([reader.prover.isProving, reader.prover.verifiedFrom]).toEqual([false, 0]);
    expect(reader.tree.batch(0, height + 1)).toEqual(tree.batch(0, height + 1));
    for (const at of [0, 1, 49, 50, 51, 149, 200, height]) {
      const [a, b] = [reader.tree.at(at) as number, tree.at(at) as number];
      expect(reader.tree.chainwork(a)).toBe(tree.chainwork(b));
      expect(reader.tree.find(tree.hash(b))).toBe(a);
    }
  });

  it('is found by height before it is verified, also with all else undone', async () => {
    for (const at of [0, 1, 50, 51, 75, 130, 200, 201, 260, height]) {
      const reader = new Reader(of, await storeTree(tree, layout), layout, { pow });
      await reader.load();
      const slot = tree.at(at) as number;
      expect(await reader.find(at)).toEqual(of.describe(tree.record(slot), tree.hash(slot), at));
      expect(await reader.find(height + 1)).toBeUndefined();
    }
  });

  it('is found to be damaged wherever a bit is flipped, and kept up to that segment', async () => {
    const store = await storeTree(tree, layout);
    const stored = await loadChain(store);
    await fc.assert(
      fc.asyncProperty(fc.nat(4), fc.nat(), fc.nat(7), async (index, pick, bit) => {
        const segment = stored.segments[index] as StoredPiece;
        const at = pick % segment.bytes.length;
        const damaged = {
          ...stored,
          segments: stored.segments.map((each) => (each === segment ? flipped(each, at, bit) : each)),
        };
        const reader = new Reader(of, await storeOf(damaged), layout, { pow });
        await reader.load();
        await reader.prove();
        expect(reader.outcomes.some(({ isDamaged }) => isDamaged)).toBe(true);
        expect([reader.tree.baseHeight, reader.tree.tipHeight]).toEqual([0, index * segmentHeaders]);
        const count = index * segmentHeaders + 1;
        expect(reader.tree.batch(0, count)).toEqual(tree.batch(0, count));
      }),
      { numRuns: 8 },
    );
  });
});

describe('ChainProver', () => {
  it('verifies one batch at a time while a sync is under way, and without a pause at rest', async () => {
    const reader = await read(whole);
    reader.isAtRest = false;
    const time = (): { now: number; wallTime: number } => ({ now: reader.now, wallTime: 2 ** 40 });
    reader.now = 5000;
    reader.prover.advance(time());
    await reader.settle();
    const { read: before } = reader;
    expect(before).toEqual([4, 3]);
    expect(reader.prover.nextWake(time())).toBe(5000 + PROVE_INTERVAL_MS);
    for (let i = 0; i < 5; i++) reader.prover.advance(time());
    await reader.settle();
    expect(reader.prover.nextWake(time())).toBe(5000 + PROVE_INTERVAL_MS);
    const atStart = reader.now;
    await reader.prove();
    // A segment has ten batches, and each is prepared.
    expect(reader.now - atStart).toBeGreaterThanOrEqual(5 * 10 * PROVE_INTERVAL_MS);
    expectWhole(reader.tree, height);
    const atRest = await read(whole);
    await atRest.prove();
    expect(atRest.now).toBe(0);
  });

  it('tries again later if the store fails, and takes no fault of it for damage', async () => {
    const reader = await read(whole);
    let isFailing = true;
    const { store } = reader;
    const readAll = store.read.bind(store);
    store.read = (selections) =>
      isFailing ? Promise.reject(new StoreError('STORE_FAILED')) : readAll(selections);
    reader.prover.advance({ now: 0, wallTime: 0 });
    await reader.settle();
    expect(reader.prover.nextWake({ now: 0, wallTime: 0 })).toBe(STORE_RETRY_MS);
    isFailing = false;
    await reader.prove();
    expect([reader.outcomes.length, reader.now]).toEqual([1, STORE_RETRY_MS]);
    expectWhole(reader.tree, height);
  });

  it('hashes a sample of what is below where hashing takes long', async () => {
    const reader = await read(storedChain(plainHeaders(1049)));
    await reader.prove();
    expect(reader.tree.baseHeight).toBe(0);
    expect(reader.hashed).toBeLessThan(1049);
    // Whatever the seed: some false proofs in a row are met.
    for (let seed = 1; seed <= 5; seed++) {
      const poisoned = storedChain(
        plainHeaders(1049, (number) => (number > 300 && number <= 700 ? { salt: falsePow } : {})),
      );
      const found = await read(poisoned, { seed });
      await found.prove();
      expect([found.outcomes.length > 1, found.tree.baseHeight, found.tree.tipHeight]).toEqual([
        true,
        0,
        300,
      ]);
    }
  });

  const digestOf = (index: number): number => whole.entries[index]?.digest ?? 0;
  const cases: [what: string, chain: WholeChain, left: number][] = [
    [
      'a flipped bit',
      { ...whole, segments: whole.segments.map((each) => (each.index === 2 ? flipped(each, 500) : each)) },
      100,
    ],
    ['a missing segment', { ...whole, segments: whole.segments.filter(({ index }) => index !== 1) }, 50],
    [
      'the segment of another height',
      {
        ...whole,
        segments: whole.segments.map((each) =>
          each.index === 1 ? { ...each, bytes: (whole.segments[3] as StoredPiece).bytes } : each,
        ),
      },
      50,
    ],
    ['a table with another digest', withEntry(whole, 2, { digest: digestOf(2) ^ 1 }), 100],
    ['a table with another last hash', withEntry(whole, 1, { lastHash: new Uint8Array(32).fill(9) }), 50],
    ['a table with more work', withEntry(whole, 1, { chainwork: 10n ** 12n }), 50],
    ['a table with less work at the top', withEntry(whole, 4, { chainwork: 77n }), 200],
    ['a poisoned header', withPoisoned(whole, 2, (each) => flipped(each, 1 + 35 + 3)), 100],
    ['poisoned work', withPoisoned(whole, 3, (each) => flipped(each, each.bytes.length - 8)), 150],
    [
      'poisoned bytes with a batch less',
      withPoisoned(whole, 1, ({ index, bytes }) => ({
        index,
        bytes: packBatches((unpackBatches(bytes) ?? []).slice(1)),
      })),
      50,
    ],
  ];

  it.each(cases)('finds %s, and keeps what is below', async (_, chain, left) => {
    const reader = await read(chain);
    expect(reader.tree.tipHeight).toBe(height);
    await reader.prove();
    expect(reader.outcomes.length).toBeGreaterThan(1);
    expect(reader.outcomes[reader.outcomes.length - 1]?.stored.segments.length).toBe(left / 50);
    expectWhole(reader.tree, left);
  });

  it('proves all chainwork: a chain that claims more than it has is dropped to genesis', async () => {
    const entries = whole.entries.map((entry) => ({ ...entry, chainwork: entry.chainwork + 10n ** 9n }));
    let chain = whole;
    for (const [index, entry] of entries.entries()) chain = withEntry(chain, index, entry);
    const reader = await read(chain);
    expect(reader.tree.chainwork(reader.tree.tip)).toBe(BigInt(height + 1) + 10n ** 9n);
    await reader.prove();
    expect([reader.outcomes.length, reader.tree.tipHeight]).toEqual([2, 0]);
  });

  it('answers who asked for a header of what is damaged, once that is known', async () => {
    const damaged = {
      ...whole,
      segments: whole.segments.map((each) => (each.index === 1 ? flipped(each, 500) : each)),
    };
    const reader = await read(damaged);
    expect(await reader.find(70)).toBeUndefined();
    expectWhole(reader.tree, 50);
    const again = await read(damaged);
    expect((await again.find(20))?.height).toBe(20);
  });
});
