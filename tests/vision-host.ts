import { MemoryStore } from '@vision-light/protocol';
import { pino } from 'pino';
import { NodeHost } from '../packages/gateway/src/node-host.js';
import { visionSim } from './sim/vision-chain.js';

/** A gateway's node on the network of the simulations, in memory and without links, that keeps all bodies; it has begun. */
export async function startVisionHost(): Promise<NodeHost> {
  const host = new NodeHost({
    family: visionSim,
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
