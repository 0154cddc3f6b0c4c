/** Full nodes of Bitcoin's network as a kind of links: a driver of the bridge, with TCP, Node's time and Node's hashes. */
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { Sha256d } from '@vision-light/pow';
import type { EventTime, HeaderTree } from '@vision-light/protocol';
import type { Clock } from '@vision-light/signaling';
import type { Logger } from 'pino';
import type { FullNodeFacts } from '../../../http/facts.js';
import type { LinkEvents, LinkKind } from '../../../links/link-kind.js';
import { Bridge } from '../bridge.js';
import { OUTBOUND_NODES } from '../bridge-limits.js';
import { type NetAddress, parseNetAddress } from '../net-address.js';
import { formatPlace, type NodePlace } from '../node-place.js';
import { viewOf } from '../session/chain-view.js';
import { AddressStore } from './address-store.js';
import { NodeLog } from './node-log.js';
import { TcpConnections } from './tcp-connections.js';

/** What it takes to reach full nodes. */
export interface BitcoinLinksOptions {
  /** First 4 bytes of every message of the network. */
  readonly magic: number;
  /** Full nodes that the operator names. */
  readonly chosen: readonly NodePlace[];
  /** How others are looked for; undefined if they are not. */
  readonly search: { readonly seeds: readonly string[]; readonly wantsFilters: boolean } | undefined;
  /** File in which the addresses of others are kept. Default: they are forgotten. */
  readonly addressFile: string | undefined;
  /** Where those others listen. */
  readonly defaultPort: number;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** See the head of this file. */
export class BitcoinLinks implements LinkKind {
  readonly name = 'bitcoin';
  readonly peersMax: number;
  readonly #options: BitcoinLinksOptions;
  readonly #connections: TcpConnections;
  readonly #log: NodeLog;
  #bridge: Bridge | undefined;
  #events: LinkEvents | undefined;
  #cancelTimer: (() => void) | undefined;
  #addresses: AddressStore | undefined;
  #isClosed = false;

  constructor(options: BitcoinLinksOptions) {
    this.#options = options;
    this.peersMax = options.chosen.length + (options.search === undefined ? 0 : OUTBOUND_NODES);
    this.#log = new NodeLog(options.log);
    this.#connections = new TcpConnections({
      opened: (connection) => this.#do((bridge, time) => bridge.opened(connection, time)),
      received: (connection, bytes) => this.#do((bridge, time) => bridge.received(connection, bytes, time)),
      closed: (connection, reason) => this.#do((bridge, time) => bridge.closed(connection, reason, time)),
    });
  }

  /** What is said of the full nodes over HTTP. */
  get facts(): FullNodeFacts {
    const connected = (this.#bridge?.nodes ?? []).map(({ place, facts }) => ({
      address: formatPlace(place),
      userAgent: facts.userAgent,
      height: facts.startHeight,
    }));
    return { connected, faults: this.#log.faults };
  }

  attach(events: LinkEvents): void {
    this.#events = events;
  }

  /** Begins to dial. @param tree  the verified headers, which are read and not changed */
  async start(tree: HeaderTree): Promise<void> {
    const { magic, chosen, search, userAgent, addressFile, log } = this.#options;
    const addresses = search && (await AddressStore.open(addressFile, log));
    if (this.#isClosed) return;
    this.#addresses = addresses;
    const sha256d = new Sha256d();
    const view = viewOf(tree, (headers) => sha256d.hash80(headers));
    const payloadHash = (payload: Uint8Array): Uint8Array =>
      createHash('sha256').update(createHash('sha256').update(payload).digest()).digest();
    this.#bridge = new Bridge(
      {
        magic,
        chosen,
        search: addresses && { ...search, book: addresses.book },
        userAgent,
        view,
        payloadHash,
        random: () => Math.random(),
      },
      {
        dial: (connection, place) => this.#connections.dial(connection, place),
        write: (connection, bytes) => this.#connections.write(connection, bytes),
        hangUp: (connection) => this.#connections.hangUp(connection),
        connected: (connection, node) => {
          this.#log.connected(node.place, node.facts, this.#bridge?.nodes.length ?? 0);
          const { group } = node;
          this.#events?.connected(String(connection), { isChosen: true, isBridged: true, group });
        },
        lookup: (host) => void this.#lookup(host),
        stranded: (retryMs) => this.#log.stranded(retryMs),
        save: (bytes) => addresses?.save(bytes),
        deliver: (connection, frame) => this.#events?.received(String(connection), frame),
        coming: (connection, bytes) => this.#events?.coming(String(connection), bytes),
        gone: (connection, reason) => this.#events?.disconnected(String(connection), reason),
        ended: (place, code, detail) => this.#log.ended(place, code, detail, this.#bridge?.nodes.length ?? 0),
      },
    );
    this.#do((bridge, time) => bridge.start(time));
  }

  send(link: string, bytes: Uint8Array): void {
    this.#do((bridge, time) => bridge.hear(Number(link), bytes, time));
    this.#events?.drained(link, 0);
  }

  disconnect(link: string, code: string | undefined): void {
    this.#do((bridge, time) => bridge.released(Number(link), code, time));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#bridge?.stop();
    this.#bridge = undefined;
    this.#connections.close();
    await this.#addresses?.close();
  }

  async #lookup(host: string): Promise<void> {
    const { log, defaultPort } = this.#options;
    let found: NetAddress[] = [];
    try {
      const answers = await lookup(host, { all: true });
      found = answers.flatMap(({ address }) => parseNetAddress(address, defaultPort) ?? []);
    } catch (error) {
      log.debug({ host, reason: String(error) }, 'a DNS seed does not answer');
    }
    this.#do((bridge, time) => bridge.found(host, found, time));
  }

  #do(act: (bridge: Bridge, time: EventTime) => void): void {
    const bridge = this.#bridge;
    if (bridge === undefined) return;
    const { clock } = this.#options;
    act(bridge, { now: clock.now(), wallTime: Date.now() / 1000 });
    this.#cancelTimer?.();
    const wake = bridge.nextWake();
    if (wake === undefined) return;
    this.#cancelTimer = clock.setTimer(Math.max(0, wake - clock.now()), () =>
      this.#do((each, time) => each.advance(time)),
    );
  }
}
