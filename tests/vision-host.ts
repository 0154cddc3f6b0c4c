import { MemoryStore, type VisionFamily } from '@vision-light/protocol';
import { pino } from 'pino';
import { NodeHost } from '../packages/gateway/src/node-host.js';
import { visionSim } from './sim/vision-chain.js';

/**
 * A gateway's node, in memory and without links, that keeps all bodies; it has begun.
 *
 * @param family  the network of the simulations by default
 */
export async function startVisionHost(family: VisionFamily = visionSim): Promise<NodeHost> {
  const host = new NodeHost({
    family,
    store: new MemoryStore(),
    hashThreads: 1,
    userAgent: 'test',
    log: pino({ level: 'silent' }),
    followedBlocks: Number.POSITIVE_INFINITY,
    linkKinds: [],
    onFailure: (error) => {
      throw error;
    },
  });
  await host.start();
  return host;
}
