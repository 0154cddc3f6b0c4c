/** Several signaling servers that share a real Redis: processes are killed, Redis is killed, hangs, and comes back. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  connectClient,
  type Joiner,
  joinClient,
  networkId,
  nextEvent,
  relay,
} from '../../packages/signal-server/test/test-server.js';
import { hasRedis, RedisProcess, sayWithoutRedis } from '../redis-process.mjs';
import { SignalProcess } from '../signal-process.js';

sayWithoutRedis('tests/node/signal-cluster.test.ts');

const network = networkId('c');
const PUT_BACK = 'peers put back into Redis';
/** Short enough to wait for, and long enough for a machine that does other things. */
const LEASE_MS = '4000';
const UNAVAILABLE = { ok: false, code: 'SIGNAL_DIRECTORY_UNAVAILABLE' };

describe.skipIf(!hasRedis)('signaling servers with one Redis', () => {
  let redis: RedisProcess;

  beforeAll(async () => {
    redis = await RedisProcess.start();
  });
  afterAll(() => redis.dispose());
  beforeEach(() => redis.empty());

  async function startTwo(...args: string[]): Promise<readonly [SignalProcess, SignalProcess]> {
    const settings = ['--redis-url', redis.url, '--redis-lease-ms', LEASE_MS, ...args];
    const servers = await Promise.all([SignalProcess.start(settings), SignalProcess.start(settings)]);
    onTestFinished(async () => {
      await Promise.all(servers.map((server) => server.stop()));
    });
    return servers as [SignalProcess, SignalProcess];
  }

  it('introduces peers of two processes to each other, both ways', async () => {
    const [one, two] = await startTwo();
    const a = await joinClient(one, network);
    const b = await joinClient(two, network, { kind: 'gateway' });
    expect(b.peers).toEqual([{ id: a.id, kind: 'browser' }]);
    expect(await peersOf(a)).toEqual([b.id]);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      expect(await relay(from, to, { type: 'offer', sdp: 'v=0 ü \u2028' })).toEqual({
        from: from.id,
        data: { type: 'offer', sdp: 'v=0 ü \u2028' },
      });
    }
    const nobody = await a.client.emitWithAck('signal', { to: 'nobody', data: {} });
    expect(nobody).toEqual({ ok: false, code: 'SIGNAL_NO_SUCH_PEER' });
  });

  it('adds up: peers, connections and rooms over the processes are as many as there are', async () => {
    const servers = await startTwo();
    await joinClient(servers[0], network);
    await joinClient(servers[1], network, { kind: 'gateway' });
    await joinClient(servers[1], networkId('d'));
    expect(await sumOf(servers, 'vision_signal_peers')).toBe(3);
    expect(await sumOf(servers, 'vision_signal_connections')).toBe(3);
    expect(await sumOf(servers, 'vision_signal_rooms')).toBe(2);
  });

  it('limits rooms and their members for the whole', async () => {
    const [one, two] = await startTwo('--max-rooms', '1', '--max-members-per-room', '2');
    const members = [await joinClient(one, network), await joinClient(two, network)];
    const refusal = (server: SignalProcess, room: string): Promise<string> =>
      joinClient(server, room).then(
        () => 'joined',
        (error: Error) => error.message,
      );
    expect(await refusal(one, network)).toBe('SIGNAL_ROOM_FULL');
    expect(await refusal(two, networkId('d'))).toBe('SIGNAL_TOO_MANY_ROOMS');
    await leave(members[0]!);
    await expect.poll(() => refusal(two, network)).toBe('joined');
  });

  it('limits the connections of an address for the whole, and forgets those of a process that was killed', async () => {
    const [one, two] = await startTwo('--max-connections-per-address', '3');
    const clients = [await connectClient(one), await connectClient(one), await connectClient(two)];
    for (const server of [one, two])
      await expect(connectClient(server)).rejects.toThrow('SIGNAL_TOO_MANY_FROM_ADDRESS');
    await leave({ client: clients[2]! });
    const next = async (): Promise<string> =>
      connectClient(two).then(
        () => 'connected',
        (error: Error) => error.message,
      );
    await expect.poll(next).toBe('connected');
    expect(await next()).toBe('SIGNAL_TOO_MANY_FROM_ADDRESS');
    // Redis forgets, and the servers do not.
    await redis.kill();
    expect(await next()).toBe('connected');
    await redis.start();
    await Promise.all([one.untilLogged('Redis answers again'), two.untilLogged('Redis answers again')]);
    await expect.poll(next).toBe('SIGNAL_TOO_MANY_FROM_ADDRESS');
    await one.kill();
    await expect.poll(next).toBe('connected');
  });

  it('limits how fast an address connects for the whole', async () => {
    const rate = ['--max-connects-per-second-per-address', '1', '--max-connect-burst-per-address', '8'];
    const [one, two] = await startTwo(...rate, '--redis-lease-ms', '3600000');
    // Four at each, where either would take eight by itself.
    const both = [one, two, one, two, one, two, one, two];
    for (const server of both) await leave({ client: await connectClient(server) });
    const refused = await Promise.allSettled(both.slice(0, 6).map((server) => connectClient(server)));
    expect(refused.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(0);
  });

  it('loses only the peers of a process that was killed', async () => {
    const [one, two] = await startTwo();
    const doomed = await joinClient(one, network);
    await joinClient(one, networkId('d'));
    const [a, b] = [await joinClient(two, network), await joinClient(two, network)];
    expect(await peersOf(a)).toEqual([doomed.id, b.id].sort());
    await one.kill();
    await expect.poll(() => peersOf(a)).toEqual([b.id]);
    await expect.poll(() => sumOf([two], 'vision_signal_rooms')).toBe(1);
    expect(await a.client.emitWithAck('signal', { to: doomed.id, data: {} })).toEqual({
      ok: false,
      code: 'SIGNAL_NO_SUCH_PEER',
    });
    expect(redis.keys().filter((key) => /:(members|inbox):/.test(key))).toHaveLength(1);
    const third = await SignalProcess.start(['--redis-url', redis.url]);
    onTestFinished(() => third.stop());
    const c = await joinClient(third, network);
    expect(await relay(a, c, { x: 1 })).toEqual({ from: a.id, data: { x: 1 } });
  });

  it('takes the peers of a process along that ends in order', async () => {
    const [one, two] = await startTwo('--redis-lease-ms', '3600000');
    await joinClient(one, network);
    await joinClient(one, networkId('d'));
    const a = await joinClient(two, network);
    expect(await peersOf(a)).toHaveLength(1);
    await one.stop();
    expect(await peersOf(a)).toEqual([]);
    expect(await sumOf([two], 'vision_signal_rooms')).toBe(1);
  });

  it('loses no room when Redis is killed, and meanwhile no connection', async () => {
    const [one, two] = await startTwo();
    const [a, a2, b] = [
      await joinClient(one, network),
      await joinClient(one, network),
      await joinClient(two, network),
    ];
    const left = await joinClient(two, network);
    const disconnected = watchDisconnects(a, a2, b);
    await redis.kill();
    // Those of one process still reach each other; what needs Redis says so.
    expect(await relay(a, a2, { x: 1 })).toEqual({ from: a.id, data: { x: 1 } });
    await expect.poll(() => a.client.emitWithAck('signal', { to: b.id, data: {} })).toEqual(UNAVAILABLE);
    expect(await a.client.emitWithAck('peers', { count: 9 })).toEqual(UNAVAILABLE);
    const newcomer = await connectClient(two);
    expect(await newcomer.emitWithAck('join', { network, kind: 'browser' })).toEqual(UNAVAILABLE);
    await leave(left);

    await redis.start();
    await Promise.all([one.untilLogged(PUT_BACK), two.untilLogged(PUT_BACK)]);
    expect(await peersOf(a)).toEqual([a2.id, b.id].sort());
    expect(await relay(b, a, { x: 2 })).toEqual({ from: b.id, data: { x: 2 } });
    expect((await newcomer.emitWithAck('join', { network, kind: 'browser' })).ok).toBe(true);
    expect(await peersOf(b)).toHaveLength(3);
    expect(disconnected()).toBe(0);
  });

  it('comes back from a Redis that hangs', async () => {
    const [one, two] = await startTwo('--directory-timeout-ms', '200');
    const [a, b] = [await joinClient(one, network), await joinClient(two, network)];
    const disconnected = watchDisconnects(a, b);
    redis.hold();
    try {
      expect(await a.client.emitWithAck('peers', { count: 9 })).toEqual(UNAVAILABLE);
      await Promise.all([one.untilLogged('Redis is away'), two.untilLogged('Redis is away')]);
    } finally {
      redis.release();
    }
    await Promise.all([one.untilLogged('Redis answers again'), two.untilLogged('Redis answers again')]);
    await expect.poll(() => peersOf(a)).toEqual([b.id]);
    expect(await relay(a, b, { x: 1 })).toEqual({ from: a.id, data: { x: 1 } });
    expect(disconnected()).toBe(0);
  });

  it('puts its peers back after Redis was emptied, as soon as one of them is missed', async () => {
    const [one, two] = await startTwo('--redis-lease-ms', '3600000');
    const [a, b] = [await joinClient(one, network), await joinClient(two, network)];
    await redis.empty();
    for (const { client } of [a, b])
      expect(await client.emitWithAck('peers', { count: 1 })).toEqual(UNAVAILABLE);
    await Promise.all([one.untilLogged(PUT_BACK), two.untilLogged(PUT_BACK)]);
    expect(await peersOf(a)).toEqual([b.id]);
    expect(await relay(a, b, { x: 1 })).toEqual({ from: a.id, data: { x: 1 } });
  });

  it('keeps what a client sends out of the names of keys', async () => {
    const [one, two] = await startTwo();
    const [a, b] = [await joinClient(one, network), await joinClient(two, network)];
    const before = redis.keys();
    const hostile = [
      '*',
      '\r\nFLUSHALL\r\n',
      'servers',
      'room:x',
      '{}',
      '__proto__',
      `${b.id}\u0000`,
      'x'.repeat(9999),
      '',
    ];
    for (const to of hostile) {
      const data = { to, [to]: '\r\n$-1\r\n*1\r\n$8\r\nFLUSHALL\r\n' };
      expect((await a.client.emitWithAck('signal', { to, data })).ok).toBe(false);
      expect(await relay(a, b, data)).toEqual({ from: a.id, data });
    }
    const after = redis.keys().filter((key) => !/:(inbox|connects):/.test(key));
    expect(after).toEqual(before.filter((key) => !/:(inbox|connects):/.test(key)));
    for (const key of after)
      expect(key).toMatch(/^vision-light:signal:(\w+|room:[0-9a-f]{64}|(members|opened):[0-9a-f-]{36})$/);
  });
});

/** Ids of the others in the room of a peer. */
async function peersOf({ client }: Joiner): Promise<string[] | string> {
  const answer = await client.emitWithAck('peers', { count: 32 });
  return answer.ok ? answer.peers.map(({ id }: { id: string }) => id).sort() : answer.code;
}

async function leave({ client }: Pick<Joiner, 'client'>): Promise<void> {
  const gone = nextEvent(client, 'disconnect');
  client.disconnect();
  await gone;
}

/** @returns how many of them have lost their connection since */
function watchDisconnects(...joiners: readonly Joiner[]): () => number {
  let count = 0;
  for (const { client } of joiners) client.on('disconnect', () => count++);
  return () => count;
}

/** A gauge of all processes, added up as Prometheus does. */
async function sumOf(servers: readonly SignalProcess[], name: string): Promise<number> {
  const texts = await Promise.all(servers.map((server) => server.metrics()));
  const values = texts.flatMap((text) =>
    text.split('\n').filter((line) => line.startsWith(name) && / /.test(line)),
  );
  return values.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
