/** A reorganisation that comes while a gateway reads which filters it has kept. */
import type { FilterRules } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { sha256 } from '../../packages/protocol/src/bytes/sha256.js';
import { FilterAgreement } from '../../packages/protocol/src/filters/filter-agreement.js';
import { FilterHashes } from '../../packages/protocol/src/filters/filter-hashes.js';
import { FilterKeeper, type KeeperContext } from '../../packages/protocol/src/filters/filter-keeper.js';
import { VisionChain } from './vision-chain.js';

const rules: FilterRules = {
  filterHash: sha256,
  nextHeader: (hash, previous) => sha256(Uint8Array.from([...hash, ...previous])),
  mayConcern: () => true,
  judge: () => 'open',
};

it('hashes of the old branch are forgotten', () => {
  const chain = new VisionChain();
  chain.mine({ count: 20 });
  const { tree } = chain;
  const stored = new FilterHashes(rules);
  for (let height = 0; height <= 20; height++) stored.push(sha256(Uint8Array.of(height)));
  const value = stored.record(0, tree.hash(tree.tip));
  let listed = (_: readonly Uint8Array[]): void => {};
  const storage = {
    read: (_: unknown, { done }: { done: (records: unknown) => void }) => done([{ value }]),
    list: (_: unknown, { done }: { done: (keys: readonly Uint8Array[]) => void }) => {
      listed = done;
    },
  };
  const context = {
    rules,
    tree,
    storage,
    now: () => 0,
    isSyncing: () => false,
    // It is asked nothing: the store has not answered yet.
    sources: () => [{}],
  } as unknown as KeeperContext;
  const keeper = new FilterKeeper(context, new FilterAgreement(context), 5);
  keeper.start();
  keeper.advance();
  expect(keeper.hashes.count).toBe(21);
  keeper.changed(15);
  listed([]);
  expect(keeper.hashes.count).toBe(16);
});
