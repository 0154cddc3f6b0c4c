/** What a node says that its answers rest on: it speaks up before a wrong answer could be given, and not without a cause. */
import type { Hello, TrustFacts } from '@vision-light/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  CLOCK_DOUBTFUL_S,
  PING_INTERVAL_MS,
  TRUST_INTERVAL_MS,
  TRUST_WINDOW_SPACINGS,
} from '../../packages/protocol/src/limits.js';
import {
  SERVICE_FOLLOWING,
  SERVICE_GATEWAY,
  SERVICE_LIVE,
} from '../../packages/protocol/src/wire/messages/hello.js';
import { VERSION_WITH_TIPS } from '../../packages/protocol/src/wire/messages/ping.js';
import { answerFrom } from './scripted-chain.js';
import { answerPings, Stranger } from './stranger.js';
import { genesisTime, VisionChain, visionSim } from './vision-chain.js';
import { type SimNode, World } from './world.js';

const family = visionSim;
const SPACING_S = family.targetSpacingS;
/** Blocks that everyone has, as many as are looked at and more. */
const SHARED = 2 * TRUST_WINDOW_SPACINGS;
const none = new Uint8Array(32);

let world: World;
let chain: VisionChain;
let node: SimNode;
/** Whether peers name their tip when they are pinged. */
let saysTip: boolean;

beforeEach(async () => {
  saysTip = false;
  world = new World(genesisTime + SPACING_S * SHARED);
  chain = new VisionChain();
  chain.mine({ count: SHARED });
  node = world.add('node', { family });
  await later(100);
});

const later = (ms: number): Promise<void> => world.run(world.now + ms);
const now = (): number => Math.floor(world.wallTime);
const trust = (): TrustFacts => {
  const facts = node.noticed('trust').at(-1)?.trust;
  if (facts === undefined) throw new Error('the node has said nothing');
  return facts;
};
const reasons = (): readonly string[] => trust().reasons;
const tipOf = ({ tree }: VisionChain): Uint8Array => tree.hash(tree.tip).slice();

/** A peer that serves a chain as it is when it is asked. */
function peer(id: string, introducer: string, of = chain, hello: Partial<Hello> = {}): Stranger {
  const { tree } = of;
  const stranger = new Stranger(
    world,
    id,
    node,
    (message, self) => {
      if (message.type === 'ping') self.say({ ...message, type: 'pong', ...(saysTip && { tip: tipOf(of) }) });
      if (message.type === 'getHeaders') self.say(answerFrom(family, of.batch, message));
      if (message.type === 'getBlocks') self.say({ ...message, type: 'notFound' });
    },
    { localFingerprint: none, remoteFingerprint: none, introducer },
  );
  stranger.hello({ height: tree.tipHeight, chainwork: tree.chainwork(tree.tip), ...hello });
  return stranger;
}

function announce(stranger: Stranger, { tree } = chain): void {
  const prev = family.parent(tree.record(tree.tip)).slice();
  stranger.say({ type: 'announce', height: tree.tipHeight, hash: tree.hash(tree.tip).slice(), prev });
}

/** Three peers, from two introducers, and a network that has been running for a while. */
async function threePeers(): Promise<Stranger[]> {
  const peers = [peer('one', 'a'), peer('two', 'a'), peer('three', 'b')];
  await later(3000);
  return peers;
}

/** Blocks come as they should, and each peer announces them. */
async function blocks(count: number, peers: readonly Stranger[], spacingS = SPACING_S): Promise<void> {
  for (let i = 0; i < count; i++) {
    await later(1000 * spacingS);
    chain.mine({ count: 1, timeOf: now });
    for (const each of peers) announce(each);
    await later(100);
  }
}

describe('trust', () => {
  it('NO_PEERS: is none as long as nobody is met', () => {
    expect(trust()).toMatchObject({
      level: 'none',
      reasons: ['NO_PEERS'],
      headers: { verified: 1, assumed: 0 },
    });
  });

  it('is full where three peers from two introducers have a tip that is as old as tips are', async () => {
    const peers = await threePeers();
    await blocks(3, peers);
    expect(trust()).toMatchObject({
      level: 'full',
      reasons: [],
      targetSpacingS: SPACING_S,
      tip: { height: SHARED + 3, chainwork: chain.tree.chainwork(chain.tree.tip) },
      peers: { browsers: 3, gateways: 0, agreeing: 3, differing: 0, introducers: 2 },
      headers: { verified: SHARED + 4, assumed: 0 },
      recent: { windowS: TRUST_WINDOW_SPACINGS * SPACING_S },
    });
  });

  it('FEW_PEERS, ONE_INTRODUCER: is degraded in what one server could have chosen, as in an eclipse by it', async () => {
    const peers = [peer('one', 'a'), peer('two', 'a')];
    await later(3000);
    await blocks(2, peers);
    expect(reasons()).toEqual(['FEW_PEERS', 'ONE_INTRODUCER']);
    const third = peer('three', 'a');
    await later(TRUST_INTERVAL_MS + 1000);
    await blocks(1, [...peers, third]);
    expect(reasons()).toEqual(['ONE_INTRODUCER']);
    const fourth = peer('four', 'b');
    await later(TRUST_INTERVAL_MS + 1000);
    await blocks(1, [...peers, third, fourth]);
    expect(trust().level).toBe('full');
  });

  it('NETWORK_LOST: is degraded at once when no gateway reaches a full node any more, and full again when one does', async () => {
    const peers = await threePeers();
    await blocks(1, peers);
    expect(reasons()).toEqual([]);
    const services = SERVICE_GATEWAY + SERVICE_FOLLOWING;
    const first = peer('first', 'b', chain, { services: services + SERVICE_LIVE });
    const second = peer('second', 'b', chain, { services });
    await later(2000);
    expect(reasons()).toEqual([]);
    first.say({ type: 'services', services });
    await later(100);
    expect(trust()).toMatchObject({ level: 'degraded', reasons: ['NETWORK_LOST'] });
    second.say({ type: 'services', services: services + SERVICE_LIVE });
    await later(100);
    expect(reasons()).toEqual([]);
  });

  it('NETWORK_LOST: is degraded for who comes later, and not where no gateway is to follow a network', async () => {
    await threePeers();
    peer('miner', 'b', chain, { services: SERVICE_GATEWAY });
    await later(2000);
    expect(reasons()).toEqual([]);
    peer('lost', 'b', chain, { services: SERVICE_GATEWAY + SERVICE_FOLLOWING });
    await later(2000);
    expect(reasons()).toEqual(['NETWORK_LOST']);
  });

  it('TIP_STALE: is degraded by itself once no block came for longer than chance explains, and full again with one', async () => {
    const peers = await threePeers();
    await blocks(2, peers);
    expect(trust().level).toBe('full');
    // Nothing happens but pings.
    const staleS = -Math.log(0.001) * SPACING_S;
    await later(1000 * (staleS - 2));
    expect(trust().level).toBe('full');
    await later(3000);
    expect(reasons()).toEqual(['TIP_STALE']);
    await blocks(1, peers, 1);
    expect(trust().level).toBe('full');
  });

  it('TIP_STALE: a timestamp ahead of the clock hides nothing', async () => {
    const peers = await threePeers();
    await blocks(2, peers);
    // As far ahead as it may be.
    chain.mine({ count: 1, timeOf: () => now() + 9 });
    for (const each of peers) announce(each);
    await later(1000);
    expect(node.core.tip.height).toBe(SHARED + 3);
    await later(1000 * (-Math.log(0.001) * SPACING_S + 1));
    expect(reasons()).toContain('TIP_STALE');
  });

  it('BLOCKS_SLOW: is degraded where a tenth of the hash power is shown, though no single block is late', async () => {
    const peers = await threePeers();
    await blocks(2, peers);
    await blocks(5, peers, 6 * SPACING_S);
    expect(reasons()).toEqual(['BLOCKS_SLOW']);
    const { blocks: seen, expected, probability } = trust().recent;
    expect(expected).toBe(TRUST_WINDOW_SPACINGS);
    expect(seen).toBeLessThan(9);
    expect(probability).toBeLessThan(0.001);
  });

  it('NOT_SYNCED: is degraded while a peer claims more than is verified', async () => {
    const peers = await threePeers();
    await blocks(1, peers);
    const liar = new Stranger(world, 'liar', node, answerPings);
    liar.hello({ height: 10 ** 6, chainwork: 10n ** 12n });
    await later(1000);
    expect(trust().level).toBe('degraded');
    expect(reasons()).toContain('NOT_SYNCED');
  });

  it('PEERS_DISAGREE: is degraded where as many follow another branch', async () => {
    const other = new VisionChain();
    other.mine({ count: SHARED - 1 });
    other.mine({ count: 1, miner: 'other' });
    await threePeers();
    const rivals = ['four', 'five', 'six'].map((id) => peer(id, 'c', other));
    await later(3000);
    for (const each of rivals.slice(1)) announce(each, other);
    await later(3000);
    expect(trust()).toMatchObject({ level: 'full', peers: { agreeing: 4, differing: 2 } });
    for (const each of rivals) announce(each, other);
    // What is known already is no reason to look at once.
    node.driver.push({ type: 'command', command: { kind: 'resume' } });
    await later(3000);
    expect(trust()).toMatchObject({ reasons: ['PEERS_DISAGREE'], peers: { agreeing: 3, differing: 3 } });
  });

  it('CLOCK_DOUBTFUL: is degraded where most clocks differ from ours', async () => {
    const time = now() + CLOCK_DOUBTFUL_S + 10;
    for (const [id, introducer] of [
      ['one', 'a'],
      ['two', 'a'],
      ['three', 'b'],
    ] as const)
      peer(id, introducer, chain, { time });
    await later(3000);
    expect(reasons()).toEqual(['CLOCK_DOUBTFUL']);
    expect(trust().clockAheadS).toBeGreaterThan(CLOCK_DOUBTFUL_S);
  });

  it('learns from pings who has the tip, of those that announce nothing', async () => {
    const [one] = await threePeers();
    const speaking = one === undefined ? [] : [one];
    await blocks(20, speaking);
    expect(trust()).toMatchObject({ tip: { height: SHARED + 20 }, peers: { agreeing: 1 } });
    saysTip = true;
    await blocks(PING_INTERVAL_MS / 1000 / SPACING_S + 2, speaking);
    expect(trust()).toMatchObject({ level: 'full', peers: { agreeing: 3 } });
  });

  it('names its tip once to each peer in its own pings, and to none that is too old to take it', async () => {
    await threePeers();
    const old = peer('old', 'a', chain, {
      version: VERSION_WITH_TIPS - 1,
      minVersion: VERSION_WITH_TIPS - 1,
    });
    const silent = peer('silent', 'a');
    await later(3 * PING_INTERVAL_MS);
    const [first, ...others] = silent.heard('ping').map(({ tip }) => tip);
    expect([first, ...new Set(others)]).toEqual([tipOf(chain), undefined]);
    expect(new Set(old.heard('ping').map(({ tip }) => tip))).toEqual(new Set([undefined]));
  });

  it('says nothing that has not changed', async () => {
    const peers = await threePeers();
    await blocks(2, peers);
    const before = node.noticed('trust').length;
    await later(4000);
    expect(node.noticed('trust').length - before).toBeLessThanOrEqual(1);
    await blocks(3, peers);
    const count = node.noticed('trust').length - before;
    expect(count).toBeGreaterThanOrEqual(3);
    expect(count).toBeLessThanOrEqual(7);
  });
});
