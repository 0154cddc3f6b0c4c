import { bytesToHex, HeaderTree } from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { add, checkTree, family, type Made, make, makeRun, root, step, trunk } from './made-headers.js';
import { NaiveTree } from './naive-tree.js';

describe('headers beside the best chain', () => {
  it.each([0, 40])('keeps within its bounds, and knows what it holds, from height %i on', (baseHeight) => {
    const { base, root } = trunk(baseHeight);
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 60, maxLength: 250 }),
        fc.integer({ min: 1, max: 24 }),
        (steps, sideHeadersMax) => {
          const dropped = new Set<string>();
          const tree = new HeaderTree(family, {
            base,
            sideHeadersMax,
            dropped: (hash) => dropped.add(bytesToHex(hash)),
          });
          const model = new NaiveTree(bytesToHex(root.hash), 1n + 2n * BigInt(baseHeight), sideHeadersMax);
          const made: Made[] = [root];
          for (const [salt, { parent, work }] of steps.entries()) {
            const from = made[made.length - 1 - (parent % made.length)] as Made;
            const next = make(from, work, salt);
            const old = tree.tip;
            dropped.clear();
            const before = new Set(model.headers.keys());
            const result = add(tree, next);
            const expected = model.insert(bytesToHex(next.hash), bytesToHex(from.hash), BigInt(work));
            expect(result.kind).toBe(expected);
            before.add(bytesToHex(next.hash));
            const gone = [...before].filter((id) => !model.headers.has(id));
            if (result.kind !== 'orphan') {
              made.push(next);
              expect([...dropped].sort()).toEqual(gone.sort());
            }
            expect(tree.sideCount).toBeLessThanOrEqual(sideHeadersMax);
            expect(tree.chainwork(tree.tip)).toBe(
              model.headers.get(model.bestChain().at(-1) as string)?.chainwork,
            );
            if (result.kind === 'accepted') expect(tree.find(next.hash)).toBe(result.slot);
            if (result.kind === 'rejected') {
              expect(result.code).toBe('TREE_FULL');
              expect(tree.tip).toBe(old);
            }
          }
          // Whatever is left hangs together, and is found by its hash.
          const left = made.filter(({ hash }) => tree.find(hash) !== undefined);
          checkTree(tree, made, new Set(model.headers.keys()));
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
      { numRuns: 40 },
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

  it('drops the newest of equally weak branches first', () => {
    const tree = new HeaderTree(family, { sideHeadersMax: 8 });
    add(tree, make(root, 100, 0));
    const equal: Made[] = [];
    for (let salt = 1; salt <= 9; salt++) equal.push(make(root, 1, salt));
    const kinds = equal.map((made) => add(tree, made).kind);
    expect(kinds).toEqual([...new Array<string>(8).fill('accepted'), 'rejected']);
    expect(equal.map(({ hash }) => tree.find(hash) !== undefined)).toEqual([
      ...new Array<boolean>(7).fill(true),
      false,
      false,
    ]);
  });

  it('shows what a reorg has left until the next header, though it was dropped at once', () => {
    const tree = new HeaderTree(family, { sideHeadersMax: 8 });
    const first = makeRun(root, new Array<number>(30).fill(1), 1);
    for (const made of first) add(tree, made);
    const slots = first.map(({ hash }) => tree.find(hash) as number);
    const result = add(tree, make(root, 100, 2));
    if (result.kind !== 'reorganised') throw new Error(result.kind);
    expect(result.reorg.disconnected).toEqual(slots);
    expect([tree.count, tree.sideCount]).toEqual([9, 7]);
    for (const [i, { hash, record, height }] of first.entries()) {
      const slot = slots[i] as number;
      expect(tree.find(hash)).toBe(i < 7 ? slot : undefined);
      expect([tree.hash(slot), tree.record(slot), tree.height(slot)]).toEqual([hash, record, height]);
      expect([tree.time(slot), tree.chainwork(slot)]).toEqual([family.time(record), BigInt(height + 1)]);
    }
    // Its slots are used again.
    const second = makeRun(first[6] as Made, new Array<number>(30).fill(1), 3);
    for (const made of second) add(tree, made);
    expect([tree.count, tree.sideCount]).toEqual([9, 7]);
  });

  it('gives the slots of what it dropped to others', () => {
    const tree = new HeaderTree(family, { sideHeadersMax: 8 });
    add(tree, make(root, 10_000, 0));
    for (let salt = 1; salt < 400; salt++) {
      const result = add(tree, make(root, salt, salt));
      if (result.kind !== 'accepted') throw new Error(result.kind);
      // Eight slots to a header, of ten headers and those that were dropped last.
      expect(result.slot).toBeLessThan(8 * 20);
    }
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
});
