/** What comes in over HTTP, at a node that runs: it is verified as if a peer had sent it. */
import { generateKeyPairSync, sign } from 'node:crypto';
import {
  bytesToHex,
  decodeVisionTransaction,
  devnetMerkleRoot,
  encodeBlockJson,
  encodeCompactJson,
  encodeTransaction,
  encodeVisionTransaction,
  type NamedTransaction,
  type VisionTransaction,
} from '@vision-light/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeBody } from '../../../../../tests/sim/vision-bodies.js';
import { VisionChain, visionSim } from '../../../../../tests/sim/vision-chain.js';
import { makeTransaction } from '../../../../../tests/sim/vision-transactions.js';
import { startVisionHost } from '../../../../../tests/vision-host.js';
import { HTTP_HELLO_NONCES_MAX } from '../../limits.js';
import type { NodeHost } from '../../node-host.js';
import { HttpServer } from '../http-server.js';
import { nodeId } from './hello.js';
import { type ServedChain, servedChain } from './served-chain.js';

const log = pino({ level: 'silent' });
const roomy = { perSecond: 1e6, burst: 1e6 };

/** A key pair, as it is sent. */
function keys() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bytes = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(-32));
  return {
    publicKey: bytes,
    sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString('hex'),
  };
}

let host: NodeHost;
let server: HttpServer;
let chain: VisionChain;
let served: Partial<ServedChain>;

beforeEach(async () => {
  host = await startVisionHost();
  chain = new VisionChain();
  served = {};
  server = await HttpServer.listen({
    port: 0,
    host: '127.0.0.1',
    family: visionSim,
    log,
    facts: () => undefined,
    chain: () => ({ ...servedChain(host), ...served }),
    limits: { rate: roomy },
  });
});

afterEach(async () => {
  await server.close();
  await host.close();
});

async function post(path: string, body: unknown): Promise<{ status: number; json: unknown }> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`http://127.0.0.1:${server.port}/p2p/${path}`, { method: 'POST', body: text });
  return { status: response.status, json: await response.json() };
}

/** Mines a block with so many transactions on the tip. */
function mine(count: number, from?: number, miner?: string) {
  const { body, txRoot } = makeBody(chain.tree.tipHeight + 1, count);
  const batch = chain.mine({
    count: 1,
    ...(count > 0 ? { txRootOf: () => txRoot } : {}),
    ...(from === undefined ? {} : { from }),
    ...(miner === undefined ? {} : { miner }),
  });
  return {
    record: batch.records,
    hash: batch.hashes,
    body: count > 0 ? body : Uint8Array.of(0),
    name: bytesToHex(batch.hashes),
  };
}

type Mined = ReturnType<typeof mine>;

const jsonOf = ({ record, body }: Mined): string => encodeBlockJson(record, body) as string;

function partsOf({ body }: Mined): NamedTransaction[] {
  return visionSim.splitBody(body)?.map(({ id, bytes }) => ({ id, bytes })) ?? [];
}

describe('POST /p2p/block', () => {
  it('takes blocks whose proof of work and transactions are good', async () => {
    const first = mine(0);
    const second = mine(3);
    expect(await post('block', jsonOf(first))).toEqual({
      status: 200,
      json: { status: 'accepted', hash: first.name, extended_tip: true },
    });
    expect(await post('block', jsonOf(second))).toMatchObject({ status: 200, json: { status: 'accepted' } });
    expect(host.node.tip.hash).toBe(second.name);
    expect(await host.readBody(second.hash)).toEqual(second.body);
    expect(await post('block', jsonOf(first))).toMatchObject({ json: { extended_tip: false } });
  });

  it('puts off what follows on nothing that is known', async () => {
    mine(0);
    const answer = await post('block', jsonOf(mine(0)));
    expect(answer).toEqual({ status: 200, json: { status: 'deferred', reason: 'UNKNOWN_PARENT' } });
    expect(host.node.tip.height).toBe(0);
  });

  it.each([
    [
      'a false proof of work',
      (text: string) => text.replace(/"nonce":\d+/, '"nonce":123456789'),
      'HEADER_POW_MISMATCH',
    ],
    ['other transactions', (text: string) => text.replace(/"tip":1,/, '"tip":2,'), 'BODY_ROOT_MISMATCH'],
    ['no header', (text: string) => text.replace('"header"', '"other"'), 'HEADER_MALFORMED'],
  ])('refuses %s', async (_, change, code) => {
    const block = mine(2);
    const text = change(jsonOf(block));
    expect(text).not.toBe(jsonOf(block));
    expect(await post('block', text)).toEqual({ status: 400, json: { status: 'rejected', error: code } });
    // The true block is taken all the same.
    expect(await post('block', jsonOf(block))).toMatchObject({ status: 200, json: { status: 'accepted' } });
    expect(await host.readBody(block.hash)).toEqual(block.body);
  });

  it('keeps nothing of a branch that has too little work, as of a peer', async () => {
    const low = new VisionChain().mine({ count: 1, miner: 'low' });
    const batch = chain.mine({ count: 400 });
    expect(await host.submit(batch)).toMatchObject({ accepted: 400 });
    const block = { record: low.records, hash: low.hashes, body: Uint8Array.of(0), name: '' };
    expect(await post('block', jsonOf(block))).toEqual({
      status: 400,
      json: { status: 'rejected', error: 'LOW_WORK' },
    });
    expect(host.node.tree.find(low.hashes)).toBeUndefined();
    // One beside the newest blocks may become heavier.
    const beside = chain.mine({ count: 1, from: 390, miner: 'beside' });
    const other = { record: beside.records, hash: beside.hashes, body: Uint8Array.of(0), name: '' };
    expect(await post('block', jsonOf(other))).toMatchObject({ status: 200, json: { extended_tip: false } });
  });

  it('refuses what is no JSON, or above 2 MB', async () => {
    expect(await post('block', '{')).toMatchObject({ status: 400 });
    expect(await post('block', `{"x":"${'x'.repeat(2 * 1024 * 1024)}"}`)).toMatchObject({ status: 400 });
  });
});

describe('POST /p2p/compact_block', () => {
  const compactOf = ({ record, hash, body }: Mined): string =>
    encodeCompactJson(record, hash, body, 99n) as string;

  it('rebuilds a block from transactions that are known', async () => {
    const block = mine(5);
    served = { transactions: () => partsOf(block).toReversed() };
    expect(await post('compact_block', compactOf(block))).toEqual({
      status: 200,
      json: { status: 'accepted', hash: block.name, extended_tip: true },
    });
    expect(await host.readBody(block.hash)).toEqual(block.body);
  });

  it('names those that are not', async () => {
    const block = mine(5);
    served = { transactions: () => partsOf(block).filter((_, i) => i !== 3) };
    expect(await post('compact_block', compactOf(block))).toEqual({
      status: 202,
      json: { status: 'need_txs', missing: [3] },
    });
    expect(host.node.tip.height).toBe(0);
  });

  it('needs the miner unless the header is known: existing nodes leave it out', async () => {
    const block = mine(2);
    served = { transactions: () => partsOf(block) };
    const lite = compactOf(block).replace('"miner":"sim",', '');
    expect(lite).not.toBe(compactOf(block));
    expect(await post('compact_block', lite)).toMatchObject({ status: 422, json: { status: 'failed' } });
    await host.submit({ count: 1, records: block.record, hashes: block.hash });
    expect(await post('compact_block', lite)).toMatchObject({ status: 200, json: { status: 'accepted' } });
    expect(await host.readBody(block.hash)).toEqual(block.body);
  });

  it('answers an unknown parent, a false block and what is none by their own statuses', async () => {
    const first = mine(0);
    const second = mine(2);
    served = { transactions: () => partsOf(second) };
    expect(await post('compact_block', compactOf(second))).toMatchObject({ status: 409 });
    await post('block', jsonOf(first));
    const wrong = compactOf(second).replace(/"nonce":\d+,"miner"/, '"nonce":987654321,"miner"');
    expect(wrong).not.toBe(compactOf(second));
    expect(await post('compact_block', wrong)).toMatchObject({
      status: 422,
      json: { error: 'HEADER_POW_MISMATCH' },
    });
    expect(await post('compact_block', '{}')).toMatchObject({ status: 400 });
  });
});

describe('POST /p2p/get_block_txs', () => {
  it('gives transactions by their places', async () => {
    const block = mine(4);
    await post('block', jsonOf(block));
    const { txs } = JSON.parse(jsonOf(block)) as { txs: unknown[] };
    expect(await post('get_block_txs', { block_hash: block.name, tx_indices: [0, 3, 0] })).toEqual({
      status: 200,
      json: { block_hash: block.name, txs: [txs[0], txs[3], txs[0]] },
    });
  });

  it('leaves nothing out: what is no place is a fault, so that no transaction passes for another', async () => {
    const block = mine(2);
    await post('block', jsonOf(block));
    for (const place of [2, -1, 0.5, '0', null])
      expect(await post('get_block_txs', { block_hash: block.name, tx_indices: [0, place] })).toMatchObject({
        status: 400,
      });
    const other = 'ab'.repeat(32);
    expect(await post('get_block_txs', { block_hash: other, tx_indices: [0] })).toEqual({
      status: 404,
      json: { block_hash: other, txs: [] },
    });
  });
});

describe('POST /p2p/inv and /p2p/getdata', () => {
  it('says what is wanted, and gives what is asked for', async () => {
    const block = mine(3);
    const parts = partsOf(mine(2));
    const [known, other] = parts.map(({ id }) => bytesToHex(id));
    served = { transaction: (id) => (bytesToHex(id) === known ? parts[0]?.bytes : undefined) };
    const objects = [
      { type: 'block', hash: block.name },
      { type: 'compactblock', hash: `0x${host.node.tip.hash}` },
      { type: 'tx', hash: known },
      { type: 'tx', hash: other },
    ];
    expect(await post('inv', { objects })).toEqual({
      status: 200,
      json: {
        status: 'processing',
        want: [
          { type: 'block', hash: block.name },
          { type: 'tx', hash: other },
        ],
      },
    });
    await post('block', jsonOf(block));
    const { status, json } = await post('getdata', { objects });
    expect(status).toBe(200);
    const { txs, blocks } = json as { txs: unknown[]; blocks: { hash: string; raw: string }[] };
    expect(txs).toHaveLength(1);
    expect(blocks.map(({ hash }) => hash)).toEqual([block.name, host.node.header(0)?.hash]);
    expect(Buffer.from(blocks[0]?.raw ?? '', 'base64').toString()).toBe(jsonOf(block));
  });

  it.each([
    ['no objects', {}],
    ['an object that is none', { objects: [5] }],
    ['another type', { objects: [{ type: 'person', hash: 'ab'.repeat(32) }] }],
    ['no hash', { objects: [{ type: 'tx' }] }],
    ['too many', { objects: Array.from({ length: 601 }, () => ({ type: 'tx', hash: 'ab'.repeat(32) })) }],
  ])('%s is a fault', async (_, body) => {
    expect(await post('inv', body)).toMatchObject({ status: 400 });
    expect(await post('getdata', body)).toMatchObject({ status: 400 });
  });
});

describe('POST /p2p/tx, /p2p/txs and /p2p/get_txs', () => {
  const tx: VisionTransaction = {
    nonce: 2n ** 64n - 1n,
    sender_pubkey: 'ab'.repeat(32),
    access_list: [],
    module: 'cash',
    method: 'transfer',
    args: [1, 2, 255],
    tip: 1n,
    fee_limit: 1n,
    sig: 'cd'.repeat(64),
    max_priority_fee_per_gas: 2n ** 128n - 1n,
    max_fee_per_gas: 0n,
  };
  const bytes = encodeVisionTransaction(tx);
  const id = visionSim.readTransaction(bytes)?.id ?? new Uint8Array();
  const name = bytesToHex(id);

  it('hand in what they are given, digit for digit, and say what became of it', async () => {
    const given: Uint8Array[] = [];
    let fault: string | undefined;
    served = {
      submitTransaction: async (each) => {
        given.push(each);
        return fault;
      },
    };
    expect(await post('tx', encodeTransaction(tx))).toEqual({
      status: 200,
      json: { status: 'accepted', tx_hash: name },
    });
    expect(given).toEqual([bytes]);
    fault = 'TX_SIGNATURE_INVALID';
    expect(await post('tx', encodeTransaction(tx))).toEqual({
      status: 400,
      json: { tx_hash: name, error: 'invalid_signature' },
    });
    fault = 'TX_TOO_LARGE';
    expect(await post('txs', `{"txs":[${encodeTransaction(tx)},${encodeTransaction(tx)}]}`)).toEqual({
      status: 200,
      json: {
        results: [
          { tx_hash: name, error: fault },
          { tx_hash: name, error: fault },
        ],
      },
    });
    served = { transaction: () => bytes };
    expect(await post('tx', encodeTransaction(tx))).toMatchObject({ json: { status: 'duplicate' } });
  });

  it('verify what they are given as if a peer had sent it', async () => {
    const jsonFor = (bytes: Uint8Array): string =>
      encodeTransaction(decodeVisionTransaction(bytes) as VisionTransaction);
    const [first, second] = [makeTransaction({ sender: 1 }), makeTransaction({ sender: 2 })];
    expect(await post('tx', jsonFor(first))).toMatchObject({ status: 200, json: { status: 'accepted' } });
    expect(await post('tx', jsonFor(first))).toMatchObject({ status: 200, json: { status: 'duplicate' } });
    const forged = jsonFor(second).replace('"tip":10', '"tip":11');
    expect(await post('tx', forged)).toMatchObject({ status: 400, json: { error: 'invalid_signature' } });
    expect(await post('txs', `{"txs":[${jsonFor(second)}]}`)).toMatchObject({
      json: { results: [{ status: 'accepted' }] },
    });
    expect(host.node.transactions.mempool.size).toBe(2);
    const hashes = [first, second].map((each) => bytesToHex(visionSim.readTransaction(each)?.id ?? each));
    const { json } = await post('get_txs', { hashes });
    expect(json).toMatchObject({ missing: [] });
    // What is in the mempool rebuilds a compact block.
    const parts = [first, second].map((each) => visionSim.readTransaction(each)?.id ?? each);
    const body = visionSim.joinBody([first, second]);
    const batch = chain.mine({ count: 1, txRootOf: () => devnetMerkleRoot(parts) });
    const compact = encodeCompactJson(batch.records, batch.hashes, body, 7n) as string;
    const empty = compact.replace(/"prefilled_txs":\[.*\],"nonce"/, '"prefilled_txs":[],"nonce"');
    expect(await post('compact_block', empty)).toMatchObject({ status: 200, json: { status: 'accepted' } });
    expect(host.node.transactions.mempool.size).toBe(0);
  });

  it('give what is known, and name the rest', async () => {
    const other = 'ef'.repeat(32);
    served = { transaction: (hash) => (bytesToHex(hash) === name ? bytes : undefined) };
    const { status, json } = await post('get_txs', { hashes: [name, other] });
    expect({ status, json }).toMatchObject({ status: 200, json: { missing: [other] } });
    expect((json as { txs: unknown[] }).txs).toHaveLength(1);
  });

  it('refuse what is no transaction', async () => {
    expect(await post('tx', {})).toMatchObject({ status: 400 });
    expect(await post('tx', encodeTransaction({ ...tx, module: 'x'.repeat(70_000) }))).toMatchObject({
      status: 400,
    });
    expect(await post('txs', { txs: [5] })).toMatchObject({ status: 400 });
    expect(await post('txs', { txs: Array.from({ length: 101 }, () => ({})) })).toMatchObject({
      status: 400,
    });
    expect(await post('get_txs', { hashes: ['x'] })).toMatchObject({ status: 400 });
  });
});

describe('POST /p2p/hello', () => {
  const client = keys();
  const id = nodeId(client.publicKey);

  function hello(change: Record<string, unknown> = {}, signer = client) {
    const ts = Math.floor(Date.now() / 1000);
    const said = {
      from_node_id: id,
      pubkey_b64: Buffer.from(client.publicKey).toString('base64'),
      ts_unix: ts,
      nonce_hex: bytesToHex(crypto.getRandomValues(new Uint8Array(16))),
      ...change,
    };
    const { from_node_id, ts_unix, nonce_hex } = said;
    return { ...said, signature_hex: signer.sign(`${from_node_id}|${ts_unix}|${nonce_hex}`), ...change };
  }

  it('is answered with what the gateway is', async () => {
    expect(await post('hello', hello())).toEqual({
      status: 200,
      json: {
        node_id: nodeId(host.key.publicKey),
        pubkey_b64: Buffer.from(host.key.publicKey).toString('base64'),
        chain_id: 'sim',
        genesis_hash: visionSim.hashToHex(visionSim.genesis.hash),
        protocol_version: 1,
        node_version: expect.stringMatching(/^vision-light\//),
        is_anchor: false,
        advertised_ip: null,
        advertised_port: null,
        height: 0,
      },
    });
  });

  it('spends a nonce by a good signature only', async () => {
    const said = hello();
    // Somebody else who saw it cannot spend it.
    const forged = { ...said, signature_hex: keys().sign('anything') };
    expect(await post('hello', forged)).toMatchObject({ status: 401 });
    expect(await post('hello', said)).toMatchObject({ status: 200 });
    expect(await post('hello', said)).toEqual({ status: 400, json: { error: 'nonce_hex: was used before' } });
    const capitals = { ...hello({ nonce_hex: said.nonce_hex.toUpperCase() }) };
    expect(await post('hello', capitals)).toMatchObject({ status: 400 });
    // The nonces of others are their own.
    const other = keys();
    const from_node_id = nodeId(other.publicKey);
    const pubkey_b64 = Buffer.from(other.publicKey).toString('base64');
    expect(
      await post('hello', hello({ from_node_id, pubkey_b64, nonce_hex: said.nonce_hex }, other)),
    ).toMatchObject({ status: 200 });
  });

  it('remembers so many nonces, and no more', async () => {
    const first = hello();
    await post('hello', first);
    for (let i = 1; i < HTTP_HELLO_NONCES_MAX; i++) await post('hello', hello());
    expect(await post('hello', first)).toMatchObject({ status: 400 });
    await post('hello', hello());
    expect(await post('hello', first)).toMatchObject({ status: 200 });
  });

  it.each([
    ['a missing member', { ts_unix: undefined }],
    ["another's id", { from_node_id: 'ab'.repeat(20) }],
    ['a key that is no key', { pubkey_b64: 'AAAA' }],
    ['base64 with something else in it', { pubkey_b64: `${'A'.repeat(43)} =` }],
    ['a nonce that is no hex', { nonce_hex: 'xyz' }],
    ['a nonce too short', { nonce_hex: '00' }],
    ['a signature that is none', { signature_hex: '00' }],
  ])('%s is a fault', async (_, change) => {
    expect(await post('hello', hello(change))).toMatchObject({ status: 400 });
  });

  it('may be as wrong about the time as existing nodes allow, and no more', async () => {
    const at = (skew: number) => hello({ ts_unix: Math.floor(Date.now() / 1000) + skew });
    for (const skew of [-110, 120]) expect(await post('hello', at(skew))).toMatchObject({ status: 200 });
    for (const skew of [-122, 150]) expect(await post('hello', at(skew))).toMatchObject({ status: 400 });
  });
});
