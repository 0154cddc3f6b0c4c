import { HeaderTree } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { VisionChain, visionSim } from '../../../../../tests/sim/vision-chain.js';
import { headersAfter } from './chain-json.js';

it('gives the headers after what a tool knows, and none that do not follow it', () => {
  const { tree } = new VisionChain();
  const chain = new VisionChain();
  chain.mine({ count: 80 });
  const hashAt = (height: number): Uint8Array => chain.tree.hash(chain.tree.at(height) as number).slice();
  const numbers = (json: string): number[] =>
    (JSON.parse(json) as { headers: { height?: number; number?: number }[] }).headers.map(
      ({ height, number }) => height ?? number ?? -1,
    );
  expect(numbers(headersAfter(chain.tree, [hashAt(75)], undefined, 2000))).toEqual([76, 77, 78, 79, 80]);
  expect(numbers(headersAfter(chain.tree, [], undefined, 2))).toEqual([0, 1]);
  // A tree that does not reach down to genesis yet.
  const upper = new HeaderTree(visionSim, { base: chain.tree.baseAt(78) });
  const { records, hashes } = chain.tree.batch(79, 2);
  for (let i = 0; i < 2; i++) upper.insertChecked(records, hashes, upper.tip, i);
  expect(numbers(headersAfter(upper, [hashAt(79)], undefined, 2000))).toEqual([80]);
  expect(numbers(headersAfter(upper, [hashAt(5), tree.hash(tree.tip)], undefined, 2000))).toEqual([]);
});
