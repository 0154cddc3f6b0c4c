import { REFUSED_CLOSE_CODE } from '@vision-light/signaling';
import { SignalingClient } from '@vision-light/signaling/client';
import { expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import { RawClient, upgradeRequest } from '../../test/raw-client.js';
import {
  connectClient,
  joinClient,
  metric,
  networkId,
  refusedCount,
  relay,
  startServer,
  until,
} from '../../test/test-server.js';

const network = networkId('a');

test('an address has so many connections, and gets a place back when one closes', async () => {
  const server = await startServer({ maxConnectionsPerAddress: 2 });
  const first = await connectClient(server);
  await connectClient(server);
  const refused = RawClient.tcp(server.port);
  refused.socket.write(upgradeRequest());
  expect(await refused.ended).toMatchObject({
    closeCode: REFUSED_CLOSE_CODE,
    closeReason: 'SIGNAL_TOO_MANY_FROM_ADDRESS',
    texts: [],
  });
  expect(await refusedCount(server, 'SIGNAL_TOO_MANY_FROM_ADDRESS')).toBe(1);
  first.disconnect();
  await until(async () => (await metric(server, 'vision_signal_connections')) === 1);
  await connectClient(server);
});

test('a client of this project hears why it is refused before it has joined, and waits', async () => {
  const server = await startServer({ maxConnectionsPerAddress: 1 });
  await connectClient(server);
  const clock = new ManualClock();
  const failure = await new Promise<readonly string[]>((resolve) => {
    const client = new SignalingClient(
      { url: server.url, networkId: network, networkName: undefined, kind: 'browser', clock },
      { joined: () => {}, signal: () => {}, failed: (fault, detail) => resolve([fault, detail]) },
    );
    onTestFinished(() => client.close());
  });
  expect(failure).toEqual(['SIGNAL_REFUSED', `${server.url}: SIGNAL_TOO_MANY_FROM_ADDRESS`]);
  expect(clock.delays).toEqual([30_000]);
});

test('an address connects so fast and no faster', async () => {
  const server = await startServer({ maxConnectsPerSecondPerAddress: 1, maxConnectBurstPerAddress: 3 });
  for (let i = 0; i < 3; i++) (await connectClient(server)).disconnect();
  await expect(connectClient(server)).rejects.toThrow();
  expect(await refusedCount(server, 'SIGNAL_TOO_MANY_FROM_ADDRESS')).toBe(1);
});

test('X-Forwarded-For counts only behind a trusted proxy', async () => {
  const limits = { maxConnectionsPerAddress: 1 };
  const from = (address: string) => ({ 'x-forwarded-for': `203.0.113.1, ${address}` });
  const open = await startServer(limits);
  await connectClient(open, from('192.0.2.1'));
  await expect(connectClient(open, from('192.0.2.2'))).rejects.toThrow();
  const proxied = await startServer(limits, { trustProxy: true });
  await connectClient(proxied, from('192.0.2.1'));
  await connectClient(proxied, from('192.0.2.2'));
  await expect(connectClient(proxied, from('192.0.2.1'))).rejects.toThrow();
});

test('a network group has so many connections, whatever their addresses, and gets a place back', async () => {
  const server = await startServer({ maxConnectionsPerGroup: 2 }, { trustProxy: true });
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const first = await connectClient(server, from('192.0.2.1'));
  await connectClient(server, from('192.0.2.2'));
  await expect(connectClient(server, from('192.0.2.3'))).rejects.toThrow();
  expect(await refusedCount(server, 'SIGNAL_TOO_MANY_FROM_NETWORK')).toBe(1);
  // Another network is not concerned, and the refused address is not counted.
  await connectClient(server, from('192.0.3.3'));
  await connectClient(server, from('2001:db8:1:2::1'));
  await connectClient(server, from('2001:db8:1:3::1'));
  await expect(connectClient(server, from('2001:db8:1:4::1'))).rejects.toThrow();
  first.disconnect();
  await until(async () => (await metric(server, 'vision_signal_connections')) === 4);
  await connectClient(server, from('192.0.2.3'));
});

test('the server has so many connections', async () => {
  const server = await startServer({ maxConnections: 2 });
  await connectClient(server);
  await connectClient(server);
  const refused = RawClient.tcp(server.port);
  refused.socket.write(upgradeRequest());
  expect(await refused.ended).toMatchObject({
    closeCode: REFUSED_CLOSE_CODE,
    closeReason: 'SIGNAL_TOO_MANY_CONNECTIONS',
  });
  expect(await refusedCount(server, 'SIGNAL_TOO_MANY_CONNECTIONS')).toBe(1);
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
});

test.each([
  ['an old protocol', '/socket.io/?EIO=3&transport=websocket', 400],
  ['polling', '/socket.io/?EIO=4&transport=polling', 400],
  ['a session to take over', '/socket.io/?EIO=4&transport=websocket&sid=x', 400],
  ['nothing', '/socket.io/', 400],
  ['another path', '/other', 404],
  ['no path at all', '//', 404],
])('an upgrade that asks for %s is refused', async (_, target, status) => {
  const server = await startServer();
  const client = RawClient.tcp(server.port);
  client.socket.write(upgradeRequest({}, target));
  expect((await client.ended).texts[0]).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test('a broken WebSocket handshake gives its place back', async () => {
  const server = await startServer({ maxConnectionsPerAddress: 1 });
  for (let i = 0; i < 3; i++) {
    const client = RawClient.tcp(server.port);
    client.socket.write(upgradeRequest({ 'Sec-WebSocket-Key': 'short' }));
    expect((await client.ended).texts[0]).toMatch(/^HTTP\/1\.1 400 /);
  }
  await connectClient(server);
});

test('half-open TCP and slow headers are cut in time and bounded by address; others do not notice', async () => {
  const server = await startServer({ headersTimeoutMs: 200, maxConnectionsPerAddress: 4 });
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const silent = [1, 2, 3].map(() => RawClient.tcp(server.port));
  const slow = RawClient.tcp(server.port);
  slow.socket.write('GET /healthz HTTP/1.1\r\nX-Slow: ');
  const drip = setInterval(() => slow.socket.write('x'), 20);
  await until(async () => {
    await RawClient.tcp(server.port).ended;
    return ((await refusedCount(server, 'SIGNAL_TOO_MANY_FROM_ADDRESS')) ?? 0) > 0;
  });
  for (let i = 0; i < 5; i++) await relay(a, b, { i });
  await Promise.all([...silent, slow].map((client) => client.ended));
  clearInterval(drip);
  await relay(b, a, {});
});
