/** What a gateway reads over HTTP: requests, and the answers of Vision nodes that it follows. */
import {
  blockFromJson,
  compactFromJson,
  encodeBlockJson,
  encodeCompactJson,
  type JsonValue,
  parseLosslessJson,
  rebuildCompact,
} from '@vision-light/protocol';
import {
  headersOutcome,
  postedOutcome,
  wantedOutcome,
} from '../../packages/gateway/src/bridges/vision/node-answers.js';
import { RequestFault } from '../../packages/gateway/src/http/request/request-fault.js';
import { RequestMembers } from '../../packages/gateway/src/http/request/request-members.js';
import { makeBody } from '../sim/vision-bodies.js';
import { VisionChain, visionSim } from '../sim/vision-chain.js';
import type { FuzzTarget } from './fuzz-target.js';

const utf8 = new TextEncoder();
const lenient = new TextDecoder();
const { params } = visionSim;

const { body, txRoot } = makeBody(1, 3);
const { records, hashes } = new VisionChain().mine({ count: 1, txRootOf: () => txRoot });
const blockText = encodeBlockJson(records, body) as string;
const compactText = encodeCompactJson(records, hashes, body, 5n) as string;

const requestTexts = [
  `{"height":7,"hash":"0x${'ab'.repeat(32)}","prev":"${'cd'.repeat(32)}"}`,
  `{"locator":["${'ab'.repeat(32)}"],"stop":null,"max":2000}`,
  `{"locator":[],"stop":"0x${'AB'.repeat(32)}","max":1}`,
  `{"hashes":["${'ab'.repeat(32)}","${'cd'.repeat(32)}"]}`,
  `{"objects":[{"type":"tx","hash":"${'ab'.repeat(32)}"}],"txs":[]}`,
  `{"block_hash":"${'ab'.repeat(32)}","tx_indices":[0,1]}`,
  '{"from_node_id":"ab","pubkey_b64":"AA==","ts_unix":1,"nonce_hex":"00","signature_hex":"00"}',
];

const requests: FuzzTarget = {
  name: 'JSON of requests over HTTP',
  weight: 1,
  samples: requestTexts.map((text) => utf8.encode(text)),
  check(input) {
    tryMember(() => {
      const members = RequestMembers.parse(lenient.decode(input));
      for (const name of ['height', 'max', 'ts_unix']) tryMember(() => members.u64(name));
      for (const name of ['hash', 'prev', 'block_hash']) tryMember(() => members.hash(name));
      for (const name of ['type', 'from_node_id', 'pubkey_b64', 'nonce_hex', 'signature_hex'])
        tryMember(() => members.text(name));
      tryMember(() => members.optionalHash('stop'));
      for (const name of ['hashes', 'locator']) tryMember(() => atMostTwo(members.hashes(name, 2)));
      for (const name of ['objects', 'txs', 'tx_indices']) tryMember(() => atMostTwo(members.list(name, 2)));
    });
  },
};

const blocks: FuzzTarget = {
  name: 'JSON of blocks over HTTP',
  weight: 1,
  samples: [utf8.encode(blockText)],
  check(input) {
    const value = jsonOf(input);
    const block = value === undefined ? undefined : blockFromJson(params, value);
    if (block?.ok !== true) return;
    const text = encodeBlockJson(block.record, block.body);
    if (text === undefined) throw new Error('a body was read that is none');
    const again = blockFromJson(params, parseLosslessJson(text));
    if (!again.ok || Buffer.compare(again.body, block.body) !== 0) throw new Error('read otherwise again');
  },
};

const compactBlocks: FuzzTarget = {
  name: 'JSON of compact blocks over HTTP',
  weight: 1,
  samples: [utf8.encode(compactText)],
  check(input) {
    const value = jsonOf(input);
    const compact = value === undefined ? undefined : compactFromJson(params, value);
    if (compact === undefined) return;
    const rebuilt = rebuildCompact(compact, visionSim.splitBody(body) ?? []);
    const count = 'missing' in rebuilt ? rebuilt.missing.length : rebuilt.transactions.length;
    if (count > compact.shortIds.length) throw new Error('more transactions than short ids');
  },
};

const hex = 'ab'.repeat(32);
const answerTexts = [
  `{"headers":[{"hash":"0x${hex}","prev":"${hex}","height":7,"time":1,"nonce":18446744073709551615}]}`,
  `{"headers":[{"hash":"${hex}"},{"hash":"0X${hex.toUpperCase()}","height":-1}]}`,
  `{"status":"processing","want":[{"type":"tx","hash":"${hex}"}]}`,
  '{"status":"deferred","reason":"orphan"}',
];

const answers: FuzzTarget = {
  name: 'JSON of answers of Vision nodes',
  weight: 1,
  samples: answerTexts.map((text) => utf8.encode(text)),
  check(bytes) {
    const answer = { type: 'answer', status: 200, bytes } as const;
    const read = headersOutcome(answer, 1);
    if (read.type !== 'headers') throw new Error('a status of 200 is no fault');
    for (const { hash, height } of read.headers ?? []) {
      if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error('not a hash');
      if (height !== undefined && !(height >= 0)) throw new Error('not a height');
    }
    atMostOne(read.headers ?? []);
    const wanted = wantedOutcome(answer);
    const hashes = wanted.type === 'wanted' ? (wanted.hashes ?? []) : [];
    if (!hashes.every((hash) => /^[0-9a-f]{64}$/.test(hash))) throw new Error('not a hash');
    if (postedOutcome('block', answer).type !== 'posted') throw new Error('a status of 200 is no fault');
  },
};

/** All that is read of what comes in over HTTP. */
export const httpTargets: readonly FuzzTarget[] = [requests, blocks, compactBlocks, answers];

function jsonOf(input: Uint8Array): JsonValue | undefined {
  try {
    return parseLosslessJson(lenient.decode(input));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function atMostOne(items: readonly unknown[]): void {
  if (items.length > 1) throw new Error('more items than asked for');
}

function atMostTwo(items: readonly unknown[]): void {
  if (items.length > 2) throw new Error('more items than asked for');
}

function tryMember(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RequestFault)) throw error;
  }
}
