import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createRequire } from 'node:module';
import type { IceServer } from '@vision-light/signaling';
import { type Logger, pino } from 'pino';
import { Server } from 'socket.io';
import { Admission } from './admission/admission.js';
import type { OpenDirectory } from './directory/directory.js';
import { DirectoryCalls } from './directory/directory-calls.js';
import { memoryDirectory } from './directory/memory-directory.js';
import type { RandomBelow } from './directory/room.js';
import { addressOfServer, handleHttp, listenHttp } from './http/http-server.js';
import { defaultLimits, type SignalLimits } from './limits.js';
import { SignalMetrics } from './metrics/metrics.js';
import { type RedisDirectoryOptions, redisDirectory } from './redis/redis-directory.js';
import { Connections } from './signaling/connections.js';
import { acceptUpgrade, type Engine, refuseUpgrade } from './signaling/engine-internals.js';
import type { SignalIo } from './signaling/signal-io.js';
import { Signaling } from './signaling/signaling.js';
import type { TurnOptions } from './signaling/turn-credentials.js';

/** This package's version, as `/healthz` tells it. */
export const version: string = createRequire(import.meta.url)('../package.json').version;

/** How to run a signaling server; everything has a default. */
export interface SignalServerOptions {
  /** TCP port, 0 for any free one. Default 8081. */
  readonly port?: number | undefined;
  /** Address to listen on. Default: every interface, IPv4 and IPv6. */
  readonly host?: string | undefined;
  /** Given to every peer that joins. Default: none, so that no third party learns of anyone. */
  readonly iceServers?: readonly IceServer[] | undefined;
  /** A TURN server that takes credentials by a shared secret; members get some that end. Default: none. */
  readonly turn?: TurnOptions | undefined;
  /** Count addresses by the last entry of X-Forwarded-For. Only behind a proxy that sets it. Default false. */
  readonly trustProxy?: boolean | undefined;
  /** Origins of the pages that may connect. Default: any. */
  readonly origins?: readonly string[] | undefined;
  /** Limits to change; the others keep their defaults. */
  readonly limits?: Partial<SignalLimits> | undefined;
  /** Default: silent. Neither addresses nor signals are logged. */
  readonly log?: Logger | undefined;
  /**
   * Address of the Redis (`redis://` or `rediss://`) that servers of several processes share: then rooms, samples and
   * signals span all of them. Default: none, this process is alone.
   */
  readonly redisUrl?: string | undefined;
  /**
   * The list of who is in which room, instead of that in memory or in Redis. `maxRooms` and `maxMembersPerRoom` hold for
   * those two; another directory has limits of its own.
   */
  readonly openDirectory?: OpenDirectory | undefined;
  /** What the directory in memory or in Redis draws its samples with. Default: the system's cryptographic generator. */
  readonly randomBelow?: RandomBelow | undefined;
}

/** A signaling server that is listening. */
export interface SignalServer {
  /** TCP port that it listens on. */
  readonly port: number;
  /** Where clients connect, as seen from this machine. */
  readonly url: string;
  /** What `/metrics` would answer. */
  metrics(): Promise<string>;
  /**
   * Refuses newcomers, tells every client, and resolves when all are gone and the directory is closed: after
   * `closeTimeoutMs` and `directoryTimeoutMs` at most.
   */
  close(): Promise<void>;
}

/**
 * Starts a signaling server.
 *
 * @throws the error of `listen` (`EADDRINUSE`, `EACCES`, …), or that of `openDirectory`, or that Redis cannot be used
 */
export async function createSignalServer(options: SignalServerOptions = {}): Promise<SignalServer> {
  const limits: SignalLimits = { ...defaultLimits, ...options.limits };
  const log = options.log ?? pino({ level: 'silent' });
  const now = () => performance.now();
  const { origins, host, iceServers = [], turn, randomBelow = randomInt } = options;
  const startedMs = now();
  const metrics: SignalMetrics = new SignalMetrics({
    connections: () => connections.size,
    rooms: () => directory.roomCount(),
  });

  const openDirectory =
    options.openDirectory ?? directoryOf(options.redisUrl, { ...limits, randomBelow, log });
  const opened = await openDirectory((to, signal) => signaling.deliver(to, signal));
  const isProxyTrusted = options.trustProxy ?? false;
  const admission = new Admission({ limits, isProxyTrusted, origins, shared: opened.addresses, now });
  const directory = new DirectoryCalls(opened, { timeoutMs: limits.directoryTimeoutMs, now, log });
  const http = await listenHttp(limits, options.port ?? 8081, host).catch((error) => {
    void directory.close();
    throw error;
  });
  const io = attach(http, limits);
  const engine = io.engine as unknown as Engine;
  const connections = new Connections({ limits, metrics, now, log }, engine);
  const signaling = new Signaling({ limits, metrics, iceServers, turn, directory, connections, now }, io);
  let closed: Promise<void> | undefined;

  handleHttp(http, {
    origins,
    health: () => ({ peers: metrics.peerCount, uptime: Math.floor((now() - startedMs) / 1000), version }),
    metrics: async () => ({ text: await metrics.text(), contentType: metrics.contentType }),
    openTcp: (socket) => admission.openTcp(socket),
    judgeUpgrade: (request) => {
      if (closed !== undefined) return 'SIGNAL_SHUTTING_DOWN';
      const verdict = admission.upgrade(request);
      if (!(verdict instanceof Promise)) return verdict;
      return verdict.then(
        (refusal) => refusal ?? (closed === undefined ? undefined : 'SIGNAL_SHUTTING_DOWN'),
      );
    },
    acceptUpgrade: (request, socket, head) => acceptUpgrade(engine, request, socket, head),
    refuseUpgrade: (request, socket, head, code) =>
      refuseUpgrade(engine, request, socket, head, code, limits.closeTimeoutMs),
    refused: (code) => metrics.refused(code),
  });

  const sweeper = setInterval(() => {
    admission.sweep();
    connections.sweep();
    directory.sweep();
  }, limits.sweepIntervalMs);

  return {
    ...addressOfServer(http, host),
    metrics: () => metrics.text(),
    close() {
      closed ??= (async () => {
        const end = once(http, 'close');
        http.close();
        connections.shutDown();
        const cut = setTimeout(() => {
          connections.terminate();
          http.closeAllConnections();
        }, limits.closeTimeoutMs);
        await end;
        clearTimeout(cut);
        await directory.close();
        clearInterval(sweeper);
      })();
      return closed;
    },
  };
}

function directoryOf(
  redisUrl: string | undefined,
  options: Omit<RedisDirectoryOptions, 'url'>,
): OpenDirectory {
  return redisUrl === undefined ? memoryDirectory(options) : redisDirectory({ ...options, url: redisUrl });
}

/**
 * socket.io on an HTTP server that is listening (engine.io makes its ws server anew when that begins).
 * Nothing of engine.io hears requests: all come through us.
 */
function attach(http: HttpServer, limits: SignalLimits): SignalIo {
  const io: SignalIo = new Server({
    transports: ['websocket'],
    serveClient: false,
    perMessageDeflate: false,
    maxHttpBufferSize: limits.maxFrameBytes,
    // Ours comes first: this only ends what it has missed.
    connectTimeout: limits.joinTimeoutMs + 2 * limits.sweepIntervalMs,
  });
  io.attach(http);
  http.removeAllListeners('request').removeAllListeners('upgrade');
  (io.engine as unknown as Engine).ws.options.maxFragments = limits.maxFragments;
  return io;
}
