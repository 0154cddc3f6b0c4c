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

  function connect(url: string, random = 0.02) {
    const happenings = new Happenings<readonly [kind: string, detail: unknown]>();
    const clock = new ManualClock();
    const client = new SignalingClient(
      { url, ...network, clock, random: () => random },
      {
        joined: (_client, peerIds) => happenings.add(['joined', peerIds]),
        signal: () => {},
        failed: (fault) => happenings.add(['failed', fault]),
      },
    );
    return { client, clock, happenings };
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

  it('comes back to a lost server at a time of its own, whatever nudges it', async () => {
    const first = await createSignalServer({ port: 0, host: '127.0.0.1' });
    const [early, late] = [connect(first.url, 0.02), connect(first.url, 0.999)];
    await Promise.all([early.happenings.next(), late.happenings.next()]);
    await first.close();
    await Promise.all([early.happenings.next(), late.happenings.next()]);
    const second = await createSignalServer({ port: first.port, host: '127.0.0.1' });
    late.clock.advance(14_900);
    late.client.nudge();
    await early.happenings.next();
    // A nudge that was heeded would have been as fast as this one.
    const other = connect(second.url);
    await other.happenings.next();
    expect([early, late, other].map(({ client }) => client.isJoined)).toEqual([true, false, true]);
    late.clock.advance(100);
    late.client.nudge();
    expect((await late.happenings.next())[0]).toBe('joined');
    for (const { client } of [early, late, other]) client.close();
    await second.close();
  });

  it('asks for new credentials before the old ones end, and again if none come', async () => {
    const turn = { urls: ['turn:turn.example'], secret: 'shared', ttlS: 600 };
    const server = await createSignalServer({ port: 0, host: '127.0.0.1', turn });
    const { client, clock, happenings } = connect(server.url);
    await happenings.next();
    const { username } = client.iceServers[0]!;
    expect(clock.delays).toEqual([450_000]);
    clock.advance(450_000);
    // The time for another try runs until the answer comes, and then that of the new credentials.
    expect(clock.delays).toEqual([15_000]);
    await expect.poll(() => clock.delays).toEqual([450_000]);
    expect(client.iceServers).toMatchObject([{ urls: turn.urls, username: expect.stringMatching(/^\d+:/) }]);
    expect(client.iceServers[0]?.username).not.toBe(username);
    client.close();
    expect(clock.delays).toEqual([]);
    await server.close();
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
