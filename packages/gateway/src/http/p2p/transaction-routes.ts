/** Transactions over HTTP (docs/chains/vision.md §7): what comes in is verified as if a peer had sent it. */
import {
  decodeVisionTransaction,
  encodeTransaction,
  encodeVisionTransaction,
  type JsonValue,
  transactionFromJson,
  transactionHash,
  type VisionTransaction,
} from '@vision-light/protocol';
import { HTTP_TRANSACTIONS_MAX } from '../../limits.js';
import { type HttpAnswer, jsonAnswer } from '../answer.js';
import type { HttpClient } from '../http-client.js';
import { RequestFault } from '../request/request-fault.js';
import type { RequestMembers } from '../request/request-members.js';
import type { ServedChain } from './served-chain.js';

/** What became of one transaction, in the words of existing nodes. */
interface Result {
  readonly status?: 'accepted' | 'duplicate';
  readonly tx_hash: string;
  readonly error?: string;
}

/** `/p2p/tx`: one transaction. */
export async function takeTransaction(members: RequestMembers, chain: ServedChain): Promise<HttpAnswer> {
  const result = await submit(transactionOf(members.all), chain);
  return jsonAnswer(result.error === undefined ? 200 : 400, JSON.stringify(result));
}

/** `/p2p/txs`: several, each with a result of its own. */
export async function takeTransactions(members: RequestMembers, chain: ServedChain): Promise<HttpAnswer> {
  const transactions = members.list('txs', HTTP_TRANSACTIONS_MAX).map(transactionOf);
  const results: Result[] = [];
  // One after the other: a batch of one client takes no more of the node at a time than one transaction does.
  for (const tx of transactions) results.push(await submit(tx, chain));
  return jsonAnswer(200, JSON.stringify({ results }));
}

/** `/p2p/get_txs`: transactions that are in no block, by their hashes; `missing` names the others. */
export function giveTransactions(
  members: RequestMembers,
  chain: ServedChain,
  client: HttpClient,
): HttpAnswer {
  const hashes = members.hashes('hashes', HTTP_TRANSACTIONS_MAX);
  const found = hashes.map((hash) => transactionJson(chain, hash));
  const missing = hashes
    .filter((_, i) => found[i] === undefined)
    .map((hash) => Buffer.from(hash).toString('hex'));
  const json = `{"txs":[${found.filter((text) => text !== undefined).join(',')}],"missing":${JSON.stringify(missing)}}`;
  client.charge(json.length);
  return jsonAnswer(200, json);
}

/** The JSON of a transaction that is in no block; undefined if it is not known. */
export function transactionJson(chain: ServedChain, hash: Uint8Array): string | undefined {
  const bytes = chain.transaction(hash);
  const tx = bytes && decodeVisionTransaction(bytes);
  return tx && encodeTransaction(tx);
}

async function submit(tx: VisionTransaction, chain: ServedChain): Promise<Result> {
  const id = transactionHash(tx);
  const tx_hash = Buffer.from(id).toString('hex');
  if (chain.transaction(id) !== undefined) return { status: 'duplicate', tx_hash };
  const error = await chain.submitTransaction(encoded(tx));
  if (error === undefined) return { status: 'accepted', tx_hash };
  // The word of existing nodes for the one fault that they name.
  return { tx_hash, error: error === 'TX_SIGNATURE_INVALID' ? 'invalid_signature' : error };
}

/** @throws {RequestFault} if it is no transaction */
function transactionOf(value: JsonValue): VisionTransaction {
  const tx = transactionFromJson(value);
  if (tx === undefined) throw new RequestFault('a transaction lacks a member, or has one of a wrong type');
  return tx;
}

/** @throws {RequestFault} if it is too large to be encoded */
function encoded(tx: VisionTransaction): Uint8Array {
  try {
    return encodeVisionTransaction(tx);
  } catch (error) {
    if (error instanceof RangeError) throw new RequestFault('a transaction is too large, or not text');
    throw error;
  }
}
