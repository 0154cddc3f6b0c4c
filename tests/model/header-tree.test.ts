import {
  bytesToHex,
  type ChainFamily,
  type HeaderBatch,
  HeaderTree,
  hexToBytes,
  type InsertResult,
  type TreeBase,
} from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildLocator, forkHeight, locatorHeights } from '../../packages/protocol/src/tree/locator.js';
import { NaiveTree } from './naive-tree.js';
import { createTinyFamily, tinyHash, tinyRecord, twin } from './tiny-family.js';

const family = createTinyFamily();
/** The same where the hash of a record is no claim, so that headers may be appended in bulk. */
const hashing: ChainFamily = { ...family, claimsHashes: false };
const genesis = family.genesis.hash;
const wallTime = 1_000_000;

interface Made {
  readonly record: Uint8Array;
  readonly hash: Uint8Array;
  readonly height: number;
  readonly work: number;
}

/** A header on top of one that was made before: `parent` counts back from the newest, wrapping round. */
const step = fc.record({
  parent: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.nat(5) },
    { weight: 1, arbitrary: fc.nat(400) },
  ),
  work: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 6 })),
  twist: fc.oneof(
    { weight: 12, arbitrary: fc.constant('none') },
    fc.constantFrom('duplicate', 'orphan', 'twin', 'height', 'early', 'below', 'run'),
  ),
});

const root: Made = { record: family.genesis.record, hash: genesis, height: 0, work: 1 };

function make(parent: Made, work: number, salt: number): Made {
  const record = tinyRecord(parent.hash, { number: parent.height + 1, work, salt });
  return { record, hash: tinyHash(record), height: parent.height + 1, work };
}

function add(tree: HeaderTree, made: Made): InsertResult {
  return tree.insert(made.record, made.hash, wallTime);
}

/** Headers on top of one. */
function makeRun(parent: Made, works: readonly number[], salt: number): Made[] {
  const run: Made[] = [];
  for (const work of works) run.push(make(run.at(-1) ?? parent, work, salt));
  return run;
}

function batchOf(made: readonly Made[]): HeaderBatch {
  const records = new Uint8Array(Buffer.concat(made.map(({ record }) => record)));
  return { count: made.length, records, hashes: new Uint8Array(Buffer.concat(made.map(({ hash }) => hash))) };
}

/** Everything that must hold of any tree at any time. */
function checkTree(tree: HeaderTree, made: readonly Made[], known: ReadonlySet<string>): void {
  expect(tree.count).toBe(known.size);
  expect(tree.sideCount).toBe(tree.count - (tree.tipHeight - tree.baseHeight) - 1);
  for (const { hash, record, height } of made) {
    const slot = tree.find(hash);
    expect(slot !== undefined).toBe(known.has(bytesToHex(hash)));
    if (slot === undefined) continue;
    expect(tree.hash(slot)).toEqual(hash);
    expect(tree.record(slot)).toEqual(record);
    expect(tree.height(slot)).toBe(height);
  }
}

/** A chain of `height` headers of work 2 on genesis, and the base that its last header is. */
function trunk(height: number): {
  readonly base: TreeBase;
  readonly below: readonly Made[];
  readonly root: Made;
} {
  const tree = new HeaderTree(family);
  const made: Made[] = [root];
  for (let i = 0; i < height; i++) made.push(make(made[i] as Made, 2, 0));
  for (const each of made.slice(1)) add(tree, each);
  return { base: tree.baseAt(height), below: made.slice(0, -1), root: made[height] as Made };
}

describe('HeaderTree', () => {
  it.each([0, 1, 40])('does what the naive tree does, from height %i on', (baseHeight) => {
    const { base, below, root } = trunk(baseHeight);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 250 }), (steps) => {
        const tree = new HeaderTree(hashing, { base });
        const model = new NaiveTree(bytesToHex(root.hash), 1n + 2n * BigInt(baseHeight));
        const made: Made[] = [root];
        expect([tree.baseHeight, tree.tipHeight, tree.count]).toEqual([baseHeight, baseHeight, 1]);
        for (const [salt, { parent, work, twist }] of steps.entries()) {
          const from = made[made.length - 1 - (parent % made.length)] as Made;
          const next = twist === 'duplicate' ? from : make(from, work, salt);
          const before = { tip: tree.tip, chain: model.bestChain() };
          if (twist === 'orphan') {
            const orphan = make({ ...from, hash: tinyHash(next.record) }, 1, salt);
            expect(add(tree, orphan)).toEqual({ kind: 'orphan', missing: next.hash });
            continue;
          }
          if (twist === 'below' && below.length > 0) {
            const parent = below[salt % below.length] as Made;
            expect(add(tree, make(parent, work, salt))).toEqual({ kind: 'orphan', missing: parent.hash });
            continue;
          }
          if (twist === 'run') {
            const tip = made.find(({ hash }) => tree.find(hash) === tree.tip) as Made;
            const run = makeRun(tip, [1, work, work, 2], salt);
            const from = parent % 3;
            for (const each of run.slice(0, from)) add(tree, each);
            const { firstHeight, lastSlot, count } = tree.appendRun(batchOf(run), from, 4);
            expect([firstHeight, lastSlot, count]).toEqual([tip.height + 1 + from, tree.tip, 4 - from]);
            for (const [i, { hash, work }] of run.entries())
              model.insert(bytesToHex(hash), bytesToHex((run[i - 1] ?? tip).hash), BigInt(work));
            made.push(...run);
            continue;
          }
          if (twist === 'twin') {
            const double = from.record.slice();
            double[47] = 1;
            expect(tinyHash(double)).toEqual(from.hash);
            expect(tree.insert(double, from.hash, wallTime)).toMatchObject({
              kind: 'rejected',
              code: 'HEADER_EQUIVOCATION',
            });
            continue;
          }
          if (twist === 'height') {
            const record = tinyRecord(from.hash, { number: from.height + 2, salt });
            expect(tree.insert(record, tinyHash(record), wallTime)).toMatchObject({
              kind: 'rejected',
              code: 'HEADER_BAD_HEIGHT',
            });
            continue;
          }
          if (twist === 'early') {
            const record = tinyRecord(from.hash, { number: from.height + 1, time: wallTime + 5, salt });
            expect(tree.insert(record, tinyHash(record), wallTime)).toEqual({
              kind: 'held',
              dueAt: wallTime + 5,
            });
            continue;
          }
          const result = add(tree, next);
          expect(result.kind).toBe(model.insert(bytesToHex(next.hash), bytesToHex(from.hash), BigInt(work)));
          if (result.kind !== 'duplicate') made.push(next);
          const chain = model.bestChain();
          expect(tree.tipHeight).toBe(baseHeight + chain.length - 1);
          expect(bytesToHex(tree.hash(tree.tip))).toBe(chain.at(-1));
          expect(tree.chainwork(tree.tip)).toBe(model.headers.get(chain.at(-1) as string)?.chainwork);
          if (result.kind === 'reorganised') {
            const { ancestor, disconnected, connected } = result.reorg;
            const fork = chain.findLastIndex((id, index) => before.chain[index] === id);
            const ids = (slots: readonly number[]): string[] =>
              slots.map((slot) => bytesToHex(tree.hash(slot)));
            expect(tree.height(ancestor)).toBe(baseHeight + fork);
            expect(ids(disconnected)).toEqual(before.chain.slice(fork + 1));
            expect(ids(connected)).toEqual(chain.slice(fork + 1));
            expect(connected.at(-1)).toBe(result.slot);
          }
        }
        checkTree(tree, made, new Set(model.headers.keys()));
        for (const [id, { chainwork }] of model.headers)
          expect(tree.chainwork(tree.find(hexToBytes(id, 32) as Uint8Array) as number)).toBe(chainwork);
        const chain = model.bestChain();
        const slotAt = (index: number): number => tree.at(baseHeight + index) as number;
        expect(chain.map((_, index) => bytesToHex(tree.hash(slotAt(index))))).toEqual(chain);
        expect(tree.at(baseHeight + chain.length)).toBeUndefined();
        expect(tree.at(baseHeight - 1)).toBeUndefined();
        expect(tree.parent(slotAt(0))).toBe(-1);
        expect(tree.batch(baseHeight, 1000).count).toBe(chain.length);
      }),
      { numRuns: 60 },
    );
  });

  it.each([0, 40])('keeps within its bounds, and knows what it holds, from height %i on', (baseHeight) => {
    const { base, root } = trunk(baseHeight);
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 60, maxLength: 300 }),
        fc.integer({ min: 1, max: 24 }),
        (steps, sideHeadersMax) => {
          const tree = new HeaderTree(family, { base, sideHeadersMax });
          const made: Made[] = [root];
          let chainwork = 1n;
          for (const [salt, { parent, work }] of steps.entries()) {
            const next = make(made[made.length - 1 - (parent % made.length)] as Made, work, salt);
            const old = tree.tip;
            const result = add(tree, next);
            if (result.kind !== 'orphan') made.push(next);
            expect(tree.sideCount).toBeLessThanOrEqual(sideHeadersMax);
            expect(tree.chainwork(tree.tip)).toBeGreaterThanOrEqual(chainwork);
            chainwork = tree.chainwork(tree.tip);
            if (result.kind === 'accepted') expect(tree.find(next.hash)).toBe(result.slot);
            if (result.kind === 'rejected') {
              expect(result.code).toBe('TREE_FULL');
              expect(tree.find(next.hash)).toBeUndefined();
              expect(tree.tip).toBe(old);
            }
          }
          // Whatever is left hangs together, and is found by its hash.
          const left = made.filter(({ hash }) => tree.find(hash) !== undefined);
          checkTree(tree, made, new Set(left.map(({ hash }) => bytesToHex(hash))));
          for (const { hash } of left) {
            const slot = tree.find(hash) as number;
            const parent = tree.parent(slot);
            if (tree.height(slot) === baseHeight) expect(parent).toBe(-1);
            else expect(tree.find(tree.hash(parent))).toBe(parent);
          }
          for (let height = baseHeight + 1; height <= tree.tipHeight; height++) {
            expect(tree.parent(tree.at(height) as number)).toBe(tree.at(height - 1));
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it('drops the branch with the least work first', () => {
    const tree = new HeaderTree(family, { sideHeadersMax: 8 });
    const main = make(root, 100, 0);
    add(tree, main);
    const heavy = make(root, 50, 1);
    add(tree, heavy);
    for (let salt = 2; salt < 40; salt++) add(tree, make(root, 1, salt));
    expect(tree.find(heavy.hash)).toBeDefined();
    expect(tree.sideCount).toBeLessThanOrEqual(8);
  });

  it('drops what it has cut further, when there is heavier', () => {
    const tree = new HeaderTree(family, { sideHeadersMax: 8 });
    add(tree, make(root, 100, 0));
    const light: Made[] = [];
    for (let i = 0; i < 9; i++) light.push(make(light[i - 1] ?? root, 1, 1));
    for (const made of light) add(tree, made);
    expect(tree.sideCount).toBe(7);
    for (let salt = 2; salt < 12; salt++) add(tree, make(root, 50, salt));
    expect(light.filter(({ hash }) => tree.find(hash) !== undefined)).toEqual([]);
  });

  it('refuses a side header that would itself be the first to go', () => {
    const tree = new HeaderTree(family, { sideHeadersMax: 1 });
    add(tree, make(root, 100, 0));
    add(tree, make(root, 50, 1));
    expect(add(tree, make(root, 1, 2))).toMatchObject({ kind: 'rejected', code: 'TREE_FULL' });
  });

  it('is full at its cap, and says so', () => {
    const tree = new HeaderTree(family, { headersMax: 3 });
    const first = make(root, 1, 0);
    const second = make(first, 1, 0);
    expect([add(tree, first).kind, add(tree, second).kind]).toEqual(['extended', 'extended']);
    expect(add(tree, make(second, 1, 0))).toMatchObject({ kind: 'rejected', code: 'TREE_FULL' });
    expect(add(tree, second).kind).toBe('duplicate');
    expect(tree.count).toBe(3);
  });

  it('appends of a run what there is room for', () => {
    const tree = new HeaderTree(hashing, { headersMax: 4 });
    const run = batchOf(makeRun(root, [1, 2, 3, 4], 0));
    expect(tree.appendRun(run, 0, 2)).toEqual({ firstHeight: 1, lastSlot: tree.at(2), count: 2 });
    expect(tree.appendRun(run, 2, 2)).toEqual({ firstHeight: 3, lastSlot: tree.at(2), count: 0 });
    expect(tree.appendRun(run, 2, 4)).toEqual({ firstHeight: 3, lastSlot: tree.at(3), count: 1 });
    expect(tree.appendRun(run, 3, 4)).toEqual({ firstHeight: 4, lastSlot: tree.at(3), count: 0 });
    expect([tree.count, tree.tipHeight, tree.chainwork(tree.tip)]).toEqual([4, 3, 7n]);
    expect(tree.find(run.hashes, 96)).toBeUndefined();
  });

  it('appends a run to the tip alone, and of no family whose hashes are claims', () => {
    const run = batchOf(makeRun(root, [1, 1], 0));
    const tree = new HeaderTree(hashing);
    expect(() => tree.appendRun(run, 1, 2)).toThrow(/continues the best chain/);
    expect(() => new HeaderTree(family).appendRun(run, 0, 2)).toThrow(/no claim/);
    expect([tree.count, tree.tipHeight]).toEqual([1, 0]);
  });

  it('refuses a record of another size, a known one with more behind it too', () => {
    const tree = new HeaderTree(family);
    const { record, hash } = make(root, 1, 0);
    const longer = new Uint8Array(2 * record.length);
    longer.set(record);
    const wrong = [record.subarray(1), longer, longer.subarray(0, record.length + 1)];
    for (const bytes of wrong)
      expect(tree.insert(bytes, hash, wallTime)).toMatchObject({ code: 'HEADER_MALFORMED' });
    expect(tree.insert(record, hash, wallTime).kind).toBe('extended');
    for (const bytes of wrong)
      expect(tree.insert(bytes, hash, wallTime)).toMatchObject({ code: 'HEADER_MALFORMED' });
    expect(tree.count).toBe(2);
  });

  it('keeps the first of two headers with one hash', () => {
    const tree = new HeaderTree(family);
    const first = make(root, 1, 7);
    add(tree, first);
    const second = tinyRecord(genesis, { number: 1, work: 1, salt: 7 + twin });
    expect(tree.insert(second, tinyHash(second), wallTime)).toMatchObject({ code: 'HEADER_EQUIVOCATION' });
    expect(tree.record(tree.tip)).toEqual(first.record);
  });

  it('reorganises 12,000 headers down to genesis', () => {
    const tree = new HeaderTree(family);
    const branch = (work: number, count: number, salt: number): Made[] => {
      const made: Made[] = [];
      for (let i = 0; i < count; i++) made.push(make(made[i - 1] ?? root, work, salt));
      return made;
    };
    const first = branch(2, 12_000, 1);
    for (const made of first) add(tree, made);
    const second = branch(3, 8_001, 2);
    let parent = tree.find(genesis) as number;
    let last: InsertResult | undefined;
    for (const { record, hash } of second) {
      last = tree.insertChecked(record, hash, parent);
      if ('slot' in last) parent = last.slot;
    }
    expect(last?.kind).toBe('reorganised');
    if (last?.kind !== 'reorganised') return;
    expect(tree.height(last.reorg.ancestor)).toBe(0);
    expect(last.reorg.disconnected.length).toBe(12_000);
    expect(last.reorg.connected.length).toBe(8_001);
    expect(tree.hash(last.reorg.disconnected[0] as number)).toEqual(first[0]?.hash);
    expect(tree.tipHeight).toBe(8_001);
  });

  it('shows every branch as it is', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 120 }), (steps) => {
        const tree = new HeaderTree(family);
        const model = new NaiveTree(bytesToHex(genesis), 1n);
        const made = new Map([[bytesToHex(genesis), root]]);
        for (const [salt, { parent, work }] of steps.entries()) {
          const all = [...made.values()];
          const from = all[all.length - 1 - (parent % all.length)] as Made;
          const next = make(from, work, salt);
          add(tree, next);
          model.insert(bytesToHex(next.hash), bytesToHex(from.hash), BigInt(work));
          made.set(bytesToHex(next.hash), next);
        }
        for (const [id, { hash, height }] of made) {
          const ancestry = tree.ancestry(tree.find(hash) as number);
          expect(ancestry.height).toBe(height);
          const branch = model.branch(id).map((at) => made.get(at)?.record);
          expect(branch.map((_, at) => ancestry.record(at))).toEqual(branch);
          expect(ancestry.time(height)).toBe(family.time((made.get(id) as Made).record));
          expect(() => ancestry.time(height + 1)).toThrow(RangeError);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('copies a part of the best chain', () => {
    const tree = new HeaderTree(family);
    const made = [root];
    for (let i = 0; i < 5; i++) made.push(make(made[i] as Made, 1, i));
    for (const each of made.slice(1)) add(tree, each);
    const batch = tree.batch(2, 10);
    expect(batch.count).toBe(4);
    expect(batch.records.subarray(0, 48)).toEqual(made[2]?.record);
    expect(batch.hashes.subarray(96)).toEqual(made[5]?.hash);
    expect(tree.batch(6, 10).count).toBe(0);
  });
});

describe('locator', () => {
  it('thins out from the tip to genesis', () => {
    expect(locatorHeights(0)).toEqual([0]);
    expect(locatorHeights(1)).toEqual([1, 0]);
    expect(locatorHeights(3)).toEqual([3, 2, 1, 0]);
    expect(locatorHeights(100)).toEqual([100, 99, 98, 96, 92, 84, 68, 36, 0]);
    expect(locatorHeights(2 ** 32).length).toBeLessThanOrEqual(64);
  });

  it('finds where two chains part, within twice the distance', () => {
    fc.assert(
      fc.property(fc.nat(80), fc.nat(40), fc.nat(40), (common, ours, theirs) => {
        const near = new HeaderTree(family);
        const far = new HeaderTree(family);
        const grow = (trees: HeaderTree[], from: Made, count: number, salt: number): Made => {
          let at = from;
          for (let i = 0; i < count; i++) {
            at = make(at, 1, salt);
            for (const tree of trees) add(tree, at);
          }
          return at;
        };
        const fork = grow([near, far], root, common, 0);
        grow([near], fork, ours, 1);
        grow([far], fork, theirs, 2);
        const locator = buildLocator(near);
        expect(locator.length).toBe(locatorHeights(common + ours).length);
        const found = forkHeight(far, locator) as number;
        expect(found).toBeLessThanOrEqual(common);
        expect(common + ours - found).toBeLessThanOrEqual(Math.max(1, 2 * ours));
      }),
      { numRuns: 60 },
    );
  });

  it('ends with the base and then genesis, where a tree begins above genesis', () => {
    expect(locatorHeights(100, 90)).toEqual([100, 99, 98, 96, 92, 90]);
    expect(locatorHeights(90, 90)).toEqual([90]);
    const { base, below, root } = trunk(40);
    const tree = new HeaderTree(family, { base });
    const next = make(root, 1, 0);
    add(tree, next);
    expect(buildLocator(tree)).toEqual([next.hash, root.hash, genesis]);
    const known = [next.hash, root.hash].map((hash) => forkHeight(tree, [hash, genesis]));
    expect(known).toEqual([41, 40]);
    for (const { hash } of below) expect(forkHeight(tree, [hash])).toBeUndefined();
  });

  it('begins at genesis if nothing is known', () => {
    const tree = new HeaderTree(family);
    add(tree, make(root, 1, 0));
    expect(forkHeight(tree, [new Uint8Array(32), tinyHash(new Uint8Array(48))])).toBe(0);
    expect(forkHeight(tree, [])).toBe(0);
  });

  it('does not count a header beside the best chain', () => {
    const tree = new HeaderTree(family);
    const side = make(root, 1, 1);
    add(tree, make(root, 2, 0));
    add(tree, side);
    expect(forkHeight(tree, [side.hash])).toBe(0);
  });
});
