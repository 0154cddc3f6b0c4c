/** Headers of the tiny family, made one on top of another, for tests of the tree. */
import {
  bytesToHex,
  type ChainFamily,
  type HeaderBatch,
  HeaderTree,
  type InsertResult,
  type TreeBase,
} from '@vision-light/protocol';
import fc from 'fast-check';
import { expect } from 'vitest';
import { createTinyFamily, tinyHash, tinyRecord } from './tiny-family.js';

export const family = createTinyFamily();
/** The same where the hash of a record is no claim, so that headers may be appended in bulk. */
export const hashing: ChainFamily = { ...family, claimsHashes: false };
export const genesis = family.genesis.hash;
export const wallTime = 1_000_000;

export interface Made {
  readonly record: Uint8Array;
  readonly hash: Uint8Array;
  readonly height: number;
  readonly work: number;
}

/** A header on top of one that was made before: `parent` counts back from the newest, wrapping round. */
export const step = fc.record({
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

export const root: Made = { record: family.genesis.record, hash: genesis, height: 0, work: 1 };

export function make(parent: Made, work: number, salt: number): Made {
  const record = tinyRecord(parent.hash, { number: parent.height + 1, work, salt });
  return { record, hash: tinyHash(record), height: parent.height + 1, work };
}

export function add(tree: HeaderTree, made: Made): InsertResult {
  return tree.insert(made.record, made.hash, wallTime);
}

/** Headers on top of one. */
export function makeRun(parent: Made, works: readonly number[], salt: number): Made[] {
  const run: Made[] = [];
  for (const work of works) run.push(make(run.at(-1) ?? parent, work, salt));
  return run;
}

export function batchOf(made: readonly Made[]): HeaderBatch {
  const records = new Uint8Array(Buffer.concat(made.map(({ record }) => record)));
  return { count: made.length, records, hashes: new Uint8Array(Buffer.concat(made.map(({ hash }) => hash))) };
}

/** Everything that must hold of any tree at any time. */
export function checkTree(tree: HeaderTree, made: readonly Made[], known: ReadonlySet<string>): void {
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
export function trunk(height: number): {
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
