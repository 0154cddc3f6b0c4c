/** The seed's own scenario: three nodes, of which one mines and two sync, one of them only through the other. */
import { expect, it } from 'vitest';
import { SimMiner } from './miner.js';
import { genesisTime, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

it('one node mines, two sync, one of them only through the other', async () => {
  const world = new World(genesisTime, { seed: 3 });
  const gateway: SimNode = world.add('gateway', {
    family: visionSim,
    isGateway: true,
    notice: ({ type }) => {
      if (type === 'tip' || type === 'ready') world.after(0, () => miner.restart());
    },
  });
  const miner = new SimMiner(world, gateway, 2);
  const near = world.add('near', { family: visionSim });
  await world.run(120_000);
  world.connect('near', 'gateway');
  const far = world.add('far', { family: visionSim });
  await world.run(world.now + 100);
  world.connect('far', 'near');
  await world.run(world.now + 300_000);
  miner.stop();
  await world.run(world.now + 5_000);
  expect(gateway.core.tip.height).toBeGreaterThan(60);
  expect([near.core.tip, far.core.tip]).toEqual([gateway.core.tip, gateway.core.tip]);
  expect([...far.links.keys()]).toEqual(['near']);
  for (const node of [gateway, near, far]) {
    node.checker.checkAll();
    expect(node.noticed('error')).toEqual([]);
  }
  expect([near.core.status.phase, far.core.status.phase]).toEqual(['synced', 'synced']);
});
