import { beforeEach, describe, expect, it } from 'vitest';
import {
  NEWS_SLACK_MS,
  PEER_NEWS_INTERVAL_MS,
  PING_INTERVAL_MAX_MS,
  PING_INTERVAL_MS,
} from '../../packages/protocol/src/limits.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

let world: World;
let node: SimNode;

beforeEach(async () => {
  world = new World(genesisTime + 1_000_000);
  node = world.add('node', { family: visionSim });
  await world.run(1000);
});

/** When each stranger was pinged last. */
const pingedAt = new Map<string, number>();

const greeted = async (id: string): Promise<Stranger> => {
  const peer = new Stranger(world, id, node, (message, self) => {
    if (message.type === 'ping') pingedAt.set(id, world.now);
    answerPings(message, self);
  });
  peer.hello();
  await world.run(world.now + 1000);
  return peer;
};

describe('pings', () => {
  it('come at once, and again after each silence', async () => {
    const peer = await greeted('peer');
    expect(peer.heard('ping').length).toBe(1);
    await world.run(world.now + PING_INTERVAL_MS - 2000);
    expect(peer.heard('ping').length).toBe(1);
    await world.run(world.now + 2 * PING_INTERVAL_MS);
    expect(peer.heard('ping').length).toBe(3);
  });

  it('are spared a peer that is heard of, but for its round-trip time', async () => {
    const peer = await greeted('peer');
    const until = world.now + PING_INTERVAL_MAX_MS - 5000;
    while (world.now < until) {
      peer.say({ type: 'ping', requestId: 1 });
      await world.run(world.now + 5000);
    }
    expect(peer.heard('ping').length).toBe(1);
    peer.say({ type: 'ping', requestId: 1 });
    await world.run(world.now + 5000);
    expect(peer.heard('ping').length).toBe(2);
  });

  it('of about the same time go together', async () => {
    await greeted('first');
    await greeted('second');
    expect(pingedAt.get('second')).toBeGreaterThan(pingedAt.get('first') as number);
    await world.run(world.now + PING_INTERVAL_MS + 2000);
    expect(pingedAt.get('first')).toBeGreaterThan(world.now - PING_INTERVAL_MS);
    expect(pingedAt.get('second')).toBe(pingedAt.get('first'));
  });
});

describe('news of a peer', () => {
  const announceGenesis = (peer: Stranger, height: number): void =>
    peer.say({ type: 'announce', height, hash: visionSim.genesis.hash, prev: new Uint8Array(32) });

  it('comes at most once a second, with the last that was heard', async () => {
    const peer = await greeted('peer');
    await world.run(world.now + PEER_NEWS_INTERVAL_MS + NEWS_SLACK_MS);
    const before = node.noticed('peer').length;
    for (let height = 1; height <= 20; height++) {
      announceGenesis(peer, height);
      await world.run(world.now + 100);
    }
    await world.run(world.now + PEER_NEWS_INTERVAL_MS + NEWS_SLACK_MS);
    const news = node.noticed('peer').slice(before);
    expect(news.length).toBeGreaterThan(1);
    expect(news.length).toBeLessThanOrEqual(4);
    expect(news.at(-1)?.peers[0]?.height).toBe(20);
  });

  it('tells of the first round-trip time by itself, and of later ones with whatever comes', async () => {
    // One that looks for no further peers.
    node = world.add('calm', { family: visionSim, peersMax: 2 });
    await world.run(world.now + 100);
    const peer = await greeted('peer');
    await world.run(world.now + PEER_NEWS_INTERVAL_MS + NEWS_SLACK_MS);
    expect(node.noticed('peer').at(-1)).toMatchObject({
      change: { kind: 'updated' },
      peers: [{ rttMs: 40 }],
    });
    await world.run(world.now + PING_INTERVAL_MS);
    expect(peer.heard('ping').length).toBe(2);
    const before = node.noticed('peer').length;
    await world.run(world.now + PING_INTERVAL_MS / 2);
    expect(node.noticed('peer').length).toBe(before);
    peer.say({ type: 'ping', requestId: 1 });
    await world.run(world.now + 100);
    expect(node.noticed('peer').length).toBe(before + 1);
  });

  it('comes with whatever else wakes the node, a second after the change or later', async () => {
    const peer = await greeted('peer');
    await world.run(world.now + PEER_NEWS_INTERVAL_MS + NEWS_SLACK_MS);
    const before = node.noticed('peer').length;
    announceGenesis(peer, 7);
    await world.run(world.now + PEER_NEWS_INTERVAL_MS + 500);
    expect(node.noticed('peer').length).toBe(before);
    node.driver.push({ type: 'wake' });
    await world.run(world.now + 1);
    node.driver.push({ type: 'command', command: { kind: 'resume' } });
    expect(node.noticed('peer').length).toBe(before + 1);
    expect(node.noticed('peer').at(-1)?.peers[0]?.height).toBe(7);
  });
});
