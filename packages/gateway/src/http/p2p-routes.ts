/**
 * The HTTP routes of existing Vision nodes (docs/chains/vision.md §7), so that tools made for them can read a gateway.
 * The routes only read: nothing that a client sends is believed or remembered.
 *
 * Stricter than existing nodes: a request that is malformed, incomplete, of a wrong type or above a limit is answered
 * with status 400.
 */
import type { IncomingMessage } from 'node:http';
import { BLOCK_HASHES_MAX, HEADERS_PER_MESSAGE_MAX, LOCATOR_HASHES_MAX } from '@vision-light/protocol';
import {
  HTTP_BLOCKS_ANSWERS_MAX,
  HTTP_BLOCKS_ANSWERS_PER_ADDRESS_MAX,
  HTTP_BLOCKS_COST,
  HTTP_HEADERS_COST,
} from '../limits.js';
import { Turns } from './admission/turns.js';
import {
  busyAnswer,
  type HttpAnswer,
  type HttpRoute,
  type HttpRoutes,
  jsonAnswer,
  textAnswer,
} from './answer.js';
import type { BlockThread } from './block-thread.js';
import { blocksOf, headersAfter } from './chain-json.js';
import type { HttpClient } from './http-client.js';
import { readText } from './request/request-body.js';
import { RequestFault } from './request/request-fault.js';
import { RequestMembers } from './request/request-members.js';
import type { ServedChain } from './served-chain.js';

/** The answer of one route to a request; undefined for a client that is gone. */
type Answer = (
  members: RequestMembers,
  chain: ServedChain,
  client: HttpClient,
) => HttpAnswer | undefined | Promise<HttpAnswer | undefined>;

/**
 * @param chain  undefined until the gateway is ready, and from its end on
 * @param thread  writes the blocks
 */
export function createP2pRoutes(chain: () => ServedChain | undefined, thread: BlockThread): HttpRoutes {
  const turns = new Turns(HTTP_BLOCKS_ANSWERS_MAX, HTTP_BLOCKS_ANSWERS_PER_ADDRESS_MAX);
  const post = (cost: number, answer: Answer): HttpRoute => ({
    method: 'POST',
    cost,
    answer: (request, client) => answerPost(request, client, chain, answer),
  });
  return new Map<string, HttpRoute>([
    ['/p2p/announce', post(1, announce)],
    ['/p2p/get_headers', post(HTTP_HEADERS_COST, getHeaders)],
    [
      '/p2p/get_blocks',
      post(HTTP_BLOCKS_COST, (members, served, client) => {
        const hashes = members.hashes('hashes', BLOCK_HASHES_MAX);
        return turns.during(client, async () => {
          // Answers to its other connections, made while this one waited, count too.
          const debtMs = client.debtMs();
          if (debtMs > 0) return busyAnswer(debtMs);
          const blocks = await blocksOf(served, hashes, thread, client);
          return blocks && jsonAnswer(200, blocks);
        });
      }),
    ],
    ['/p2p/headers', { method: 'GET', answer: () => textAnswer(200, headersInfo) }],
  ]);
}

const headersInfo =
  'Headers: POST /p2p/get_headers with {"locator":["<hash>",…],"stop":"<hash>","max":2000}; stop may be missing.';

async function answerPost(
  request: IncomingMessage,
  client: HttpClient,
  chain: () => ServedChain | undefined,
  answer: Answer,
): Promise<HttpAnswer | undefined> {
  try {
    const members = new RequestMembers(await readText(request));
    const served = chain();
    if (served === undefined) return errorAnswer(503, 'the gateway is starting or closing');
    return await answer(members, served, client);
  } catch (error) {
    if (error instanceof RequestFault) return errorAnswer(400, error.message);
    throw error;
  }
}

function errorAnswer(status: number, error: string): HttpAnswer {
  return jsonAnswer(status, JSON.stringify({ error }));
}

/**
 * The announced block cannot be requested over HTTP, and its hash proves nothing. So the hash is not marked as seen.
 * Existing nodes mark it, so that anyone can suppress a later announcement (docs/chains/vision.md §7).
 */
function announce(members: RequestMembers, { tree }: ServedChain): HttpAnswer {
  members.u64('height');
  members.hash('prev');
  const isKnown = tree.find(members.hash('hash')) !== undefined;
  return jsonAnswer(200, JSON.stringify({ status: isKnown ? 'duplicate' : 'queued' }));
}

function getHeaders(members: RequestMembers, { tree }: ServedChain, client: HttpClient): HttpAnswer {
  const locator = members.hashes('locator', LOCATOR_HASHES_MAX);
  const stop = members.optionalHash('stop');
  const max = members.u64('max');
  if (max === 0n) throw new RequestFault('max: must be at least 1');
  const count = max < HEADERS_PER_MESSAGE_MAX ? Number(max) : HEADERS_PER_MESSAGE_MAX;
  const json = headersAfter(tree, locator, stop, count);
  client.charge(json.length);
  return jsonAnswer(200, json);
}
