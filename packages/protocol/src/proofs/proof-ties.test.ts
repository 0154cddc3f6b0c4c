import { expect, test } from 'vitest';
import { hashOf, treeOf } from '../../../../tests/straight-chain.js';
import { commitmentOf } from '../headers/below/checkpoint-maker.js';
import { PROOF_CONFIRMATIONS, PROOF_HEADERS_MAX } from '../limits.js';
import { ProofTies, type Tie, type TieWish } from './proof-ties.js';

/** A chain of headers of four bytes. @param areLinksWeak  as on vision-mainnet */
function tiesOf({ tipHeight = 5000, baseHeight = 0, verifiedFrom = 0, areLinksWeak = false } = {}) {
  const family = { areLinksWeak, isRootRepeated: areLinksWeak, headerBytes: () => new Uint8Array(4) };
  const tree = treeOf({ tipHeight, baseHeight, tip: tipHeight }, family);
  const ties = new ProofTies(tree, commitmentOf(tree), () => verifiedFrom);
  return (height: number, wish: Partial<TieWish> = {}, hash = hashOf(height)): Tie => {
    let found: Tie | undefined;
    const done = (tie: Tie): void => {
      found = tie;
    };
    ties.request(hash, height, { confirmations: 1, checkpoint: undefined, ...wish }, done);
    for (let steps = 0; ties.isHashing && steps < 100; steps++) ties.advance();
    if (found === undefined) throw new Error('no answer');
    return found;
  };
}

test('the tip ties what is near, and no more headers than a proof may have', () => {
  const tie = tiesOf();
  const far = 5000 - PROOF_HEADERS_MAX;
  expect(tie(far)).toBe('PROOF_TOO_FAR');
  expect(tie(far + 1)).toMatchObject({ tie: 'links', anchor: 5000 });
  expect(tie(5000, { confirmations: 2 })).toBe('PROOF_UNCONFIRMED');
  expect(tiesOf({ areLinksWeak: true })(4999)).toBe('PROOF_LINKS_WEAK');
});

test('headers above a checkpoint: as many confirmations as are asked for, or as are custom', () => {
  const tie = tiesOf();
  const headersOf = (found: Tie): number => (typeof found === 'string' ? 0 : found.headers.length / 4);
  expect(headersOf(tie(2010, { checkpoint: 2000 }))).toBe(10 + PROOF_CONFIRMATIONS - 1);
  expect(headersOf(tie(2010, { checkpoint: 2000, confirmations: 20 }))).toBe(29);
  expect(headersOf(tie(5000, { checkpoint: 4990 }))).toBe(10);
  expect(tie(2000 + PROOF_HEADERS_MAX, { checkpoint: 2000 })).toBe('PROOF_TOO_FAR');
  expect(tie(10, { checkpoint: 5001 })).toBe('PROOF_WRONG_CHECKPOINT');
});

test('a path to the root needs every header below, verified', () => {
  expect(tiesOf()(10, { checkpoint: 4500 })).toMatchObject({ tie: 'root', anchor: 4500 });
  expect(tiesOf({ verifiedFrom: 5 })(10, { checkpoint: 4500 })).toBe('PROOF_HEADERS_UNKNOWN');
  expect(tiesOf({ baseHeight: 5 })(10, { checkpoint: 4500 })).toBe('PROOF_HEADERS_UNKNOWN');
  expect(tiesOf({ verifiedFrom: 4999 })(4998)).toBe('PROOF_HEADERS_UNKNOWN');
  expect(tiesOf()(10, { checkpoint: 4500 }, hashOf(11))).toBe('PROOF_NOT_IN_CHAIN');
});

test('a node that began with a checkpoint holds what is above it to that', () => {
  expect(tiesOf({ baseHeight: 4000 })(4100)).toMatchObject({ tie: 'work', anchor: 4000 });
});

test('a chain that begins anew at a later header while headers are hashed: the path is not made', () => {
  const chain = { tipHeight: 5000, baseHeight: 0, tip: 5000 };
  const tree = treeOf(chain, { areLinksWeak: false, headerBytes: () => new Uint8Array(4) });
  const heightInTree = tree.at.bind(tree);
  tree.at = (height) => (height < chain.baseHeight ? undefined : heightInTree(height));
  const ties = new ProofTies(tree, commitmentOf(tree), () => chain.baseHeight);
  const found: Tie[] = [];
  ties.request(hashOf(4600), 4600, { confirmations: 1, checkpoint: 4700 }, (tie) => found.push(tie));
  ties.advance();
  expect(found).toEqual([]);
  chain.baseHeight = 4500;
  ties.advance();
  expect(found).toEqual(['PROOF_HEADERS_UNKNOWN']);
  expect(ties.isHashing).toBe(false);
});
