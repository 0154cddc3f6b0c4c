import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSignalServer } from '@vision-light/signal-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startFakeSignaling } from '../../../../tests/browser/fake-signaling.mjs';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import { defineSignalingClientSuite } from '../../../../tests/conformance-suites/signaling-client-suite.js';
import { Happenings } from '../../../../tests/conformance-suites/suite-runner.js';
import { SignalingClient } from './signaling-client.js';

let fake: Awaited<ReturnType<typeof startFakeSignaling>>;

beforeAll(async () => {
  fake = await startFakeSignaling();
});

afterAll(() => fake.close());

defineSignalingClientSuite({ describe, it, afterEach }, (behaviour) => `${fake.origin}/${behaviour}`);

describe('signaling client and the real server', () => {
  const network = { networkId: 'ab'.repeat(32), networkName: undefined, kind: 'gateway' } as const;

  function connect(url: string) {
    const happenings = new Happenings<readonly [kind: string, detail: unknown]>();
    const client = new SignalingClient(
      { url, ...network, clock: new ManualClock() },
      {
        joined: (_client, peerIds) => happenings.add(['joined', peerIds]),
        signal: () => {},
        failed: (fault) => happenings.add(['failed', fault]),
      },
    );
    return { client, happenings };
  }

  it('joins without a name, and learns of ICE servers', async () => {
    const iceServers = [{ urls: 'stun:stun.example:3478' }];
    const server = await createSignalServer({ port: 0, host: '127.0.0.1', iceServers });
    const { client, happenings } = connect(server.url);
    expect(await happenings.next()).toEqual(['joined', []]);
    expect(client.iceServers).toEqual(iceServers);
    client.close();
    await server.close();
  });

  it('reports once that the server is gone, and joins again when it is back', async () => {
    const first = await createSignalServer({ port: 0, host: '127.0.0.1' });
    const { client, happenings } = connect(first.url);
    await happenings.next();
    await first.close();
    expect(await happenings.next()).toEqual(['failed', 'SIGNAL_UNREACHABLE']);
    const second = await createSignalServer({ port: first.port, host: '127.0.0.1' });
    expect(await happenings.next()).toEqual(['joined', []]);
    expect(happenings.all).toHaveLength(3);
    client.close();
    await second.close();
  });

  it('reports once that a server was never there', async () => {
    const server = await createSignalServer({ port: 0, host: '127.0.0.1' });
    await server.close();
    const { client, happenings } = connect(server.url);
    expect(await happenings.next()).toEqual(['failed', 'SIGNAL_UNREACHABLE']);
    client.close();
  });

  it('takes a path for the place where the server is mounted', async () => {
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
});
