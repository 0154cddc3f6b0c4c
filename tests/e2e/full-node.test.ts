/** Pages on a real Bitcoin network of one full node (bcoin, regtest), through a gateway that knows nothing else. */
import type { createLightNode } from '@vision-light/browser-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FullNode } from '../full-node/full-node.js';
import { Visitor } from './browser.js';
import { Stage } from './stage.js';

interface Scope {
  readonly lightNode: Awaited<ReturnType<typeof createLightNode>>;
}

const stage = new Stage();
const { servers } = stage;
let node: FullNode;
let url: string;
let visitor: Visitor;

beforeAll(async () => {
  node = await FullNode.start();
  // From here on witnesses are valid (BIP9 with periods of 144 blocks).
  await node.mine(450);
  const signal = [(await servers.signal()).url];
  const network = 'bitcoin-regtest';
  await servers.gateway({ network, signal, bitcoinPeers: [node.place] });
  url = await servers.page(network, signal);
  visitor = await Visitor.open(stage.browser, url);
});

afterAll(() => node.kill());

const tipIs = (hash: string): Promise<unknown> =>
  visitor.page.waitForFunction(
    (wanted) => (globalThis as unknown as Scope).lightNode?.tip.hash === wanted,
    { polling: 20 },
    hash,
  );

describe('a page behind a gateway of a full node', () => {
  it('syncs its chain, and follows each block that is mined', async () => {
    await tipIs((await node.tip()).hash);
    const minedAt = performance.now();
    const [mined = ''] = await node.mine(1);
    await tipIs(mined);
    console.log(`A page had a full node's new block after ${Math.round(performance.now() - minedAt)} ms`);
  });

  it('reports a reorganisation', async () => {
    const reorg = visitor.page.evaluate(
      () =>
        new Promise((resolve) => {
          (globalThis as unknown as Scope).lightNode.subscribe('reorg', ({ disconnected, connected }) =>
            resolve({ left: disconnected.map(({ hash }) => hash), came: connected.map(({ hash }) => hash) }),
          );
        }),
    );
    const { hash } = await node.tip();
    await node.invalidate(hash);
    const came = await node.mine(2);
    expect(await reorg).toEqual({ left: [hash], came });
  });

  it('sends a transaction, which the full node has and mines, and the page gets with its block', async () => {
    const { hex, txid } = await node.pay(1, await node.address(), '1.0');
    await visitor.page.evaluate((hex) => {
      const scope = globalThis as unknown as Scope & { sent: Promise<unknown> };
      const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      const sent = scope.lightNode.sendTx(bytes);
      scope.sent = (async () => {
        for await (const state of sent)
          if (state.kind === 'included') return { id: await sent.id, block: state.block };
        return undefined;
      })();
    }, hex);
    await expect.poll(() => node.mempool()).toContain(txid);
    const [block] = await node.mine(1);
    const sent = await visitor.page.evaluate(
      () => (globalThis as unknown as { sent: Promise<unknown> }).sent,
    );
    expect(sent).toEqual({ id: txid, block });
    const has = await visitor.page.evaluate(
      async (block, txid) => {
        const found = await (globalThis as unknown as Scope).lightNode.block(block);
        return found?.transactions.some(({ id }) => id === txid);
      },
      block ?? '',
      txid,
    );
    expect(has).toBe(true);
  });
});
