import { expect, it } from 'vitest';
import { makeBody } from '../../../../tests/sim/vision-bodies.js';
import { VisionChain, visionSim } from '../../../../tests/sim/vision-chain.js';
import { bytesToHex } from '../bytes/hex.js';
import { CheckedBody } from '../chain/checked-body.js';
import { FOLLOWED_BLOCKS } from '../limits.js';
import { IncludedTransactions } from './included-transactions.js';

it('forgets the lowest block first, in whatever order the bodies came', () => {
  const bodies = Array.from({ length: FOLLOWED_BLOCKS + 2 }, (_, height) => makeBody(height, 1));
  const chain = new VisionChain();
  const grow = (count: number): void => {
    chain.mine({ count, txRootOf: (height) => bodies[height]?.txRoot ?? new Uint8Array(32) });
  };
  const included = new IncludedTransactions(chain.tree, {
    itemOf: (relayId, view) => {
      const tx = visionSim.readTransaction(view.slice());
      return tx && { tx, key: bytesToHex(relayId), isVerified: true };
    },
    included: () => {},
    disconnected: () => {},
  });
  const keys: string[] = [];
  const accept = (height: number): void => {
    const body = new CheckedBody(visionSim, bodies[height]?.body ?? new Uint8Array());
    keys[height] = body.transactions.map(({ relayId }) => bytesToHex(relayId)).join();
    included.bodyAccepted(chain.tree.at(height) as number, body);
  };
  grow(FOLLOWED_BLOCKS);
  // As a node that comes back reads them from its store.
  for (let height = FOLLOWED_BLOCKS; height > 0; height--) accept(height);
  expect(included.blocks).toBe(FOLLOWED_BLOCKS);
  grow(1);
  accept(FOLLOWED_BLOCKS + 1);
  expect(included.blocks).toBe(FOLLOWED_BLOCKS);
  const known = keys.map((key) => included.has(key));
  expect(known.slice(1)).toEqual([false, ...Array(FOLLOWED_BLOCKS).fill(true)]);
});
