/** Pages on a real Bitcoin network of one full node (bcoin, regtest), through a gateway that knows nothing else. */
import type { createLightNode } from '@vision-light/browser-node';
import type { Gateway } from '@vision-light/gateway';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FullNode } from '../full-node/full-node.js';
import { Visitor } from './browser.js';
import { Stage } from './stage.js';

interface Scope {
  readonly lightNode: Awaited<ReturnType<typeof createLightNode>>;
}

/** Nobody's: what is mined to it concerns no watch. */
const OTHER_ADDRESS = 'bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080';
const stage = new Stage();
const { servers } = stage;
let node: FullNode;
let gateway: Gateway;
let url: string;
let visitor: Visitor;

beforeAll(async () => {
  node = await FullNode.start();
  // From here on witnesses are valid (BIP9 with periods of 144 blocks).
  await node.mine(450);
  const signal = [(await servers.signal()).url];
  const network = 'bitcoin-regtest';
  gateway = await servers.gateway({ network, signal, bitcoinPeers: [node.place] });
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

/** Resolves once the page's trust has the reason, or does not have it. */
const saysLost = (isLost: boolean): Promise<unknown> =>
  visitor.page.waitForFunction(
    (wanted) =>
      (globalThis as unknown as Scope).lightNode?.trust().reasons.includes('NETWORK_LOST') === wanted,
    { polling: 20 },
    isLost,
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

  it('gets a block of long ago, which the gateway does not keep', async () => {
    const header = await visitor.page.evaluate(() => (globalThis as unknown as Scope).lightNode.header(5));
    const found = await visitor.page.evaluate(async (hash) => {
      const block = await (globalThis as unknown as Scope).lightNode.block(hash);
      return { height: block?.height, count: block?.transactions.length };
    }, header?.hash ?? '');
    expect(found).toEqual({ height: 5, count: 1 });
  });

  it('is told of payments to an address of its wallet, also of those made while it was closed', async () => {
    const address = await node.address();
    const { height } = await node.tip();
    const watch = () =>
      visitor.page.evaluate(
        async (address, from) => {
          const { lightNode } = globalThis as unknown as Scope;
          for await (const event of lightNode.watch({ scripts: [address], from })) {
            if (event.kind !== 'match') continue;
            const { txid, paid, height, position } = event;
            return { txid, paid, height, position, proof: (await event.proof()).txid };
          }
          return undefined;
        },
        address,
        height + 1,
      );
    const told = watch();
    const first = await node.pay(2, address, '0.5');
    await node.send(first.hex);
    await node.mine(1, OTHER_ADDRESS);
    expect(await told).toEqual({
      txid: first.txid,
      paid: [address],
      height: height + 1,
      position: 1,
      proof: first.txid,
    });

    await visitor.page.goto('about:blank');
    const second = await node.pay(3, address, '0.25');
    await node.send(second.hex);
    await node.mine(1, OTHER_ADDRESS);
    await visitor.page.goto(url);
    await visitor.waitForNode();
    // The same watch goes on where it was.
    expect(await watch()).toMatchObject({ txid: second.txid, paid: [address], height: height + 2 });
  });

  it('goes on when the full node is killed and comes back, and follows no lighter fork', async () => {
    const { height, hash } = await node.tip();
    const { port } = node;
    await node.kill();
    await saysLost(true);
    // What comes back has lost its chain, and makes another one that has less work.
    node = await FullNode.start(port);
    const lighter = await node.mine(height - 20);
    await expect.poll(() => gateway.header(lighter.at(-1) ?? '')).toBeDefined();
    expect(gateway.tip).toMatchObject({ height, hash });
    await saysLost(false);
    const taller = await node.mine(40);
    await tipIs(taller.at(-1) ?? '');
  });
});
