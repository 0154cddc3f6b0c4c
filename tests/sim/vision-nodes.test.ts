/** Gateways that follow existing Vision nodes, and pages that follow the gateways, in one simulated network. */
import type { NodeNotice } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { followedNodes, NodeTalk } from '../../packages/gateway/src/bridges/vision/node-talk.js';
import type { FetchedBlock, TalkOutcome } from '../../packages/gateway/src/bridges/vision/talk-step.js';
import { SimMiner } from './miner.js';
import { genesisTime, mineHeader, visionSim } from './vision-chain.js';
import { slotOf, VisionNodeModel } from './vision-node-model.js';
import { type SimNode, World } from './world.js';

/** Longest answer of a node, in ms. */
const LATENCY_MS = 300;

/** Drives the talks of one gateway, as `node-driver.ts` does with real requests. */
class SimBridge {
  readonly talks: NodeTalk[] = [];
  readonly #submissions = new Map<number, (outcome: TalkOutcome) => void>();
  readonly #steps: (() => void)[] = [];
  #tickets = 0;

  constructor(
    readonly world: World,
    readonly gateway: () => SimNode,
  ) {}

  follow(model: VisionNodeModel): NodeTalk {
    const { world } = this;
    const { tree } = this.gateway().core;
    const talk = new NodeTalk({ tree, transactionText: () => undefined });
    this.talks.push(talk);
    const time = () => ({ now: world.now, wallTime: world.wallTime });
    let isWaiting = false;
    let cancel = (): void => {};
    const step = (): void => {
      cancel();
      if (isWaiting) return;
      const effect = talk.next(time());
      if (effect === undefined) {
        cancel = world.after(Math.max(1, talk.nextWake(time()) - world.now), step);
        return;
      }
      isWaiting = true;
      const finish = (outcome: TalkOutcome): void => {
        isWaiting = false;
        talk.finished(outcome, time());
        const nodes = followedNodes(this.talks.map(({ status }) => status));
        this.gateway().driver.push({ type: 'command', command: { kind: 'followed', nodes } });
        step();
      };
      if (effect.type === 'submit') this.#submit(effect.blocks, finish);
      else world.after(1 + world.random.int(LATENCY_MS), () => finish(model.answer(effect, tree)));
    };
    this.#steps.push(step);
    step();
    return talk;
  }

  heard(notice: NodeNotice): void {
    if (notice.type === 'submitted') {
      const { ticket, type: _, ...submitted } = notice;
      this.world.after(0, () => this.#submissions.get(ticket)?.({ type: 'submitted', ...submitted }));
    }
    if (notice.type === 'tip') for (const step of this.#steps) this.world.after(0, step);
  }

  #submit(blocks: readonly FetchedBlock[], finish: (outcome: TalkOutcome) => void): void {
    const batch = {
      count: blocks.length,
      records: new Uint8Array(Buffer.concat(blocks.map(({ record }) => record))),
      hashes: new Uint8Array(Buffer.from(blocks.map(({ hash }) => hash).join(''), 'hex')),
    };
    const bodies = blocks.map(({ body }) => body);
    const ticket = ++this.#tickets;
    this.#submissions.set(ticket, finish);
    this.gateway().driver.push({
      type: 'command',
      command: { kind: 'submit', batch, bodies, ticket, isForwarded: true, source: 'vision-nodes' },
    });
  }
}

/** A gateway with its bridge. */
function addGateway(world: World, id: string, tipChanged = (): unknown => undefined) {
  const bridge: SimBridge = new SimBridge(world, () => gateway);
  const gateway = world.add(id, {
    family: visionSim,
    isGateway: true,
    followsNetwork: true,
    notice: (notice) => {
      bridge.heard(notice);
      if (notice.type === 'tip' || notice.type === 'ready') world.after(0, tipChanged);
    },
  });
  return { bridge, gateway };
}

describe.each([1, 2, 3])('a network around existing Vision nodes (seed %i)', (seed) => {
  it('agrees with the honest one, whatever the others do', async () => {
    const before = 300;
    const world = new World(genesisTime + 5 * before, { seed });
    const { random } = world;
    const [honest, liar, light, silent] = Array.from({ length: 4 }, () => new VisionNodeModel(random)) as [
      VisionNodeModel,
      VisionNodeModel,
      VisionNodeModel,
      VisionNodeModel,
    ];
    honest.chain.mine({ count: before });
    honest.faults = 0.2;
    light.chain.mine({ count: 50, miner: 'light' });
    const lightTip = light.tip;
    silent.faults = 1;
    // It has the honest chain, and on top of it blocks that nobody has mined.
    const { records, hashes, count } = honest.chain.batch;
    for (let i = 0; i < count; i++) liar.tree.insertChecked(records, hashes, liar.tree.tip, i);
    for (let i = 1; i <= 200; i++) {
      const { tree } = liar;
      const made = mineHeader(tree, tree.tip, genesisTime + 5 * (before + i), 'liar', undefined, i);
      tree.insertChecked(made.record, made.hash, tree.tip);
    }

    const first = addGateway(world, 'first');
    const second = addGateway(world, 'second', () => miner.restart());
    const miner = new SimMiner(world, second.gateway, 0.3);
    const pages = ['a', 'b'].map((id) => world.add(id, { family: visionSim }));
    await world.run(1_000);
    world.connect('a', 'first');
    world.connect('b', 'second');
    const lying = first.bridge.follow(liar);
    const lost = first.bridge.follow(silent);
    first.bridge.follow(honest);
    second.bridge.follow(honest);
    await world.run(world.now + 60_000);
    // Before there was a heavier chain its own was as good as any.
    const lightTalk = first.bridge.follow(light);
    let isMining = true;
    const mine = (): void => {
      if (!isMining) return;
      honest.chain.mine({ count: 1, miner: 'honest', timeOf: () => Math.floor(world.wallTime) });
      world.after(random.exponential(8_000), mine);
    };
    world.after(5_000, mine);
    await world.run(world.now + 300_000);
    isMining = false;
    miner.stop();
    honest.faults = 0;
    await world.run(world.now + 120_000);
    // One block more, so that no two tips weigh the same.
    honest.chain.mine({ count: 1, miner: 'last', timeOf: () => Math.floor(world.wallTime) });
    await world.run(world.now + 60_000);

    const tips = [first.gateway, second.gateway, ...pages].map(({ core }) => core.tip.hash);
    expect(tips).toEqual(tips.map(() => honest.tip));
    expect(honest.tree.tipHeight).toBeGreaterThan(before + 10);
    expect(slotOf(first.gateway.core.tree, liar.tip)).toBeUndefined();
    expect(slotOf(first.gateway.core.tree, lightTip)).toBeUndefined();
    // What is new here is told to it all the same.
    expect(light.tip).toBe(honest.tip);
    expect(lying.status.lastFault?.code).toBe('VISION_NODE_HEADER_REFUSED');
    expect(lightTalk.status.lastFault?.code).toBe('VISION_NODE_LOW_WORK');
    expect(lost.status).toMatchObject({ reachableSince: undefined, height: undefined });
    for (const { core } of [first.gateway, second.gateway]) expect(core.status.phase).toBe('synced');
  });
});

describe('a gateway that has nothing but a Vision node', () => {
  it('is synced with it, and its page hears when the node is lost and when it is back', async () => {
    const world = new World(genesisTime + 500);
    const model = new VisionNodeModel(world.random);
    model.chain.mine({ count: 100 });
    const { bridge, gateway } = addGateway(world, 'gateway', () => phases.add(gateway.core.status.phase));
    const phases = new Set<string>();
    const page = world.add('page', { family: visionSim });
    await world.run(1_000);
    world.connect('page', 'gateway');
    await world.run(world.now + 5_000);
    const seen = () => ({
      phase: gateway.core.status.phase,
      isLive: page.core.peers()[0]?.services.includes('live'),
      isLost: page.noticed('trust').at(-1)?.trust.reasons.includes('NETWORK_LOST'),
    });
    expect(seen()).toMatchObject({ isLive: false, isLost: true });
    bridge.follow(model);
    await world.run(world.now + 60_000);
    expect(page.core.tip.hash).toBe(model.tip);
    expect(seen()).toEqual({ phase: 'synced', isLive: true, isLost: false });
    expect(gateway.core.status).toMatchObject({ bestPeerHeight: 100, progress: 1 });
    expect([...phases]).toEqual(['connecting', 'syncing', 'synced']);
    model.faults = 1;
    await world.run(world.now + 300_000);
    expect(seen()).toMatchObject({ isLive: false, isLost: true });
    model.faults = 0;
    await world.run(world.now + 900_000);
    expect(seen()).toEqual({ phase: 'synced', isLive: true, isLost: false });
  });

  it('is not kept from being synced by what a node only claims', () => {
    const known = { lastFault: undefined, faults: 0, isBringingNews: false, isRefused: false };
    const gone = { ...known, reachableSince: undefined, height: 900 };
    const refused = { ...known, reachableSince: 1, height: 800, isRefused: true };
    const silent = { ...known, reachableSince: 1, height: undefined };
    expect(followedNodes([])).toEqual({ isReached: false, height: 0 });
    expect(followedNodes([gone])).toEqual({ isReached: false, height: 0 });
    expect(followedNodes([{ ...gone, isBringingNews: true }])).toEqual({ isReached: true, height: 900 });
    expect(followedNodes([gone, refused, silent])).toEqual({ isReached: true, height: 0 });
    expect(followedNodes([refused, { ...silent, height: 7 }])).toEqual({ isReached: true, height: 7 });
  });
});
