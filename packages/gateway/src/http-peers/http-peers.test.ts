/** Two nodes that know each other by their HTTP routes alone. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devnetMerkleRoot, encodeBlockJson } from '@vision-light/protocol';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { makeBody } from '../../../../tests/sim/vision-bodies.js';
import { VisionChain, visionSim } from '../../../../tests/sim/vision-chain.js';
import { makeTransaction } from '../../../../tests/sim/vision-transactions.js';
import { startVisionHost } from '../../../../tests/vision-host.js';
import { HttpServer } from '../http/http-server.js';
import { BlockThread } from '../http/p2p/block-thread.js';
import { servedChain } from '../http/p2p/served-chain.js';
import { HTTP_PEER_ANSWER_BYTES_MAX } from '../limits.js';
import { pullBlocks } from './block-pull.js';
import { HttpPeer, HttpPeerError } from './http-peer.js';
import { HttpPeers } from './http-peers.js';

const log = pino({ level: 'silent' });
const endings: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** A node with its HTTP side. */
async function start() {
  const host = await startVisionHost();
  const http = await HttpServer.listen({
    port: 0,
    host: '127.0.0.1',
    family: visionSim,
    log,
    facts: () => undefined,
    chain: () => servedChain(host),
  });
  endings.push(
    () => host.close(),
    () => http.close(),
  );
  return { host, url: `http://127.0.0.1:${http.port}/` };
}

type Started = Awaited<ReturnType<typeof start>>;

function join({ host }: Started, ...others: Started[]): HttpPeers {
  const urls = others.map(({ url }) => url);
  const peers = new HttpPeers({ urls, host, family: visionSim, chain: servedChain(host), log });
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

  it('are not asked without end by names that lead nowhere', async () => {
    const a = await start();
    const chain = new VisionChain();
    await mine(a, chain, 1);
    const known = encodeBlockJson(chain.batch.records, makeBody(1, 2).body) as string;
    const raw = Buffer.from(known).toString('base64');
    let asked = 0;
    const liar = createServer((request, response) => {
      request.resume();
      asked++;
      const isHeaders = request.url?.endsWith('get_headers');
      const name = asked.toString(16).padStart(64, '0');
      response.end(
        JSON.stringify(isHeaders ? { headers: [{ hash: name }] } : { blocks: [{ hash: name, raw }] }),
      );
    });
    liar.listen(0, '127.0.0.1');
    await once(liar, 'listening');
    endings.push(async () => {
      liar.closeAllConnections();
      liar.close();
    });
    const peer = new HttpPeer(`http://127.0.0.1:${(liar.address() as AddressInfo).port}`);
    const thread = new BlockThread();
    endings.push(() => thread.close());
    expect(await pullBlocks(peer, { host: a.host, family: visionSim, thread })).toBe(1);
    expect(asked).toBe(2);
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

describe('an answer', () => {
  async function answer(status: number, body: string | (() => Iterable<string>)): Promise<HttpPeer> {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(status);
      if (typeof body === 'string') {
        response.end(body);
        return;
      }
      const parts = body()[Symbol.iterator]();
      const more = (): void => {
        const { done, value } = parts.next();
        if (done === true) response.end();
        else response.write(value, () => more());
      };
      more();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endings.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    return new HttpPeer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  it('is a status and members', async () => {
    const peer = await answer(202, '{"nonce":18446744073709551615}');
    expect(await peer.post('x', '{}')).toEqual({ status: 202, members: { nonce: 2n ** 64n - 1n } });
  });

  it.each([
    ['no JSON', 'nothing'],
    ['a list', '[]'],
    ['null', 'null'],
  ])('that is %s is none', async (_, body) => {
    const peer = await answer(200, body);
    await expect(peer.post('x', '{}')).rejects.toThrow(HttpPeerError);
  });

  it('without an end is none', async () => {
    const megabyte = ' '.repeat(1024 * 1024);
    let sent = 0;
    const peer = await answer(200, function* () {
      for (;;) {
        sent += megabyte.length;
        yield megabyte;
      }
    });
    await expect(peer.post('x', '{}')).rejects.toThrow('too large');
    expect(sent).toBeLessThan(2 * HTTP_PEER_ANSWER_BYTES_MAX);
  });

  it('is not waited for once the peer is closed', async () => {
    const server = createServer(() => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endings.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    const peer = new HttpPeer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const asked = peer.post('x', '{}');
    await once(server, 'request');
    peer.close();
    await expect(asked).rejects.toThrow(HttpPeerError);
    await expect(peer.post('x', '{}')).rejects.toThrow(HttpPeerError);
  });
});
