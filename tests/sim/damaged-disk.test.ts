/** Whatever bit of a stored Vision chain is flipped: no header is shown afterwards that was not on that chain. */
import { MemoryStore } from '@vision-light/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredChain } from '../../packages/protocol/src/io/stored-chain.js';
import { loadChain, writeChain } from '../store-access.js';
import { VisionChain, visionSim } from './vision-chain.js';
import { World } from './world.js';

const COUNT = 300;
const wallTime = 1_800_000_000;

it('a damaged chunk of claimed hashes is dropped wholly', async () => {
  const store = new MemoryStore();
  const world = new World(wallTime);
  const writer = world.add('writer', { family: visionSim, store });
  await world.run(world.now + 100);
  const batch = new VisionChain().mine({ count: COUNT });
  writer.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket: 1 } });
  await world.run(world.now + 10_000, () => writer.core.status.storedHeight === COUNT);
  const { chunks, tip } = await loadChain(store);
  const [chunk] = chunks as [StoredChain['chunks'][0]];

  let nodes = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(chunk.bytes.length - 1), fc.nat(7), async (at, bit) => {
      const bytes = chunk.bytes.slice();
      bytes[at] = (bytes[at] as number) ^ (1 << bit);
      const damaged = new MemoryStore();
      await writeChain(damaged, {
        removeFrom: undefined,
        put: [{ index: 0, bytes }],
        tip: tip as Uint8Array,
      });
      const node = world.add(`reader ${nodes++}`, { family: visionSim, store: damaged });
      await world.run(world.now + 5_000, () => node.noticed('ready').length > 0);
      expect(node.core.tip.height).toBe(0);
      expect(node.noticed('error').map(({ code }) => code)).toEqual(['STORE_CORRUPT']);
    }),
    { numRuns: 60 },
  );
});
