/** Whatever bit of a stored Vision chain is flipped: no header is shown afterwards that was not on that chain. */
import { MemoryStore } from '@vision-light/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadChain, writeWhole } from '../store-access.js';
import { VisionChain, visionSim } from './vision-chain.js';
import { World } from './world.js';

const COUNT = 300;
const wallTime = 1_800_000_000;

it('a damaged entry of claimed hashes is dropped wholly', async () => {
  const store = new MemoryStore();
  const world = new World(wallTime);
  const writer = world.add('writer', { family: visionSim, store });
  await world.run(world.now + 100);
  const batch = new VisionChain().mine({ count: COUNT });
  writer.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 1 } });
  await world.run(world.now + 10_000, () => writer.core.status.storedHeight === COUNT);
  const stored = await loadChain(store);
  const [entry] = stored.journal;
  if (entry === undefined) throw new Error('nothing is stored');

  let nodes = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(entry.bytes.length - 1), fc.nat(7), async (at, bit) => {
      const bytes = entry.bytes.slice();
      bytes[at] = (bytes[at] as number) ^ (1 << bit);
      const damaged = new MemoryStore();
      await writeWhole(damaged, { ...stored, journal: [{ index: 0, bytes }] });
      const node = world.add(`reader ${nodes++}`, { family: visionSim, store: damaged });
      await world.run(world.now + 5_000, () => node.noticed('ready').length > 0);
      expect(node.core.tip.height).toBe(0);
      expect(node.noticed('error').map(({ code }) => code)).toEqual(['STORE_CORRUPT']);
    }),
    { numRuns: 60 },
  );
});
