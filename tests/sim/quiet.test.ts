/** What a node costs that is synced, while no block comes: bytes to each peer, and wakes of its own. */
import { describe, expect, it } from 'vitest';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { World } from './world.js';

/** Each node has all others as peers. */
const PEERS = 8;
const MINUTES = 30;

describe.each([1, 2, 3])('nodes with eight peers in which nothing happens, seed %i', async (seed) => {
  const world = new World(genesisTime + 100, {
    seed,
    conditions: (random) => ({
      latencyMs: random.between(5, 150),
      jitterMs: 20,
      bytesPerMs: 1000,
      loss: 0.01,
    }),
  });
  const nodes = Array.from({ length: PEERS + 1 }, (_, i) => world.add(`node ${i}`, { family: visionSim }));
  await world.run(100);
  // They meet one after the other, so that no two pings are due at the same time by themselves.
  for (const [i, { id }] of nodes.entries())
    for (const other of nodes.slice(i + 1)) {
      world.connect(id, other.id);
      await world.run(world.now + world.random.between(0, 5000));
    }
  const batch = new VisionChain().mine({ count: 10 });
  nodes[0]?.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 0 } });
  await world.run(world.now + 60_000);

  const wakes = new Map(nodes.map(({ id }) => [id, 0]));
  const bytes = new Map<string, number>();
  for (const { id, driver, links } of nodes) {
    const push = driver.push.bind(driver);
    driver.push = (event) => {
      if (event.type === 'wake') wakes.set(id, (wakes.get(id) ?? 0) + 1);
      return push(event);
    };
    for (const link of links.values()) {
      const { channel } = link;
      const name = `${id} to ${link.peer}`;
      bytes.set(name, 0);
      link.channel = {
        send: (frame) => {
          bytes.set(name, (bytes.get(name) ?? 0) + frame.length);
          channel?.send(frame);
        },
      };
    }
  }
  await world.run(world.now + MINUTES * 60_000);

  it('stay connected and synced', () => {
    for (const { core } of nodes)
      expect([core.status.phase, core.status.peers, core.tip.height]).toEqual(['synced', PEERS, 10]);
  });

  it('send less than 100 bytes a minute to each peer, and something', () => {
    expect(bytes.size).toBe(PEERS * (PEERS + 1));
    expect(Math.max(...bytes.values()) / MINUTES).toBeLessThan(100);
    expect(Math.min(...bytes.values())).toBeGreaterThan(0);
  });

  it('wake less than once in ten seconds', () => {
    expect(Math.max(...wakes.values()) / (6 * MINUTES)).toBeLessThan(1);
  });
});
