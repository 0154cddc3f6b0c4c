import { expect, it } from 'vitest';
import { runThreeNodes } from './three-nodes.js';

it('one node mines, two sync, one of them only through the other', async () => {
  const { gateway, near, far } = await runThreeNodes();
  expect(gateway.core.tip.height).toBeGreaterThan(60);
  expect([near.core.tip, far.core.tip]).toEqual([gateway.core.tip, gateway.core.tip]);
  expect([...far.links.keys()]).toEqual(['near']);
  for (const node of [gateway, near, far]) {
    node.checker.checkAll();
    expect(node.noticed('error')).toEqual([]);
  }
  expect([near.core.status.phase, far.core.status.phase]).toEqual(['synced', 'synced']);
});
