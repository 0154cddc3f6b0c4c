/** Tells the application of its peers: at once which come and go, now and then how their height and round trip change. */

import { bytesToHex } from '../../bytes/hex.js';
import type { EventTime } from '../../io/event.js';
import type { PeerInfo, PeerService } from '../../io/notice.js';
import { NEWS_SLACK_MS, PEER_NEWS_INTERVAL_MS } from '../../limits.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Part } from '../../peer/part.js';
import type { Peer } from '../../peer/peer.js';
import type { PeerSet } from '../../peer/peer-set.js';
import {
  SERVICE_ARCHIVE,
  SERVICE_COMPACT_BLOCKS,
  SERVICE_FILTERS,
  SERVICE_LIVE,
  SERVICE_TRANSACTIONS,
  SERVICE_TX_INDEX,
} from '../../wire/messages/hello.js';

const services: readonly (readonly [PeerService, number])[] = [
  ['archive', SERVICE_ARCHIVE],
  ['transactions', SERVICE_TRANSACTIONS],
  ['compactBlocks', SERVICE_COMPACT_BLOCKS],
  ['txIndex', SERVICE_TX_INDEX],
  ['live', SERVICE_LIVE],
  ['filters', SERVICE_FILTERS],
];

/** Collects what changed of which peer. Bounded by the number of peers. */
export class PeerNotices implements Part {
  readonly name = 'peerNotices';
  readonly #updated = new Set<Peer>();
  /** When the first of these changes happened. */
  #since = 0;
  #isWorthWake = false;

  /** @param bodyWindowOf  bodies that may be asked of a peer at a time; undefined while it is asked for none */
  constructor(
    readonly peers: PeerSet,
    readonly outbox: Outbox,
    readonly bodyWindowOf: (peerId: string) => number | undefined,
  ) {}

  /** What the application may know of its peers. */
  get infos(): PeerInfo[] {
    return this.peers.ready.map((peer) => infoOf(peer, this.bodyWindowOf(peer.id)));
  }

  peerReady(peer: Peer): void {
    this.#changed('connected', peer);
  }

  /** One that came and went without a greeting is not worth a word, unless it broke a rule. */
  peerGone(peer: Peer, code: string | undefined, _now: number, detail?: string): void {
    if (peer.isReady || code !== undefined) this.#changed('disconnected', peer, code, detail);
  }

  #changed(kind: 'connected' | 'disconnected', peer: Peer, code?: string, detail?: string): void {
    this.#updated.delete(peer);
    this.#emit(kind, peer, this.infos, code, detail);
  }

  /**
   * Its height or its round-trip time is another.
   *
   * @param isWorthWake  false if it may wait for whatever happens next
   */
  updated(peer: Peer, now: number, isWorthWake: boolean): void {
    if (this.#updated.size === 0) {
      this.#since = now;
      this.#isWorthWake = false;
    }
    this.#updated.add(peer);
    this.#isWorthWake ||= isWorthWake;
  }

  /** Whether what changed is to be told with whatever happens now, be that news or not. */
  isDue(now: number): boolean {
    return this.#updated.size > 0 && now >= this.#since + PEER_NEWS_INTERVAL_MS + NEWS_SLACK_MS;
  }

  advance({ now }: EventTime): void {
    if (this.#updated.size === 0 || now < this.#since + PEER_NEWS_INTERVAL_MS) return;
    const { infos } = this;
    for (const peer of this.#updated)
      if (this.peers.get(peer.id) === peer) this.#emit('updated', peer, infos);
    this.#updated.clear();
  }

  nextWake(): number | undefined {
    // A peer that is gone meanwhile has nothing to tell any more.
    const isAwaited = this.#isWorthWake && this.#updated.size > 0;
    return isAwaited ? this.#since + PEER_NEWS_INTERVAL_MS + NEWS_SLACK_MS : undefined;
  }

  #emit(
    kind: 'connected' | 'disconnected' | 'updated',
    peer: Peer,
    peers: readonly PeerInfo[],
    code?: string,
    detail?: string,
  ): void {
    const why = { ...(code === undefined ? {} : { code }), ...(detail === undefined ? {} : { detail }) };
    const change = { kind, id: peer.id, ...why };
    this.outbox.emit({ type: 'peer', change, peers });
  }
}

function infoOf(peer: Peer, bodyWindow: number | undefined): PeerInfo {
  const rtt = peer.roundTrip.smoothedMs;
  const key = peer.hello?.identity?.key;
  return {
    id: peer.id,
    kind: peer.isBridged ? 'fullNode' : peer.isGateway ? 'gateway' : 'browser',
    height: peer.height,
    rttMs: rtt === undefined ? undefined : Math.round(rtt * 10) / 10,
    key: key === undefined ? undefined : bytesToHex(key),
    services: services.flatMap(([name, bit]) => (peer.serves(bit) ? [name] : [])),
    bodyWindow,
  };
}
