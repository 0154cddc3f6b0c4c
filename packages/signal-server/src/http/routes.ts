import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { refusals } from '@vision-light/signaling';

/** Where socket.io clients connect unless told otherwise. */
export const SIGNALING_PATH = '/socket.io/';

/** What the routes tell. */
export interface RouteSources {
  health(): { readonly peers: number; readonly uptime: number; readonly version: string };
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>;
  /** Origins that may read the answers from a page; undefined means any. */
  readonly origins: readonly string[] | undefined;
}

/** Answers `/healthz` and `/metrics`, and everything else with a sentence. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  sources: RouteSources,
): Promise<void> {
  const { origin } = request.headers;
  if (sources.origins === undefined) response.setHeader('Access-Control-Allow-Origin', '*');
  else if (origin !== undefined && sources.origins.includes(origin)) {
    response.setHeader('Access-Control-Allow-Origin', origin).setHeader('Vary', 'Origin');
  }
  const [path = ''] = (request.url ?? '').split('?');
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isRead && path === '/healthz') {
    const { peers, uptime, version } = sources.health();
    reply(response, 200, 'application/json', JSON.stringify({ status: 'ok', version, uptime, peers }));
  } else if (isRead && path === '/metrics') {
    const { text, contentType } = await sources.metrics();
    reply(response, 200, contentType, text);
  } else if (path.startsWith(SIGNALING_PATH)) {
    const text = "Signaling is by WebSocket only: connect with transports: ['websocket'].\n";
    reply(response.setHeader('Upgrade', 'websocket'), 426, 'text/plain', text);
  } else {
    reply(response, 404, 'text/plain', 'Nothing here: try /healthz or /metrics.\n');
  }
}

/** Answers an upgrade that asks for something else than what this server speaks, in plain HTTP. */
export function rejectHandshake(socket: Duplex): void {
  endUpgrade(socket, '400 Bad Request', `SIGNAL_MALFORMED: ${refusals.SIGNAL_MALFORMED}\n`);
}

/** Answers an upgrade of any path but the signaling path. */
export function rejectUpgradePath(socket: Duplex): void {
  endUpgrade(socket, '404 Not Found', `Signaling is at ${SIGNALING_PATH}.\n`);
}

function endUpgrade(socket: Duplex, status: string, text: string): void {
  socket.on('error', () => socket.destroy());
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

function reply(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'Content-Type': contentType, 'Cache-Control': 'no-store' });
  response.end(body);
}
