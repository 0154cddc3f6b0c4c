import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSignalServer, type SignalServer } from '@vision-light/signal-server';
import { afterEach, describe, expect, it } from 'vitest';
import { SignalClient } from './signal-client.js';

const networkId = 'ab'.repeat(32);
const clients: SignalClient[] = [];
const servers: SignalServer[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function startServer(port = 0): Promise<SignalServer> {
  const iceServers = [{ urls: 'stun:stun.example:3478' }];
  const server = await createSignalServer({ port, host: '127.0.0.1', iceServers });
  servers.push(server);
  return server;
}

type Notice =
  | { readonly kind: 'joined'; readonly peers: readonly string[] }
  | { readonly kind: 'signal'; readonly from: string; readonly data: unknown }
  | { readonly kind: 'away'; readonly reason: string };

/** A client and what it has told, one notice at a time. */
function connect(url: string, network = networkId) {
  const notices: Notice[] = [];
  let wake = () => {};
  const note = (notice: Notice) => {
    notices.push(notice);
    wake();
  };
  const client = new SignalClient(
    { url, networkId: network, networkName: 'Not a server name' },
    {
      joined: (peers) => note({ kind: 'joined', peers }),
      signal: (from, data) => note({ kind: 'signal', from, data }),
      away: (reason) => note({ kind: 'away', reason }),
    },
  );
  clients.push(client);
  const next = async (): Promise<Notice> => {
    while (notices.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return notices.shift() as Notice;
  };
  return { client, next, notices };
}

describe('SignalClient', () => {
  it('joins, meets those who came before, and passes signals on', async () => {
    const { url } = await startServer();
    const a = connect(url);
    expect(await a.next()).toEqual({ kind: 'joined', peers: [] });
    expect(a.client.iceServers).toEqual([{ urls: ['stun:stun.example:3478'] }]);
    const b = connect(url);
    const { id } = a.client;
    expect(await b.next()).toEqual({ kind: 'joined', peers: [id] });
    b.client.send(id as string, { type: 'offer', sdp: 'v=0' }, () => {});
    expect(await a.next()).toEqual({
      kind: 'signal',
      from: b.client.id,
      data: { type: 'offer', sdp: 'v=0' },
    });
    expect(await a.client.samplePeers(5)).toEqual([b.client.id]);
  });

  it('says when there is no such peer', async () => {
    const { url } = await startServer();
    const a = connect(url);
    await a.next();
    await new Promise<void>((resolve) => a.client.send('nobody', { type: 'offer', sdp: '' }, resolve));
  });

  it('says once that the server is away, and joins again when it is back', async () => {
    const first = await startServer();
    const a = connect(first.url);
    await a.next();
    await first.close();
    expect((await a.next()).kind).toBe('away');
    expect(a.client.id).toBeUndefined();
    expect(await a.client.samplePeers(5)).toEqual([]);
    await startServer(first.port);
    expect(await a.next()).toEqual({ kind: 'joined', peers: [] });
    expect(a.notices).toEqual([]);
  });

  it('takes a path for where the server is mounted', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const asked = once(server, 'upgrade');
    const { client } = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}/signal/`);
    const [request, socket] = (await asked) as [IncomingMessage, Duplex];
    expect(request.url).toMatch(/^\/signal\/socket\.io\/\?/);
    client.close();
    socket.destroy();
    server.close();
  });

  it('says once that a server was never there', async () => {
    const { url, close } = await startServer();
    await close();
    const a = connect(url);
    expect((await a.next()).kind).toBe('away');
  });
});
