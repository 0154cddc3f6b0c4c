/** Peers that have the checkpoint of a node, and lie about what is below: each of them is found out, and the checkpoint stays. */
import type { HeaderBatch, Message, VisionFamily } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { offsets } from '../../packages/protocol/src/families/vision/header/record.js';
import { visionMainnet } from '../../packages/protocol/src/families/vision/network-params.js';
import { createVisionFamily } from '../../packages/protocol/src/families/vision/vision-family.js';
import { BELOW_FAULTS_MAX } from '../../packages/protocol/src/limits.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { checkpointOf } from './tree-checkpoint.js';
import { genesisTime, simVisionX, VisionChain } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const height = 400;
const at = 390;
/** Headers of one request: a tenth of a segment. */
const BATCH = 20;

/** A node at a true checkpoint of a chain, in a world in which an honest node has the chain and is not connected yet. */
async function field(chain: VisionChain): Promise<{ world: World; node: SimNode }> {
  const { tree } = chain;
  const { family } = tree;
  const world = new World(genesisTime + 1_000_000);
  const honest = world.add('honest', { family, isGateway: true });
  await world.run(world.now + 50);
  honest.driver.push({
    type: 'command',
    command: { kind: 'submit', batch: tree.batch(1, height), ticket: 0 },
  });
  await world.run(world.now + 60_000, () => honest.core.tip.height === height);
  const node = world.add('node', { family, checkpoint: checkpointOf(tree, at), segmentHeaders: 10 * BATCH });
  await world.run(world.now + 100, () => node.noticed('ready').length > 0);
  return { world, node };
}

/** A peer that serves one chain, and of what the node asks below its checkpoint another one. */
function liar(world: World, node: SimNode, id: string, { tree }: VisionChain, below: HeaderBatch): Stranger {
  const { family } = tree;
  const honest = tree.batch(1, height);
  const answer = (message: Message, self: Stranger): void => {
    answerPings(message, self);
    if (message.type !== 'getHeaders') return;
    const isBelow = message.locator.length === 1 && message.max > 1;
    self.say(answerFrom(family, isBelow ? below : honest, message));
  };
  const stranger = new Stranger(world, id, node, answer);
  stranger.hello({ height, chainwork: tree.chainwork(tree.tip) });
  return stranger;
}

const isProven = ({ core }: SimNode): boolean => core.checkpointState.checkpoint?.isProven === true;

async function expectProven(world: World, node: SimNode): Promise<void> {
  world.connect('node', 'honest');
  await world.run(world.now + 120_000, () => isProven(node));
  expect(node.core.checkpointState).toMatchObject({ isFalse: false, assumedHeaders: 0 });
  expect([isProven(node), node.noticed('error').map(({ code }) => code)]).toEqual([true, []]);
  node.checker.checkAll();
}

describe('a peer that serves another chain below the checkpoint', () => {
  it('is found out at its first answer, and another one is asked', async () => {
    const chain = new VisionChain();
    chain.mine({ count: height });
    const rival = new VisionChain();
    rival.mine({ count: height, miner: 'rival' });
    const { world, node } = await field(chain);
    const peer = liar(world, node, 'liar', chain, rival.batch);
    await world.run(world.now + 10_000, () => peer.rejectedWith !== undefined);
    expect([node.links.has(peer.id), peer.rejectedWith]).toEqual([false, 'PEER_UNCONNECTED_HEADERS']);
    expect(node.core.checkpointState).toMatchObject({ isFalse: false, assumedHeaders: at + 1 });
    await expectProven(world, node);
  });
});

describe('where another header can have the same hash, a peer that serves headers which nobody mined', () => {
  const weak: VisionFamily = createVisionFamily({
    ...visionMainnet,
    name: 'vision-weak',
    visionx: simVisionX,
  });
  const chain = new VisionChain(weak);
  chain.mine({ count: height });

  /** The chain with another root of transactions in some headers up to a height, each of which claims the same hash. */
  function invented(upTo: number): HeaderBatch {
    const batch = chain.tree.batch(1, height);
    for (let i = 0; i < upTo; i += 3)
      batch.records.fill(
        9,
        i * weak.recordBytes + offsets.txRoot,
        i * weak.recordBytes + offsets.txRoot + 32,
      );
    return batch;
  }

  it('is found out, and the checkpoint stays', async () => {
    const { world, node } = await field(chain);
    const peer = liar(world, node, 'liar', chain, invented(at));
    await world.run(world.now + 10_000, () => peer.rejectedWith !== undefined);
    expect([node.links.has(peer.id), peer.rejectedWith]).toEqual([false, 'PEER_UNCONNECTED_HEADERS']);
    await expectProven(world, node);
  });

  it('costs a peer its connection as often as it happens, while others bring what is true', async () => {
    const { world, node } = await field(chain);
    for (let lies = 1; lies <= BELOW_FAULTS_MAX + 1; lies++) {
      // Down to there it says what is true.
      const peer = liar(world, node, `liar${lies}`, chain, invented(at - 70 * lies));
      await world.run(world.now + 10_000, () => peer.rejectedWith !== undefined);
      expect([lies, peer.rejectedWith]).toEqual([lies, 'PEER_UNCONNECTED_HEADERS']);
    }
    await expectProven(world, node);
  });

  it('is believed once as many as have to be agree that the checkpoint leads to nothing else', async () => {
    const { world, node } = await field(chain);
    for (let lies = 1; lies <= BELOW_FAULTS_MAX; lies++)
      liar(world, node, `liar${lies}`, chain, invented(at));
    const isFalse = (): boolean => node.core.checkpointState.isFalse;
    await world.run(world.now + 10_000, isFalse);
    expect([isFalse(), node.noticed('error').map(({ code }) => code)]).toEqual([true, ['CHECKPOINT_FALSE']]);
  });
});
