/**
 * The directory in Redis, for servers of several processes. Rooms, samples and signals span all of them.
 *
 * Each process knows its own peers, and Redis knows all. A signal between two peers of one process does not pass Redis.
 *
 * - While Redis is away, calls that need it reject at once, and peers of one process still reach one another. When it is
 *   back, each process puts those of its peers back that Redis has lost, and removes those that left meanwhile.
 * - A process that ends without a word loses its lease after `redisLeaseMs`. The others remove its peers then. If it lives
 *   nevertheless, it learns so with its next heartbeat, and puts its peers back.
 *
 * Memory: one entry for each peer of this process, and what {@link RedisLink} bounds. In Redis: about 1 kB for each
 * peer, and at most `maxInboxEntries` batches of signals for each process.
 */
import { randomUUID } from 'node:crypto';
import type { PeerInfo, PeerKind } from '@vision-light/signaling';
import type { Logger } from 'pino';
import type {
  Deliver,
  Directory,
  JoiningPeer,
  JoinOutcome,
  OpenDirectory,
  RouteOutcome,
  SampleOutcome,
} from '../directory/directory.js';
import { newestFirst, type RandomBelow } from '../directory/room.js';
import type { SignalLimits } from '../limits.js';
import { type AddressLimits, RedisAddresses } from './redis-addresses.js';
import { RedisLink, type ScriptArgument } from './redis-link.js';
import { RouteBatch } from './route-batch.js';
import type { ScriptName } from './scripts.js';
import { ENTRIES_AT_ONCE, slices } from './slices.js';
import { Turns } from './turns.js';

/** Limits that a directory in Redis has. */
export type RedisDirectoryLimits = Pick<
  SignalLimits,
  'maxRooms' | 'maxMembersPerRoom' | 'redisLeaseMs' | 'maxRedisInFlightBytes' | 'maxInboxEntries'
>;

/** Where Redis is, and what bounds the directory. */
export interface RedisDirectoryOptions extends RedisDirectoryLimits, AddressLimits {
  /** `redis://` or `rediss://`. */
  readonly url: string;
  /** Draws the samples of peers. */
  readonly randomBelow: RandomBelow;
  readonly log: Logger;
}

/** A peer of this process. */
interface Member {
  readonly network: string;
  readonly kind: PeerKind;
  /** Redis has taken it. Until then it must not be put back: Redis may refuse it. */
  isJoined: boolean;
}

/** Heartbeats within one lease: a few may come late. */
const BEATS_PER_LEASE = 5;

/** Characters of an id; a longer one is nobody's. */
const ID_CHARS_MAX = 64;

/** What a script answers to a process that Redis does not know. */
const UNKNOWN_SERVER = 'UNKNOWN_SERVER';

const NO_SUCH_PEER: RouteOutcome = { ok: false, code: 'SIGNAL_NO_SUCH_PEER' };
const NOT_JOINED = { ok: false, code: 'SIGNAL_NOT_JOINED' } as const;

/**
 * A directory in Redis.
 *
 * @returns what opens it; it rejects if Redis does not answer
 */
export function redisDirectory(options: RedisDirectoryOptions): OpenDirectory {
  return (deliver) => RedisDirectory.open(options, deliver);
}

class RedisDirectory implements Directory {
  readonly addresses: RedisAddresses;
  readonly #options: RedisDirectoryOptions;
  readonly #server = randomUUID();
  readonly #link: RedisLink;
  readonly #batch: RouteBatch;
  readonly #members = new Map<string, Member>();
  readonly #turns = new Turns();
  readonly #log: Logger;
  readonly #deliver: Deliver;
  /** When Redis came back after so long that the leases of all may be over. */
  #backMs = 0;
  /** When Redis took a heartbeat last. */
  #beatTakenMs = performance.now();
  /** Redis was not told of something, though it answers: it is corrected with the next heartbeat. */
  #isStale = false;
  #beat: NodeJS.Timeout | undefined;
  /** When the heartbeat was sent that has not been answered. */
  #beatSentMs: number | undefined;
  /** Peers are being put back. */
  #attaching: Promise<void> | undefined;
  #isClosed = false;

  private constructor(options: RedisDirectoryOptions, deliver: Deliver) {
    this.#options = options;
    this.#log = options.log;
    const { url, redisLeaseMs, maxRedisInFlightBytes: maxInFlightBytes } = options;
    const answerTimeoutMs = redisLeaseMs / 2;
    this.#link = new RedisLink(
      { url, server: this.#server, maxInFlightBytes, answerTimeoutMs, log: options.log },
      {
        connected: () => {
          this.#beatSentMs = undefined;
          const nowMs = performance.now();
          // A shorter outage ends nobody's lease.
          if (nowMs - this.#beatTakenMs > redisLeaseMs / 2) this.#backMs = nowMs;
          this.#attach();
        },
        signal: (to, signal) => {
          if (this.#members.has(to)) deliver(to, signal);
        },
      },
    );
    const missed = (): void => {
      this.#isStale = true;
    };
    this.addresses = new RedisAddresses(this.#link, this.#server, options, missed);
    this.#batch = new RouteBatch(this.#link, options.maxInboxEntries);
    this.#deliver = deliver;
  }

  static async open(options: RedisDirectoryOptions, deliver: Deliver): Promise<Directory> {
    const directory = new RedisDirectory(options, deliver);
    await directory.#link.open().catch((cause) => {
      // The address of Redis can hold a password, so only the host is named.
      const { host } = new URL(options.url);
      throw new Error(`Redis at ${host} cannot be used: ${reasonOf(cause)}.`, { cause });
    });
    directory.#beat = setInterval(() => void directory.#heartbeat(), options.redisLeaseMs / BEATS_PER_LEASE);
    return directory;
  }

  async join(peer: JoiningPeer, sampleMax: number): Promise<JoinOutcome> {
    this.#assertOpen();
    return await this.#turns.take(peer.id, () => this.#join(peer, sampleMax));
  }

  async sample(id: string, count: number): Promise<SampleOutcome> {
    this.#assertOpen();
    return await this.#turns.follow(id, () => this.#sample(id, count));
  }

  async route(from: string, to: string, signal: string): Promise<RouteOutcome> {
    this.#assertOpen();
    return await this.#turns.follow(from, () => this.#route(from, to, signal));
  }

  async leave(id: string): Promise<void> {
    this.#assertOpen();
    await this.#turns.follow(id, async () => {
      this.#members.delete(id);
      await this.#call('leave', [id]).catch((error) => {
        this.#isStale = true;
        throw error;
      });
    });
  }

  async roomCount(): Promise<number> {
    this.#assertOpen();
    return Number(await this.#call('roomCount', [this.#server, String(this.#options.redisLeaseMs)]));
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#beat);
    this.#members.clear();
    try {
      await this.#sweep(this.#server, 0);
    } finally {
      this.#link.close();
    }
  }

  async #join({ id, kind, network }: JoiningPeer, sampleMax: number): Promise<JoinOutcome> {
    if (this.#members.has(id)) return { ok: false, code: 'SIGNAL_ALREADY_JOINED' };
    const member: Member = { network, kind, isJoined: false };
    this.#members.set(id, member);
    const { maxRooms, maxMembersPerRoom } = this.#options;
    const limits = [String(maxRooms), String(maxMembersPerRoom)];
    try {
      const about = [this.#server, id, letterOf(kind), network, ...limits, String(sampleMax)];
      const reply = (await this.#call('join', [...about, this.#words(sampleMax)])) as string[];
      if (reply[0] === UNKNOWN_SERVER) throw this.#lost();
      const [refusal, newest, ...sample] = reply as [string, string, ...string[]];
      if (refusal !== '') return { ok: false, code: refusal } as JoinOutcome;
      member.isJoined = true;
      const before = newest === '' ? undefined : peerOf(newest);
      return { ok: true, peers: newestFirst(before, sample.map(peerOf), sampleMax, isSamePeer) };
    } finally {
      if (!member.isJoined && this.#members.get(id) === member) this.#members.delete(id);
    }
  }

  async #sample(id: string, count: number): Promise<SampleOutcome> {
    if (!this.#members.has(id)) return NOT_JOINED;
    const reply = (await this.#call('sample', [id, String(count), this.#words(count)])) as string[];
    const [found, ...sample] = reply;
    if (found === undefined) throw this.#lost();
    return { ok: true, peers: sample.map(peerOf) };
  }

  async #route(from: string, to: string, signal: string): Promise<RouteOutcome> {
    const sender = this.#members.get(from);
    if (sender === undefined) return NOT_JOINED;
    if (to === from || to.length > ID_CHARS_MAX) return NO_SUCH_PEER;
    const recipient = this.#members.get(to);
    if (recipient !== undefined) {
      if (recipient.network !== sender.network) return NO_SUCH_PEER;
      this.#deliver(to, signal);
      return { ok: true };
    }
    const outcome = await this.#batch.route(from, to, signal);
    if (outcome === undefined) throw this.#lost();
    return outcome;
  }

  /** Calls a script after all signals that were routed before. */
  #call(name: ScriptName, args: readonly ScriptArgument[]): Promise<unknown> {
    this.#batch.flush();
    return this.#link.call(name, args);
  }

  /** Redis has lost a peer that is here, or this process: what it has lost is put back. */
  #lost(): Error {
    if (this.#attaching === undefined && !this.#isClosed) this.#attach();
    return new Error('Redis has lost the peers of this server.');
  }

  /** As many random numbers as a sample can need. */
  #words(count: number): Buffer {
    const words = Buffer.alloc(4 * (count + 2));
    for (let at = 0; at < words.length; at += 4) words.writeUInt32LE(this.#options.randomBelow(2 ** 32), at);
    return words;
  }

  /** Tells Redis that this process is alive, and makes Redis know exactly the peers that are here. */
  #attach(): void {
    const attaching = this.#putBack()
      // Redis is away again, or refuses: the next connection or heartbeat begins anew.
      .catch(() => {
        this.#isStale = true;
      })
      .then(() => {
        if (this.#attaching === attaching) this.#attaching = undefined;
      });
    this.#attaching = attaching;
  }

  async #putBack(): Promise<void> {
    this.#isStale = false;
    const isKnown = (await this.#call('attach', [this.#server])) === 1;
    if (!isKnown) this.#link.forgetInbox();
    await this.addresses.recount();
    const known = new Set((await this.#call('members', [this.#server])) as string[]);
    for (const ids of slices([...known])) {
      const gone = ids.filter((id) => !this.#members.has(id));
      if (gone.length > 0) await this.#call('leave', gone);
    }
    let count = 0;
    for (const ids of slices([...this.#members.keys()])) {
      const lost = ids.flatMap((id) => {
        const member = known.has(id) ? undefined : this.#members.get(id);
        return member?.isJoined === true ? [[id, letterOf(member.kind), member.network]] : [];
      });
      if (lost.length > 0) await this.#call('register', [this.#server, ...lost.flat()]);
      count += lost.length;
    }
    if (count > 0) this.#log.info({ peers: count }, 'peers put back into Redis');
  }

  async #heartbeat(): Promise<void> {
    const { redisLeaseMs } = this.#options;
    const nowMs = performance.now();
    if (this.#beatSentMs !== undefined) {
      if (nowMs - this.#beatSentMs > redisLeaseMs / 2) this.#link.reset('no answer to a heartbeat');
      return;
    }
    this.#beatSentMs = nowMs;
    try {
      const beat = [this.#server, String(redisLeaseMs), this.#link.lastRead];
      const [known, dead] = (await this.#call('beat', beat)) as [number, string];
      this.#beatSentMs = undefined;
      this.#beatTakenMs = performance.now();
      if ((known === 0 || this.#isStale) && this.#attaching === undefined) this.#attach();
      // After an outage of Redis the others have one more lease to come back.
      if (dead === '' || nowMs - this.#backMs < redisLeaseMs) return;
      this.#log.warn('removing the peers of a server that is gone');
      await this.#sweep(dead, redisLeaseMs);
    } catch (error) {
      this.#beatSentMs = undefined;
      // If Redis is away, the link says so, and comes back.
      if (!this.#link.isConnected) return;
      this.#log.error({ cause: (error as Error).message }, 'Redis does not take a heartbeat');
    }
  }

  async #sweep(server: string, leaseMs: number): Promise<void> {
    const args = [server, String(leaseMs), String(ENTRIES_AT_ONCE)];
    while ((await this.#call('sweep', args)) === 1);
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Error('The directory is closed.');
  }
}

function reasonOf(cause: unknown): string {
  const { message, code } = cause as NodeJS.ErrnoException;
  return (message || code || String(cause)).replace(/\.$/, '');
}

function isSamePeer(one: PeerInfo, other: PeerInfo): boolean {
  return one.id === other.id;
}

function letterOf(kind: PeerKind): string {
  return kind === 'gateway' ? 'g' : 'b';
}

function peerOf(text: string): PeerInfo {
  return { id: text.slice(1), kind: text.startsWith('g') ? 'gateway' : 'browser' };
}
