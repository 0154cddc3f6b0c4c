/**
 * The HTTP routes of existing Vision nodes (docs/chains/vision.md §7), so that tools made for them can read a gateway, and
 * gateways that reach each other by HTTP alone can pass on blocks and transactions. What a client sends is believed no more
 * than what a peer sends.
 *
 * Stricter than existing nodes: a request that is malformed, incomplete, of a wrong type or above a limit is answered
 * with status 400.
 */
import type { IncomingMessage } from 'node:http';
import {
  BLOCK_HASHES_MAX,
  HEADERS_PER_MESSAGE_MAX,
  LOCATOR_HASHES_MAX,
  type VisionFamily,
} from '@vision-light/protocol';
import {
  HTTP_BLOCK_BODY_BYTES_MAX,
  HTTP_BLOCKS_ANSWERS_MAX,
  HTTP_BLOCKS_ANSWERS_PER_ADDRESS_MAX,
  HTTP_BLOCKS_COST,
  HTTP_BODY_BYTES_MAX,
  HTTP_COMPACT_BLOCK_COST,
  HTTP_HEADERS_COST,
  HTTP_TRANSACTION_BODY_BYTES_MAX,
  HTTP_TRANSACTION_COST,
} from '../../limits.js';
import { Turns } from '../admission/turns.js';
import {
  busyAnswer,
  type HttpAnswer,
  type HttpRoute,
  type HttpRoutes,
  jsonAnswer,
  textAnswer,
} from '../answer.js';
import type { HttpClient } from '../http-client.js';
import { readText } from '../request/request-body.js';
import { RequestFault } from '../request/request-fault.js';
import { RequestMembers } from '../request/request-members.js';
import { giveBlockTransactions, takeBlock, takeCompactBlock } from './block-routes.js';
import type { BlockThread } from './block-thread.js';
import { blocksOf, headersAfter } from './chain-json.js';
import { HelloRoute } from './hello.js';
import { giveObjects, takeInventory } from './object-routes.js';
import type { ServedChain } from './served-chain.js';
import { giveTransactions, takeTransaction, takeTransactions } from './transaction-routes.js';

type Answered = HttpAnswer | undefined | Promise<HttpAnswer | undefined>;

/** The answer of one route to a request; undefined for a client that is gone. */
type Answer = (members: RequestMembers, chain: ServedChain, client: HttpClient) => Answered;

/** As {@link Answer}, of a text that is not read here. */
type TextAnswer = (text: string, chain: ServedChain, client: HttpClient) => Answered;

/**
 * @param chain  undefined until the gateway is ready, and from its end on
 * @param thread  reads and writes the blocks
 * @param wallTime  Unix seconds
 */
export function createP2pRoutes(
  family: VisionFamily,
  chain: () => ServedChain | undefined,
  thread: BlockThread,
  wallTime: () => number,
): HttpRoutes {
  const turns = new Turns(HTTP_BLOCKS_ANSWERS_MAX, HTTP_BLOCKS_ANSWERS_PER_ADDRESS_MAX);
  const hello = new HelloRoute(family, wallTime);
  const post = (cost: number, answer: Answer, bytesMax = HTTP_BODY_BYTES_MAX): HttpRoute => ({
    method: 'POST',
    cost,
    answer: (request, client) =>
      answerPost(request, client, chain, bytesMax, (text, served) =>
        answer(RequestMembers.parse(text), served, client),
      ),
  });
  /** Of what is large, to read or to write: not many at a time. Answers to other connections count meanwhile. */
  const inTurn = (client: HttpClient, work: () => Promise<HttpAnswer | undefined>): Answered =>
    turns.during(client, async () => {
      const debtMs = client.debtMs();
      return debtMs > 0 ? busyAnswer(debtMs) : work();
    });
  const postInTurn = (cost: number, answer: Answer): HttpRoute =>
    post(cost, (members, served, client) => inTurn(client, async () => answer(members, served, client)));
  const postLarge = (cost: number, bytesMax: number, answer: TextAnswer): HttpRoute => ({
    method: 'POST',
    cost,
    answer: (request, client) =>
      inTurn(client, async () => answerPost(request, client, chain, bytesMax, answer)),
  });
  return new Map<string, HttpRoute>([
    ['/p2p/hello', post(HTTP_TRANSACTION_COST, (members, served) => hello.answer(members, served))],
    ['/p2p/announce', post(1, announce)],
    ['/p2p/get_headers', post(HTTP_HEADERS_COST, getHeaders)],
    [
      '/p2p/get_blocks',
      postInTurn(HTTP_BLOCKS_COST, async (members, served, client) => {
        const hashes = members.hashes('hashes', BLOCK_HASHES_MAX);
        const blocks = await blocksOf(served, hashes, thread, client);
        return blocks && jsonAnswer(200, blocks);
      }),
    ],
    ['/p2p/headers', { method: 'GET', answer: () => textAnswer(200, headersInfo) }],
    ['/p2p/blocks', { method: 'GET', answer: () => textAnswer(200, blocksInfo) }],
    ['/p2p/inv', post(HTTP_HEADERS_COST, takeInventory)],
    [
      '/p2p/getdata',
      postInTurn(HTTP_BLOCKS_COST, (members, served, client) => giveObjects(members, served, client, thread)),
    ],
    ['/p2p/get_txs', post(HTTP_HEADERS_COST, giveTransactions)],
    ['/p2p/tx', post(HTTP_TRANSACTION_COST, takeTransaction, HTTP_TRANSACTION_BODY_BYTES_MAX)],
    [
      '/p2p/txs',
      postLarge(HTTP_BLOCKS_COST, HTTP_BLOCK_BODY_BYTES_MAX, (text, served) =>
        takeTransactions(RequestMembers.parse(text), served),
      ),
    ],
    [
      '/p2p/block',
      postLarge(HTTP_BLOCKS_COST, HTTP_BLOCK_BODY_BYTES_MAX, (text, served) =>
        takeBlock(text, family, served, thread),
      ),
    ],
    [
      '/p2p/compact_block',
      postLarge(HTTP_COMPACT_BLOCK_COST, HTTP_BLOCK_BODY_BYTES_MAX, (text, served) =>
        takeCompactBlock(RequestMembers.parse(text), family, served),
      ),
    ],
    ['/p2p/get_block_txs', postInTurn(HTTP_BLOCKS_COST, giveBlockTransactions)],
  ]);
}

const headersInfo =
  'Headers: POST /p2p/get_headers with {"locator":["<hash>",…],"stop":"<hash>","max":2000}; stop may be missing.';
const blocksInfo = 'Blocks: POST /p2p/get_blocks with {"hashes":["<hash>",…]}.';

async function answerPost(
  request: IncomingMessage,
  client: HttpClient,
  chain: () => ServedChain | undefined,
  bytesMax: number,
  answer: TextAnswer,
): Promise<HttpAnswer | undefined> {
  try {
    const text = await readText(request, bytesMax);
    // What is small is paid with the request; what is large costs by its size.
    if (text.length > HTTP_BODY_BYTES_MAX) client.charge(text.length);
    const served = chain();
    if (served === undefined) return errorAnswer(503, 'the gateway is starting or closing');
    return await answer(text, served, client);
  } catch (error) {
    if (error instanceof RequestFault) return errorAnswer(400, error.message);
    throw error;
  }
}

function errorAnswer(status: number, error: string): HttpAnswer {
  return jsonAnswer(status, JSON.stringify({ error }));
}

/**
 * Whoever announces cannot be asked over HTTP, and a hash proves nothing. So the nodes that this gateway follows are asked
 * soon, and the hash is not marked as seen. Existing nodes mark it, so that anyone can suppress a later announcement
 * (docs/chains/vision.md §7).
 */
function announce(members: RequestMembers, { tree, announced }: ServedChain): HttpAnswer {
  members.u64('height');
  members.hash('prev');
  const isKnown = tree.find(members.hash('hash')) !== undefined;
  if (!isKnown) announced();
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
