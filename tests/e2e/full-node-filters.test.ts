/** A page that finds payments by compact filters, which its gateway has from full nodes over TCP. */
import type { createLightNode, Filtered } from '@vision-light/browser-node';
import { expect, it } from 'vitest';
import { serveNode } from '../full-node/model-node-server.js';
import {
  omittingFilter,
  PAYING_HEIGHT,
  payee,
  payingHeights,
  payingNode,
} from '../full-node/paying-nodes.js';
import { Visitor } from './browser.js';
import { Stage } from './stage.js';

interface Scope {
  readonly lightNode: Awaited<ReturnType<typeof createLightNode>>;
}

const stage = new Stage();
const { servers } = stage;

it('fetches none of the old blocks that filters exclude, and a full node that omits a payment misleads nobody', async () => {
  const honest = payingNode();
  const nodes = [await serveNode(honest), await serveNode(payingNode({ filterAt: omittingFilter }))];
  for (const node of nodes) servers.defer(() => node.close());
  const signal = [(await servers.signal()).url];
  const network = 'bitcoin-regtest';
  const gateway = await servers.gateway({
    network,
    signal,
    bitcoinPeers: nodes.map(({ place }) => place),
    filters: 50,
  });
  await expect.poll(() => gateway.tip.height).toBe(PAYING_HEIGHT);
  const visitor = await Visitor.open(stage.browser, await servers.page(network, signal));
  await visitor.waitForNode();
  const found = await visitor.page.evaluate(
    async (script, tip) => {
      const { lightNode } = globalThis as unknown as Scope;
      const heights: number[] = [];
      let filtered: Filtered | undefined;
      for await (const event of lightNode.watch({ scripts: [script], from: 1 })) {
        if (event.kind === 'match') heights.push(event.height);
        if (event.kind === 'scanned') filtered = event.filtered;
        if (event.kind === 'scanned' && event.to === tip) break;
      }
      return { heights, filtered };
    },
    Buffer.from(payee).toString('hex'),
    PAYING_HEIGHT,
  );
  expect(found.heights).toEqual(payingHeights);
  // The newest 64 are in the memory of the page; of the others one pays.
  expect(found.filtered).toEqual({ blocks: PAYING_HEIGHT - 64 - 1, peers: 1, open: 0 });
});
