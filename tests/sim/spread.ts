/** How long a new block takes to reach the nodes of a large network in which nothing goes wrong. */

import { SimMiner } from './miner.js';
import { genesisTime, visionSim } from './vision-chain.js';
import { wideWorld } from './wide-world.js';
import type { SimNode } from './world.js';

export interface Spread {
  /** From a block's finding to a node's taking it for its tip, over all nodes and blocks. */
  readonly medianMs: number;
  readonly p95Ms: number;
  /** Real seconds of the whole run. */
  readonly seconds: number;
  /** Real seconds of one virtual minute, once everyone has met. */
  readonly secondsPerMinute: number;
  readonly events: number;
}

/** Nodes meet within this many virtual milliseconds, before the first block. */
const MEETING_MS = 30_000;

/** @param options  `minutes` are virtual, with a block every five seconds on average */
export async function measureSpread(options: { nodes: number; minutes: number }): Promise<Spread> {
  const started = performance.now();
  const world = wideWorld(genesisTime, 32);
  const foundAt = new Map<string, number>();
  const delays: number[] = [];
  for (let i = 0; i < options.nodes; i++) {
    world.add(`n${i}`, {
      family: visionSim,
      isGateway: i === 0,
      seed: i,
      // These blocks are empty, and a header does not wait for its body.
      followedBlocks: 0,
      notice(notice) {
        if (notice.type !== 'tip') return;
        const at = foundAt.get(notice.tip.hash);
        if (at !== undefined && i > 0) delays.push(world.now - at);
        if (i === 0) world.after(0, () => miner.restart());
      },
    });
  }
  const miner = new SimMiner(world, world.nodes.get('n0') as SimNode, 2);
  miner.onBlock = (hash) => foundAt.set(hash, world.now);
  await world.run(MEETING_MS);
  miner.restart();
  const met = performance.now();
  await world.run(MEETING_MS + options.minutes * 60_000);
  const ended = performance.now();
  delays.sort((a, b) => a - b);
  const at = (share: number): number => delays[Math.floor(share * (delays.length - 1))] ?? Number.NaN;
  return {
    medianMs: at(0.5),
    p95Ms: at(0.95),
    seconds: (ended - started) / 1000,
    secondsPerMinute: (ended - met) / 1000 / options.minutes,
    events: world.trace.events,
  };
}
