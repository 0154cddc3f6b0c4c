/** A page with a simulated node, whose watches are the ones of the library: only what lies between page and worker is not there. */
import type {
  BlockResult,
  FilteredBlocks,
  FilterRules,
  MemoryStore,
  NodeNotice,
} from '@vision-light/protocol';
import type { WatchNode } from '../../packages/browser-node/src/watch/watch-node.js';
import type { FilterQuestion } from '../../packages/browser-node/src/worker/filtered-run.js';
import { WatchService } from '../../packages/browser-node/src/worker/watch-service.js';
import { errorOf, simNodeFace } from './sim-node-face.js';
import { visionSim } from './vision-chain.js';
import type { SimNode, World } from './world.js';

/** Milliseconds of the world between two looks at what the watches do. */
const SLICE_MS = 20;

/** Lets the world run, and what awaits it. @param isDone  ends it early */
export async function runWithWatches(world: World, ms: number, isDone = () => false): Promise<void> {
  const until = world.now + ms;
  while (world.now < until && !isDone()) {
    await world.run(world.now + SLICE_MS);
    // What is awaited goes on in microtasks, all of which are done before this.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

export interface WatchingPageOptions {
  readonly id?: string;
  readonly store: MemoryStore;
  readonly followedBlocks?: number;
  /** What the node answers when it is asked for blocks by their filters; who gives the filters is tested elsewhere. */
  readonly filterBlocks?: (asked: FilterQuestion) => FilteredBlocks;
}

/** Only says that there are filters: nothing here reads one. */
const someFilters = {} as FilterRules;

/** See the head of this file. */
export class WatchingPage {
  readonly node: SimNode;
  readonly face: WatchNode;
  /** Calls that watches made, by name. */
  readonly calls: string[] = [];
  /** Hashes of the blocks that had to be fetched or read. */
  readonly fetched: string[] = [];
  /** Calls that the tab that runs the node does not answer, once each. */
  readonly unanswered = new Set<string>();
  /** Blocks that nobody gives to this page. */
  readonly withheld = new Set<string>();
  readonly close: () => void;

  constructor(world: World, { id = 'page', store, followedBlocks = 64, filterBlocks }: WatchingPageOptions) {
    const family = filterBlocks === undefined ? visionSim : { ...visionSim, filters: someFilters };
    const listeners = new Set<{ readonly type: string; readonly listener: (value: unknown) => void }>();
    const awaited = new Map<number, (result: BlockResult) => void>();
    let tickets = 0;
    const tell = (type: string, value: unknown): void => {
      for (const each of listeners) if (each.type === type) each.listener(value);
    };
    const take = (notice: NodeNotice): void => {
      if (notice.type === 'block') awaited.get(notice.ticket)?.(notice.result);
      if (notice.type === 'tip') tell('tip', notice.tip);
      if (notice.type === 'status') tell('status', notice.status);
      if (notice.type === 'transactions') tell('transactions', notice);
    };
    const node = world.add(id, { family, store, followedBlocks, notice: take });
    this.node = node;
    const { core } = node;
    const service = new WatchService(core, store, {
      fetchBlock: (hash) => {
        const text = family.hashToHex(hash);
        this.fetched.push(text);
        if (this.withheld.has(text)) return Promise.resolve({ ok: false, code: 'BLOCK_UNAVAILABLE' });
        return new Promise((resolve) => {
          const ticket = ++tickets;
          awaited.set(ticket, resolve);
          node.driver.push({ type: 'command', command: { kind: 'block', hash, ticket } });
        });
      },
      filterBlocks: async (asked) => filterBlocks?.(asked) ?? { ok: false, code: 'FILTERS_UNAVAILABLE' },
    });
    const { calls, unanswered } = this;
    const answers = {
      addressNames: service.names.bind(service),
      searchBlock: service.searchBlock.bind(service),
      searchPool: service.searchPool.bind(service),
      watchRecords: service.records.bind(service),
      keepWatches: service.keep.bind(service),
    };
    const { face, close } = simNodeFace(world, node, answers, (name) => {
      calls.push(name);
      if (unanswered.delete(name)) throw errorOf('TAB_SILENT');
    });
    this.close = close;
    // Not a copy, which would have the tip of now for ever.
    this.face = Object.assign(face, {
      followedBlocks,
      subscribe: (type: string, listener: (value: never) => void) => {
        const entry = { type, listener: listener as (value: unknown) => void };
        listeners.add(entry);
        return () => listeners.delete(entry);
      },
      proveTx: () => Promise.reject(new Error('proofs have tests of their own')),
    });
  }
}
