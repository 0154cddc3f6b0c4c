/** The chain as existing nodes hand it out over HTTP: which headers and blocks, and their JSON. */
import { encodeBlockJson, encodeLiteHeader, type HeaderTree } from '@vision-light/protocol';
import { HTTP_BLOCKS_BYTES_MAX } from '../limits.js';
import type { ServedChain } from './served-chain.js';

/**
 * `{"headers":[LiteHeader]}`: those of the best chain after the first hash of the locator that is on it. If none is,
 * from genesis on, genesis included. Every one follows the one before: only verified headers are here.
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
 * `{"blocks":[{"hash","raw"}]}`, `raw` the JSON of a block in base64. Blocks that are not here are left out, as the
 * reference does, and so is all that does not fit into {@link HTTP_BLOCKS_BYTES_MAX}: a tool that copes with the one
 * and asks again copes with the other.
 */
export async function blocksOf(chain: ServedChain, hashes: readonly Uint8Array[]): Promise<string> {
  const blocks: string[] = [];
  let bytes = 0;
  for (const hash of hashes) {
    const json = await blockOf(chain, hash);
    if (json === undefined) continue;
    const raw = Buffer.from(json).toString('base64');
    bytes += raw.length;
    if (blocks.length > 0 && bytes > HTTP_BLOCKS_BYTES_MAX) break;
    blocks.push(`{"hash":"${Buffer.from(hash).toString('hex')}","raw":"${raw}"}`);
  }
  return `{"blocks":[${blocks.join(',')}]}`;
}

async function blockOf({ tree, bodyOf }: ServedChain, hash: Uint8Array): Promise<string | undefined> {
  const slot = tree.find(hash);
  if (slot === undefined) return undefined;
  const parent = tree.parent(slot);
  // Copied: what the tree shows may change while the body is read.
  const record = tree.record(slot).slice();
  const implied = tree.family.impliedBody({
    record,
    height: tree.height(slot),
    parentRecord: parent < 0 ? undefined : tree.record(parent),
  });
  const body = implied ?? (await bodyOf(hash));
  return body && encodeBlockJson(record, body);
}
