/**
 * A tree that begins in mid-chain does what the whole tree does, by the full rules of each family: difficulty, median
 * time, height, version. The branches above the base are random, and so are the headers that break a rule.
 */
import {
  type ChainFamily,
  createTemplate,
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
  twist: fc.oneof({ weight: 8, arbitrary: fc.constant('none') }, fc.constantFrom('below', 'again')),
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

  it.each(baseHeights)('at height %i, equals the whole tree', (baseHeight) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 50 }), (steps) => {
        const whole = trunk(baseHeight);
        const tree = new HeaderTree(family, { base: whole.baseAt(baseHeight) });
        const slots = [whole.tip];
        for (const [salt, { parent, spacings, twist }] of steps.entries()) {
          const from = slots[slots.length - 1 - (parent % slots.length)] as number;
          const before = twist === 'below' ? whole.parent(whole.at(baseHeight) as number) : from;
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
        const count = whole.tipHeight - baseHeight + 1;
        expect(tree.batch(baseHeight, count)).toEqual(whole.batch(baseHeight, count));
        expect(tree.baseAt(tree.tipHeight)).toEqual(whole.baseAt(whole.tipHeight));
      }),
      { numRuns: 12 },
    );
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
