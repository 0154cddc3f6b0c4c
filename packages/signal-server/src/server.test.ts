import { expect, test } from 'vitest';
import { RawClient } from '../test/raw-client.js';
import {
  connectClient,
  joinClient,
  metric,
  networkId,
  nextEvent,
  refusedCount,
  relay,
  startServer,
  until,
} from '../test/test-server.js';
import { version } from './server.js';

const one = networkId('1');
const two = networkId('2');

test('a newcomer is told its id, the others of its network and the ICE servers', async () => {
  const iceServers = [{ urls: 'stun:stun.example.org' }];
  const server = await startServer({}, { iceServers });
  const first = await joinClient(server, one, { kind: 'gateway' });
  expect(first.peers).toEqual([]);
  await joinClient(server, two);
  const client = await connectClient(server);
  const answer = await client.emitWithAck('join', { network: one, kind: 'browser' });
  expect(answer).toEqual({ ok: true, id: client.id, peers: [{ id: first.id, kind: 'gateway' }], iceServers });
});

test('ids are new for each connection', async () => {
  const server = await startServer();
  const first = await joinClient(server, one);
  first.client.disconnect();
  const second = await joinClient(server, one);
  expect(second.id).not.toBe(first.id);
  expect(second.id.length).toBeGreaterThanOrEqual(20);
});

test('signals pass both ways, as they are', async () => {
  const server = await startServer();
  const [a, b] = [await joinClient(server, one), await joinClient(server, one)];
  const offer = { type: 'offer', sdp: 'v=0\r\n"\\ü😀', ['__proto__']: { x: [null, 1.5, {}] } };
  expect(await relay(a, b, offer)).toEqual({ from: a.id, data: offer });
  expect(await relay(b, a, 'a string')).toEqual({ from: b.id, data: 'a string' });
  expect(await a.client.emitWithAck('signal', { to: b.id, data: {} })).toEqual({ ok: true });
});

test('a signal reaches nobody outside the room, nor oneself, nor who has gone', async () => {
  const server = await startServer();
  const [a, b, stranger] = [
    await joinClient(server, one),
    await joinClient(server, one),
    await joinClient(server, two),
  ];
  const outsider = await connectClient(server);
  const heard: unknown[] = [];
  for (const { client } of [stranger, { client: outsider }])
    client.on('signal', (signal) => heard.push(signal));
  const refused = { ok: false, code: 'SIGNAL_NO_SUCH_PEER' };
  b.client.disconnect();
  await until(async () => (await metric(server, 'vision_signal_connections')) === 3);
  for (const to of [stranger.id, outsider.id, a.id, b.id, 'nobody', '__proto__', 'constructor']) {
    expect(await a.client.emitWithAck('signal', { to, data: {} })).toEqual(refused);
  }
  // What would have been sent before these answers would have come before them.
  await stranger.client.emitWithAck('peers', { count: 1 });
  await outsider.emitWithAck('peers', { count: 1 });
  expect(heard).toEqual([]);
  expect(await refusedCount(server, 'SIGNAL_NO_SUCH_PEER')).toBe(7);
});

test('another sample can be asked for; it is capped and has a gateway', async () => {
  const server = await startServer({ peersOnJoin: 2, maxPeersInSample: 3 });
  const gateway = await joinClient(server, one, { kind: 'gateway' });
  for (let i = 0; i < 5; i++) await joinClient(server, one);
  const { client, id, peers } = await joinClient(server, one);
  expect(peers).toHaveLength(2);
  const { peers: more } = await client.emitWithAck('peers', { count: 100 });
  expect(more).toHaveLength(3);
  for (const sample of [peers, more]) {
    expect(sample).toContainEqual({ id: gateway.id, kind: 'gateway' });
    expect(sample.map((peer: { id: string }) => peer.id)).not.toContain(id);
  }
  expect((await client.emitWithAck('peers', { count: 1 })).peers).toEqual([
    { id: gateway.id, kind: 'gateway' },
  ]);
});

test('the sample comes from the injected randomness', async () => {
  const server = await startServer({ peersOnJoin: 1 }, { randomBelow: (bound) => bound - 1 });
  const ids = [];
  for (let i = 0; i < 4; i++) ids.push(await joinClient(server, one));
  expect(ids.map(({ peers }) => peers.map(({ id }) => id))).toEqual([
    [],
    [ids[0]!.id],
    [ids[1]!.id],
    [ids[2]!.id],
  ]);
});

test('one joins first, and once', async () => {
  const server = await startServer();
  const client = await connectClient(server);
  const notJoined = { ok: false, code: 'SIGNAL_NOT_JOINED' };
  expect(await client.emitWithAck('peers', { count: 1 })).toEqual(notJoined);
  expect(await client.emitWithAck('signal', { to: 'x', data: {} })).toEqual(notJoined);
  const join = { network: one, kind: 'browser' };
  expect((await client.emitWithAck('join', join)).ok).toBe(true);
  const again = await client.emitWithAck('join', { ...join, network: two });
  expect(again).toEqual({ ok: false, code: 'SIGNAL_ALREADY_JOINED' });
  expect(await refusedCount(server, 'SIGNAL_NOT_JOINED')).toBe(2);
  expect(await refusedCount(server, 'SIGNAL_ALREADY_JOINED')).toBe(1);
  expect(await metric(server, 'vision_signal_rooms')).toBe(1);
});

test('rooms and their members are limited, and an empty room goes', async () => {
  const server = await startServer({ maxRooms: 1, maxMembersPerRoom: 2 });
  const first = await joinClient(server, one);
  const second = await joinClient(server, one);
  await expect(joinClient(server, one)).rejects.toThrow('SIGNAL_ROOM_FULL');
  await expect(joinClient(server, two)).rejects.toThrow('SIGNAL_TOO_MANY_ROOMS');
  expect(await refusedCount(server, 'SIGNAL_ROOM_FULL')).toBe(1);
  expect(await refusedCount(server, 'SIGNAL_TOO_MANY_ROOMS')).toBe(1);
  first.client.disconnect();
  second.client.disconnect();
  await until(async () => (await metric(server, 'vision_signal_rooms')) === 0);
  await joinClient(server, two);
});

test('peers are counted by network and kind while they are there', async () => {
  const server = await startServer();
  const series = (network: string, kind: string) =>
    metric(server, `vision_signal_peers{network="${network}",kind="${kind}"}`);
  expect(await series('vision-devnet', 'browser')).toBe(0);
  const page = await joinClient(server, one, { name: 'vision-devnet' });
  await joinClient(server, one, { name: 'vision-devnet' });
  await joinClient(server, one, { name: 'vision-devnet', kind: 'gateway' });
  await joinClient(server, two, { name: 'somebodys-own' });
  await joinClient(server, two);
  await connectClient(server);
  expect(await series('vision-devnet', 'browser')).toBe(2);
  expect(await series('vision-devnet', 'gateway')).toBe(1);
  expect(await series('other', 'browser')).toBe(2);
  expect(await metric(server, 'vision_signal_connections')).toBe(6);
  expect(await metric(server, 'vision_signal_rooms')).toBe(2);
  expect(await server.metrics()).not.toContain('somebodys-own');
  page.client.disconnect();
  await until(async () => (await series('vision-devnet', 'browser')) === 1);
});

test('relayed signals are counted, refused ones are not', async () => {
  const server = await startServer();
  const [a, b] = [await joinClient(server, one), await joinClient(server, one)];
  for (let i = 0; i < 5; i++) await relay(a, b, { i });
  await a.client.emitWithAck('signal', { to: 'nobody', data: {} });
  expect(await metric(server, 'vision_signal_relayed_total')).toBe(5);
});

test('/healthz, /metrics and a sentence for everything else', async () => {
  const server = await startServer();
  await joinClient(server, one);
  const health = await fetch(`${server.url}/healthz?x`);
  expect(health.headers.get('access-control-allow-origin')).toBe('*');
  expect(await health.json()).toEqual({ status: 'ok', version, uptime: expect.any(Number), peers: 1 });
  const metrics = await fetch(`${server.url}/metrics`);
  expect(metrics.headers.get('content-type')).toContain('text/plain');
  const text = await metrics.text();
  for (const name of [
    'vision_signal_peers',
    'vision_signal_relayed_total',
    'vision_signal_refused_total',
    'process_cpu_seconds_total',
  ]) {
    expect(text).toContain(`# TYPE ${name} `);
  }
  for (const [path, method, status] of [
    ['/', 'GET', 404],
    ['/healthz', 'POST', 404],
    ['/healthzz', 'GET', 404],
    ['/socket.io/?EIO=4&transport=polling', 'GET', 426],
    ['/socket.io/socket.io.js', 'GET', 426],
  ] as const) {
    const response = await fetch(server.url + path, { method });
    expect([path, response.status]).toEqual([path, status]);
    expect((await response.text()).length).toBeGreaterThan(10);
  }
});

test('pages of other origins can be kept out', async () => {
  const server = await startServer({}, { origins: ['https://ours.example'] });
  await expect(connectClient(server, { origin: 'https://other.example' })).rejects.toThrow();
  expect(await refusedCount(server, 'SIGNAL_ORIGIN_NOT_ALLOWED')).toBe(1);
  await connectClient(server, { origin: 'https://ours.example' });
  await connectClient(server);
  const ask = (origin: string) => fetch(`${server.url}/healthz`, { headers: { origin } });
  expect((await ask('https://ours.example')).headers.get('access-control-allow-origin')).toBe(
    'https://ours.example',
  );
  expect((await ask('https://other.example')).headers.has('access-control-allow-origin')).toBe(false);
});

test('leaving the socket.io namespace ends the connection, and is no fault', async () => {
  const server = await startServer();
  const { client } = await RawClient.joined(server.port, one);
  client.send('41');
  await client.ended;
  await until(async () => (await metric(server, 'vision_signal_connections')) === 0);
  expect(await server.metrics()).not.toMatch(/vision_signal_refused_total.* [1-9]/);
});

test('closing tells every client why, and ends', async () => {
  const server = await startServer();
  const { client } = await joinClient(server, one);
  const reason = nextEvent(client, 'refused');
  const gone = nextEvent(client, 'disconnect');
  await Promise.all([server.close(), server.close()]);
  expect(await reason).toEqual({ code: 'SIGNAL_SHUTTING_DOWN' });
  // Not "io server disconnect", after which socket.io clients stay away for good.
  expect(await gone).toBe('transport close');
  await expect(connectClient(server)).rejects.toThrow();
});
