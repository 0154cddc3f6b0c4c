/**
 * The connections of a process to Redis: one for scripts, and one that waits for signals. If either is lost, both are made
 * anew, with a pause. A script that is called meanwhile fails at once: nothing waits for a Redis that is away.
 *
 * What is on its way to Redis is bounded by `maxRedisInFlightBytes`.
 */
import { createHash } from 'node:crypto';
import { createClient } from '@redis/client';
import type { Logger } from 'pino';
import { inboxOf, type ScriptName, scripts } from './scripts.js';

/** Where Redis is, and what may wait for it. */
export interface RedisLinkOptions {
  /** `redis://` or `rediss://`, with user and password if there are any. */
  readonly url: string;
  /** The id of this process. */
  readonly server: string;
  /** Bytes of scripts that have not been answered. */
  readonly maxInFlightBytes: number;
  /** Milliseconds in which Redis has to answer; afterwards the connections are made anew. */
  readonly answerTimeoutMs: number;
  readonly log: Logger;
}

/** What the owner of the connections is told. */
export interface RedisLinkEvents {
  /** Scripts can be called, for the first time or again. */
  connected(): void;
  /** A signal came for a peer of this process. */
  signal(to: string, signal: string): void;
}

/** Milliseconds between two attempts to connect, varied by half, so that the processes do not come all at once. */
const RECONNECT_PAUSE_MS = 500;

/** Entries of the inbox that are read at once; each holds at most a batch of signals. */
const READ_COUNT = 64;

/** What Redis answers to XREAD: of each stream its entries, of each entry its id and its fields. */
type InboxReply =
  | readonly (readonly [stream: string, entries: (readonly [id: string, fields: string[]])[]])[]
  | null;

type Client = ReturnType<typeof makeClient>;

/** An argument of a script. */
export type ScriptArgument = string | Buffer;

/** Connects to Redis, and stays connected until it is closed. */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  readonly #events: RedisLinkEvents;
  readonly #hashes = new Map<ScriptName, string>();
  /** Both connections; undefined while Redis is away. */
  #clients: readonly [commands: Client, reader: Client] | undefined;
  #inFlightBytes = 0;
  /** Whether scripts can be called now. */
  get isConnected(): boolean {
    return this.#clients !== undefined;
  }

  /** The last entry of the inbox that was read. */
  #lastId = '0-0';
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  #isAway = false;

  constructor(options: RedisLinkOptions, events: RedisLinkEvents) {
    this.#options = options;
    this.#events = events;
    for (const name of Object.keys(scripts) as ScriptName[]) {
      this.#hashes.set(name, createHash('sha1').update(scripts[name]).digest('hex'));
    }
  }

  /**
   * Connects.
   *
   * @throws the error of the connection, or what Redis answered; then nothing is tried again
   */
  async open(): Promise<void> {
    const { url } = this.#options;
    const clients = [makeClient(url), makeClient(url)] as const;
    const lose = (cause: unknown): void => this.#lose(clients, cause);
    for (const client of clients) client.on('error', lose);
    try {
      await Promise.all(clients.map((client) => within(this.#options.answerTimeoutMs, client.connect())));
      const [commands] = clients;
      const loads = Object.values(scripts).map((script) => commands.sendCommand(['SCRIPT', 'LOAD', script]));
      await within(this.#options.answerTimeoutMs, Promise.all(loads));
    } catch (error) {
      end(clients);
      throw error;
    }
    if (this.#isClosed) {
      end(clients);
      return;
    }
    this.#clients = clients;
    if (this.#isAway) this.#options.log.info('Redis answers again');
    this.#isAway = false;
    this.#events.connected();
    void this.#read(clients).catch(lose);
  }

  /**
   * Calls a script. Scripts are performed in the order of the calls.
   *
   * @throws what Redis answered, or that it is away; then it is unknown whether the script had an effect
   */
  async call(name: ScriptName, args: readonly ScriptArgument[]): Promise<unknown> {
    const clients = this.#clients;
    if (clients === undefined) throw new Error('Redis is away.');
    const bytes = args.reduce((sum, { length }) => sum + length, 0);
    if (this.#inFlightBytes + bytes > this.#options.maxInFlightBytes) throw new Error('Redis is behind.');
    this.#inFlightBytes += bytes;
    try {
      return await clients[0].sendCommand(['EVALSHA', this.#hashes.get(name)!, '0', ...args]);
    } catch (error) {
      // Somebody has flushed the scripts: they are loaded with the next connection.
      if (String(error).includes('NOSCRIPT')) this.#lose(clients, error);
      throw error;
    } finally {
      this.#inFlightBytes -= bytes;
    }
  }

  /** The last entry of the inbox that was read: those before it can be deleted. */
  get lastRead(): string {
    return this.#lastId;
  }

  /** Redis has lost the inbox, or never had one: whatever it has now is new. */
  forgetInbox(): void {
    this.#lastId = '0-0';
  }

  /** Gives the present connections up, since Redis does not answer. */
  reset(cause: string): void {
    if (this.#clients !== undefined) this.#lose(this.#clients, cause);
  }

  /** Ends the connections for good. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    if (this.#clients !== undefined) end(this.#clients);
    this.#clients = undefined;
  }

  #lose(clients: readonly [Client, Client], cause: unknown): void {
    if (this.#clients !== clients || this.#isClosed) return;
    end(clients);
    this.#clients = undefined;
    this.#note(cause);
    this.#retryLater();
  }

  #retryLater(): void {
    const pauseMs = RECONNECT_PAUSE_MS * (0.5 + Math.random());
    this.#retry = setTimeout(() => {
      this.open().catch((error) => {
        this.#note(error);
        if (!this.#isClosed) this.#retryLater();
      });
    }, pauseMs);
  }

  /** One line when Redis goes away, however many attempts fail until it is back. Errors of Redis name no password. */
  #note(cause: unknown): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#options.log.warn({ cause: cause instanceof Error ? cause.message : cause }, 'Redis is away');
  }

  /** Reads the inbox until the connection is lost. */
  async #read(clients: readonly [Client, Client]): Promise<void> {
    const [, reader] = clients;
    const { server, answerTimeoutMs } = this.#options;
    const inbox = inboxOf(server);
    const read = ['XREAD', 'COUNT', String(READ_COUNT), 'BLOCK', String(Math.ceil(answerTimeoutMs / 4))];
    while (this.#clients === clients) {
      const reply = reader.sendCommand([...read, 'STREAMS', inbox, this.#lastId]);
      const streams = (await within(answerTimeoutMs, reply)) as unknown as InboxReply;
      if (streams === null || this.#clients !== clients) continue;
      const entries = streams[0]![1];
      this.#lastId = entries.at(-1)![0];
      for (const [, fields] of entries) {
        for (let i = 0; i < fields.length; i += 2) this.#events.signal(fields[i]!, fields[i + 1]!);
      }
    }
  }
}

function makeClient(url: string) {
  return createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    // This class connects again by itself, since it has to load scripts and to put peers back.
    socket: { reconnectStrategy: false },
  });
}

function end(clients: readonly Client[]): void {
  for (const client of clients) if (client.isOpen) client.destroy();
}

/** @throws if the answer takes longer */
async function within<T>(timeoutMs: number, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`Redis has not answered within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
