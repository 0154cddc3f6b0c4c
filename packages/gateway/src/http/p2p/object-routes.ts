/**
 * `/p2p/inv` and `/p2p/getdata` of existing Vision nodes (docs/chains/vision.md §7). There the one who announces is asked
 * back at an address that is always the node's own, so nothing ever comes. Here the answer itself says what is wanted, and
 * has what was asked for.
 */
import { BLOCK_HASHES_MAX } from '@vision-light/protocol';
import { HTTP_OBJECTS_MAX } from '../../limits.js';
import { type HttpAnswer, jsonAnswer } from '../answer.js';
import type { HttpClient } from '../http-client.js';
import { RequestFault } from '../request/request-fault.js';
import { RequestMembers } from '../request/request-members.js';
import type { BlockThread } from './block-thread.js';
import { blocksOf } from './chain-json.js';
import type { ServedChain } from './served-chain.js';
import { transactionJson } from './transaction-routes.js';

/** Something by its name. */
interface NamedObject {
  readonly type: 'block' | 'tx';
  readonly hash: Uint8Array;
}

/** `/p2p/inv`: `want` names what is not known here, so that the sender may post it. */
export function takeInventory(members: RequestMembers, chain: ServedChain): HttpAnswer {
  const want = objectsOf(members, HTTP_OBJECTS_MAX)
    .filter(({ type, hash }) => {
      return type === 'tx' ? chain.transaction(hash) === undefined : chain.tree.find(hash) === undefined;
    })
    .map(({ type, hash }) => ({ type, hash: Buffer.from(hash).toString('hex') }));
  return jsonAnswer(200, JSON.stringify({ status: 'processing', want }));
}

/**
 * `/p2p/getdata`: transactions and blocks, whole ones also where a compact block was asked for. What is not here is left out.
 *
 * @returns undefined if the client is gone
 */
export async function giveObjects(
  members: RequestMembers,
  chain: ServedChain,
  client: HttpClient,
  thread: BlockThread,
): Promise<HttpAnswer | undefined> {
  const objects = objectsOf(members, BLOCK_HASHES_MAX);
  const txs = objects.flatMap(({ type, hash }) =>
    type === 'tx' ? (transactionJson(chain, hash) ?? []) : [],
  );
  const before = `"status":"processing","txs":[${txs.join(',')}],`;
  client.charge(before.length);
  const hashes = objects.flatMap(({ type, hash }) => (type === 'block' ? hash : []));
  const pieces = await blocksOf(chain, hashes, thread, client, before);
  return pieces && jsonAnswer(200, pieces);
}

/** @throws {RequestFault} */
function objectsOf(members: RequestMembers, countMax: number): NamedObject[] {
  return members.list('objects', countMax).map((item) => {
    const object = new RequestMembers(item);
    const type = object.text('type');
    if (type !== 'tx' && type !== 'block' && type !== 'compactblock')
      throw new RequestFault('type: must be tx, block or compactblock');
    return { type: type === 'tx' ? 'tx' : 'block', hash: object.hash('hash') };
  });
}
