import { io, type Socket } from 'socket.io-client';
import { onTestFinished } from 'vitest';
import { CheckedWebSocket } from '../../signaling/src/client/checked-web-socket.js';
import {
  createSignalServer,
  type SignalLimits,
  type SignalServer,
  type SignalServerOptions,
} from '../src/index.js';

/** A network id for tests: one character, 64 times. */
export function networkId(digit: string): string {
  return digit.repeat(64);
}

/** Time-outs short enough to wait for, everything else as in production. */
const quick: Partial<SignalLimits> = { sweepIntervalMs: 20, closeTimeoutMs: 100 };

/** A real server on loopback, closed when the test is over. */
export async function startServer(
  limits: Partial<SignalLimits> = {},
  options: SignalServerOptions = {},
): Promise<SignalServer> {
  const server = await createSignalServer({
    port: 0,
    host: '127.0.0.1',
    ...options,
    limits: { ...quick, ...limits },
  });
  onTestFinished(() => server.close());
  return server;
}

/** A real socket.io client, connected; `headers` go with its handshake. */
export async function connectClient(
  server: Pick<SignalServer, 'url'>,
  headers: Record<string, string> = {},
): Promise<Socket> {
  const client = io(server.url, {
    // As clients of this project have it: it says why it was refused.
    transports: [CheckedWebSocket],
    forceNew: true,
    reconnection: false,
    extraHeaders: headers,
  });
  onTestFinished(() => void client.disconnect());
  await new Promise<void>((resolve, reject) => {
    client.once('connect', resolve);
    client.once('connect_error', reject);
  });
  return client;
}

/** A member of a network. */
export interface Joiner {
  readonly client: Socket;
  readonly id: string;
  readonly peers: { id: string; kind: string }[];
}

/** A real socket.io client that has joined. */
export async function joinClient(
  server: Pick<SignalServer, 'url'>,
  network: string,
  more: { kind?: string; name?: string } = {},
): Promise<Joiner> {
  const client = await connectClient(server);
  const answer = await client.emitWithAck('join', { network, kind: 'browser', ...more });
  if (!answer.ok) throw new Error(answer.code);
  return { client, id: answer.id, peers: answer.peers };
}

/** What comes with the next event of a client. */
export function nextEvent<T>(client: Socket, name: string): Promise<T> {
  return new Promise((resolve) => client.once(name, resolve));
}

/** Sends a signal from one peer to the other and resolves with what arrives. */
export async function relay(
  from: Joiner,
  to: Joiner,
  data: unknown,
): Promise<{ from: string; data: unknown }> {
  const arrived = nextEvent<{ from: string; data: unknown }>(to.client, 'signal');
  from.client.emit('signal', { to: to.id, data });
  return arrived;
}

/** The value of one series of `/metrics`, as in `name{label="value"}`. */
export async function metric(server: SignalServer, series: string): Promise<number | undefined> {
  const line = (await server.metrics()).split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** How often the server has refused something for this reason. */
export function refusedCount(server: SignalServer, reason: string): Promise<number | undefined> {
  return metric(server, `vision_signal_refused_total{reason="${reason}"}`);
}

/** Resolves once `check` does; for what the server does on its own, of which no event tells. */
export async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setImmediate(resolve));
}
