/** What a gateway reads of requests over HTTP. */
import {
  blockFromJson,
  compactFromJson,
  encodeBlockJson,
  encodeCompactJson,
  type JsonValue,
  parseLosslessJson,
  rebuildCompact,
} from '@vision-light/protocol';
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

/** All that is read of what comes in over HTTP. */
export const httpTargets: readonly FuzzTarget[] = [requests, blocks, compactBlocks];

function jsonOf(input: Uint8Array): JsonValue | undefined {
  try {
    return parseLosslessJson(lenient.decode(input));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
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
