/** Brings the links of this gateway together with those who introduce peers: one or more signaling servers. */
import type { Logger } from 'pino';
import { AVOID_MS, AVOIDED_PEERS_MAX, DIALED_AT_ONCE_MAX } from '../limits.js';
import type { LinkPool, LinkRoute } from '../webrtc/link-pool.js';
import { SignalClient } from './signal-client.js';

/** Which network to meet peers of, and where. */
export interface IntroducerOptions {
  readonly urls: readonly string[];
  /** 64 hex digits. */
  readonly networkId: string;
  readonly networkName: string;
  readonly pool: LinkPool;
  readonly log: Logger;
}

/** Dials peers that signaling servers name, and answers those who dial. The node goes on while servers are away. */
export class Introducer {
  readonly #pool: LinkPool;
  readonly #log: Logger;
  readonly #clients: SignalClient[] = [];
  /** Peers that are not dialed for a while, and until when (monotonic ms); oldest first. */
  readonly #avoided = new Map<string, number>();

  constructor({ urls, networkId, networkName, pool, log }: IntroducerOptions) {
    this.#pool = pool;
    this.#log = log;
    for (const [index, url] of urls.entries()) {
      const client: SignalClient = new SignalClient(
        { url, networkId, networkName },
        {
          joined: (peers) => {
            this.#log.info({ signal: url, peers: peers.length }, 'joined signaling server');
            this.#dial(index, peers, DIALED_AT_ONCE_MAX - this.#pool.peers);
          },
          signal: (from, data) => {
            const route = this.#route(client, from);
            if (route !== undefined) this.#pool.signal(peerKey(index, from), route, data);
          },
          away: (reason) => {
            this.#log.warn({ signal: url, reason }, 'signaling server is away; going on without it');
          },
        },
      );
      this.#clients.push(client);
    }
  }

  /** Signaling servers that we are on now. */
  get joined(): number {
    return this.#clients.filter((client) => client.id !== undefined).length;
  }

  /** Dials up to `count` peers that are not connected, beyond those that are on their way. */
  async requestPeers(count: number): Promise<void> {
    await Promise.all(
      this.#clients.map(async (client, index) => {
        // Those connected are in the room too: ask for enough that others are among the answer.
        const ids = await client.samplePeers(count + this.#pool.peers);
        this.#dial(index, ids, count - this.#pool.pending);
      }),
    );
  }

  /** Keeps from dialing a peer that the core sent away. */
  avoid(key: string): void {
    this.#avoided.delete(key);
    this.#avoided.set(key, performance.now() + AVOID_MS);
    for (const oldest of this.#avoided.keys()) {
      if (this.#avoided.size <= AVOIDED_PEERS_MAX) break;
      this.#avoided.delete(oldest);
    }
  }

  /** Leaves every server, for good. */
  close(): void {
    for (const client of this.#clients) client.close();
  }

  #dial(index: number, ids: readonly string[], count: number): void {
    const client = this.#clients[index];
    let left = count;
    for (const id of ids) {
      if (left <= 0 || client === undefined) return;
      const key = peerKey(index, id);
      const route = this.#route(client, id);
      if (route === undefined || this.#pool.has(key) || this.#isAvoided(key)) continue;
      this.#pool.dial(key, route);
      left--;
    }
  }

  #isAvoided(key: string): boolean {
    const until = this.#avoided.get(key);
    return until !== undefined && performance.now() < until;
  }

  #route(client: SignalClient, remoteId: string): LinkRoute | undefined {
    const selfId = client.id;
    if (selfId === undefined) return undefined;
    return {
      selfId,
      remoteId,
      iceServers: client.iceServers,
      send: (signal, refused) => client.send(remoteId, signal, refused),
    };
  }
}

/** Ids are given out by each server for itself, so those of further servers carry its number. */
function peerKey(serverIndex: number, id: string): string {
  return serverIndex === 0 ? id : `${id}@${serverIndex + 1}`;
}
