/** The simulated platform itself: where faults are drawn from the seed, answers of hashers and stores overtake one another. */
import { expect, it } from 'vitest';
import { plainLink } from './channel.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { World, type WorldOptions } from './world.js';

const chain = new VisionChain();
chain.mine({ count: 200 });

/** The jobs of a node that has a chain hashed, in the order of their answers. */
async function answeredJobs(options: WorldOptions): Promise<number[]> {
  const world = new World(genesisTime + 100_000, options);
  const node = world.add('a', { family: visionSim });
  const jobs: number[] = [];
  const before = node.before.bind(node);
  node.before = (event) => {
    if (event.type === 'powVerified') jobs.push(event.job);
    before(event);
  };
  await world.run(100);
  const { batch } = chain;
  node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
  await world.run(10_000);
  expect(node.core.tip.height).toBe(200);
  return jobs;
}

it('answers overtake one another where there are faults, and nowhere else', async () => {
  const inOrder = await answeredJobs({});
  expect(inOrder.length).toBeGreaterThan(4);
  expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
  const mixed = await answeredJobs({ conditions: () => plainLink(20) });
  expect(mixed).not.toEqual(inOrder);
  expect([...mixed].sort((a, b) => a - b)).toEqual(inOrder);
});
