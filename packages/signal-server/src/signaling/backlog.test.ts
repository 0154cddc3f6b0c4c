import { expect, test } from 'vitest';
import { frame, opcodes, RawClient } from '../../test/raw-client.js';
import { joinClient, networkId, refusedCount, relay, startServer, until } from '../../test/test-server.js';

const network = networkId('c');

/** Limits on rate and the periodic look out of the way, so that only sending decides. */
const unhurried = {
  maxMessagesPerSecond: 1_000_000,
  maxMessageBurst: 1_000_000,
  sweepIntervalMs: 3_600_000,
};

test('a client that does not read signals is cut off; the others do not notice', async () => {
  const server = await startServer(unhurried);
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const { client: deaf, id } = await RawClient.joined(server.port, network);
  deaf.socket.pause();
  const data = 'x'.repeat(60_000);
  let sent = 0;
  while ((await refusedCount(server, 'SIGNAL_BACKLOG')) === 0) {
    for (let i = 0; i < 10; i++, sent++) a.client.emit('signal', { to: id, data });
    await relay(a, b, { sent });
  }
  const answer = await a.client.emitWithAck('signal', { to: id, data });
  expect(answer).toEqual({ ok: false, code: 'SIGNAL_NO_SUCH_PEER' });
  expect(await refusedCount(server, 'SIGNAL_BACKLOG')).toBe(1);
  await relay(b, a, {});
  deaf.socket.destroy();
});

test('so is one that asks and does not read the answers', async () => {
  const server = await startServer({ ...unhurried, maxConnectionsPerAddress: 100 });
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const crowd = await Promise.all(Array.from({ length: 32 }, () => RawClient.joined(server.port, network)));
  const { client: deaf } = await RawClient.joined(server.port, network);
  deaf.socket.pause();
  const questions = Buffer.concat(Array(1000).fill(frame('421["peers",{"count":32}]')));
  while ((await refusedCount(server, 'SIGNAL_BACKLOG')) === 0) {
    deaf.socket.write(questions);
    await relay(a, b, {});
  }
  expect(await refusedCount(server, 'SIGNAL_BACKLOG')).toBe(1);
  for (const { client } of [...crowd, { client: deaf }]) client.socket.destroy();
});

test('what is sent by WebSocket itself is bounded by the periodic look', async () => {
  const server = await startServer({ ...unhurried, sweepIntervalMs: 20 });
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const { client: deaf } = await RawClient.joined(server.port, network);
  deaf.socket.pause();
  const pings = Buffer.concat(Array(1000).fill(frame('x'.repeat(125), { opcode: opcodes.ping })));
  while ((await refusedCount(server, 'SIGNAL_BACKLOG')) === 0) {
    deaf.socket.write(pings);
    await relay(a, b, {});
  }
  deaf.socket.destroy();
});

test('a client that reads slowly but reads is left alone', async () => {
  const server = await startServer(unhurried);
  const a = await joinClient(server, network);
  const { client: slow, id } = await RawClient.joined(server.port, network);
  slow.socket.pause();
  for (let i = 0; i < 3; i++) await a.client.emitWithAck('signal', { to: id, data: 'x'.repeat(60_000) });
  a.client.emit('signal', { to: id, data: 'last' });
  slow.socket.resume();
  await slow.text((text) => text.includes('last'));
  expect(await refusedCount(server, 'SIGNAL_BACKLOG')).toBe(0);
  slow.socket.destroy();
});

test('the server closes in time although clients neither answer nor read', async () => {
  const server = await startServer({ closeTimeoutMs: 50 });
  const { client: mute } = await RawClient.joined(server.port, network);
  const silent = RawClient.tcp(server.port);
  const half = RawClient.tcp(server.port);
  half.socket.write('GET /healthz HTTP/1.1\r\n');
  await until(async () => silent.socket.readyState === 'open' && half.socket.readyState === 'open');
  await server.close();
  expect((await mute.ended).texts).toContain('42["refused",{"code":"SIGNAL_SHUTTING_DOWN"}]');
  await Promise.all([silent.ended, half.ended]);
});
