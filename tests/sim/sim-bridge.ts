/** The gateway's bridge to Bitcoin's network in the simulator: model nodes instead of sockets, virtual time instead of Node's. */
import { Sha256d } from '@vision-light/pow';
import type { AddressBook } from '../../packages/gateway/src/bridges/bitcoin/addresses/address-book.js';
import { Bridge, type EndReason } from '../../packages/gateway/src/bridges/bitcoin/bridge.js';
import { parseNetAddress } from '../../packages/gateway/src/bridges/bitcoin/net-address.js';
import type { NodePlace } from '../../packages/gateway/src/bridges/bitcoin/node-place.js';
import { viewOf } from '../../packages/gateway/src/bridges/bitcoin/session/chain-view.js';
import type { ModelConnection, ModelNode } from '../full-node/model-node.js';
import { Link, type SimNode, type World } from './world.js';

const sha256d = new Sha256d();

/** How one connection ended. */
export interface Ending {
  readonly host: string;
  readonly reason: EndReason;
  readonly detail: string;
}

/** How nodes are looked for. */
export interface SimSearch {
  readonly book: AddressBook;
  /** What DNS answers, by host; a host with no addresses does not answer. */
  readonly seeds: ReadonlyMap<string, readonly string[]>;
  readonly wantsFilters: boolean;
}

/** A bridge of one node of the world. */
export class SimBridge {
  readonly bridge: Bridge;
  /** How connections have ended, oldest first. */
  readonly endings: Ending[] = [];
  /** Times at which a node was dialed, by host. */
  readonly dials: { readonly host: string; readonly at: number }[] = [];
  readonly #lines = new Map<number, ModelConnection>();
  #cancelWake: (() => void) | undefined;

  /** Hosts that DNS was asked for, and when. */
  readonly lookups: { readonly host: string; readonly at: number }[] = [];
  /** How often there was nobody to dial. */
  stranded = 0;
  /** The addresses as they were kept last. */
  saved: Uint8Array | undefined;

  /**
   * @param nodes  by host; one that is not there cannot be reached
   * @param search  how others are looked for; if absent, all `nodes` are named by the operator
   */
  constructor(
    readonly world: World,
    readonly owner: SimNode,
    readonly magic: number,
    readonly nodes: Map<string, ModelNode>,
    readonly search?: SimSearch,
  ) {
    const chosen = search === undefined ? [...nodes.keys()] : [];
    const places = chosen.map((host) => ({ host, port: 8333 }));
    const view = viewOf(owner.core.tree, (headers) => sha256d.hash80(headers));
    const random = owner.options.seed ?? 1;
    let state = random;
    this.bridge = new Bridge(
      {
        magic,
        chosen: places,
        search: search && { ...search, seeds: [...search.seeds.keys()] },
        userAgent: '/sim/',
        view,
        // Of no weight here, so the simplest that is the same each time.
        random: () => {
          state = (state * 1103515245 + 12345) % 2 ** 31;
          return state / 2 ** 31;
        },
      },
      {
        dial: (connection, place) => this.#dial(connection, place),
        lookup: (host) => this.#lookup(host),
        stranded: () => {
          this.stranded++;
        },
        save: (bytes) => {
          this.saved = bytes;
        },
        write: (connection, bytes) => {
          const line = this.#lines.get(connection);
          const sent = bytes.slice();
          world.after(world.latencyMs, () => line?.take(sent));
        },
        hangUp: (connection) => this.#lines.delete(connection),
        connected: (connection) => {
          const peer = `bitcoin:${connection}`;
          const hear = (act: () => void): void => void world.after(0, () => this.do(act));
          owner.join(
            new Link(owner, peer, {
              send: (bytes) => {
                const frame = bytes.slice();
                hear(() => this.bridge.hear(connection, frame, this.time));
                world.after(
                  0,
                  () =>
                    owner.links.has(peer) &&
                    owner.driver.push({ type: 'sendDrained', peer, bufferedBytes: 0 }),
                );
              },
              ended: (code) => hear(() => this.bridge.released(connection, code, this.time)),
            }),
          );
          owner.driver.push({ type: 'peerConnected', peer, isChosen: true, isBridged: true });
        },
        deliver: (connection, frame) => {
          const peer = `bitcoin:${connection}`;
          world.after(
            0,
            () => owner.links.has(peer) && owner.driver.push({ type: 'bytesReceived', peer, bytes: frame }),
          );
        },
        coming: (connection, bytes) => {
          const peer = `bitcoin:${connection}`;
          world.after(
            0,
            () => owner.links.has(peer) && owner.driver.push({ type: 'messageComing', peer, bytes }),
          );
        },
        gone: (connection) => {
          const peer = `bitcoin:${connection}`;
          world.after(
            0,
            () => owner.links.has(peer) && owner.driver.push({ type: 'peerDisconnected', peer }),
          );
        },
        ended: ({ host }, reason, detail) => this.endings.push({ host, reason, detail }),
      },
    );
    this.do(() => this.bridge.start(this.time));
  }

  get time() {
    return { now: this.world.now, wallTime: this.world.wallTime };
  }

  /** The connections to a node that are open. */
  linesTo(host: string): ModelConnection[] {
    const node = this.nodes.get(host);
    return [...this.#lines.values()].filter((line) => line.node === node);
  }

  /** A node ends its connections. */
  cut(host: string): void {
    for (const [connection, line] of this.#lines)
      if (line.node === this.nodes.get(host)) {
        this.#lines.delete(connection);
        this.do(() => this.bridge.closed(connection, 'closed', this.time));
      }
  }

  /** Has the bridge do something, and wakes it when it wants. */
  do(act: () => void): void {
    act();
    this.#cancelWake?.();
    const wake = this.bridge.nextWake();
    if (wake === undefined) return;
    this.#cancelWake = this.world.after(Math.max(0, wake - this.world.now), () =>
      this.do(() => this.bridge.advance(this.time)),
    );
  }

  #lookup(host: string): void {
    this.lookups.push({ host, at: this.world.now });
    const addresses = (this.search?.seeds.get(host) ?? []).flatMap(
      (text) => parseNetAddress(text, 8333) ?? [],
    );
    this.world.after(this.world.latencyMs, () =>
      this.do(() => this.bridge.found(host, addresses, this.time)),
    );
  }

  #dial(connection: number, place: NodePlace): void {
    const { world } = this;
    const node = this.nodes.get(place.host);
    this.dials.push({ host: place.host, at: world.now });
    world.after(world.latencyMs, () => {
      if (node === undefined) {
        this.do(() => this.bridge.closed(connection, 'ECONNREFUSED', this.time));
        return;
      }
      this.#lines.set(
        connection,
        node.connect((bytes) => {
          world.after(world.latencyMs, () => {
            if (this.#lines.has(connection))
              this.do(() => this.bridge.received(connection, bytes, this.time));
          });
        }),
      );
      this.do(() => this.bridge.opened(connection, this.time));
    });
  }
}
