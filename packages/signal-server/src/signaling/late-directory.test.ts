/** What clients see of a directory that answers late, fails, forgets, or is shared by two servers. */
import { randomInt } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Gate, Held } from '../../test/gated-directory.js';
import { RawClient } from '../../test/raw-client.js';
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
} from '../../test/test-server.js';
import { memoryDirectory } from '../directory/memory-directory.js';
import {
  createSignalServer,
  type Directory,
  type OpenDirectory,
  type SignalLimits,
  type SignalServer,
  type SignalServerOptions,
} from '../index.js';

const network = networkId('d');
const join = { network, kind: 'browser' };
const unavailable = { ok: false, code: 'SIGNAL_DIRECTORY_UNAVAILABLE' };
const fails = () => Promise.reject(new Error('connection lost'));

function memory(): OpenDirectory {
  return memoryDirectory({ maxRooms: 100, maxMembersPerRoom: 100, randomBelow: randomInt });
}

/** A server whose directory the test holds; it is given up only where a test says so. */
async function startGated(
  limits: Partial<SignalLimits> = {},
  options: SignalServerOptions = {},
): Promise<{ server: SignalServer; gate: Gate }> {
  const gate = new Gate();
  const patient = { directoryTimeoutMs: 3_600_000, ...limits };
  const server = await startServer(patient, { ...options, openDirectory: gate.guard(memory()) });
  return { server, gate };
}

test('signals and answers keep their order, however late the directory is', async () => {
  const { server, gate } = await startGated();
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const heard: unknown[] = [];
  b.client.on('signal', ({ data }) => heard.push(data));
  const held = gate.hold();
  const answered: number[] = [];
  const numbers = Array.from({ length: 60 }, (_, i) => i);
  const calls = numbers.map(async (i) => {
    const isQuestion = i % 7 === 3;
    const call = isQuestion
      ? a.client.emitWithAck('peers', { count: 1 })
      : a.client.emitWithAck('signal', { to: b.id, data: { i } });
    const { ok } = await call;
    answered.push(i);
    return ok;
  });
  await gate.untilMade('route');
  expect([heard, answered]).toEqual([[], []]);
  held.release();
  expect(await Promise.all(calls)).toEqual(numbers.map(() => true));
  expect(answered).toEqual(numbers);
  const sent = numbers.filter((i) => i % 7 !== 3).map((i) => ({ i }));
  await until(async () => heard.length >= sent.length);
  expect(heard).toEqual(sent);
});

test('what a client sends right after its join is served as if it had waited', async () => {
  const { server, gate } = await startGated();
  const b = await joinClient(server, network);
  const client = await connectClient(server);
  const held = gate.hold();
  const answers = [
    client.emitWithAck('join', join),
    client.emitWithAck('join', join),
    client.emitWithAck('metrics', { vision_p2p_peers: 1 }),
    client.emitWithAck('peers', { count: 9 }),
    client.emitWithAck('signal', { to: b.id, data: 'hello' }),
  ];
  const arrived = nextEvent<{ data: unknown }>(b.client, 'signal');
  held.release();
  const peers = [{ id: b.id, kind: 'browser' }];
  expect(await Promise.all(answers)).toEqual([
    { ok: true, id: client.id, peers, iceServers: [] },
    { ok: false, code: 'SIGNAL_ALREADY_JOINED' },
    { ok: true },
    { ok: true, peers },
    { ok: true },
  ]);
  expect((await arrived).data).toBe('hello');
});

test('who goes while the directory answers its join is in no room', async () => {
  const { server, gate } = await startGated();
  const held = gate.hold();
  const client = await RawClient.opened(server.port);
  client.send(`420${JSON.stringify(['join', join])}`);
  client.send('421["peers",{"count":1}]');
  await gate.untilMade('join');
  client.socket.destroy();
  await gate.untilMade('leave');
  held.release();
  await until(async () => gate.passed.includes('leave'));
  // The request that waited behind the join is forgotten.
  expect(gate.made).toEqual(['join', 'leave']);
  expect(await metric(server, 'vision_signal_rooms')).toBe(0);
  expect(await metric(server, 'vision_signal_peers{network="other",kind="browser"}')).toBe(0);
  expect((await joinClient(server, network)).peers).toEqual([]);
});

test('of a client that is refused nothing more is served', async () => {
  let held = new Held();
  // The refusal is logged in the same task, so the directory answers before the connection can be closed.
  const log = pino({ level: 'debug' }, { write: () => held.release() });
  const { server, gate } = await startGated({}, { log });
  const { client } = await RawClient.joined(server.port, network);
  held = gate.hold();
  for (let i = 0; i < 3; i++) client.send('421["peers",{"count":1}]');
  await gate.untilMade('sample');
  client.send('no packet');
  await client.ended;
  await gate.untilMade('leave');
  expect(gate.made).toEqual(['join', 'sample', 'leave']);
});

test('the answer to a join comes before the first signal', async () => {
  const { server, gate } = await startGated();
  const b = await joinClient(server, network);
  const held = new Held();
  gate.after = (name) => (name === 'join' ? held.promise : Promise.resolve());
  const client = await RawClient.opened(server.port);
  client.send(`420${JSON.stringify(['join', join])}`);
  await until(async () => gate.passed.filter((name) => name === 'join').length === 2);
  const { peers } = await b.client.emitWithAck('peers', { count: 1 });
  for (const data of ['first', 'second']) {
    expect(await b.client.emitWithAck('signal', { to: peers[0].id, data })).toEqual({ ok: true });
  }
  held.release();
  await client.text((text) => text.includes('second'));
  client.socket.end();
  const { texts } = await client.ended;
  const said = texts.filter((text) => /^4[23]/.test(text));
  expect(said.map((text) => /^430|first|second/.exec(text)?.[0])).toEqual(['430', 'first', 'second']);
});

test('signals that come while a join is answered are bounded like a backlog', async () => {
  const { server, gate } = await startGated({ maxBacklogBytes: 200_000, maxMessageBurst: 10_000 });
  const b = await joinClient(server, network);
  gate.after = (name) => (name === 'join' ? new Promise(() => {}) : Promise.resolve());
  const client = await RawClient.opened(server.port);
  client.send(`420${JSON.stringify(['join', join])}`);
  await until(async () => gate.passed.filter((name) => name === 'join').length === 2);
  const { peers } = await b.client.emitWithAck('peers', { count: 1 });
  for (let i = 0; i < 4; i++) {
    await b.client.emitWithAck('signal', { to: peers[0].id, data: 'x'.repeat(60_000) });
  }
  expect((await client.ended).texts.some((text) => text.includes('xxx'))).toBe(false);
  expect(await refusedCount(server, 'SIGNAL_BACKLOG')).toBe(1);
});

test('a directory that fails is named to the client, which stays and can ask again', async () => {
  const { server, gate } = await startGated();
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const newcomer = await connectClient(server);
  gate.before = fails;
  expect(await a.client.emitWithAck('peers', { count: 1 })).toEqual(unavailable);
  expect(await a.client.emitWithAck('signal', { to: b.id, data: {} })).toEqual(unavailable);
  expect(await newcomer.emitWithAck('join', join)).toEqual(unavailable);
  expect(await server.metrics()).toMatch(/^vision_signal_rooms nan$/im);
  gate.before = async () => {};
  expect(await refusedCount(server, 'SIGNAL_DIRECTORY_UNAVAILABLE')).toBe(3);
  expect(await metric(server, 'vision_signal_relayed_total')).toBe(0);
  expect(await metric(server, 'vision_signal_peers{network="other",kind="browser"}')).toBe(2);
  expect((await relay(a, b, { again: true })).data).toEqual({ again: true });
  expect(await newcomer.emitWithAck('peers', { count: 1 })).toEqual({ ok: false, code: 'SIGNAL_NOT_JOINED' });
  expect((await newcomer.emitWithAck('join', join)).peers).toHaveLength(2);
});

test('a directory that says nothing is given up in time; a join that happens later is undone', async () => {
  const { server, gate } = await startGated({ directoryTimeoutMs: 30 });
  const a = await joinClient(server, network);
  const newcomer = await connectClient(server);
  const held = gate.hold();
  const answers = [newcomer.emitWithAck('join', join), a.client.emitWithAck('peers', { count: 1 })];
  expect(await Promise.all(answers)).toEqual([unavailable, unavailable]);
  held.release();
  await until(async () => gate.passed.includes('leave'));
  expect(await a.client.emitWithAck('peers', { count: 1 })).toEqual({ ok: true, peers: [] });
  expect((await newcomer.emitWithAck('join', join)).peers).toEqual([{ id: a.id, kind: 'browser' }]);
});

test('a join that waits for the directory is not late', async () => {
  const { server, gate } = await startGated({ joinTimeoutMs: 50 });
  const client = await connectClient(server);
  const held = gate.hold();
  const answer = client.emitWithAck('join', join);
  // One that connects later and does not join is closed for being late.
  await (await RawClient.opened(server.port)).ended;
  held.release();
  expect((await answer).ok).toBe(true);
});

test('SIGNAL_MESSAGE_DROPPED: requests that wait for the directory are bounded', async () => {
  const { server, gate } = await startGated({ maxWaitingBytes: 100_000 });
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const heard: unknown[] = [];
  b.client.on('signal', ({ data }) => heard.push(data.slice(-1)));
  const held = gate.hold();
  for (let i = 0; i < 6; i++) a.client.emit('signal', { to: b.id, data: 'x'.repeat(30_000) + i });
  // One is being served and three fit.
  await until(async () => (await refusedCount(server, 'SIGNAL_MESSAGE_DROPPED')) === 2);
  held.release();
  expect((await a.client.emitWithAck('peers', { count: 1 })).ok).toBe(true);
  await until(async () => heard.length === 4);
  expect(heard).toEqual(['0', '1', '2', '3']);
});

test('who is forgotten by the directory is told, is counted no more, and can join again', async () => {
  let inner: Directory | undefined;
  const openDirectory: OpenDirectory = async (deliver) => {
    inner = await memory()(deliver);
    return inner;
  };
  const server = await startServer({}, { openDirectory });
  const a = await joinClient(server, network, { name: 'vision-devnet' });
  await a.client.emitWithAck('metrics', { vision_p2p_peers: 3 });
  const series = [
    'vision_signal_peers{network="vision-devnet",kind="browser"}',
    'vision_p2p_peers{network="vision-devnet"}',
  ];
  const counts = () => Promise.all(series.map((name) => metric(server, name)));
  expect(await counts()).toEqual([1, 3]);
  await inner?.leave(a.id);
  expect(await a.client.emitWithAck('peers', { count: 1 })).toEqual({ ok: false, code: 'SIGNAL_NOT_JOINED' });
  expect(await counts()).toEqual([0, 0]);
});

test('two servers that share a directory serve one network', async () => {
  const openDirectory = memory();
  const [p, q] = [await startServer({}, { openDirectory }), await startServer({}, { openDirectory })];
  const a = await joinClient(p, network, { kind: 'gateway' });
  const b = await joinClient(q, network);
  expect(b.peers).toEqual([{ id: a.id, kind: 'gateway' }]);
  for (let i = 0; i < 5; i++) {
    expect(await relay(a, b, { i })).toEqual({ from: a.id, data: { i } });
    expect(await relay(b, a, { i })).toEqual({ from: b.id, data: { i } });
  }
  const rooms = [p, q].map((server) => metric(server, 'vision_signal_rooms'));
  // The parts of the two add up to the number of rooms.
  expect(await Promise.all(rooms)).toEqual([0, 1]);
  await p.close();
  const gone = await b.client.emitWithAck('signal', { to: a.id, data: {} });
  expect(gone).toEqual({ ok: false, code: 'SIGNAL_NO_SUCH_PEER' });
});

test('a server closes its directory after its clients have left it, and logs no failure', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const { server, gate } = await startGated({}, { log });
  await Promise.all([joinClient(server, network), joinClient(server, network)]);
  await server.close();
  expect(gate.passed).toEqual(['join', 'join', 'leave', 'leave', 'close']);
  expect(lines).toEqual([]);
});

test('a server closes in time although its directory says nothing', async () => {
  const { server, gate } = await startGated({ directoryTimeoutMs: 30, closeTimeoutMs: 50 });
  await joinClient(server, network);
  gate.before = () => new Promise(() => {});
  await server.close();
  expect(gate.passed).toEqual(['join']);
});

test('a server whose directory cannot be opened does not start', async () => {
  const openDirectory = () => Promise.reject(new Error('no such host'));
  await expect(createSignalServer({ port: 0, host: '127.0.0.1', openDirectory })).rejects.toThrow(
    'no such host',
  );
});
