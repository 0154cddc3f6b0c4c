/** Blocks over HTTP (docs/chains/vision.md §7): what comes in is verified as if a peer had sent it. */
import {
  compactFromJson,
  decodeVisionTransaction,
  encodeTransaction,
  rebuildCompact,
  type VisionFamily,
} from '@vision-light/protocol';
import { HTTP_BLOCK_TRANSACTIONS_MAX } from '../../limits.js';
import { type HttpAnswer, jsonAnswer } from '../answer.js';
import type { HttpClient } from '../http-client.js';
import { RequestFault } from '../request/request-fault.js';
import type { RequestMembers } from '../request/request-members.js';
import type { BlockThread } from './block-thread.js';
import type { ServedChain } from './served-chain.js';

/** `/p2p/block`: the JSON of a whole block. @throws {RequestFault} if it is none */
export async function takeBlock(
  text: string,
  family: VisionFamily,
  chain: ServedChain,
  thread: BlockThread,
): Promise<HttpAnswer> {
  const block = await thread.read({ params: family.params, text });
  if (block === undefined) throw new RequestFault('the body is not JSON');
  if (!block.ok) return answerOf(400, { status: 'rejected', error: block.code });
  return take(family, chain, block.record, block.body);
}

/**
 * `/p2p/compact_block`: the block is rebuilt from transactions that are known here. Those that are not are named by their
 * places, and nothing is remembered: the sender repeats the block with them, or sends the whole one.
 *
 * @throws {RequestFault} if it is no compact block
 */
export async function takeCompactBlock(
  members: RequestMembers,
  family: VisionFamily,
  chain: ServedChain,
): Promise<HttpAnswer> {
  const compact = compactFromJson(family.params, members.all);
  if (compact === undefined) throw new RequestFault('not a compact block');
  const { tree } = chain;
  const slot = tree.find(compact.hash);
  // The header of an existing node lacks the miner; if it is known here, that does not matter.
  const record = slot === undefined ? compact.record : tree.record(slot).slice();
  if (record === undefined)
    return answerOf(422, {
      status: 'failed',
      error: 'without the miner its proof of work cannot be checked',
    });
  if (slot === undefined && tree.find(compact.parent) === undefined)
    return answerOf(409, { status: 'failed', error: 'UNKNOWN_PARENT' });
  const rebuilt = rebuildCompact(compact, chain.transactions());
  if ('missing' in rebuilt) return answerOf(202, { status: 'need_txs', missing: rebuilt.missing });
  const answer = await take(family, chain, record, family.joinBody(rebuilt.transactions));
  return answer.status === 400 ? { ...answer, status: 422 } : answer;
}

/**
 * `/p2p/get_block_txs`: transactions of a block by their places. Existing nodes leave out what is no place, so that those
 * after it are taken for others; here it is a fault.
 *
 * @throws {RequestFault} if one is no place in the block
 */
export async function giveBlockTransactions(
  members: RequestMembers,
  { tree, bodyOf }: ServedChain,
  client: HttpClient,
): Promise<HttpAnswer> {
  const hash = members.hash('block_hash');
  const places = members.list('tx_indices', HTTP_BLOCK_TRANSACTIONS_MAX);
  const block_hash = Buffer.from(hash).toString('hex');
  const body = tree.find(hash) === undefined ? undefined : await bodyOf(hash);
  const parts = body && tree.family.splitBody(body);
  if (parts === undefined) return answerOf(404, { block_hash, txs: [] });
  const txs = places.map((place) => {
    const part = typeof place === 'number' ? parts[place] : undefined;
    const tx = part && decodeVisionTransaction(part.bytes);
    if (tx === undefined) throw new RequestFault('tx_indices: must be places in the block');
    return encodeTransaction(tx);
  });
  const json = `{"block_hash":"${block_hash}","txs":[${txs.join(',')}]}`;
  client.charge(json.length);
  return jsonAnswer(200, json);
}

async function take(
  family: VisionFamily,
  chain: ServedChain,
  record: Uint8Array,
  body: Uint8Array,
): Promise<HttpAnswer> {
  const { tree } = chain;
  const name = family.headerHash(record);
  const hash = family.hashToHex(name);
  if (tree.find(family.parent(record)) === undefined)
    return answerOf(200, { status: 'deferred', reason: 'UNKNOWN_PARENT' });
  const { accepted, code, bodyFault } = await chain.submitBlock(record, name, body);
  if (code !== undefined && accepted === 0) {
    if (code === 'SUBMIT_BUSY') return answerOf(503, { status: 'deferred', reason: code });
    return answerOf(400, { status: 'rejected', error: code });
  }
  if (bodyFault !== undefined) return answerOf(400, { status: 'rejected', error: bodyFault });
  const slot = tree.find(name);
  return answerOf(200, { status: 'accepted', hash, extended_tip: slot === tree.tip });
}

function answerOf(status: number, value: unknown): HttpAnswer {
  return jsonAnswer(status, JSON.stringify(value));
}
