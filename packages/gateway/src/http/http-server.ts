/** `/healthz` and `/metrics`. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { version } from '../version.js';
import type { GatewayFacts } from './facts.js';
import { createRegistry } from './metrics.js';

/** Where to listen, and what to tell. */
export interface HttpServerOptions {
  readonly port: number;
  readonly host: string | undefined;
  /** Undefined until the gateway is ready, and from its end on. */
  facts(): GatewayFacts | undefined;
}

/** The gateway's HTTP side. */
export class HttpServer {
  readonly port: number;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** @throws the error of `listen` (`EADDRINUSE`, `EACCES`, …) */
  static async listen({ port, host, facts }: HttpServerOptions): Promise<HttpServer> {
    const registry = createRegistry(facts);
    const server = createServer((request, response) => {
      answer(request, response, facts, () => registry.metrics()).catch(() => response.destroy());
    });
    server.listen(port, host);
    await once(server, 'listening');
    return new HttpServer(server);
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  facts: () => GatewayFacts | undefined,
  metrics: () => Promise<string>,
): Promise<void> {
  const [path] = (request.url ?? '').split('?');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    end(response, 405, 'text/plain', 'Only GET is answered here.\n');
  } else if (path === '/healthz') {
    const now = facts();
    const body = now === undefined ? { status: 'starting', version } : health(now);
    end(response, now === undefined ? 503 : 200, 'application/json', `${JSON.stringify(body)}\n`);
  } else if (path === '/metrics') {
    end(response, 200, 'text/plain; version=0.0.4', await metrics());
  } else {
    end(response, 404, 'text/plain', 'There are /healthz and /metrics.\n');
  }
}

function health({ network, phase, tip, peers, signalServers }: GatewayFacts): object {
  return {
    status: 'ok',
    version,
    network,
    phase,
    tip: { height: tip.height, hash: tip.hash, time: tip.time },
    peers,
    signalServers,
  };
}

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
  response.end(body);
}
