import { expect, test } from 'vitest';
import { frame, opcodes, RawClient } from '../../test/raw-client.js';
import {
  joinClient,
  metric,
  networkId,
  refusedCount,
  relay,
  startServer,
  until,
} from '../../test/test-server.js';
import type { SignalLimits, SignalServer } from '../index.js';

const network = networkId('b');
const MEBIBYTE = 1024 * 1024;

/** Two honest peers of the abuser's network, who go on relaying while something happens. */
async function withOthersRelaying<T>(server: SignalServer, abuse: () => Promise<T>): Promise<T> {
  const [a, b] = [await joinClient(server, network), await joinClient(server, network)];
  const relayRounds = async () => {
    for (let i = 0; i < 10; i++) {
      expect(await relay(a, b, { type: 'offer', i })).toEqual({ from: a.id, data: { type: 'offer', i } });
      await relay(b, a, { type: 'answer', i });
    }
  };
  const [result] = await Promise.all([abuse(), relayRounds()]);
  await relayRounds();
  await until(async () => (await metric(server, 'vision_signal_connections')) === 2);
  return result;
}

type Bytes = string | Buffer | (string | Buffer)[];

const { continuation, binary, reserved, ping, pong } = opcodes;
const nested = `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;

const malformedWhenJoined: [string, Bytes][] = [
  ['nothing', ''],
  ['text that is no packet', 'hello'],
  ['JSON without a packet', '{"join":1}'],
  ['a packet that is not JSON', '42["signal",'],
  ['a packet whose JSON is no array', '42{"signal":1}'],
  ['an empty event', '42[]'],
  ['a join of another shape', '42["join",5]'],
  ['a request for peers without a count', '421["peers"]'],
  ['a signal without anything', '42["signal"]'],
  ['a signal of a number', '42["signal",{"to":"x","data":1}]'],
  ['a signal nested 30,000 deep', `42["signal",{"to":"PEER","data":${nested}}]`],
  ['an event named disconnect', '42["disconnect"]'],
  ['an event named connect', '42["connect"]'],
  ['an event named error', '42["error",{}]'],
  ['an event named newListener', '42["newListener"]'],
  ['a packet type that does not exist', '47'],
  ['a second CONNECT', '40'],
  ['a CONNECT to another namespace', '40/admin,'],
  ['an event to another namespace', '42/admin,["join"]'],
  ['a CONNECT_ERROR', '44{"message":"x"}'],
  ['a binary event that is never completed', '451-["signal",{"_placeholder":true,"num":0}]'],
  ['a binary acknowledgement', '461-1[{"_placeholder":true,"num":0}]'],
  ['base64', 'bAAAA'],
  ['an engine.io open', '0{"sid":"x"}'],
  ['an engine.io close', '1'],
  ['an engine.io ping', '2'],
  ['an engine.io upgrade', '5'],
  ['an engine.io noop', '6'],
  ['a binary frame', frame('42["peers",{"count":1}]', { opcode: binary })],
];

/** What WebSocket itself forbids; it answers with a close code. */
const brokenFrames: [string, Bytes, number][] = [
  ['invalid UTF-8', frame(Buffer.from([0x34, 0x32, 0xff, 0xfe])), 1007],
  ['a reserved opcode', frame('x', { opcode: reserved }), 1002],
  ['a reserved control opcode', frame('x', { opcode: 0xb }), 1002],
  ['reserved bits', frame('x', { opcode: 0x71 }), 1002],
  ['an unmasked frame', frame('3', { isMasked: false }), 1002],
  ['a continuation of nothing', frame('x', { opcode: continuation }), 1002],
  ['a frame inside another', [frame('4', { isFinal: false }), frame('2[]')], 1002],
  ['a ping in pieces', frame('x', { opcode: ping, isFinal: false }), 1002],
  ['a ping of 126 bytes', frame('x'.repeat(126), { opcode: ping }), 1002],
  [
    'a frame in crumbs',
    [frame('4', { isFinal: false }), ...Array(20).fill(frame('', { opcode: continuation, isFinal: false }))],
    1008,
  ],
];

const tooLarge: [string, Bytes][] = [
  ['a frame of 5 MB', frame('x'.repeat(5 * MEBIBYTE))],
  ['one byte more than 64 KiB', frame('x'.repeat(65_537))],
  [
    'too much in pieces',
    [frame('x'.repeat(65_000), { isFinal: false }), frame('x'.repeat(537), { opcode: continuation })],
  ],
  ['the announcement of 5 MB', frame('', { claimedLength: 5 * MEBIBYTE })],
  ['the announcement of more than memory can hold', frame('', { claimedLength: 2 ** 62 })],
];

const malformedBeforeOpen: [string, Bytes][] = [
  ['an event before CONNECT', '42["join",{}]'],
  ['a CONNECT that is not JSON', '40{'],
  ['a CONNECT of an array', '40[]'],
  ['a CONNECT to another namespace', '40/admin,'],
  ['two CONNECTs at once', ['40', '40']],
  ['a CONNECT and an event at once', ['40', '42["join",{}]']],
];

function write(client: RawClient, bytes: Bytes, peer = ''): void {
  const frames = [bytes]
    .flat()
    .map((one) => (typeof one === 'string' ? frame(one.replace('PEER', peer)) : one));
  client.socket.write(Buffer.concat(frames));
}

test.each(malformedWhenJoined)('%s closes its connection and disturbs no other', async (_, bytes) => {
  const server = await startServer();
  const { texts } = await withOthersRelaying(server, async () => {
    const friend = await RawClient.joined(server.port, network);
    const { client } = await RawClient.joined(server.port, network);
    write(client, bytes, friend.id);
    const ending = await client.ended;
    friend.client.socket.destroy();
    return ending;
  });
  expect(texts).toContain('42["refused",{"code":"SIGNAL_MALFORMED"}]');
  expect(await refusedCount(server, 'SIGNAL_MALFORMED')).toBe(1);
});

test.each(brokenFrames)('%s closes its connection and disturbs no other', async (_, bytes, code) => {
  const server = await startServer();
  const { closeCode } = await withOthersRelaying(server, async () => {
    const { client } = await RawClient.joined(server.port, network);
    write(client, bytes);
    return client.ended;
  });
  expect(closeCode).toBe(code);
  expect(await refusedCount(server, 'SIGNAL_MALFORMED')).toBe(1);
});

test.each(tooLarge)('%s closes its connection and disturbs no other', async (_, bytes) => {
  const server = await startServer();
  const { closeCode } = await withOthersRelaying(server, async () => {
    const { client } = await RawClient.joined(server.port, network);
    write(client, bytes);
    return client.ended;
  });
  expect(closeCode).toBe(1009);
  expect(await refusedCount(server, 'SIGNAL_FRAME_TOO_LARGE')).toBe(1);
});

test('a frame of exactly 64 KiB is relayed', async () => {
  const server = await startServer();
  await withOthersRelaying(server, async () => {
    const to = await RawClient.joined(server.port, network);
    const { client, id } = await RawClient.joined(server.port, network);
    const [head, tail] = [`42["signal",{"to":"${to.id}","data":"`, '"}]'];
    const data = 'x'.repeat(65_536 - head.length - tail.length);
    client.send(head + data + tail);
    expect(await to.client.text((text) => text.startsWith('42'))).toBe(
      `42["signal",${JSON.stringify({ from: id, data })}]`,
    );
    client.socket.destroy();
    to.client.socket.destroy();
  });
});

test.each(malformedBeforeOpen)('%s closes its connection and disturbs no other', async (_, bytes) => {
  const server = await startServer();
  const { texts } = await withOthersRelaying(server, async () => {
    const client = await RawClient.upgraded(server.port);
    write(client, bytes);
    return client.ended;
  });
  expect(texts).toContain('44{"message":"SIGNAL_MALFORMED"}');
  expect(await refusedCount(server, 'SIGNAL_MALFORMED')).toBe(1);
});

test.each<[string, Bytes]>([
  ['acknowledgements of nothing', ['43999[1]', '430[]', '43']],
  [
    'events that do not exist',
    ['42["__proto__",{}]', '42["constructor"]', '42["connection"]', '42[5]', '42["x",1]'],
  ],
  ['an enormous acknowledgement number', '4299999999999999999999999["peers",{"count":1}]'],
  ['pongs that were not asked for', ['3', '3', frame('x', { opcode: pong })]],
  ['WebSocket pings', frame('x', { opcode: ping })],
  [
    'the __proto__ of everything',
    '42["signal",{"to":"__proto__","data":{"__proto__":{"x":1}},"__proto__":null}]',
  ],
])('%s are harmless', async (_, bytes) => {
  const server = await startServer();
  await withOthersRelaying(server, async () => {
    const { client } = await RawClient.joined(server.port, network);
    write(client, bytes);
    client.send('4277["peers",{"count":1}]');
    expect(await client.text((text) => text.startsWith('4377['))).toContain('"ok":true');
    client.socket.destroy();
  });
});

test('a connection that is reset in the middle of a frame is gone', async () => {
  const server = await startServer();
  await withOthersRelaying(server, async () => {
    const { client } = await RawClient.joined(server.port, network);
    client.socket.write(frame('42["signal",', { claimedLength: 1000 }), () =>
      client.socket.resetAndDestroy(),
    );
    await client.ended;
  });
});

test('who opens and does not join is closed in time, whether it listens or not', async () => {
  const server = await startServer({ joinTimeoutMs: 50 });
  const [silent, idle] = [await RawClient.upgraded(server.port), await RawClient.opened(server.port)];
  expect((await silent.ended).texts).toContain('44{"message":"SIGNAL_JOIN_TIMEOUT"}');
  const { texts, closeCode } = await idle.ended;
  expect(texts).toContain('42["refused",{"code":"SIGNAL_JOIN_TIMEOUT"}]');
  // A closing handshake without a code, not a cut.
  expect(closeCode).toBe(1005);
  expect(await refusedCount(server, 'SIGNAL_JOIN_TIMEOUT')).toBe(2);
});

test('who joins in time stays', async () => {
  const server = await startServer({ joinTimeoutMs: 50 });
  const { client } = await joinClient(server, network);
  await (await RawClient.opened(server.port)).ended;
  expect((await client.emitWithAck('peers', { count: 1 })).ok).toBe(true);
});

test('a client that sends 10,000 messages at once is held to its rate and then closed', async () => {
  const server = await startServer();
  const received = await withOthersRelaying(server, async () => {
    const friend = await RawClient.joined(server.port, network);
    const { client } = await RawClient.joined(server.port, network);
    const signal = frame(`42["signal",{"to":"${friend.id}","data":{"type":"offer"}}]`);
    const started = performance.now();
    client.socket.write(Buffer.concat(Array(10_000).fill(signal)));
    await client.ended;
    const allowed = 400 + 50 * ((performance.now() - started) / 1000);
    friend.client.send('429["peers",{"count":1}]');
    await friend.client.text((text) => text.startsWith('439'));
    friend.client.socket.destroy();
    const { texts } = await friend.client.ended;
    return { count: texts.filter((text) => text.startsWith('42["signal"')).length, allowed };
  });
  expect(received.count).toBeGreaterThanOrEqual(390);
  expect(received.count).toBeLessThanOrEqual(received.allowed);
  expect(await refusedCount(server, 'SIGNAL_RATE_EXCEEDED')).toBe(1);
  expect(await refusedCount(server, 'SIGNAL_MESSAGE_DROPPED')).toBeGreaterThanOrEqual(2000);
});

test('a client that sends somewhat too much loses messages and keeps its connection', async () => {
  const limits: Partial<SignalLimits> = { maxMessagesPerSecond: 50, maxMessageBurst: 20 };
  const server = await startServer(limits);
  const { client } = await joinClient(server, network);
  for (let i = 0; i < 100; i++) client.emit('peers', { count: 1 });
  await until(async () => ((await refusedCount(server, 'SIGNAL_MESSAGE_DROPPED')) ?? 0) > 50);
  const answered = new Promise((resolve) => {
    const ask = setInterval(() => client.emit('peers', { count: 1 }, resolve), 50);
    client.once('disconnect', () => clearInterval(ask));
  });
  expect(await answered).toEqual({ ok: true, peers: [] });
  expect(client.connected).toBe(true);
});

test('large frames use up the rate sooner', async () => {
  const server = await startServer({ maxMessageBurst: 40, maxMessagesPerSecond: 1 });
  const to = await joinClient(server, network);
  const { client } = await joinClient(server, network);
  for (let i = 0; i < 10; i++) client.emit('signal', { to: to.id, data: 'x'.repeat(60_000) });
  await until(async () => ((await refusedCount(server, 'SIGNAL_MESSAGE_DROPPED')) ?? 0) >= 8);
  expect(await metric(server, 'vision_signal_relayed_total')).toBe(2);
});

test.each([
  ['WebSocket pings', frame('x', { opcode: ping })],
  ['WebSocket pongs', frame('x', { opcode: pong })],
  ['engine.io pongs', frame('3')],
])('a flood of %s is closed', async (_, bytes) => {
  const server = await startServer();
  await withOthersRelaying(server, async () => {
    const { client } = await RawClient.joined(server.port, network);
    client.socket.write(Buffer.concat(Array(10_000).fill(bytes)));
    await client.ended;
  });
  expect(await refusedCount(server, 'SIGNAL_RATE_EXCEEDED')).toBe(1);
});
