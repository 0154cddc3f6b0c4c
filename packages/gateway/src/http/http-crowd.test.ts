import { once } from 'node:events';
import http, { type IncomingHttpHeaders } from 'node:http';
import net from 'node:net';
import {
  bytesToHex,
  devnetMerkleRoot,
  encodeVisionBody,
  HeaderTree,
  isVisionFamily,
  resolveNetwork,
  transactionHash,
  type VisionTransaction,
} from '@vision-light/protocol';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { readOnlyChain } from '../../../../tests/read-only-chain.js';
import { encodeRecord } from '../../../protocol/src/families/vision/header/record.js';
import {
  HTTP_BLOCKS_ANSWERS_MAX,
  HTTP_BLOCKS_COST,
  HTTP_BYTES_PER_TOKEN,
  HTTP_HEADERS_COST,
  HTTP_STATUS_CONNECTIONS_PER_ADDRESS_MAX,
} from '../limits.js';
import { HttpServer, type HttpServerOptions } from './http-server.js';

const visionx = { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 2, writeEvery: 4 };
const family = resolveNetwork({ name: 'http-test', visionx, targetSpacingS: 5 });
if (!isVisionFamily(family)) throw new Error('not a Vision network');

/** Longer than any test takes. */
const never = 3_600_000;

/** 1.26 MB, and more than five times as much as JSON in base64: two are more than the system's buffers take. */
const transactions = Array.from({ length: 20 }, (_, i): VisionTransaction => {
  const amounts = { nonce: BigInt(i), tip: 1n, fee_limit: 7n };
  const fees = { max_priority_fee_per_gas: 0n, max_fee_per_gas: 0n };
  const call = { access_list: [], module: 'cash', method: 'transfer', args: new Array(63_000).fill(200) };
  return { ...amounts, ...fees, ...call, sender_pubkey: '01'.repeat(32), sig: '02'.repeat(64) };
});
const body = encodeVisionBody(transactions);

const tree = new HeaderTree(family);
const record = encodeRecord(
  {
    parent: tree.hash(0),
    number: 1n,
    timestamp: 1_767_225_605n,
    difficulty: 1n,
    nonce: 0n,
    txRoot: devnetMerkleRoot(transactions.map(transactionHash)),
    digest: new Uint8Array(32),
    miner: new Uint8Array(1),
  },
  family.params.minerBytesMax,
) as Uint8Array;
const large = family.headerHash(record);
tree.insertChecked(record, large, 0);

const servers: HttpServer[] = [];
const sockets: net.Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A server, and from which address it takes connections to come. */
async function listen(options: Partial<HttpServerOptions> = {}) {
  const place = { from: 'a', port: 0 };
  const server = await HttpServer.listen({
    port: 0,
    host: '127.0.0.1',
    family,
    log: pino({ level: 'silent' }),
    facts: () => undefined,
    chain: () => readOnlyChain({ tree, bodyOf: async () => body }),
    addressOf: () => place.from,
    ...options,
  });
  servers.push(server);
  place.port = server.port;
  return place;
}

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Resolves when a connection is closed, also by a reset. */
function closing(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request on a connection of its own. */
async function ask(
  port: number,
  path: string,
  json?: object,
  headers: http.OutgoingHttpHeaders = {},
): Promise<Answer> {
  const method = json === undefined ? 'GET' : 'POST';
  const request = http.request({ host: '127.0.0.1', port, path, method, headers, agent: false });
  request.end(json && JSON.stringify(json));
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, headers: response.headers, text };
}

/** Asks for more than the system's buffers take, and reads nothing. */
async function askAndSleep(port: number): Promise<net.Socket> {
  const socket = await connect(port);
  socket.pause();
  const wanted = JSON.stringify({ hashes: [bytesToHex(large), bytesToHex(large)] });
  const head = `POST /p2p/get_blocks HTTP/1.1\r\nhost: x\r\ncontent-length: ${wanted.length}`;
  socket.write(`${head}\r\n\r\n${wanted}`);
  return socket;
}

/** Counts those who have asked; until so many have, no body is read. */
function countTo(count: number) {
  let reached = () => {};
  const all = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let asked = 0;
  const chain = () => {
    if (++asked === count) reached();
    return readOnlyChain({ tree, bodyOf: () => all.then(() => body) });
  };
  return { chain, all };
}

const genesis = { hashes: [bytesToHex(tree.hash(0))] };

describe('clients that do not read', () => {
  it('of one address hold up nobody else', async () => {
    const { chain, all } = countTo(HTTP_BLOCKS_ANSWERS_MAX);
    const place = await listen({ chain, limits: { answerTimeoutMs: never, readWindowMs: never } });
    let closed = 0;
    for (let i = 0; i < HTTP_BLOCKS_ANSWERS_MAX; i++)
      (await askAndSleep(place.port)).once('close', () => closed++);
    await all;
    place.from = 'b';
    expect((await ask(place.port, '/p2p/get_blocks', genesis)).status).toBe(200);
    expect(closed).toBe(0);
  });

  it('are cut off, wherever they are, and those who wait have their turn', async () => {
    const { chain, all } = countTo(HTTP_BLOCKS_ANSWERS_MAX);
    let connections = 0;
    const { port } = await listen({
      chain,
      addressOf: () => `client ${connections++}`,
      limits: { answerTimeoutMs: never, readWindowMs: 100 },
    });
    const closed: Promise<unknown>[] = [];
    for (let i = 0; i < HTTP_BLOCKS_ANSWERS_MAX; i++) {
      const socket = await askAndSleep(port);
      closed.push(all.then(() => closing(socket)));
    }
    await all;
    expect((await ask(port, '/p2p/get_blocks', genesis)).status).toBe(200);
    // Only a socket that reads sees its end.
    for (const socket of sockets) socket.resume();
    await Promise.all(closed);
  });
});

describe('connections', () => {
  it('of one address above its share are told the status alone, and others are served', async () => {
    const place = await listen({ limits: { connectionsPerAddressMax: 4 } });
    const held: net.Socket[] = [];
    for (let i = 0; i < 4; i++) held.push(await connect(place.port));
    const refused = await ask(place.port, '/p2p/headers');
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1', connection: 'close' } });
    expect((await ask(place.port, '/healthz')).text).toContain('starting');
    expect((await ask(place.port, '/metrics')).status).toBe(200);
    place.from = 'b';
    expect((await ask(place.port, '/p2p/headers')).status).toBe(200);
    place.from = 'a';
    // That the server ends its side tells that it has let go of the place.
    await closing(held[0]?.end().resume() as net.Socket);
    expect((await ask(place.port, '/p2p/headers')).status).toBe(200);
  });

  it('above all shares are told the status alone', async () => {
    let connections = 0;
    const { port } = await listen({
      addressOf: () => `client ${connections++}`,
      limits: { connectionsMax: 6 },
    });
    for (let i = 0; i < 6; i++) await connect(port);
    expect((await ask(port, '/p2p/headers')).status).toBe(503);
    expect((await ask(port, '/metrics')).status).toBe(200);
  });

  it('that are kept for the status are few, and do not last', async () => {
    const place = await listen({ limits: { connectionsPerAddressMax: 0 } });
    const silent: net.Socket[] = [];
    for (let i = 0; i < HTTP_STATUS_CONNECTIONS_PER_ADDRESS_MAX; i++) silent.push(await connect(place.port));
    const order: string[] = [];
    const ends = silent.map((socket) => closing(socket.resume()).then(() => order.push('in time')));
    const late = await connect(place.port);
    await closing(late.resume()).then(() => order.push('at once'));
    await Promise.all(ends);
    expect(order).toEqual(['at once', 'in time', 'in time']);
    expect((await ask(place.port, '/metrics')).status).toBe(200);
  });
});

describe('behind a proxy', () => {
  const rate = { perSecond: 1, burst: 1 };

  /** Statuses of requests that a proxy forwards for these clients. */
  async function statuses(
    port: number,
    clients: readonly (string | undefined)[],
  ): Promise<(number | undefined)[]> {
    const found: (number | undefined)[] = [];
    for (const client of clients)
      found.push(
        (await ask(port, '/else', undefined, client === undefined ? {} : { 'x-forwarded-for': client }))
          .status,
      );
    return found;
  }

  it('that is trusted a client counts by the entry that the proxy added, whatever stands before it', async () => {
    const { port } = await listen({ trustProxy: true, now: () => 0, limits: { rate } });
    const clients = [
      '192.0.2.1',
      '192.0.2.2',
      '198.51.100.1, 192.0.2.1',
      '203.0.113.9,192.0.2.2',
      '2001:db8::1',
    ];
    expect(await statuses(port, clients)).toEqual([404, 404, 429, 429, 404]);
    // The /64 of the last one, and who came by no proxy.
    expect(await statuses(port, ['2001:db8::2', undefined, undefined])).toEqual([429, 404, 429]);
  });

  it('that is not, all count as the proxy', async () => {
    const { port } = await listen({ now: () => 0, limits: { rate } });
    expect(await statuses(port, ['192.0.2.1', '192.0.2.2'])).toEqual([404, 429]);
  });

  it('that is trusted its connections are limited in all alone', async () => {
    const limits = { connectionsPerAddressMax: 1, connectionsPerGroupMax: 1, connectionsMax: 4 };
    const { port } = await listen({ trustProxy: true, limits });
    for (let i = 0; i < 3; i++) await connect(port);
    expect((await ask(port, '/p2p/headers')).status).toBe(200);
    await connect(port);
    expect((await ask(port, '/p2p/headers')).status).toBe(503);
  });
});

describe('an address that asks for too much', () => {
  const announcement = { height: 1, hash: '0'.repeat(64), prev: '0'.repeat(64) };
  const headers = { locator: [], max: 1 };

  /** A server whose clock stands still until it is moved. */
  async function listenAt(burst: number, options: Partial<HttpServerOptions> = {}) {
    const clock = { ms: 1000 };
    const rate = { perSecond: 2, burst };
    const statusRate = { perSecond: 2, burst: 2 };
    const place = await listen({ now: () => clock.ms, limits: { rate, statusRate }, ...options });
    return { clock, place };
  }

  it('is answered 429 and when to come back, and then is served; others and the status are not touched', async () => {
    const { clock, place } = await listenAt(3);
    const announce = () => ask(place.port, '/p2p/announce', announcement);
    for (let i = 0; i < 3; i++) expect((await announce()).status).toBe(200);
    expect(await announce()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect((await ask(place.port, '/else')).status).toBe(429);
    expect((await ask(place.port, '/healthz')).status).toBe(503);
    place.from = 'b';
    expect((await announce()).status).toBe(200);
    place.from = 'a';
    clock.ms += 499;
    expect((await announce()).status).toBe(429);
    clock.ms += 1;
    expect((await announce()).status).toBe(200);
    expect((await announce()).status).toBe(429);
  });

  it('pays more for headers, and more for blocks', async () => {
    const cost = HTTP_HEADERS_COST + HTTP_BLOCKS_COST;
    const { place } = await listenAt(cost + 1);
    expect((await ask(place.port, '/p2p/get_headers', headers)).status).toBe(200);
    expect((await ask(place.port, '/p2p/get_blocks', genesis)).status).toBe(200);
    const refused = await ask(place.port, '/p2p/get_blocks', genesis);
    expect(refused.status).toBe(429);
    // Nearly all of it is missing, at two tokens a second.
    expect(refused.headers['retry-after']).toBe(String(HTTP_BLOCKS_COST / 2));
    expect(HTTP_BLOCKS_COST).toBeGreaterThan(HTTP_HEADERS_COST);
    expect(HTTP_HEADERS_COST).toBeGreaterThan(1);
  });

  it('pays for the bytes of blocks, also those that it does not wait for', async () => {
    const { clock, place } = await listenAt(HTTP_BLOCKS_COST);
    const { text } = await ask(place.port, '/p2p/get_blocks', { hashes: [bytesToHex(large)] });
    const tokens = text.length / HTTP_BYTES_PER_TOKEN;
    const { status, headers } = await ask(place.port, '/p2p/headers');
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeCloseTo((tokens + 1) / 2, -1);
    clock.ms += Math.ceil((tokens + 1) / 2) * 1000;
    expect((await ask(place.port, '/p2p/headers')).status).toBe(200);
  });

  it('pays for what was made for its other connections while it waited', async () => {
    const { place } = await listenAt(HTTP_BLOCKS_COST * 3, { chain: countTo(3).chain });
    const asked = Array.from({ length: 3 }, () =>
      ask(place.port, '/p2p/get_blocks', { hashes: [bytesToHex(large)] }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 200, 429]);
  });

  it('is refused the status too if it asks for that too often', async () => {
    const { clock, place } = await listenAt(1);
    for (const status of [503, 503, 429]) expect((await ask(place.port, '/healthz')).status).toBe(status);
    clock.ms += 500;
    expect((await ask(place.port, '/metrics')).status).toBe(200);
  });
});
