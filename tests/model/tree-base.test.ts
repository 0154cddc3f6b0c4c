/**
 * A tree that begins in mid-chain does what the whole tree does, by the full rules of each family: difficulty, median
 * time, height, version. The branches above the base are random, and so are the headers that break a rule.
 */
import {
  type ChainFamily,
  createTemplate,
  type HeaderBatch,
  HeaderTree,
  type InsertResult,
  sealTemplate,
  type TreeBase,
  type VisionFamily,
} from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blake3 } from '../../packages/protocol/src/bytes/blake3.js';
import { createBitcoinFamily } from '../../packages/protocol/src/families/bitcoin/bitcoin-family.js';
import { requiredBits } from '../../packages/protocol/src/families/bitcoin/header/difficulty.js';
import { encodeHeader } from '../../packages/protocol/src/families/bitcoin/header/record.js';
import type { bitcoinParams } from '../../packages/protocol/src/families/bitcoin/network-params.js';
import { visionMainnet } from '../../packages/protocol/src/families/vision/network-params.js';
import { createVisionFamily } from '../../packages/protocol/src/families/vision/vision-family.js';
import { buildLocator, locatorHeights } from '../../packages/protocol/src/tree/locator.js';
import { easyNetwork } from '../sim/bitcoin-chain.js';
import { visionSim } from '../sim/vision-chain.js';

interface Made {
  readonly record: Uint8Array;
  readonly hash: Uint8Array;
}

/** A network, and how a header that obeys its rules is made on top of one of a tree. */
interface Subject {
  readonly name: string;
  readonly family: ChainFamily;
  /** Seconds from one header to the next on the trunk. */
  readonly spacingS: number;
  readonly make: (tree: HeaderTree, parent: number, time: number, salt: number) => Made;
  /** Byte of the record whose change breaks the difficulty. */
  readonly difficultyAt: number;
  readonly baseHeights: readonly number[];
}

function bitcoinSubject(name: string, changes: Partial<typeof bitcoinParams.regtest>): Subject {
  const params = easyNetwork({ name, ...changes });
  const make = (tree: HeaderTree, parent: number, time: number, salt: number): Made => {
    const bits = requiredBits(params, tree.ancestry(parent), time) as number;
    const merkleRoot = new Uint8Array(32);
    const header = { version: 4, parent: tree.hash(parent).slice(), merkleRoot, time, bits, nonce: salt };
    const record = encodeHeader(header);
    // The tree is told of proven hashes, and does not look at them.
    return { record, hash: blake3(record) };
  };
  const family = createBitcoinFamily(params);
  return { name, family, spacingS: 600, make, difficultyAt: 72, baseHeights: [1, 19, 20, 21, 50] };
}

function visionSubject(name: string, family: VisionFamily): Subject {
  const make = (tree: HeaderTree, parent: number, time: number, salt: number): Made => {
    const template = createTemplate(family, {
      ancestry: tree.ancestry(parent),
      parentHash: tree.hash(parent).slice(),
      wallTime: time,
      txRoot: new Uint8Array(32),
      miner: `${salt}`,
    });
    const digest = blake3(template);
    // Low enough for any difficulty here.
    digest.fill(0, 0, 8);
    return sealTemplate(family, template, BigInt(salt), digest);
  };
  return { name, family, spacingS: 5, make, difficultyAt: 48, baseHeights: [1, 2, 20, 60, 75] };
}

/** A period of 20 headers. */
const shortPeriod = { targetTimespanS: 12_000, targetSpacingS: 600, neverRetargets: false };
const subjects = [
  bitcoinSubject('retargets', { ...shortPeriod, allowsMinDifficulty: false }),
  bitcoinSubject('testnet3', { ...shortPeriod, allowsMinDifficulty: true }),
  bitcoinSubject('testnet4', { ...shortPeriod, allowsMinDifficulty: true, enforcesBip94: true }),
  bitcoinSubject('regtest', {}),
  visionSubject('devnet', visionSim),
  visionSubject('mainnet', createVisionFamily(visionMainnet)),
];

const step = fc.record({
  parent: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(30) }),
  /** Spacings from the parent on; many are legal, some are before the median. */
  spacings: fc.constantFrom(0, 1, 1, 1, 2, 3, 8, -4, -20),
  twist: fc.oneof({ weight: 8, arbitrary: fc.constant('none') }, fc.constantFrom('below', 'again', 'down')),
});

/** A result as both trees would tell it: slots are their own. */
function shown(tree: HeaderTree, result: InsertResult): unknown {
  const tip = { hash: tree.hash(tree.tip), height: tree.tipHeight, chainwork: tree.chainwork(tree.tip) };
  if (!('slot' in result)) return { result, tip };
  const hashes = (slots: readonly number[]): Uint8Array[] => slots.map((slot) => tree.hash(slot).slice());
  const reorg =
    result.kind === 'reorganised'
      ? [result.reorg.disconnected, result.reorg.connected, [result.reorg.ancestor]].map(hashes)
      : [];
  return { kind: result.kind, hashes: hashes([result.slot]), reorg, tip };
}

function hashAt(tree: HeaderTree, height: number): Uint8Array {
  return tree.hash(tree.at(height) as number).slice();
}

describe.each(subjects)('$name from a base', ({ family, spacingS, make, difficultyAt, baseHeights }) => {
  const genesisTime = family.time(family.genesis.record);
  const wallTime = genesisTime + 1e6;

  const longest = new HeaderTree(family);
  for (let i = 1; i <= Math.max(61, ...baseHeights); i++) {
    // Uneven, so that difficulties differ from one header to the next.
    const made = make(longest, longest.tip, genesisTime + i * spacingS + (i % 7) - (i % 3), 0);
    if (longest.insert(made.record, made.hash, wallTime).kind !== 'extended') throw new Error(`trunk: ${i}`);
  }

  /** The first headers of that chain, as a tree of their own. */
  function trunk(height: number): HeaderTree {
    const tree = new HeaderTree(family);
    const { count, records, hashes } = longest.batch(1, height);
    for (let i = 0; i < count; i++) tree.insertChecked(records, hashes, tree.tip, i);
    return tree;
  }

  /** The headers of the trunk from one height to below another, and the work before them. */
  function below(first: number, end: number): [HeaderBatch, bigint] {
    const work = first === 0 ? 0n : longest.chainwork(longest.at(first - 1) as number);
    return [longest.batch(first, end - first), work];
  }

  it.each(baseHeights)('at height %i, equals the whole tree', (baseHeight) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const whole = trunk(baseHeight);
        const tree = new HeaderTree(family, { base: whole.baseAt(baseHeight) });
        const slots = [whole.tip];
        // Below it, the tree has not been extended.
        let lowest = baseHeight;
        for (const [salt, { parent, spacings, twist }] of steps.entries()) {
          const from = slots[slots.length - 1 - (parent % slots.length)] as number;
          if (twist === 'down') {
            const first = Math.max(0, lowest - 1 - (salt % 9) * 3);
            const oldBase = tree.baseHeight;
            if (lowest === 0) continue;
            expect(tree.extendDown(...below(first, lowest))).toBe(true);
            lowest = first;
            const firstHeight = Math.min(lowest, family.firstAncestor(baseHeight));
            expect(family.firstAncestor(tree.baseHeight)).toBeGreaterThanOrEqual(firstHeight);
            expect(tree.baseHeight).toBeGreaterThanOrEqual(lowest);
            if (tree.baseHeight > lowest)
              expect(family.firstAncestor(tree.baseHeight - 1)).toBeLessThan(firstHeight);
            // What is in the tree now may have branches.
            for (let height = tree.baseHeight; height < oldBase; height++)
              slots.unshift(whole.find(hashAt(longest, height)) as number);
            continue;
          }
          const base = whole.find(hashAt(longest, tree.baseHeight)) as number;
          if (twist === 'below' && tree.baseHeight === 0) continue;
          const before = twist === 'below' ? whole.parent(base) : from;
          const time = Math.max(0, whole.time(before) + spacings * spacingS);
          const made =
            twist === 'again'
              ? { record: whole.record(from).slice(), hash: whole.hash(from).slice() }
              : make(whole, before, time, salt + 1);
          if (twist === 'none') {
            const wrong = made.record.slice();
            wrong[difficultyAt] = (wrong[difficultyAt] as number) ^ 1;
            const verdict = whole.insert(wrong, blake3(wrong), wallTime);
            expect(verdict).toMatchObject({ kind: 'rejected' });
            expect(tree.insert(wrong, blake3(wrong), wallTime)).toEqual(verdict);
          }
          const result = tree.insert(made.record, made.hash, wallTime);
          if (twist === 'below') {
            expect(result).toEqual({ kind: 'orphan', missing: whole.hash(before).slice() });
            continue;
          }
          const expected = whole.insert(made.record, made.hash, wallTime);
          expect(shown(tree, result)).toEqual(shown(whole, expected));
          if ('slot' in expected && expected.kind !== 'duplicate') slots.push(expected.slot);
        }
        const { baseHeight: first, tipHeight } = tree;
        expect(tree.batch(first, tipHeight + 1)).toEqual(whole.batch(first, tipHeight - first + 1));
        for (let height = first; height <= tipHeight; height++) {
          const [slot, expected] = [tree.at(height), whole.at(height)] as [number, number];
          expect(tree.find(hashAt(whole, height))).toBe(slot);
          expect(tree.parent(slot)).toBe(tree.at(height - 1) ?? -1);
          expect(tree.chainwork(slot)).toBe(whole.chainwork(expected));
          expect(tree.parentRecord(slot)).toEqual(whole.parentRecord(expected));
        }
        if (first > 0) expect(tree.find(hashAt(longest, first - 1))).toBeUndefined();
        expect(buildLocator(tree)).toEqual([
          ...locatorHeights(tipHeight, first).map((height) => hashAt(whole, height)),
          ...(first > 0 ? [family.genesis.hash] : []),
        ]);
        expect(tree.baseAt(tree.tipHeight)).toEqual(whole.baseAt(whole.tipHeight));
      }),
      { numRuns: 12 },
    );
  });

  it('is extended downwards over the window, and past it', () => {
    const height = 61;
    const tree = new HeaderTree(family, { base: trunk(height).baseAt(height) });
    const window = family.firstAncestor(height);
    const tip = tree.chainwork(tree.tip);
    // A part of the window, all of it and more, what lies below.
    const firsts = [Math.min(window + 1, height - 1), Math.max(1, window - 2), 0];
    let end = height;
    for (const first of firsts) {
      expect(tree.extendDown(...below(first, end))).toBe(true);
      end = first;
    }
    expect([tree.baseHeight, tree.tipHeight, tree.count, tree.sideCount]).toEqual([0, 61, 62, 0]);
    expect(tree.batch(0, 62)).toEqual(longest.batch(0, 62));
    expect(tree.chainwork(tree.tip)).toBe(tip);
    expect(tree.chainwork(tree.at(0) as number)).toBe(family.work(family.genesis.record));
    expect(tree.parentRecord(tree.at(0) as number)).toBeUndefined();
    expect(tree.extendDown(...below(0, 61))).toBe(false);
  });

  it('is not extended by what does not lead to its base, or contradicts what it knows', () => {
    const height = 61;
    const tree = new HeaderTree(family, { base: trunk(height).baseAt(height) });
    const before = [tree.baseHeight, tree.count];
    const [batch, work] = below(20, height);
    const wrong = (change: (batch: { count: number; records: Uint8Array; hashes: Uint8Array }) => void) => {
      const copy = { count: batch.count, records: batch.records.slice(), hashes: batch.hashes.slice() };
      change(copy);
      return copy;
    };
    const last = batch.count - 1;
    const refused: [HeaderBatch, bigint][] = [
      [batch, work + 1n],
      [batch, work - 1n],
      // It ends with the base itself, or below the window.
      below(20, height + 1),
      below(0, family.firstAncestor(height) - 1),
      // A header of the window has another byte; the last one another hash.
      [
        wrong(({ records }) =>
          records.fill(0xee, last * family.recordBytes + 8, last * family.recordBytes + 9),
        ),
        work,
      ],
      [wrong(({ hashes }) => hashes.fill(0xee, last * 32, last * 32 + 1)), work],
      // It claims to be longer than its height, or to begin with genesis at another height.
      [wrong(({ hashes }) => hashes.set(family.genesis.hash)), work],
      [{ count: 0, records: new Uint8Array(0), hashes: new Uint8Array(0) }, work],
    ];
    const [whole] = below(0, height);
    refused.push(
      [whole, 1n],
      [{ ...whole, hashes: whole.hashes.map((byte, i) => (i < 32 ? byte ^ 1 : byte)) }, 0n],
    );
    // More headers than there are heights below the base, with all the work that is asked for.
    const { records, hashes } = longest.batch(1, 3);
    const longer = {
      count: whole.count + 3,
      records: new Uint8Array([...records, ...whole.records]),
      hashes: new Uint8Array([...hashes, ...whole.hashes]),
    };
    const extra = longest.chainwork(longest.at(3) as number) - longest.chainwork(longest.at(0) as number);
    refused.push([longer, -extra]);
    for (const [i, arguments_] of refused.entries())
      expect(tree.extendDown(...arguments_), `${i}`).toBe(false);
    expect([tree.baseHeight, tree.count]).toEqual(before);
    expect(tree.extendDown(batch, work)).toBe(true);
  });

  it('refuses a base whose window is too short, too long or not whole', () => {
    const height = 61;
    const good = trunk(height).baseAt(height);
    const tree = (changes: Partial<TreeBase>): HeaderTree =>
      new HeaderTree(family, { base: { ...good, ...changes } });
    expect(tree({}).tipHeight).toBe(height);
    for (const cut of [1, family.recordBytes])
      expect(() => tree({ records: good.records.slice(cut) })).toThrow(/base.records/);
    const tooLong = new Uint8Array((height + 2) * family.recordBytes);
    expect(() => tree({ records: tooLong })).toThrow(/base.records/);
    expect(() => tree({ hash: new Uint8Array(31) })).toThrow(/base.hash/);
    for (const wrong of [-1, 1.5, Number.NaN]) expect(() => tree({ height: wrong })).toThrow(/base.height/);
    expect(() => tree({}).batch(height - 1, 1)).toThrow(RangeError);
    for (const outside of [height - 1, height + 1])
      expect(() => tree({}).baseAt(outside)).toThrow(RangeError);
    expect(tree({}).parentRecord(tree({}).tip)).toEqual(trunk(height - 1).record(height - 1));
  });
});
