/** Pages behind a gateway of two real full nodes (bcoin, regtest) that are connected to each other. */
import type { createLightNode } from '@vision-light/browser-node';
import type { Gateway } from '@vision-light/gateway';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FullNode } from '../full-node/full-node.js';
import { Visitor } from './browser.js';
import { Stage } from './stage.js';

interface Scope {
  readonly lightNode: Awaited<ReturnType<typeof createLightNode>>;
}

const stage = new Stage();
const { servers } = stage;
let nodes: FullNode[];
let gateway: Gateway;
let visitor: Visitor;

beforeAll(async () => {
  const first = await FullNode.start();
  nodes = [first, await FullNode.start(undefined, first.place)];
  await first.mine(450);
  await vi.waitUntil(async () => (await nodes[1]?.tip())?.height === 450, { timeout: 50_000 });
  const signal = [(await servers.signal()).url];
  const network = 'bitcoin-regtest';
  gateway = await servers.gateway({ network, signal, bitcoinPeers: nodes.map(({ place }) => place) });
  visitor = await Visitor.open(stage.browser, await servers.page(network, signal));
  await visitor.page.waitForFunction(() => (globalThis as unknown as Scope).lightNode?.tip.height === 450, {
    polling: 20,
  });
});

afterAll(async () => {
  for (const node of nodes) await node.kill();
});

it('a transaction that a page sends is seen once one full node has it from the other', async () => {
  const [first] = nodes as [FullNode];
  const { hex, txid } = await first.pay(1, await first.address(), '1.0');
  const kinds = await visitor.page.evaluate(async (hex) => {
    const { lightNode } = globalThis as unknown as Scope;
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const kinds: string[] = [];
    for await (const state of lightNode.sendTx(bytes)) {
      kinds.push(state.kind);
      if (state.kind === 'seen') break;
    }
    return kinds;
  }, hex);
  expect(kinds).toEqual(['pending', 'seen']);
  for (const node of nodes) expect(await node.mempool()).toContain(txid);
});

it('the page is told that the network is lost when both are gone, and that it is back', async () => {
  const reasons = () =>
    visitor.page.evaluate(() => (globalThis as unknown as Scope).lightNode.trust().reasons.join());
  expect(await reasons()).not.toContain('NETWORK_LOST');
  const [first] = nodes as [FullNode];
  for (const node of nodes) await node.kill();
  await expect.poll(reasons).toContain('NETWORK_LOST');
  expect(gateway.tip.height).toBe(450);
  nodes = [await FullNode.start(first.port)];
  await expect.poll(reasons).not.toContain('NETWORK_LOST');
});
