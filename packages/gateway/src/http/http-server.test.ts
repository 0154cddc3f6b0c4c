import { once } from 'node:events';
import net from 'node:net';
import {
  bytesToHex,
  devnetMerkleRoot,
  encodeVisionBody,
  HeaderTree,
  isVisionFamily,
  type JsonValue,
  parseLosslessJson,
  resolveNetwork,
  transactionHash,
  type VisionTransaction,
} from '@vision-light/protocol';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readOnlyChain } from '../../../../tests/read-only-chain.js';
import { recordFromJson } from '../../../protocol/src/families/vision/header/header-json.js';
import { encodeRecord } from '../../../protocol/src/families/vision/header/record.js';
import {
  decodeTransaction,
  encodeTransaction,
} from '../../../protocol/src/families/vision/transaction/transaction.js';
import {
  HTTP_BLOCKS_ANSWERS_MAX,
  HTTP_BLOCKS_BYTES_MAX,
  HTTP_BODY_BYTES_MAX,
  HTTP_PIPELINED_MAX,
} from '../limits.js';
import { HttpServer, type HttpServerOptions } from './http-server.js';

const visionx = { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 2, writeEvery: 4 };
const family = resolveNetwork({ name: 'http-test', visionx, targetSpacingS: 5 });
if (!isVisionFamily(family)) throw new Error('not a Vision network');
const vision = family;

type Json = { readonly [name: string]: JsonValue };
type LiteHeader = {
  readonly hash: string;
  readonly prev: string;
  readonly height: number;
  readonly nonce: bigint;
};

const zeros = '0'.repeat(64);
const unknown = 'ab'.repeat(32);

const tx: VisionTransaction = {
  nonce: 2n ** 64n - 1n,
  sender_pubkey: '01'.repeat(32),
  access_list: [],
  module: 'cash',
  method: 'transfer',
  args: [1, 2, 255],
  tip: 2n ** 53n + 1n,
  fee_limit: 7n,
  sig: '02'.repeat(64),
  max_priority_fee_per_gas: 2n ** 128n - 1n,
  max_fee_per_gas: 0n,
};
/** 1.26 MB, and more than five times as much as JSON in base64. */
const bulk = Array.from({ length: 20 }, (_, i) => ({
  ...tx,
  nonce: BigInt(i),
  args: new Array<number>(63_000).fill(200),
}));

const tree = new HeaderTree(vision);
const bodies = new Map<string, Uint8Array>();

/** Adds a header that no proof of work was asked of, for a block with these transactions. */
function extend(parent: number, transactions: readonly VisionTransaction[] = []): string {
  const txRoot = devnetMerkleRoot(transactions.map(transactionHash));
  const number = BigInt(tree.height(parent) + 1);
  const header = {
    parent: tree.hash(parent),
    number,
    timestamp: 1_767_225_600n + 5n * number,
    difficulty: 1n,
    nonce: 2n ** 64n - 1n - number * 3n,
    txRoot,
    digest: new Uint8Array(32).fill(9),
    miner: new TextEncoder().encode(tree.tip === parent ? 'test' : 'aside'),
  };
  const record = encodeRecord(header, vision.params.minerBytesMax) as Uint8Array;
  const hash = vision.headerHash(record);
  tree.insertChecked(record, hash, parent);
  return bytesToHex(hash);
}

function at(height: number): string {
  return bytesToHex(tree.hash(tree.at(height) as number));
}

/** Everyone comes from one address here, and most tests are not about that: those that are have a file of their own. */
const unlimited = { perSecond: 1, burst: Number.POSITIVE_INFINITY };
const roomy = {
  connectionsPerAddressMax: Number.POSITIVE_INFINITY,
  connectionsPerGroupMax: Number.POSITIVE_INFINITY,
  rate: unlimited,
  statusRate: unlimited,
};
const servers: HttpServer[] = [];
let server: HttpServer;
const hashes = { full: '', missing: '', damaged: '', aside: '', bulk: [] as string[] };

async function listen(options: Partial<HttpServerOptions> = {}): Promise<HttpServer> {
  const server = await HttpServer.listen({
    port: 0,
    host: '127.0.0.1',
    family: vision,
    log: pino({ level: 'silent' }),
    facts: () => undefined,
    chain: () => readOnlyChain({ tree, bodyOf: async (hash) => bodies.get(bytesToHex(hash)) }),
    ...options,
    limits: { ...roomy, ...options.limits },
  });
  servers.push(server);
  return server;
}

beforeAll(async () => {
  for (let i = 0; i < 2_100; i++) extend(tree.tip);
  hashes.full = extend(tree.tip, [tx, { ...tx, nonce: 1n }]);
  bodies.set(hashes.full, encodeVisionBody([tx, { ...tx, nonce: 1n }]));
  hashes.missing = extend(tree.tip, [tx]);
  hashes.damaged = extend(tree.tip, [tx, tx]);
  bodies.set(hashes.damaged, Uint8Array.of(5));
  for (let i = 0; i < 3; i++) {
    const hash = extend(tree.tip, bulk);
    hashes.bulk.push(hash);
    bodies.set(hash, encodeVisionBody(bulk));
  }
  hashes.aside = extend(tree.at(1000) as number);
  server = await listen();
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

interface Answer {
  readonly status: number;
  readonly json: Json;
}

async function post(path: string, body: string | Uint8Array<ArrayBuffer>, headers = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body, headers });
  return { status: response.status, json: parseLosslessJson(await response.text()) as Json };
}

async function headers(request: Json): Promise<LiteHeader[]> {
  const { status, json } = await post('/p2p/get_headers', JSON.stringify(request));
  expect(status).toBe(200);
  return json.headers as unknown as LiteHeader[];
}

async function blocks(hashes: readonly string[]): Promise<{ hash: string; raw: string }[]> {
  const { status, json } = await post('/p2p/get_blocks', JSON.stringify({ hashes }));
  expect(status).toBe(200);
  return json.blocks as { hash: string; raw: string }[];
}

function textOf(found: { raw: string } | undefined): string {
  return Buffer.from(found?.raw ?? '', 'base64').toString();
}

const heights = (list: readonly LiteHeader[]): readonly (number | undefined)[] => [
  list[0]?.height,
  list.at(-1)?.height,
];

describe('POST /p2p/get_headers', () => {
  it('begins with genesis where no hash of the locator is known', async () => {
    expect(heights(await headers({ locator: [], max: 3 }))).toEqual([0, 2]);
    expect(heights(await headers({ locator: [unknown], max: 1 }))).toEqual([0, 0]);
  });

  it('begins after the first hash that is on the best chain', async () => {
    expect(heights(await headers({ locator: [unknown, at(7), at(50)], max: 5 }))).toEqual([8, 12]);
    expect(heights(await headers({ locator: [hashes.aside, at(3)], max: 1 }))).toEqual([4, 4]);
    expect(heights(await headers({ locator: [at(0)], max: 1 }))).toEqual([1, 1]);
    expect(await headers({ locator: [at(tree.tipHeight)], max: 5 })).toEqual([]);
  });

  it('gives 2000 headers at most, each on top of the one before, every nonce with all its digits', async () => {
    const list = await headers({ locator: [], max: 2001 });
    expect(heights(list)).toEqual([0, 1999]);
    for (let i = 1; i < list.length; i++) {
      expect(list[i]?.prev).toBe(list[i - 1]?.hash);
      expect(list[i]?.nonce).toBe(2n ** 64n - 1n - BigInt(i) * 3n);
    }
    const text = `{"locator":["${at(2000)}"],"max":18446744073709551615}`;
    const { json } = await post('/p2p/get_headers', text);
    expect(heights(json.headers as unknown as LiteHeader[])).toEqual([2001, tree.tipHeight]);
  });

  it('ends with stop if that comes', async () => {
    const from = { locator: [at(10)], max: 20 };
    expect(heights(await headers({ ...from, stop: at(15) }))).toEqual([11, 15]);
    expect(heights(await headers({ ...from, stop: at(11) }))).toEqual([11, 11]);
    for (const stop of [at(10), at(31), unknown, hashes.aside, null])
      expect(heights(await headers({ ...from, stop }))).toEqual([11, 30]);
  });

  it('takes hashes in any case, with 0x or without', async () => {
    for (const hash of [at(7).toUpperCase(), `0x${at(7)}`, `0X${at(7).toUpperCase()}`])
      expect(heights(await headers({ locator: [hash], stop: `0x${at(9)}`, max: 9 }))).toEqual([8, 9]);
  });

  it('gives every member of the reference', async () => {
    expect((await post('/p2p/get_headers', `{"locator":["${at(0)}"],"max":1}`)).json).toEqual({
      headers: [
        {
          hash: at(1),
          prev: at(0),
          height: 1,
          time: 1_767_225_605,
          target: '0000000000000001',
          merkle: zeros,
          difficulty: 1,
          nonce: 2n ** 64n - 4n,
        },
      ],
    });
  });
});

describe('POST /p2p/get_blocks', () => {
  it('gives header and transactions without loss', async () => {
    const [found] = await blocks([`0x${hashes.full.toUpperCase()}`]);
    expect(found?.hash).toBe(hashes.full);
    const text = textOf(found);
    const block = parseLosslessJson(text) as Json;
    const slot = tree.find(Buffer.from(hashes.full, 'hex')) as number;
    expect(recordFromJson(vision.params, block.header)).toEqual({ ok: true, record: tree.record(slot) });
    expect(block).toMatchObject({ weight: 0 });
    expect(block).not.toHaveProperty('agg_signature');
    expect(text).toContain(`"txs":[${encodeTransaction(tx)},${encodeTransaction({ ...tx, nonce: 1n })}]`);
    expect(decodeTransaction(encodeTransaction(tx))).toEqual(tx);
  });

  it('gives empty blocks, genesis and blocks beside the best chain too', async () => {
    const found = await blocks([at(5), at(0), hashes.aside]);
    expect(found.map(({ hash }) => hash)).toEqual([at(5), at(0), hashes.aside]);
    for (const each of found) expect(parseLosslessJson(textOf(each))).toMatchObject({ txs: [] });
  });

  it('leaves out what is unknown, not stored, or damaged', async () => {
    const found = await blocks([unknown, hashes.missing, at(5), hashes.damaged]);
    expect(found.map(({ hash }) => hash)).toEqual([at(5)]);
    expect(await blocks([])).toEqual([]);
  });

  it('leaves out what is above its bytes, so that asking again leads on', async () => {
    let wanted = hashes.bulk;
    const counts: number[] = [];
    while (wanted.length > 0) {
      const found = await blocks(wanted);
      const bytes = found.reduce((sum, { raw }) => sum + raw.length, 0);
      expect(found.length === 1 || bytes <= HTTP_BLOCKS_BYTES_MAX).toBe(true);
      expect(found.map(({ hash }) => hash)).toEqual(wanted.slice(0, found.length));
      if (found.length === 0) break;
      wanted = wanted.slice(found.length);
      counts.push(found.length);
    }
    expect(counts).toEqual([2, 1]);
  });

  it('answers many at once, in their turns', async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => blocks([hashes.full])));
    for (const found of all) expect(found).toHaveLength(1);
  });

  it('takes 32 hashes', async () => {
    const many = Array.from({ length: 32 }, (_, i) => at(i));
    expect(await blocks(many)).toHaveLength(32);
  });

  it('answers 500 if bodies cannot be read, and goes on', async () => {
    const failing = await listen({
      chain: () => readOnlyChain({ tree, bodyOf: () => Promise.reject(new Error('disk')) }),
    });
    const url = `http://127.0.0.1:${failing.port}/p2p/get_blocks`;
    const ask = (hash: string) => fetch(url, { method: 'POST', body: JSON.stringify({ hashes: [hash] }) });
    expect((await ask(hashes.full)).status).toBe(500);
    expect((await ask(at(1))).status).toBe(200);
  });
});

describe('POST /p2p/announce', () => {
  const announce = (hash: string) =>
    post('/p2p/announce', `{"height":18446744073709551615,"hash":"${hash}","prev":"${zeros}"}`);

  it('knows verified headers, and remembers no others', async () => {
    for (const hash of [at(0), at(2000), hashes.aside, `0x${at(5).toUpperCase()}`])
      expect(await announce(hash)).toEqual({ status: 200, json: { status: 'duplicate' } });
    for (let i = 0; i < 3; i++)
      expect(await announce(unknown)).toEqual({ status: 200, json: { status: 'queued' } });
  });

  it('lets nobody suppress an announcement that is still to come', async () => {
    const next = extend(tree.tip);
    const slot = tree.find(Buffer.from(next, 'hex')) as number;
    const shorter = new HeaderTree(vision);
    let seen: HeaderTree = shorter;
    const young = await listen({ chain: () => readOnlyChain({ tree: seen, bodyOf: async () => undefined }) });
    const tell = async () => {
      const body = JSON.stringify({ height: tree.height(slot), hash: next, prev: zeros });
      const response = await fetch(`http://127.0.0.1:${young.port}/p2p/announce`, { method: 'POST', body });
      return response.json();
    };
    expect(await tell()).toEqual({ status: 'queued' });
    expect(await tell()).toEqual({ status: 'queued' });
    seen = tree;
    expect(await tell()).toEqual({ status: 'duplicate' });
  });
});

describe('a wrong request', () => {
  const locator = [zeros];
  const announced = { height: 1, hash: zeros, prev: zeros };
  it.each<[string, unknown]>([
    ['get_headers', '{'],
    ['get_headers', ''],
    ['get_headers', '\ufeff{"locator":[],"max":1}'],
    ['get_headers', `${'['.repeat(60_000)}`],
    ['get_headers', 'null'],
    ['get_headers', []],
    ['get_headers', 7],
    ['get_headers', { max: 1 }],
    ['get_headers', { locator }],
    ['get_headers', { locator, max: 0 }],
    ['get_headers', { locator, max: -1 }],
    ['get_headers', { locator, max: 1.5 }],
    ['get_headers', { locator, max: '1' }],
    ['get_headers', { locator, max: null }],
    ['get_headers', `{"locator":[],"max":18446744073709551616}`],
    ['get_headers', `{"locator":[],"max":1e400}`],
    ['get_headers', { locator: zeros, max: 1 }],
    ['get_headers', { locator: null, max: 1 }],
    ['get_headers', { locator: [5], max: 1 }],
    ['get_headers', { locator: [zeros.slice(1)], max: 1 }],
    ['get_headers', { locator: [`${zeros}00`], max: 1 }],
    ['get_headers', { locator: [`0x0x${zeros}`], max: 1 }],
    ['get_headers', { locator: ['g'.repeat(64)], max: 1 }],
    ['get_headers', { locator: new Array(65).fill(zeros), max: 1 }],
    ['get_headers', { locator, stop: 'abc', max: 1 }],
    ['get_headers', { locator, stop: 5, max: 1 }],
    ['get_headers', '{"__proto__":{"locator":[],"max":1}}'],
    ['get_blocks', {}],
    ['get_blocks', { hashes: null }],
    ['get_blocks', { hashes: {} }],
    ['get_blocks', { hashes: [''] }],
    ['get_blocks', { hashes: new Array(33).fill(zeros) }],
    ['announce', { ...announced, hash: 'abc' }],
    ['announce', { ...announced, hash: '' }],
    ['announce', { ...announced, hash: 'é'.repeat(64) }],
    ['announce', { ...announced, prev: 'abc' }],
    ['announce', { ...announced, prev: undefined }],
    ['announce', { ...announced, height: -1 }],
    ['announce', { ...announced, height: '1' }],
    ['announce', { ...announced, height: 1.5 }],
    ['announce', `{"height":18446744073709551616,"hash":"${zeros}","prev":"${zeros}"}`],
    ['announce', { height: 1, prev: zeros }],
    ['announce', { hash: zeros, prev: zeros }],
  ])('%s %j is answered 400, with a reason', async (route, body) => {
    const { status, json } = await post(
      `/p2p/${route}`,
      typeof body === 'string' ? body : JSON.stringify(body),
    );
    expect(status).toBe(400);
    expect(json.error).toMatch(/./);
  });

  it('takes 64 hashes, members that nobody knows, and any content type', async () => {
    const body = JSON.stringify({ locator: new Array(64).fill(unknown), max: 1, more: { a: [1] } });
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'x'])
      expect((await post('/p2p/get_headers', body, { 'content-type': type })).status).toBe(200);
  });

  it('is not UTF-8', async () => {
    const { status } = await post('/p2p/get_headers', Uint8Array.of(0x22, 0xff, 0x22));
    expect(status).toBe(400);
  });

  it('is one byte too large, whole or in chunks', async () => {
    const valid = '{"locator":[],"max":1}';
    const padded = (length: number) => valid + ' '.repeat(length - valid.length);
    const chunked = async (text: string) => {
      const body = new Blob([text]).stream();
      const init = { method: 'POST', body, duplex: 'half' };
      return (await fetch(`http://127.0.0.1:${server.port}/p2p/get_headers`, init)).status;
    };
    expect((await post('/p2p/get_headers', padded(HTTP_BODY_BYTES_MAX))).status).toBe(200);
    expect(await chunked(padded(HTTP_BODY_BYTES_MAX))).toBe(200);
    expect((await post('/p2p/get_headers', padded(HTTP_BODY_BYTES_MAX + 1))).status).toBe(400);
    expect(await chunked(padded(HTTP_BODY_BYTES_MAX + 1))).toBe(400);
    expect((await post('/p2p/get_headers', padded(5_000_000))).status).toBe(400);
    expect(await chunked(padded(5_000_000))).toBe(400);
  });

  it('is garbage of any kind, and the server lives on', async () => {
    const hashLike = fc.oneof(fc.constant(zeros), fc.string(), fc.nat());
    const almost = fc.record(
      {
        locator: fc.oneof(fc.array(hashLike), fc.jsonValue()),
        stop: hashLike,
        max: fc.oneof(fc.constant(0), fc.double({ max: 0 }), fc.string()),
        hashes: fc.array(fc.oneof(fc.string(), fc.nat()), { minLength: 1 }),
        height: fc.oneof(fc.double({ max: -1 }), fc.string()),
        hash: hashLike,
        prev: hashLike,
      },
      { requiredKeys: [] },
    );
    const withoutHashes = (value: object) =>
      Object.hasOwn(value, 'hashes') ? value : { ...value, hashes: 5 };
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))),
      almost.map((value) => Buffer.from(JSON.stringify(withoutHashes(value)))),
    );
    const route = fc.constantFrom('announce', 'get_headers', 'get_blocks');
    await fc.assert(
      fc.asyncProperty(route, body, async (name, bytes) => {
        const { status } = await post(`/p2p/${name}`, Uint8Array.from(bytes));
        expect(status).toBe(400);
      }),
      { numRuns: 500 },
    );
    expect(heights(await headers({ locator: [], max: 1 }))).toEqual([0, 0]);
  });
});

describe('routes', () => {
  it.each([
    ['GET', '/p2p/get_headers', 405, 'POST'],
    ['HEAD', '/p2p/get_blocks', 405, 'POST'],
    ['PUT', '/p2p/announce', 405, 'POST'],
    ['POST', '/p2p/headers', 405, 'GET, HEAD'],
    ['DELETE', '/healthz', 405, 'GET, HEAD'],
    ['OPTIONS', '/metrics', 405, 'GET, HEAD'],
    ['GET', '/p2p/headers', 200, null],
    ['HEAD', '/p2p/headers', 200, null],
    ['GET', '/p2p/headers?x=1', 200, null],
    ['GET', '/p2p/blocks', 200, null],
    ['POST', '/p2p/get_headers/', 404, null],
    ['POST', '/', 404, null],
  ])('%s %s is answered %i', async (method, path, status, allow) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get('allow')).toBe(allow);
  });

  it('that are not there are answered with those that are', async () => {
    const response = await fetch(`http://127.0.0.1:${server.port}/else`, { method: 'POST', body: 'x' });
    const text = await response.text();
    for (const path of ['/healthz', '/metrics', '/p2p/announce', '/p2p/get_headers', '/p2p/get_blocks'])
      expect(text).toContain(path);
  });

  it('of Vision nodes are not on a Bitcoin network', async () => {
    const bitcoin = resolveNetwork('bitcoin-regtest');
    const other = await listen({
      family: bitcoin,
      chain: () => readOnlyChain({ tree: new HeaderTree(bitcoin), bodyOf: async () => undefined }),
    });
    for (const [method, path] of [
      ['POST', '/p2p/get_headers'],
      ['POST', '/p2p/get_blocks'],
      ['POST', '/p2p/announce'],
      ['GET', '/p2p/headers'],
    ] as const) {
      const response = await fetch(`http://127.0.0.1:${other.port}${path}`, { method });
      expect(response.status).toBe(404);
      expect(await response.text()).toContain('Vision networks only; this is bitcoin-regtest.');
    }
  });

  it('wait until the gateway is ready', async () => {
    const early = await listen({ chain: () => undefined });
    const init = { method: 'POST', body: '{"locator":[],"max":1}' };
    expect((await fetch(`http://127.0.0.1:${early.port}/p2p/get_headers`, init)).status).toBe(503);
  });
});

/** Something that a test waits for. */
function signal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}

/** Resolves when a connection is closed, also by a reset. */
function closing(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

describe('a client that is a burden', () => {
  async function connect(port: number): Promise<net.Socket> {
    const socket = net.connect(port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    return socket;
  }

  /** All that comes until the server ends the connection. */
  async function read(socket: net.Socket): Promise<string> {
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data;
    });
    await closing(socket);
    return text;
  }

  it('sends no HTTP', async () => {
    const socket = await connect(server.port);
    socket.write('\x00\x01nonsense\r\n\r\n');
    expect(await read(socket)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('is cut off if its request does not end', async () => {
    const strict = await listen({ limits: { requestTimeoutMs: 200 } });
    const silent = await connect(strict.port);
    const slow = await connect(strict.port);
    slow.write('POST /p2p/get_headers HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"locator"');
    const endless = await connect(strict.port);
    endless.write('POST /p2p/get_headers HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    const timer = setInterval(() => endless.write(`4000\r\n${' '.repeat(0x4000)}\r\n`), 5);
    const [, first, second] = await Promise.all([read(silent), read(slow), read(endless)]);
    clearInterval(timer);
    expect(first).toMatch(/^HTTP\/1\.1 408 /);
    // Told as soon as it was too much, and cut off when it did not stop.
    expect(second).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('goes away in the middle', async () => {
    const socket = await connect(server.port);
    socket.write('POST /p2p/get_headers HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
    socket.destroy();
    expect(await blocks([at(1)])).toHaveLength(1);
  });

  it('sends many requests at once: they are answered in order', async () => {
    const socket = await connect(server.port);
    const ask = (max: number) => {
      const body = `{"locator":[],"max":${max}}`;
      return `POST /p2p/get_headers HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    };
    socket.write(Array.from({ length: 20 }, (_, i) => ask(i + 1)).join(''));
    socket.write('GET /p2p/headers HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    const text = await read(socket);
    const counts = text
      .split('{"headers":')
      .slice(1)
      .map((part) => part.split('"nonce"').length - 1);
    expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  });

  /** A server that counts what it answers from the chain, and as many large requests at once. */
  async function burden(requests: number) {
    const counted = { asked: 0 };
    const counting = await listen({
      chain: () => {
        counted.asked++;
        return readOnlyChain({ tree, bodyOf: async () => undefined });
      },
    });
    const socket = await connect(counting.port);
    socket.pause();
    const body = '{"locator":[],"max":2000}';
    const one = `POST /p2p/get_headers HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    socket.write(one.repeat(requests));
    const others = async (): Promise<void> => {
      const url = `http://127.0.0.1:${counting.port}/p2p/get_headers`;
      for (let i = 0; i < 5; i++) expect((await fetch(url, { method: 'POST', body })).status).toBe(200);
    };
    return { counted, socket, others };
  }

  it('sends many large requests and reads nothing: a few answers are made, others are served', async () => {
    const { counted, socket, others } = await burden(HTTP_PIPELINED_MAX);
    await others();
    // What is under way is what the system's buffers take, a few MB.
    expect(counted.asked).toBeLessThan(5 + HTTP_PIPELINED_MAX / 2);
    socket.destroy();
  });

  it('sends hundreds of requests at once, and is cut off', async () => {
    const { counted, socket, others } = await burden(500);
    await read(socket.resume());
    await others();
    expect(counted.asked).toBeLessThan(5 + HTTP_PIPELINED_MAX);
  });

  it('goes away while its blocks are read: no more is read for it, and its turn ends with what is under way', async () => {
    const hold = signal();
    const [allRead, allAsked] = [signal(), signal()];
    let asked = 0;
    let reads = 0;
    let connections = 0;
    const busy = await listen({
      addressOf: () => `client ${connections++}`,
      chain: () => {
        if (++asked > HTTP_BLOCKS_ANSWERS_MAX) allAsked.give();
        return readOnlyChain({
          tree,
          bodyOf: async (hash) => {
            if (++reads === HTTP_BLOCKS_ANSWERS_MAX) allRead.give();
            await hold.given;
            return bodies.get(bytesToHex(hash));
          },
        });
      },
    });
    const wanted = JSON.stringify({ hashes: [hashes.full, hashes.full, hashes.full] });
    const sockets: net.Socket[] = [];
    for (let i = 0; i < HTTP_BLOCKS_ANSWERS_MAX; i++) {
      const socket = await connect(busy.port);
      socket.write(
        `POST /p2p/get_blocks HTTP/1.1\r\nhost: x\r\ncontent-length: ${wanted.length}\r\n\r\n${wanted}`,
      );
      sockets.push(socket);
    }
    await allRead.given;
    // Ended, not destroyed: that it closes tells that the server has noticed.
    await Promise.all(sockets.map((socket) => closing(socket.end().resume())));
    const url = `http://127.0.0.1:${busy.port}/p2p`;
    const next = fetch(`${url}/get_blocks`, {
      method: 'POST',
      body: JSON.stringify({ hashes: [hashes.full] }),
    });
    await allAsked.given;
    await (await fetch(`${url}/headers`)).text();
    expect(reads).toBe(HTTP_BLOCKS_ANSWERS_MAX);
    hold.give();
    expect((await next).status).toBe(200);
    expect(reads).toBe(HTTP_BLOCKS_ANSWERS_MAX + 1);
  });

  it('asks for large blocks: others are answered while they are written', async () => {
    const isRead = signal();
    const large = await listen({
      chain: () =>
        readOnlyChain({
          tree,
          bodyOf: async (hash) => {
            isRead.give();
            return bodies.get(bytesToHex(hash));
          },
        }),
    });
    const url = `http://127.0.0.1:${large.port}/p2p`;
    const order: string[] = [];
    const ask = async (name: string, init?: RequestInit): Promise<void> => {
      const response = await fetch(`${url}/${name}`, init);
      order.push(name);
      await response.arrayBuffer();
    };
    const body = JSON.stringify({ hashes: hashes.bulk });
    const asked = ask('get_blocks', { method: 'POST', body });
    await isRead.given;
    await ask('headers');
    await asked;
    expect(order).toEqual(['headers', 'get_blocks']);
  });
});
