/** Two nodes that know each other by their HTTP routes alone. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devnetMerkleRoot, type VisionFamily } from '@vision-light/protocol';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { makeBody } from '../../../../../tests/sim/vision-bodies.js';
import { VisionChain, visionSim } from '../../../../../tests/sim/vision-chain.js';
import { makeTransaction } from '../../../../../tests/sim/vision-transactions.js';
import { smallMainnet } from '../../../../../tests/small-mainnet.js';
import { startVisionHost } from '../../../../../tests/vision-host.js';
import { HttpServer } from '../../http/http-server.js';
import { servedChain } from '../../http/p2p/served-chain.js';
import { VisionBridge } from './vision-bridge.js';

const log = pino({ level: 'silent' });
const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A node with its HTTP side. */
async function start(family: VisionFamily = visionSim) {
  const host = await startVisionHost(family);
  const http = await HttpServer.listen({
    port: 0,
    host: '127.0.0.1',
    family,
    log,
    facts: () => undefined,
    chain: () => servedChain(host),
  });
  const close = async (): Promise<void> => {
    await http.close();
    await host.close();
  };
  endings.push(close);
  return { host, family, url: `http://127.0.0.1:${http.port}/`, close };
}

type Started = Awaited<ReturnType<typeof start>>;

function join({ host, family }: Started, ...others: Started[]): VisionBridge {
  const urls = others.map(({ url }) => url);
  const peers = new VisionBridge({ urls, host, family, chain: servedChain(host), log });
  endings.push(() => peers.close());
  return peers;
}

/** Mines blocks, and hands them to a node. @returns the bodies by their hashes */
async function mine({ host }: Started, chain: VisionChain, count: number, miner = 'sim') {
  const bodies = new Map<string, Uint8Array>();
  for (let i = 0; i < count; i++) {
    const { body, txRoot } = makeBody(chain.tree.tipHeight + 1, 2 + (i % 3));
    const batch = chain.mine({ count: 1, miner, txRootOf: () => txRoot });
    const { accepted } = await host.submit(batch, [body], 'miner');
    expect(accepted).toBe(1);
    bodies.set(visionSim.hashToHex(batch.hashes), body);
  }
  return bodies;
}

async function reaches({ host }: Started, hash: string): Promise<void> {
  if (host.node.tip.hash === hash) return;
  await host.once((notice) => notice.type === 'tip' && notice.tip.hash === hash);
}

describe('nodes joined by HTTP alone', () => {
  it('fetch what they lack, bodies too, and follow the heavier branch', async () => {
    const [a, b] = [await start(), await start()];
    const chain = new VisionChain();
    const bodies = await mine(a, chain, 70);
    await mine(b, new VisionChain(), 3, 'other');
    join(b, a);
    await reaches(b, a.host.node.tip.hash);
    for (const [name, body] of bodies) {
      const hash = visionSim.hashFromHex(name) ?? new Uint8Array();
      expect(await b.host.readBody(hash)).toEqual(body);
    }
  });

  it('pass on each new block, from whichever of them it comes', async () => {
    const [a, b] = [await start(), await start()];
    join(a, b);
    join(b, a);
    const chain = new VisionChain();
    for (const [from, to] of [
      [a, b],
      [b, a],
      [a, b],
    ] as const) {
      const [[name, body] = ['', undefined]] = await mine(from, chain, 1);
      await reaches(to, name);
      const hash = visionSim.hashFromHex(name) ?? new Uint8Array();
      expect(await to.host.readBody(hash)).toEqual(body);
    }
  });

  it('pass on transactions, and the block that has them', async () => {
    const [a, b] = [await start(), await start()];
    join(a, b);
    const sent = makeTransaction({ sender: 3 });
    const arrived = b.host.once((notice) => notice.type === 'transactions' && notice.added.length > 0);
    expect(await a.host.sendTransaction(sent, false)).toHaveProperty('id');
    await arrived;
    const [tx] = b.host.node.transactions.select(1e6);
    expect(tx?.bytes).toEqual(sent);
    const body = visionSim.joinBody([sent]);
    const batch = new VisionChain().mine({
      count: 1,
      txRootOf: () => devnetMerkleRoot([tx?.id ?? sent]),
    });
    await a.host.submit(batch, [body], 'miner');
    await reaches(b, visionSim.hashToHex(batch.hashes));
    expect(await b.host.readBody(batch.hashes)).toEqual(body);
    expect(b.host.node.transactions.mempool.size).toBe(0);
  });

  it('agree after a fork, from however far below, when one branch grows heavier', async () => {
    const [a, b] = [await start(), await start()];
    const [ours, theirs] = [new VisionChain(), new VisionChain()];
    const common = ours.mine({ count: 20 });
    theirs.tree.insertChecked(common.records, common.hashes, theirs.tree.tip);
    for (let i = 1; i < common.count; i++)
      theirs.tree.insertChecked(common.records, common.hashes, theirs.tree.tip, i);
    await a.host.submit(common, [], 'miner');
    await b.host.submit(common, [], 'miner');
    await a.host.submit(ours.mine({ count: 200, miner: 'ours' }), [], 'miner');
    await b.host.submit(theirs.mine({ count: 230, miner: 'theirs' }), [], 'miner');
    join(a, b);
    join(b, a);
    const [heavier, [reorg]] = [b.host.node.tip, [a.host.once((notice) => notice.type === 'reorg')]];
    await reaches(a, heavier.hash);
    expect(await reorg).toMatchObject({ reorg: { ancestor: { height: 20 }, disconnected: { length: 200 } } });
    // And on from there, from either side.
    const [[first] = ['']] = await mine(a, theirs, 1);
    await reaches(b, first);
    const [[second] = ['']] = await mine(b, theirs, 1);
    await reaches(a, second);
  });

  it('agree on the rules of the mainnet, with a fork and miners of up to 256 bytes', async () => {
    const [a, b] = [await start(smallMainnet), await start(smallMainnet)];
    const [ours, theirs] = [new VisionChain(smallMainnet), new VisionChain(smallMainnet)];
    await a.host.submit(ours.mine({ count: 30, miner: 'o'.repeat(256) }), [], 'miner');
    await b.host.submit(theirs.mine({ count: 40, miner: 't' }), [], 'miner');
    join(a, b);
    join(b, a);
    await reaches(a, b.host.node.tip.hash);
    const batch = theirs.mine({ count: 1, miner: 'é'.repeat(128) });
    await a.host.submit(batch, [], 'miner');
    await reaches(b, smallMainnet.hashToHex(batch.hashes));
    expect(b.host.node.header(41)?.fields).toMatchObject({ miner: 'é'.repeat(128) });
  });

  it('go on when one of them is gone', async () => {
    const [a, b] = [await start(), await start()];
    const nobody = createServer();
    nobody.listen(0, '127.0.0.1');
    await once(nobody, 'listening');
    const { port } = nobody.address() as AddressInfo;
    nobody.close();
    join(a, { ...b, url: `http://127.0.0.1:${port}` }, b);
    const [[name] = ['']] = await mine(a, new VisionChain(), 1);
    await reaches(b, name);
  });
});
