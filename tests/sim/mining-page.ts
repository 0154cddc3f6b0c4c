/** A page with a simulated node that mines as the library does: only what lies between page and worker is not there. */
import { PowJobRunner } from '@vision-light/pow';
import type { HeaderBatch, NodeNotice } from '@vision-light/protocol';
import type { MiningNode, MiningPlatform } from '../../packages/browser-node/src/mining/mining-node.js';
import { simNodeFace } from './sim-node-face.js';
import { visionSim as family } from './vision-chain.js';
import type { SimNode, World } from './world.js';

/** Milliseconds that a hash takes in the world. */
const HASH_MS = 2;

/** See the head of this file. */
export class MiningPage {
  readonly node: SimNode;
  readonly face: MiningNode;
  readonly platform: MiningPlatform;
  /** Nonces of each slice that was asked for. */
  readonly slices: number[] = [];
  /** Called when a slice is asked for. */
  onSlice = (): void => {};
  readonly close: () => void;

  constructor(world: World, id = 'page') {
    const listeners = new Set<() => void>();
    const awaited = new Map<number, (answer: object) => void>();
    const runner = new PowJobRunner();
    let tickets = 0;
    const take = (notice: NodeNotice): void => {
      if (notice.type === 'submitted') awaited.get(notice.ticket)?.(notice);
      if (notice.type === 'tip' || notice.type === 'status') for (const listener of listeners) listener();
    };
    const node = world.add(id, { family, notice: take });
    this.node = node;
    const { core } = node;
    const answers = {
      newestHeaders: () => core.tree.baseAt(),
      hashForMiner: async (job: Parameters<PowJobRunner['run']>[0]) => {
        this.slices.push(job.count);
        this.onSlice();
        await new Promise<void>((resolve) => world.after(HASH_MS * job.count, resolve));
        return runner.run(job);
      },
      submit: async (batch: HeaderBatch) => {
        const ticket = ++tickets;
        return new Promise<object>((resolve) => {
          awaited.set(ticket, resolve);
          node.driver.push({ type: 'command', command: { kind: 'submit', batch, ticket } });
        });
      },
    };
    const { face, close } = simNodeFace(world, node, answers);
    this.close = close;
    this.platform = { now: () => 1000 * world.wallTime, chance: () => 0.5, firstNonce: () => 7n };
    // Not a copy, which would have the tip of now for ever.
    this.face = Object.assign(face, {
      subscribe: (_type: string, listener: () => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    });
  }
}
