/** The seed's own scenario: three nodes, of which one mines and two sync, one of them only through the other. */
import { SimMiner } from './miner.js';
import { genesisTime, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

/** Who takes part, once all is over. */
export interface ThreeNodes {
  readonly world: World;
  readonly gateway: SimNode;
  readonly near: SimNode;
  readonly far: SimNode;
}

/** Two minutes of mining alone, five with the others, and a moment to agree. */
export async function runThreeNodes(): Promise<ThreeNodes> {
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
  return { world, gateway, near, far };
}
