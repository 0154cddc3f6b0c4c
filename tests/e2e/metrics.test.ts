/** What two pages and a gateway do, as the signaling server adds it up; and it is gone with the page that did it. */
import type { createLightNode } from '@vision-light/browser-node';
import { FOLLOWED_BLOCKS, type Metrics } from '@vision-light/protocol';
import { beforeAll, expect, it } from 'vitest';
import { Visitor } from './browser.js';
import { reaches, smallNetwork } from './servers.js';
import { Stage } from './stage.js';

type LightNodeHandle = Awaited<ReturnType<typeof createLightNode>>;

const HISTORY = 2100;
const stage = new Stage();
const { servers } = stage;
const network = smallNetwork('vision-e2e-metrics');
/** Where the chain lies. */
let dataDir: string;

beforeAll(async () => {
  dataDir = await servers.folder();
  const maker = await servers.gateway({ network, dataDir, history: HISTORY });
  await reaches(maker, HISTORY);
  await maker.close();
});

const metricsOf = (visitor: Visitor): Promise<Metrics> =>
  visitor.page.evaluate(() => (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode.metrics());

/** Resolves once a page has all the bodies that it follows. */
const haveNewestBodies = (visitor: Visitor, tip: number): Promise<void> =>
  visitor.page.evaluate(
    async (top, count) => {
      const { lightNode: node } = globalThis as unknown as { lightNode: LightNodeHandle };
      for (let height = top - count + 1; height <= top; height++)
        await node.block((await node.header(height))?.hash as string);
    },
    tip,
    FOLLOWED_BLOCKS,
  );

/** One series of an output, of which the network is the only label. */
function valueIn(text: string, name: string, network: string): number {
  const series = `${name}{network="${network}"} `;
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(series))
      ?.slice(series.length),
  );
}

it('the metrics of the whole network are right at the signaling server, and leave with their page', async () => {
  const signal = await servers.signal();
  const summed = async (name: keyof Metrics): Promise<number> =>
    valueIn(await (await fetch(`${signal.url}/metrics`)).text(), name, 'other');
  /** Pages report every five seconds, and nothing tells that they have. */
  const becomes = (name: keyof Metrics, value: number): Promise<void> =>
    expect.poll(() => summed(name)).toBe(value);

  // Nobody mines, so that the numbers stand still.
  const gateway = await servers.gateway({ network, signal: [signal.url], dataDir, mine: false });
  const { height } = gateway.tip;
  const url = await servers.page(network, [signal.url]);
  const a = await Visitor.open(stage.browser, url);
  await a.reaches(height);
  const b = await Visitor.open(stage.browser, url);
  await b.reaches(height);
  await Promise.all([a.hasPeers(2), b.hasPeers(2)]);

  // Each page has each header once; the gateway, which reports elsewhere, has two peers and received nothing.
  await becomes('vision_p2p_headers_received_total', 2 * height);
  await becomes('vision_p2p_peers', 4);
  const [ofA, ofB] = await Promise.all([metricsOf(a), metricsOf(b)]);
  for (const metrics of [ofA, ofB]) {
    expect(metrics.vision_p2p_headers_received_total).toBe(height);
    expect(metrics.vision_p2p_peers).toBe(2);
  }
  await becomes('vision_p2p_headers_per_sec', 0);
  expect(await summed('vision_chain_reorgs_total')).toBe(0);
  const own = await (await fetch(`http://127.0.0.1:${gateway.port}/metrics`)).text();
  const sent = valueIn(own, 'vision_p2p_headers_sent_total', network.name);
  expect(valueIn(own, 'vision_p2p_peers', network.name)).toBe(2);
  // Each header that a page received was sent once, by the gateway or by the other page.
  await becomes('vision_p2p_headers_sent_total', 2 * height - sent);

  // So it is with bodies: each that one received, another had sent, and the pages' own figures add up to the network's.
  await Promise.all([haveNewestBodies(a, height), haveNewestBodies(b, height)]);
  const pages = await Promise.all([metricsOf(a), metricsOf(b)]);
  const ofPages = (name: keyof Metrics): number => pages.reduce((total, metrics) => total + metrics[name], 0);
  const ownNow = await (await fetch(`http://127.0.0.1:${gateway.port}/metrics`)).text();
  const ofGateway = (name: keyof Metrics): number => valueIn(ownNow, name, network.name);
  const received = ofPages('vision_p2p_blocks_received_total');
  expect(received).toBeGreaterThan(0);
  expect(ofGateway('vision_p2p_blocks_received_total')).toBe(0);
  expect(ofPages('vision_p2p_blocks_sent_total') + ofGateway('vision_p2p_blocks_sent_total')).toBe(received);
  await becomes('vision_p2p_blocks_received_total', received);
  await becomes('vision_p2p_blocks_sent_total', ofPages('vision_p2p_blocks_sent_total'));

  // With the page go its part of the gauge and the peers that the others had in it; what it counted stays.
  await b.close();
  await becomes('vision_p2p_peers', 1);
  expect(await summed('vision_p2p_headers_received_total')).toBe(2 * height);

  // So it is with one that closes its node.
  await a.page.evaluate(async () => {
    await (globalThis as unknown as { lightNode: LightNodeHandle }).lightNode.close();
  });
  await becomes('vision_p2p_peers', 0);
  expect(a.complaints).toEqual([]);
});
