/**
 * The gateway's HTTP side: what is answered is in the routes, here is how. Whatever a client does, it costs no more
 * than its connection: connections are counted, a slow request or reader is cut off, and the requests of one connection
 * are answered one after the other, so that many sent at once do not become many answers in memory.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ChainFamily, isVisionFamily } from '@vision-light/protocol';
import type { Logger } from 'pino';
import {
  HTTP_ANSWER_TIMEOUT_MS,
  HTTP_CONNECTIONS_MAX,
  HTTP_HEADERS_TIMEOUT_MS,
  HTTP_PIPELINED_MAX,
  HTTP_REQUEST_TIMEOUT_MS,
} from '../limits.js';
import { type HttpRoute, type HttpRoutes, textAnswer } from './answer.js';
import { BlockThread } from './block-thread.js';
import type { GatewayFacts } from './facts.js';
import type { HttpClient } from './http-client.js';
import { createP2pRoutes } from './p2p-routes.js';
import { send } from './send.js';
import type { ServedChain } from './served-chain.js';
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
  /** To change for tests: {@link HTTP_REQUEST_TIMEOUT_MS}. */
  readonly requestTimeoutMs?: number;
}

/** The requests of one connection. */
interface Line {
  /** Those under way. */
  length: number;
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
    const { port, host, family, log, facts, chain, requestTimeoutMs = HTTP_REQUEST_TIMEOUT_MS } = options;
    const blockThread = new BlockThread();
    const p2pRoutes = isVisionFamily(family) ? createP2pRoutes(chain, blockThread) : [];
    const routes = new Map([...createStatusRoutes(facts), ...p2pRoutes]);
    const timeouts = {
      requestTimeout: requestTimeoutMs,
      headersTimeout: Math.min(HTTP_HEADERS_TIMEOUT_MS, requestTimeoutMs),
      connectionsCheckingInterval: requestTimeoutMs / 4,
    };
    const lines = new WeakMap<Socket, Line>();
    const server = createServer(timeouts, (request, response) => {
      const { socket } = request;
      const line = lines.get(socket) ?? { length: 0, end: Promise.resolve() };
      lines.set(socket, line);
      if (++line.length > HTTP_PIPELINED_MAX) {
        socket.destroy();
        return;
      }
      line.end = line.end.then(async () => {
        await answerOne(request, response, (client) => answerTo(request, client, routes, family), log);
        line.length--;
      });
    });
    server.maxConnections = HTTP_CONNECTIONS_MAX;
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

/** Never rejects; resolves when the client has taken the answer, or is gone. */
async function answerOne(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (client: HttpClient) => ReturnType<HttpRoute['answer']>,
  log: Logger,
): Promise<void> {
  if (request.socket.destroyed) return;
  const taken = new Promise<void>((resolve) => response.once('close', resolve));
  const deadline = setTimeout(() => response.destroy(), HTTP_ANSWER_TIMEOUT_MS);
  try {
    const made = await answer({ taken, isGone: () => response.destroyed });
    if (made !== undefined) await send(response, made, taken);
  } catch (error) {
    // A client that goes away in the middle of its request is no news.
    if (!request.socket.destroyed && !response.headersSent) {
      log.error({ error: String(error) }, 'a request could not be answered');
      await send(response, textAnswer(500, 'That could not be answered; the log says why.'), taken);
    }
  }
  await taken;
  clearTimeout(deadline);
}

function answerTo(
  request: IncomingMessage,
  client: HttpClient,
  routes: HttpRoutes,
  family: ChainFamily,
): ReturnType<HttpRoute['answer']> {
  const [path = ''] = (request.url ?? '').split('?');
  const route = routes.get(path);
  if (route !== undefined) {
    const methods = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
    if (methods.includes(request.method ?? '')) return route.answer(request, client);
    return textAnswer(405, `Only ${route.method} is answered here.`, { allow: methods.join(', ') });
  }
  if (path.startsWith('/p2p/') && !isVisionFamily(family))
    return textAnswer(404, `The routes of Vision nodes are on Vision networks only; this is ${family.name}.`);
  return textAnswer(404, `There are ${[...routes.keys()].join(', ')}.`);
}
