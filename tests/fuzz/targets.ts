/**
 * Every decoder of bytes that come from outside. Of each it must hold that it never throws what it does not say that it
 * throws, reads no further than it should, and that what it takes is what an encoder of ours would have written.
 */
import {
  ByteReader,
  ByteWriter,
  bytesToHex,
  type ChainFamily,
  decodeMessage,
  encodeMessage,
  encodeVisionBody,
  FRAME_BYTES_MAX,
  frameMessage,
  HEADERS_PER_MESSAGE_MAX,
  type HeaderBatch,
  LightNode,
  type Message,
  MessageAssembler,
  messageRows,
  type NodeEventBody,
  PROTOCOL_VERSION,
  parseLosslessJson,
  resolveNetwork,
} from '@vision-light/protocol';
import { defined } from '../../packages/protocol/src/assert.js';
import { xxh32 } from '../../packages/protocol/src/bytes/xxh32.js';
import { decodeVisionBody } from '../../packages/protocol/src/families/vision/block/body-codec.js';
import { recordFromJson } from '../../packages/protocol/src/families/vision/header/header-json.js';
import { visionDevnet, visionMainnet } from '../../packages/protocol/src/families/vision/network-params.js';
import {
  decodeTransaction,
  encodeTransaction,
} from '../../packages/protocol/src/families/vision/transaction/transaction.js';
import { createVisionFamily } from '../../packages/protocol/src/families/vision/vision-family.js';
import { BatchHasher } from '../../packages/protocol/src/headers/batch-hasher.js';
import {
  FORMAT,
  FORMER_FORMAT,
  type PackedBatch,
  packBatches,
  unpackBatches,
} from '../../packages/protocol/src/headers/storage/batch-list.js';
import {
  decodeTable,
  decodeTip,
  encodeTable,
  encodeTip,
  isFormerTip,
} from '../../packages/protocol/src/headers/storage/chain-records.js';
import { findBase, openSegment } from '../../packages/protocol/src/headers/storage/open-segment.js';
import { chainLayout } from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { genesisBase } from '../../packages/protocol/src/tree/tree-base.js';
import { SimRandom } from '../sim/sim-random.js';
import { makeBody } from '../sim/vision-bodies.js';
import { VisionChain, visionSim } from '../sim/vision-chain.js';
import { addressBook } from './address-book-target.js';
import { baseTargets } from './base-targets.js';
import { batchPass } from './batch-pass.js';
import { bitcoinBlocks, type KnownBlock } from './bitcoin-blocks.js';
import { bitcoinBridge } from './bitcoin-bridge-target.js';
import { bitcoinWireTargets } from './bitcoin-wire-targets.js';
import { compactTarget } from './compact-blocks.js';
import { descriptions, handTexts } from './description-target.js';
import { filterTargets } from './filter-targets.js';
import type { FuzzTarget } from './fuzz-target.js';
import { httpTargets } from './http-targets.js';
import { introductionsTarget } from './introductions-target.js';
import { proofTargets } from './proof-targets.js';
import { transactionTargets } from './transaction-targets.js';

const utf8 = new TextEncoder();
const lenient = new TextDecoder();
const hash = new Uint8Array(32).fill(7);

function expectEqual(what: string, a: Uint8Array, b: Uint8Array): void {
  if (Buffer.compare(a, b) !== 0) throw new Error(`${what}: ${bytesToHex(a)} is not ${bytesToHex(b)}`);
}

const messages: readonly Message[] = [
  {
    type: 'hello',
    version: PROTOCOL_VERSION,
    minVersion: PROTOCOL_VERSION,
    networkId: visionSim.networkId,
    height: 300,
    chainwork: 2n ** 70n,
    services: 1,
    requires: 2,
    userAgent: 'fuzz/1.0',
    time: 1_780_000_000,
    identity: {
      key: hash,
      localFingerprint: hash,
      remoteFingerprint: hash,
      signature: new Uint8Array(64).fill(9),
    },
  },
  { type: 'challenge', version: PROTOCOL_VERSION, minVersion: PROTOCOL_VERSION, nonce: hash },
  { type: 'ping', requestId: 5 },
  { type: 'pong', requestId: 300 },
  { type: 'announce', height: 70_000, hash, prev: hash },
  { type: 'getHeaders', requestId: 9, locator: [hash, hash], stop: hash, skip: 2000, max: 2000 },
  { type: 'getHeaders', requestId: 9, locator: [], stop: undefined, skip: 0, max: 1 },
  { type: 'headers', requestId: 9, parent: hash, count: 3, payload: new Uint8Array(60).fill(3) },
  { type: 'reject', code: 'PEER_FLOOD' },
  { type: 'getBlocks', requestId: 200, hashes: [hash, hash] },
  { type: 'blocks', requestId: 201, hash, body: new Uint8Array(70).fill(5) },
  { type: 'notFound', requestId: 202, hashes: [hash] },
  { type: 'inv', relayIds: [hash, hash] },
  { type: 'getTxs', requestId: 206, relayIds: [hash, hash] },
  { type: 'txs', requestId: 207, transactions: [new Uint8Array(90).fill(6), new Uint8Array(0)] },
  { type: 'compactBlock', requestId: 0, height: 70_000, block: new Uint8Array(70).fill(6) },
  { type: 'getBlockTxns', requestId: 203, places: new Uint8Array(36).fill(7) },
  { type: 'blockTxns', requestId: 204, transactions: new Uint8Array(70).fill(8) },
  { type: 'sendCompact', highBandwidth: true },
  { type: 'getCompactBlock', requestId: 205, hash },
  { type: 'getTxBlock', requestId: 208, id: hash },
  { type: 'txBlock', requestId: 209, block: hash },
  { type: 'txBlock', requestId: 209, block: undefined },
  { type: 'services', services: 35 },
  { type: 'getFilterHeaders', requestId: 210, stop: hash, count: 2000 },
  { type: 'filterHeaders', requestId: 210, previous: hash, hashes: new Uint8Array(96) },
  { type: 'getFilters', requestId: 211, stop: hash, count: 3 },
  {
    type: 'filters',
    requestId: 211,
    filters: [Uint8Array.of(1, 2, 3), new Uint8Array(0), new Uint8Array(40)],
  },
  { type: 'getPeers', requestId: 212, count: 16 },
  { type: 'peers', requestId: 212, keys: [hash, new Uint8Array(32).fill(8)] },
  { type: 'peers', requestId: 213, keys: [] },
  {
    type: 'relaySignal',
    requestId: 0,
    sender: hash,
    recipient: new Uint8Array(32).fill(8),
    time: 1_780_000_000,
    nonce: new Uint8Array(16).fill(9),
    payload: new Uint8Array(20).fill(10),
    signature: new Uint8Array(64).fill(11),
  },
  { type: 'signalResult', requestId: 214, outcome: 'busy' },
];
for (const { type } of messageRows)
  if (!messages.some((message) => message.type === type)) throw new Error(`no sample of the message ${type}`);
const encoded = messages.map(encodeMessage);

const wire: FuzzTarget = {
  name: 'wire messages',
  weight: 5,
  samples: encoded,
  check(input) {
    const result = decodeMessage(input);
    if (!result.ok) return;
    const again = encodeMessage(result.message);
    // What a later version may have behind the fields that are known is skipped.
    expectEqual('encoded again', again, result.row.mayHaveMore ? input.subarray(0, again.length) : input);
  },
};

const stream = encoded.flatMap((message) => frameMessage(message, FRAME_BYTES_MAX));

const framing: FuzzTarget = {
  name: 'framing',
  weight: 4,
  samples: [...stream, Uint8Array.from(stream.flatMap((frame) => [...frame]))],
  check(input) {
    // However the bytes are cut into frames, the same messages and the same fault come out.
    const whole = new MessageAssembler(2000);
    const expected = whole.push(input).map((message) => message.slice());
    const cut = new MessageAssembler(2000);
    const size = 1 + ((input[0] ?? 0) % 40);
    const got: Uint8Array[] = [];
    for (let at = 0; at < input.length; at += size) got.push(...cut.push(input.subarray(at, at + size)));
    if (got.length !== expected.length || cut.fault !== whole.fault)
      throw new Error(`${got.length} messages and ${cut.fault}, not ${expected.length} and ${whole.fault}`);
    for (const [i, message] of got.entries()) expectEqual('message', message, expected[i] as Uint8Array);
  },
};

/** Twelve headers, plausible to the codec; no rule has looked at them. */
function sampleBatch(family: ChainFamily): HeaderBatch {
  if (family.family === 'vision') {
    const chain = new VisionChain();
    const mined = chain.mine({ count: 12 });
    if (family.recordBytes === visionSim.recordBytes) return mined;
    const records = new Uint8Array(12 * family.recordBytes);
    for (let i = 0; i < 12; i++)
      records.set(
        mined.records.subarray(i * visionSim.recordBytes, (i + 1) * visionSim.recordBytes),
        i * family.recordBytes,
      );
    return { ...mined, records };
  }
  const records = new SimRandom(3).bytes(12 * family.recordBytes);
  return { count: 12, records, hashes: new Uint8Array(12 * 32) };
}

function batchTarget(family: ChainFamily, weight: number): FuzzTarget {
  const batch = sampleBatch(family);
  const samples = [1, 3, 12].map((count) => {
    const writer = new ByteWriter();
    family.encodeBatch(writer, { ...batch, count });
    return Uint8Array.from([count, ...writer.bytes()]);
  });
  return {
    name: `batches of ${family.name}`,
    weight,
    samples,
    check(input) {
      const count = Math.min(HEADERS_PER_MESSAGE_MAX, input[0] ?? 0);
      const reader = new ByteReader(input.subarray(1));
      const decoded = family.decodeBatch(reader, count, family.genesis.hash, 0);
      if (typeof decoded === 'string') return;
      if (decoded.count > count) throw new Error(`${decoded.count} headers of ${count}`);
      if (decoded.fault !== undefined || !reader.isDone) return;
      const writer = new ByteWriter();
      family.encodeBatch(writer, decoded);
      // What is good has one encoding: any other is refused.
      expectEqual('encoded again', writer.bytes(), input.subarray(1));
      const again = family.decodeBatch(new ByteReader(writer.bytes()), count, family.genesis.hash, 0);
      if (typeof again === 'string') throw new Error(`encoded again: ${again}`);
      expectEqual('records', again.records, decoded.records);
      expectEqual('hashes', again.hashes, decoded.hashes);
    },
  };
}

/** Some headers as they lie on disk, in two batches. */
function sampleList(family: ChainFamily): Uint8Array {
  const { count, records, hashes } = sampleBatch(family);
  const half = count >> 1;
  const pack = (from: number, to: number): PackedBatch => {
    const writer = new ByteWriter();
    const part = records.subarray(from * family.recordBytes, to * family.recordBytes);
    family.encodeBatch(writer, {
      count: to - from,
      records: part,
      hashes: hashes.subarray(from * 32, to * 32),
    });
    const parent = from === 0 ? family.genesis.hash : hashes.subarray(from * 32 - 32, from * 32);
    return { parent, count: to - from, payload: writer.bytes() };
  };
  return packBatches([pack(0, half), pack(half, count)]);
}

/** What an older release wrote: the same but for the format. */
function former(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy[0] = FORMER_FORMAT;
  return copy;
}

/** Stored bytes of another format are taken for nothing. */
function expectFormat(input: Uint8Array, ...decoded: readonly unknown[]): void {
  if (input[0] !== FORMAT && decoded.some((each) => each !== undefined))
    throw new Error(`format ${input[0]} is taken for ${FORMAT}`);
}

const layout = chainLayout(0);
const tableEntry = { lastHash: hash, chainwork: 2n ** 70n, digest: 0xdead_beef };

const storedRecords: FuzzTarget = {
  name: 'tables of segments and tip pointers',
  weight: 2,
  samples: [
    encodeTip({ height: 1_000_000, hash }),
    encodeTip({ height: 0, hash }),
    former(encodeTip({ height: 1_000_000, hash })),
    encodeTable(layout, []),
    former(encodeTable(layout, [tableEntry])),
    encodeTable(layout, [tableEntry, { ...tableEntry, chainwork: 0n }, tableEntry]),
  ],
  check(input) {
    const tip = decodeTip(input);
    if (tip !== undefined) expectEqual('tip pointer', encodeTip(tip), input);
    const table = decodeTable(layout, input);
    if (table !== undefined) expectEqual('table', encodeTable(layout, table), input);
    expectFormat(input, tip, table);
    if (isFormerTip(input) && tip !== undefined) throw new Error('a pointer of both formats');
  },
};

/** Segments and entries of the journal, and what a loader does with them before anything is hashed. */
function storedListTarget(family: ChainFamily): FuzzTarget {
  return {
    name: `stored headers of ${family.name}`,
    weight: 2,
    samples: [
      sampleList(family),
      packBatches([{ parent: hash, count: 1, payload: new Uint8Array(9) }]),
      former(sampleList(family)),
    ],
    check(input) {
      const batches = unpackBatches(input);
      expectFormat(input, batches);
      if (batches === undefined) return;
      expectEqual('list', packBatches(batches), input);
      const count = batches.reduce((sum, batch) => sum + batch.count, 0);
      const small = { ...chainLayout(0, count), batchHeaders: 1 };
      const entry = { lastHash: hash, chainwork: 10n ** 6n, digest: xxh32(input) };
      const start = batches[0]?.parent ?? hash;
      const segment = openSegment(small, [entry], 0, input, start);
      if (segment === undefined) throw new Error('a segment that is what its table says');
      const base = { ...genesisBase(family), height: -1 };
      let answers = 0;
      findBase(family, new BatchHasher(family, { push: () => {} }, () => 1), segment, 1, base, (found) => {
        answers++;
        if (found !== undefined && found.base.records.length % family.recordBytes !== 0)
          throw new Error('records that are not whole');
      });
      if (answers > 1) throw new Error('answered twice');
    },
  };
}

/**
 * Holds each input against every block: of none may it be the body unless it is.
 *
 * @param committed  those bytes of a body that its header commits to
 */
function bodyTarget(
  family: ChainFamily,
  weight: number,
  blocks: readonly KnownBlock[],
  committed: (body: Uint8Array) => Uint8Array = (bytes) => bytes,
): FuzzTarget {
  const expected = blocks.map(({ body }) => committed(body));
  return {
    name: `bodies of ${family.name}`,
    weight,
    samples: blocks.map(({ body }) => body),
    check(input) {
      const info = family.describeBody(input);
      for (const [i, { context }] of blocks.entries()) {
        if (family.checkBody(input, context).kind !== 'ok') continue;
        expectEqual('taken for the body', committed(input), expected[i] as Uint8Array);
        if (info === undefined) throw new Error('good, and yet not to be described');
      }
      for (const { offset, bytes } of info?.transactions ?? [])
        if (offset + bytes > input.length) throw new Error(`a transaction at ${offset} + ${bytes}`);
    },
  };
}

function visionBlock(): KnownBlock {
  const { body, txRoot } = makeBody(1, 3);
  const { records } = new VisionChain().mine({ count: 1, txRootOf: () => txRoot });
  return { context: { record: records, height: 1, parentRecord: visionSim.genesis.record }, body };
}

/** Signatures are no part of what a Vision header commits to. */
function unsigned(body: Uint8Array): Uint8Array {
  const transactions = decodeVisionBody(body) ?? [];
  return encodeVisionBody(transactions.map(({ tx }) => ({ ...tx, sig: '' })));
}

const bodyCodec: FuzzTarget = {
  name: 'transactions of bodies',
  weight: 2,
  samples: [makeBody(2, 1).body, makeBody(3, 4).body, encodeVisionBody([])],
  check(input) {
    const transactions = decodeVisionBody(input);
    if (transactions === undefined) return;
    expectEqual('encoded again', encodeVisionBody(transactions.map(({ tx }) => tx)), input);
  },
};

const headerText = `{"parent":"${'00'.repeat(32)}","number":"1","timestamp":"1700000000","difficulty":"1","nonce":"18446744073709551615","tx_root":"0x${'ab'.repeat(32)}","miner":"pow_miner","digest":"${'cd'.repeat(32)}"}`;
const mainnetText = headerText.replace('parent', 'parent_hash').replace('digest', 'pow_hash');
const transactionText =
  '{"nonce":1,"sender_pubkey":"ab","access_list":["a"],"module":"cash","method":"mint","args":[1,255],"tip":1000,"fee_limit":18446744073709551615,"sig":"00","max_priority_fee_per_gas":0,"max_fee_per_gas":0}';

/** What the text says, or undefined if it is no JSON. */
function parse(text: string): unknown {
  try {
    return parseLosslessJson(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const json: FuzzTarget = {
  name: 'JSON of headers and transactions',
  weight: 3,
  samples: [headerText, mainnetText, transactionText, '[[[{"a":-1.5e3}]]]'].map((text) => utf8.encode(text)),
  check(input) {
    const text = lenient.decode(input);
    const value = parse(text);
    for (const params of [visionDevnet, visionMainnet]) {
      const header = recordFromJson(params, value);
      if (header.ok && header.record.length !== createdRecordBytes(params))
        throw new Error(`a record of ${header.record.length} bytes`);
    }
    const transaction = decodeTransaction(text);
    if (transaction === undefined) return;
    const again = encodeTransaction(transaction);
    const second = decodeTransaction(again);
    if (second === undefined || encodeTransaction(second) !== again) throw new Error(`not stable: ${again}`);
  },
};

const recordBytesOf = new Map(
  [visionDevnet, visionMainnet].map((params) => [params, createVisionFamily(params).recordBytes]),
);
const createdRecordBytes = (params: typeof visionDevnet): number => recordBytesOf.get(params) as number;

/** A whole node that has said hello to a peer, which then says anything. */
class TalkedTo {
  readonly core = new LightNode({
    family: visionSim,
    seed: 1,
    userAgent: 'fuzz',
    isGateway: false,
    hashers: 1,
  });
  #now = 0;

  constructor() {
    this.step({ type: 'start' });
    this.step({ type: 'storageAnswered', request: 1, result: { kind: 'read', records: [] } });
  }

  step(event: NodeEventBody): void {
    this.#now += 50;
    this.core.step(event, { now: this.#now, wallTime: 1_800_000_000 });
  }

  hear(input: Uint8Array): void {
    this.step({ type: 'peerConnected', peer: 'p' });
    this.step({ type: 'bytesReceived', peer: 'p', bytes: stream[0] as Uint8Array });
    this.step({ type: 'bytesReceived', peer: 'p', bytes: input });
    this.step({ type: 'peerDisconnected', peer: 'p' });
    if (this.core.status.peers !== 0) throw new Error('a peer is left behind');
    if (this.core.tip.height !== 0) throw new Error('headers without proof of work');
  }
}

let node: TalkedTo | undefined;

const wholeNode: FuzzTarget = {
  name: 'a whole node',
  weight: 1,
  samples: [...stream, Uint8Array.from(stream.flatMap((frame) => [...frame]))],
  check(input) {
    node ??= new TalkedTo();
    node.hear(input.slice());
  },
};

/** All of them. */
export const targets: readonly FuzzTarget[] = [
  wire,
  framing,
  batchTarget(resolveNetwork('vision-devnet'), 2),
  batchTarget(createVisionFamily(visionMainnet), 1),
  batchTarget(resolveNetwork('bitcoin-mainnet'), 2),
  batchPass,
  storedRecords,
  ...baseTargets,
  storedListTarget(visionSim),
  storedListTarget(resolveNetwork('bitcoin-regtest')),
  bodyTarget(visionSim, 2, [visionBlock()], unsigned),
  bodyTarget(resolveNetwork('bitcoin-mainnet'), 1, bitcoinBlocks),
  compactTarget(visionSim, visionBlock()),
  compactTarget(resolveNetwork('bitcoin-mainnet'), defined(bitcoinBlocks.at(-1), 'there are some')),
  bodyCodec,
  ...transactionTargets,
  ...proofTargets,
  ...filterTargets,
  json,
  ...httpTargets,
  ...bitcoinWireTargets,
  bitcoinBridge,
  addressBook,
  descriptions,
  introductionsTarget,
  handTexts,
  wholeNode,
];
