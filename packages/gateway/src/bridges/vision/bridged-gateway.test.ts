/** A whole gateway that follows Vision nodes: what it is told, and what it tells. */
import { afterEach, describe, expect, it } from 'vitest';
import { simNetwork, VisionChain, visionSim } from '../../../../../tests/sim/vision-chain.js';
import { VisionNodeStandIn } from '../../../../../tests/vision-node-stand-in.js';
import { createGateway, type Gateway } from '../../gateway.js';
import type { GatewayOptions } from '../../gateway-options.js';

const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function start(options: GatewayOptions): Promise<Gateway> {
  const gateway = await createGateway({
    network: simNetwork,
    port: 0,
    host: '127.0.0.1',
    mine: false,
    ...options,
  });
  endings.push(() => gateway.close());
  return gateway;
}

async function standInOf(): Promise<VisionNodeStandIn> {
  const node = await VisionNodeStandIn.start(visionSim);
  endings.push(() => node.close());
  return node;
}

const urlOf = ({ port }: Gateway): string => `http://127.0.0.1:${port}`;

async function healthOf(gateway: Gateway) {
  const response = await fetch(`${urlOf(gateway)}/healthz`);
  return (await response.json()) as { readonly visionNodes?: readonly Record<string, unknown>[] };
}

async function reaches(gateway: Gateway, hash: string): Promise<void> {
  await expect.poll(() => gateway.tip.hash, { interval: 10 }).toBe(hash);
}

describe('a gateway that follows Vision nodes', () => {
  it('says of each how it fares', async () => {
    const node = await standInOf();
    node.add(new VisionChain().mine({ count: 5 }), []);
    const gone = await VisionNodeStandIn.start(visionSim);
    const goneUrl = gone.url;
    await gone.close();
    const before = Math.floor(Date.now() / 1000);
    const gateway = await start({ visionNodes: [node.url, goneUrl] });
    await reaches(gateway, node.tip);
    await expect.poll(async () => (await healthOf(gateway)).visionNodes?.[1]?.lastError).not.toBeNull();
    const { visionNodes = [] } = await healthOf(gateway);
    expect(visionNodes).toMatchObject([
      { url: node.url, lastError: null, height: 5 },
      { url: goneUrl, reachableSince: null, lastError: { code: 'VISION_NODE_UNREACHABLE' }, height: null },
    ]);
    expect(visionNodes[0]?.reachableSince).toBeGreaterThanOrEqual(before);
    const metrics = await (await fetch(`${urlOf(gateway)}/metrics`)).text();
    const lineOf = (name: string, url: string) =>
      metrics.split('\n').find((line) => line.includes(`vision_node_${name}{`) && line.includes(url));
    expect(lineOf('reachable', node.url)).toMatch(/ 1$/);
    expect(lineOf('reachable', goneUrl)).toMatch(/ 0$/);
    expect(lineOf('height', node.url)).toMatch(/ 5$/);
    expect(lineOf('faults', goneUrl)).toMatch(/ [1-9]$/);
  });

  it('is synced though it has no peers, and connecting again once the node is gone', async () => {
    const node = await standInOf();
    node.add(new VisionChain().mine({ count: 5 }), []);
    const gateway = await start({ visionNodes: [node.url] });
    await expect.poll(() => gateway.status, { interval: 10 }).toMatchObject({ phase: 'synced', peers: 0 });
    expect(gateway.tip.height).toBe(5);
    expect(await healthOf(gateway)).toMatchObject({ phase: 'synced', live: true });
    await node.close();
    endings.pop();
    const announcement = JSON.stringify({ height: 6, hash: 'ab'.repeat(32), prev: node.tip });
    await fetch(`${urlOf(gateway)}/p2p/announce`, { method: 'POST', body: announcement });
    await expect.poll(() => gateway.status.phase, { interval: 10 }).toBe('connecting');
    expect(await healthOf(gateway)).toMatchObject({ phase: 'connecting', live: false });
  });

  it('says nothing of nodes where it follows none', async () => {
    expect(await healthOf(await start({}))).not.toHaveProperty('visionNodes');
  });

  it('asks its nodes at once when one of them announces a block', async () => {
    const node = await standInOf();
    const chain = new VisionChain();
    node.add(chain.mine({ count: 1 }), []);
    const gateway = await start({ visionNodes: [node.url] });
    await reaches(gateway, node.tip);
    // It asks for a rest, so that the next look is far away.
    const rest = { status: 429, headers: { 'retry-after': '300' } };
    node.quirks.answer = (route) => (route === 'get_headers' ? rest : undefined);
    const code = async () => (await healthOf(gateway)).visionNodes?.[0]?.lastError;
    await expect.poll(code, { interval: 50 }).toMatchObject({ code: 'VISION_NODE_BUSY' });
    node.quirks.answer = undefined;
    node.add(chain.mine({ count: 1 }), []);
    const announcement = { height: 2, hash: node.textOf(node.tip), prev: '00'.repeat(32) };
    const announce = () =>
      fetch(`${urlOf(gateway)}/p2p/announce`, { method: 'POST', body: JSON.stringify(announcement) });
    expect(await (await announce()).json()).toEqual({ status: 'queued' });
    await reaches(gateway, node.tip);
    expect(await (await announce()).json()).toEqual({ status: 'duplicate' });
  });

  it.each<[string, GatewayOptions, RegExp]>([
    ['nine nodes', { visionNodes: Array.from({ length: 9 }, (_, i) => `http://a:${i + 1}`) }, /at most 8/],
    ['no URL', { visionNodes: ['a'] }, /must be an http or https URL/],
    ['another protocol', { visionNodes: ['ws://a'] }, /must be an http or https URL/],
    ['a password', { visionNodes: ['http://me:secret@a'] }, /without a name, a password/],
    ['a question', { visionNodes: ['http://a/?b'] }, /without a name, a password/],
    ['one node twice', { visionNodes: ['http://a', 'http://a'] }, /must not name a node twice/],
    [
      'a network without them',
      { visionNodes: ['http://a'], network: 'bitcoin-regtest' },
      /only Vision networks/,
    ],
  ])('does not begin with %s', async (_, options, message) => {
    await expect(start(options)).rejects.toThrow(RangeError);
    await expect(start(options)).rejects.toThrow(message);
  });

  it('is one network with another gateway that it reaches by these routes only, whoever mines', async () => {
    const first = await start({ mine: true, history: 0, historyWaitMs: 0, transactions: 2 });
    const second = await start({ mine: true, history: 0, historyWaitMs: 0, visionNodes: [urlOf(first)] });
    const heightOfBoth = () => Math.min(first.tip.height, second.tip.height);
    await expect.poll(heightOfBoth, { interval: 50 }).toBeGreaterThan(8);
    const agreed = () => first.header(6)?.hash === second.header(6)?.hash;
    await expect.poll(agreed, { interval: 50 }).toBe(true);
    expect(first.peers()).toEqual([]);
  });
});
