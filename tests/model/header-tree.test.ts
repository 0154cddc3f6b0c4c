import { bytesToHex, HeaderTree, hexToBytes, type InsertResult } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  add,
  batchOf,
  checkTree,
  family,
  genesis,
  hashing,
  type Made,
  make,
  makeRun,
  root,
  step,
  trunk,
  wallTime,
} from './made-headers.js';
import { NaiveTree } from './naive-tree.js';
import { tinyHash, tinyRecord, twin } from './tiny-family.js';

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
            // Not the base itself, which was made with salt 0.
            expect(add(tree, make(parent, work, salt + 1))).toEqual({ kind: 'orphan', missing: parent.hash });
            continue;
          }
          if (twist === 'run') {
            const tip = made.find(({ hash }) => tree.find(hash) === tree.tip) as Made;
            const length = 4 + (salt % 3) * 12;
            const run = makeRun(tip, [...new Array<number>(length - 1).fill(work), 2], salt);
            const from = parent % 3;
            for (const each of run.slice(0, from)) add(tree, each);
            const { firstHeight, lastSlot, count } = tree.appendRun(batchOf(run), from, length);
            expect([firstHeight, lastSlot, count]).toEqual([tip.height + 1 + from, tree.tip, length - from]);
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

  it('sums up the work of any header, whatever was asked before', () => {
    const works = Array.from({ length: 3000 }, (_, i) => 1 + ((i >> 4) % 5));
    const run = makeRun(root, works, 0);
    const sums = [1n];
    for (const work of works) sums.push((sums.at(-1) as bigint) + BigInt(work));
    const [bulk, single] = [new HeaderTree(hashing), new HeaderTree(hashing)];
    bulk.appendRun(batchOf(run), 0, run.length);
    for (const made of run) add(single, made);
    fc.assert(
      fc.property(fc.array(fc.nat(3000), { minLength: 1, maxLength: 20 }), (heights) => {
        for (const height of heights) {
          for (const tree of [bulk, single]) {
            for (const near of [height, height - 1, height + 3, height + 1]) {
              const slot = tree.at(near);
              if (slot !== undefined) expect(tree.chainwork(slot)).toBe(sums[near]);
            }
          }
        }
      }),
    );
  });

  it('has a place for one heavier branch, and afterwards drops what was abandoned for it', () => {
    const tree = new HeaderTree(family, { sideHeadersMax: 8, headersMax: 60 });
    const chain = (count: number, work: number, salt: number): Made[] => {
      const made: Made[] = [];
      for (let i = 0; i < count; i++) made.push(make(made[i - 1] ?? root, work, salt));
      return made;
    };
    const first = chain(20, 10, 0);
    for (const each of first) add(tree, each);
    expect([tree.reserveSide(39), tree.reserveSide(40), tree.sideCountMax]).toEqual([true, false, 48]);
    expect(tree.reserveSide(30)).toBe(true);
    const heavy = chain(30, 9, 1);
    for (const each of heavy) expect(['accepted', 'reorganised', 'extended']).toContain(add(tree, each).kind);
    expect([tree.tipHeight, tree.sideCount]).toEqual([30, 20]);
    expect(tree.reserveSide(0)).toBe(true);
    expect([tree.tipHeight, tree.sideCount]).toEqual([30, 7]);
    // Without a place such a branch never gets past the room beside the chain.
    const heavier = chain(40, 8, 2);
    expect(heavier.map((each) => add(tree, each).kind)).toContain('rejected');
    expect(tree.tipHeight).toBe(30);
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
    for (const from of [3, 4])
      expect(tree.appendRun(run, from, 4)).toEqual({ firstHeight: 4, lastSlot: tree.at(3), count: 0 });
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
    // Only a height that is one has a header.
    for (const none of [-1, 0.5, 6, Number.NaN, 2 ** 40]) expect(tree.at(none)).toBeUndefined();
  });
});
