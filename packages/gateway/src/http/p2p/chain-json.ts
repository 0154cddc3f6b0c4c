/** The chain as existing nodes hand it out over HTTP: which headers and blocks, and their JSON. */
import { encodeLiteHeader, type HeaderTree } from '@vision-light/protocol';
import { HTTP_BLOCKS_BYTES_MAX } from '../../limits.js';
import type { HttpClient } from '../http-client.js';
import type { BlockWriteJob } from './block-job.js';
import type { BlockThread } from './block-thread.js';
import type { ServedChain } from './served-chain.js';

/**
 * `{"headers":[LiteHeader]}`: those of the best chain after the first hash of the locator that is on it. If none is,
 * from genesis on, genesis included; none at all while the stored chain is not verified that far down. Every one follows
 * the one before: only verified headers are here.
 *
 * @param stop  the last one, if it comes before `count` headers; one that does not come is nowhere
 */
export function headersAfter(
  tree: HeaderTree,
  locator: readonly Uint8Array[],
  stop: Uint8Array | undefined,
  count: number,
): string {
  const found = locator.map((hash) => bestHeight(tree, hash)).find((height) => height !== undefined);
  if (found === undefined && tree.baseHeight > 0) return '{"headers":[]}';
  const from = found === undefined ? 0 : found + 1;
  const stopHeight = (stop && bestHeight(tree, stop)) ?? -1;
  const last = Math.min(from + count - 1, tree.tipHeight, stopHeight < from ? Infinity : stopHeight);
  const headers: string[] = [];
  for (let height = from; height <= last; height++) {
    const slot = tree.at(height) as number;
    headers.push(encodeLiteHeader(tree.record(slot), tree.hash(slot)));
  }
  return `{"headers":[${headers.join(',')}]}`;
}

function bestHeight(tree: HeaderTree, hash: Uint8Array): number | undefined {
  const slot = tree.find(hash);
  return slot !== undefined && tree.isOnBestChain(slot) ? tree.height(slot) : undefined;
}

/**
 * `{"blocks":[{"hash","raw"}]}`, `raw` the JSON of a block in base64, in pieces. Blocks that are not here are left out,
 * as the reference does, and so is all that does not fit into {@link HTTP_BLOCKS_BYTES_MAX}: a tool that copes with the
 * one and asks again copes with the other. Nothing more is read or written for a client that is gone.
 *
 * @param before  JSON members that come before, each with a comma after it
 * @returns undefined if the client is gone
 */
export async function blocksOf(
  chain: ServedChain,
  hashes: readonly Uint8Array[],
  thread: BlockThread,
  client: HttpClient,
  before = '',
): Promise<Uint8Array[] | undefined> {
  const pieces = [Buffer.from(`{${before}"blocks":[`)];
  let bytes = 0;
  for (const hash of hashes) {
    const block = await blockOf(chain, hash);
    if (client.isGone()) return undefined;
    const raw = block && (await thread.write(block));
    client.charge(raw?.length ?? 0);
    if (client.isGone()) return undefined;
    if (raw === undefined) continue;
    if (bytes > 0 && bytes + raw.length > HTTP_BLOCKS_BYTES_MAX) break;
    const comma = bytes > 0 ? ',' : '';
    bytes += raw.length;
    const name = Buffer.from(hash).toString('hex');
    pieces.push(Buffer.from(`${comma}{"hash":"${name}","raw":"`), Buffer.from(raw.buffer), Buffer.from('"}'));
  }
  pieces.push(Buffer.from(']}'));
  return pieces;
}

async function blockOf(
  { tree, bodyOf }: ServedChain,
  hash: Uint8Array,
): Promise<Omit<BlockWriteJob, 'kind'> | undefined> {
  const slot = tree.find(hash);
  if (slot === undefined) return undefined;
  const parentRecord = tree.parentRecord(slot)?.slice();
  // Copied: what the tree shows may change while the body is read.
  const record = tree.record(slot).slice();
  const implied = tree.family.impliedBody({ record, height: tree.height(slot), parentRecord });
  const body = implied ?? (await bodyOf(hash));
  return body && { record, body };
}
