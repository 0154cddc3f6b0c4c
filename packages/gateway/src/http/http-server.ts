/**
 * The gateway's HTTP side: what is answered is in the routes, here is how. Whatever a client does, it costs no more
 * than its connection: connections are counted, in all and by address, a slow request or reader is cut off, the
 * requests of one connection are answered one after the other, so that many sent at once do not become many answers in
 * memory, and what an address costs is bounded by a budget.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ChainFamily, isVisionFamily } from '@vision-light/protocol';
import { clientKey } from '@vision-light/signaling';
import type { Logger } from 'pino';
import {
  HTTP_ADDRESSES_MAX,
  HTTP_BYTES_PER_TOKEN,
  HTTP_HEADERS_TIMEOUT_MS,
  HTTP_PIPELINED_MAX,
  HTTP_STATUS_CONNECTION_MS,
  HTTP_STATUS_CONNECTIONS_MAX,
  HTTP_STATUS_CONNECTIONS_PER_ADDRESS_MAX,
} from '../limits.js';
import { Budgets } from './admission/budgets.js';
import { type ConnectionCaps, type ConnectionKind, Connections } from './admission/connections.js';
import { busyAnswer, type HttpRoute, type HttpRoutes, textAnswer } from './answer.js';
import { type CheckpointAnswer, checkpointRoute } from './checkpoint-route.js';
import type { GatewayFacts } from './facts.js';
import type { HttpClient } from './http-client.js';
import { defaultHttpLimits, type HttpLimits } from './http-limits.js';
import { BlockThread } from './p2p/block-thread.js';
import { createP2pRoutes } from './p2p/p2p-routes.js';
import type { ServedChain } from './p2p/served-chain.js';
import { send } from './send.js';
import { createStatusRoutes } from './status-routes.js';

/** Where to listen, and what to tell. */
export interface HttpServerOptions {
  readonly port: number;
  readonly host: string | undefined;
  readonly family: ChainFamily;
  readonly log: Logger;
  /** Undefined until the gateway is ready, and from its end on. */
  facts(): GatewayFacts | undefined;
  /** As `facts`. */
  chain(): ServedChain | undefined;
  /** Makes checkpoints; as `facts`. */
  checkpoint?(): ((height: number | undefined) => Promise<CheckpointAnswer>) | undefined;
  /**
   * Count a request by the last entry of X-Forwarded-For. Only behind a proxy that sets it. Then connections are counted in all
   * and by no address, since all are the proxy's: the proxy has to limit those of one client.
   */
  readonly trustProxy?: boolean;
  /** To change for tests. */
  readonly limits?: Partial<HttpLimits>;
  /** To change for tests, where everyone comes from one address. */
  readonly addressOf?: (socket: Socket) => string;
  /** Monotonic milliseconds. To change for tests. */
  readonly now?: () => number;
}

/** Who is at the other end of a connection. */
interface Visitor {
  /** Of its socket. */
  readonly address: string;
  readonly kind: ConnectionKind;
  /** Requests under way. */
  requests: number;
  /** Resolves when the last one is answered. */
  end: Promise<void>;
}

/** Answers until it is closed. */
export class HttpServer {
  readonly port: number;
  readonly #server: Server;
  readonly #blockThread: BlockThread;

  private constructor(server: Server, blockThread: BlockThread) {
    this.#server = server;
    this.#blockThread = blockThread;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @throws the error of `listen` (`EADDRINUSE`, `EACCES`, …) */
  static async listen(options: HttpServerOptions): Promise<HttpServer> {
    const { port, host, family, log, facts, chain, now = () => performance.now() } = options;
    const limits = { ...defaultHttpLimits, ...options.limits };
    const blockThread = new BlockThread();
    const wallTime = (): number => Date.now() / 1000;
    const p2pRoutes = isVisionFamily(family) ? createP2pRoutes(family, chain, blockThread, wallTime) : [];
    const checkpoint = checkpointRoute(() => options.checkpoint?.());
    const routes = new Map([...createStatusRoutes(facts), ['/checkpoint', checkpoint], ...p2pRoutes]);
    const timeouts = {
      requestTimeout: limits.requestTimeoutMs,
      headersTimeout: Math.min(HTTP_HEADERS_TIMEOUT_MS, limits.requestTimeoutMs),
      connectionsCheckingInterval: limits.requestTimeoutMs / 4,
    };
    const budgets = new Budgets(limits.rate, HTTP_ADDRESSES_MAX);
    const statusBudgets = new Budgets(limits.statusRate, HTTP_ADDRESSES_MAX);
    const visitors = new WeakMap<Socket, Visitor>();
    const server = createServer(timeouts, (request, response) => {
      const visitor = visitors.get(request.socket);
      if (visitor === undefined || ++visitor.requests > HTTP_PIPELINED_MAX) {
        request.socket.destroy();
        return;
      }
      const forwardedFor = options.trustProxy ? request.headers['x-forwarded-for'] : undefined;
      const address = forwardedFor ? clientKey(request.socket.remoteAddress, forwardedFor) : visitor.address;
      visitor.end = visitor.end.then(async () => {
        const route = routes.get(pathOf(request));
        const budget = (route?.isStatus ? statusBudgets : budgets).of(address, now());
        const answer: Answering = (client) => {
          const waitMs = budget.take(now(), route?.cost ?? 1);
          return waitMs > 0 ? busyAnswer(waitMs) : answerTo(request, client, visitor, routes, family);
        };
        const charge = (bytes: number): void => budget.charge(now(), bytes / HTTP_BYTES_PER_TOKEN);
        const debtMs = (): number => budget.waitMs(now(), 0);
        await answerOne(request, response, { address, charge, debtMs, answer, limits, log });
        visitor.requests--;
      });
    });
    const { addressOf = ({ remoteAddress }) => clientKey(remoteAddress) } = options;
    const connections = new Connections(connectionCaps(limits, options.trustProxy ?? false));
    server.on('connection', (socket) => {
      const address = addressOf(socket);
      const kind = connections.admit(socket, address);
      if (kind === undefined) socket.destroy();
      else visitors.set(socket, { address, kind, requests: 0, end: Promise.resolve() });
      if (kind === 'status') {
        const end = setTimeout(() => socket.destroy(), HTTP_STATUS_CONNECTION_MS);
        socket.once('close', () => clearTimeout(end));
      }
    });
    server.listen(port, host);
    await once(server, 'listening');
    return new HttpServer(server, blockThread);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.all([closed, this.#blockThread.close()]);
  }
}

/** Behind a proxy all connections are of one address. */
function connectionCaps(
  limits: HttpLimits,
  isProxyTrusted: boolean,
): Readonly<Record<ConnectionKind, ConnectionCaps>> {
  const max = limits.connectionsMax;
  const statusMax = HTTP_STATUS_CONNECTIONS_MAX;
  if (isProxyTrusted)
    return { any: { max, perAddressMax: max }, status: { max: statusMax, perAddressMax: statusMax } };
  return {
    any: {
      max,
      perAddressMax: limits.connectionsPerAddressMax,
      perGroupMax: limits.connectionsPerGroupMax,
    },
    status: { max: statusMax, perAddressMax: HTTP_STATUS_CONNECTIONS_PER_ADDRESS_MAX },
  };
}

type Answering = (client: HttpClient) => ReturnType<HttpRoute['answer']>;

/** What it takes to answer a request. */
interface AnswerContext extends Pick<HttpClient, 'address' | 'charge' | 'debtMs'> {
  readonly answer: Answering;
  readonly limits: HttpLimits;
  readonly log: Logger;
}

/** Never rejects; resolves when the client has taken the answer, or is gone. */
async function answerOne(
  request: IncomingMessage,
  response: ServerResponse,
  { answer, limits, log, ...client }: AnswerContext,
): Promise<void> {
  if (request.socket.destroyed) return;
  const taken = new Promise<void>((resolve) => response.once('close', resolve));
  const deadline = setTimeout(() => response.destroy(), limits.answerTimeoutMs);
  try {
    const made = await answer({ ...client, taken, isGone: () => response.destroyed });
    if (made !== undefined) await send(response, made, taken, limits.readWindowMs);
  } catch (error) {
    // A client that goes away in the middle of its request is no news.
    if (!request.socket.destroyed && !response.headersSent) {
      log.error({ error: String(error) }, 'a request could not be answered');
      const failure = textAnswer(500, 'That could not be answered; the log says why.');
      await send(response, failure, taken, limits.readWindowMs);
    }
  }
  await taken;
  clearTimeout(deadline);
}

function answerTo(
  request: IncomingMessage,
  client: HttpClient,
  { kind }: Visitor,
  routes: HttpRoutes,
  family: ChainFamily,
): ReturnType<HttpRoute['answer']> {
  const path = pathOf(request);
  const route = routes.get(path);
  if (kind === 'status' && route?.isStatus !== true)
    return textAnswer(503, 'There are too many connections.', { 'retry-after': '1', connection: 'close' });
  if (route !== undefined) {
    const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
    if (methods.includes(request.method ?? '')) return route.answer(request, client);
    return textAnswer(405, `Only ${route.method} is answered here.`, { allow: methods.join(', ') });
  }
  if (path.startsWith('/p2p/') && !isVisionFamily(family))
    return textAnswer(404, `The routes of Vision nodes are on Vision networks only; this is ${family.name}.`);
  return textAnswer(404, `There are ${[...routes.keys()].join(', ')}.`);
}

function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?')[0] ?? '';
}
