/**
 * The HTTP server below signaling: it listens, answers requests, and lets admission decide about each TCP connection and
 * each upgrade before anything expensive happens.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RefusalCode } from '@vision-light/signaling';
import type { SignalLimits } from '../limits.js';
import {
  answerRequest,
  type RouteSources,
  rejectHandshake,
  rejectUpgradePath,
  SIGNALING_PATH,
} from './routes.js';

/**
 * TCP connections that the kernel keeps until they are accepted; Linux takes no more than `net.core.somaxconn`, 4096. Of
 * Node's 511 a pause of two seconds makes clients lose theirs when 300 come in a second. Beyond: the kernel refuses.
 */
const LISTEN_BACKLOG = 4096;

/** What the HTTP server asks of the rest. */
export interface HttpHandlers extends RouteSources {
  /** Judges a new TCP connection; a code cuts it. */
  openTcp(socket: Socket): RefusalCode | undefined;
  /** Judges an upgrade to the signaling path; a code refuses it. A promise does not reject. */
  judgeUpgrade(request: IncomingMessage): RefusalCode | undefined | Promise<RefusalCode | undefined>;
  /** Takes an upgrade that was not refused. */
  acceptUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells a client of WebSocket why it is refused, and ends its connection. */
  refuseUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, code: RefusalCode): void;
  /** Counts what was refused. */
  refused(code: RefusalCode): void;
}

/**
 * An HTTP server that listens and does not answer yet: {@link handleHttp} follows in the same task.
 *
 * @throws the error of `listen` (`EADDRINUSE`, `EACCES`, …)
 */
export async function listenHttp(
  limits: SignalLimits,
  port: number,
  host: string | undefined,
): Promise<Server> {
  const http = createServer({
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.sweepIntervalMs,
    maxHeaderSize: 8192,
  });
  // Room for health checks and scrapes when every connection is taken.
  http.maxConnections = limits.maxConnections + limits.maxConnectionsPerAddress;
  http.listen({ port, host, backlog: LISTEN_BACKLOG });
  await once(http, 'listening');
  return http;
}

/** Makes a server answer requests and upgrades. */
export function handleHttp(http: Server, handlers: HttpHandlers): void {
  http.on('connection', (socket) => {
    const refusal = handlers.openTcp(socket);
    if (refusal === undefined) return;
    handlers.refused(refusal);
    socket.destroy();
  });
  http.on('drop', () => handlers.refused('SIGNAL_TOO_MANY_CONNECTIONS'));
  http.on('request', (request, response) => {
    answerRequest(request, response, handlers).catch(() => response.destroy());
  });
  http.on('upgrade', (request, socket, head) => {
    if (!request.url?.startsWith(SIGNALING_PATH)) return rejectUpgradePath(socket);
    const verdict = handlers.judgeUpgrade(request);
    const answer = (refusal: RefusalCode | undefined): void => {
      if (refusal === undefined) {
        handlers.acceptUpgrade(request, socket, head);
        return;
      }
      handlers.refused(refusal);
      if (refusal === 'SIGNAL_MALFORMED') rejectHandshake(socket);
      else handlers.refuseUpgrade(request, socket, head, refusal);
    };
    if (verdict instanceof Promise) void answerLater(socket, verdict, answer);
    else answer(verdict);
  });
}

/** Node has taken its own listener off, and an error of the connection that nobody hears would end the process. */
async function answerLater<T>(
  socket: Duplex,
  verdict: Promise<T>,
  answer: (verdict: T) => void,
): Promise<void> {
  const onError = (): void => {
    socket.destroy();
  };
  socket.on('error', onError);
  const found = await verdict;
  socket.off('error', onError);
  if (!socket.destroyed) answer(found);
}

/** Where a listening server is reached from this machine. */
export function addressOfServer(http: Server, host: string | undefined): { port: number; url: string } {
  const { port } = http.address() as AddressInfo;
  return { port, url: `http://${urlHost(host)}:${port}` };
}

function urlHost(host: string | undefined): string {
  if (host === undefined || host === '::' || host === '0.0.0.0') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
