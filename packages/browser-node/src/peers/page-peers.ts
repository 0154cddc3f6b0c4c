/**
 * The peers of a page: what finds them, and the connections to them. Their channels belong to the node worker. Which peer
 * is dialed, and which of two connections survives, is decided in `@vision-light/peering`.
 */
import {
  type ByHand,
  type ConnectionOptions,
  type DirectAddress,
  DirectGateway,
  type HandNote,
  type HandResult,
  type Introducer,
  type IntroducerEvents,
  LEFT,
  type LinkPhase,
  PeerFinder,
  PeerIntroducer,
  type PeerIntroducerOptions,
  type PeerIntroduction,
  PeerLinks,
  placeOf,
  writeDirectAddress,
} from '@vision-light/peering';
import type { Metrics } from '@vision-light/protocol';
import type { IceServer } from '@vision-light/signaling';
import { browserClock } from '../boundary/browser-clock.js';
import { findConnectionObstacle } from '../boundary/connection-obstacle.js';
import type { LightNodeErrorCode } from '../boundary/error-codes.js';
import { LightNodeError } from '../boundary/light-node-error.js';
import type { DiagnosisInput } from '../diagnosis/diagnose.js';
import { ChannelHandover, type PostToWorker } from './channel-handover.js';
import { introducerAt } from './introducer-at.js';
import { HANDSHAKE_FAILED, PeerConnection } from './peer-connection.js';
import { hasTurn, type Privacy, usedIceServers } from './privacy.js';

/** What {@link PagePeers} need from outside. */
export interface PagePeersOptions {
  /** Addresses of signaling servers and trackers. */
  readonly signal: readonly string[];
  /** Gateways that are reached without a signaling server. */
  readonly direct: readonly DirectAddress[];
  /** 64 hex digits. */
  readonly networkId: string;
  /** The node's public key, 64 hex digits; undefined where this browser cannot sign, and so nobody is introduced by peers. */
  readonly identity: string | undefined;
  /** Of a network that ships with the code: a label for the servers' metrics. */
  readonly networkName: string | undefined;
  /** Instead of those that the servers name. */
  readonly iceServers: readonly IceServer[] | undefined;
  readonly privacy: Privacy;
  /** Reads what the node counts; undefined if it is not to be reported. */
  readonly metrics: (() => Metrics) | undefined;
  readonly maxPeers: number;
  readonly post: PostToWorker;
  readonly failed: (code: LightNodeErrorCode, detail: string) => void;
  /** So many signaling servers can be asked now. */
  readonly signalingChanged: (joined: number) => void;
}

/** Signaling servers, the ICE servers in use, and connections that were tried. */
export type Ways = Pick<
  DiagnosisInput,
  'signaling' | 'iceServers' | 'isRelayed' | 'namesGateways' | 'attempts'
>;

/** Connections being set up at a time. Browsers slow down beyond; offers above it are ignored, and come again. */
const SETUPS_MAX = 12;

/** Finds peers and keeps the connections to them. */
export class PagePeers {
  readonly links: PeerLinks<PeerConnection>;
  readonly finder: PeerFinder<PeerConnection>;
  readonly #options: PagePeersOptions;
  /** Why no connection is made: each is reported once. */
  readonly #refusals = new Set<LightNodeErrorCode>();
  readonly #clients: Introducer[] = [];
  #viaPeers: PeerIntroducer | undefined;
  /** Made when the page first makes or takes an invitation. */
  #byHand: ByHand<PeerConnection> | undefined;
  /** Gateways with an address that could not be reached since the last link to them, each reported once. */
  readonly #missed = new Set<string>();
  #begun = 0;
  #failed = 0;

  constructor(options: PagePeersOptions) {
    this.#options = options;
    const { signal, direct, iceServers = [], maxPeers, post } = options;
    const channels = new ChannelHandover(post);
    this.links = new PeerLinks({
      linksMax: maxPeers,
      setupsMax: SETUPS_MAX,
      clock: browserClock,
      connect: (connection) => this.#connect(connection),
      events: {
        made: (peer, { channel }) => {
          this.#begun++;
          channels.handOver(peer, channel);
          this.#byHand?.made(peer);
        },
        described: (peer, facts) => post({ type: 'described', peer, ...facts }),
        gone: (peer, reason, phase) => {
          if (phase === 'setup') this.#failed++;
          this.#byHand?.gone(peer, reason);
          this.#noteGateway(peer, reason, phase);
          post({ type: 'gone', peer });
        },
        refused: (error) => this.#reportRefusal(error),
      },
    });
    // Gateways first: whoever names one wants it, also where servers know enough other peers.
    this.finder = new PeerFinder(this.links, browserClock, (events) => [
      ...direct.map((address) => new DirectGateway(address, iceServers, browserClock, events)),
      ...signal.map((url) => this.#join(url, events)),
      ...this.#joinPeers(events),
    ]);
  }

  /** Reports that a gateway which was named by its address cannot be reached, or is another one. */
  #noteGateway(peer: string, reason: string, phase: LinkPhase): void {
    const id = peer.slice(0, peer.lastIndexOf('.'));
    const gateway = this.#options.direct.find((address) => writeDirectAddress(address) === id);
    if (gateway === undefined) return;
    const place = placeOf(gateway);
    const code = reason === HANDSHAKE_FAILED ? 'GATEWAY_CHANGED' : 'GATEWAY_UNREACHABLE';
    if (phase !== 'setup') this.#missed.delete(place);
    else if (reason !== LEFT && !this.#missed.has(place)) {
      this.#missed.add(place);
      this.#options.failed(code, place);
    }
  }

  /** The node tells of introductions through the peers that it has. */
  introduced(introduction: PeerIntroduction): void {
    this.#viaPeers?.take(introduction);
  }

  #joinPeers(events: IntroducerEvents): Introducer[] {
    const { identity, post } = this.#options;
    if (identity === undefined) return [];
    const send: PeerIntroducerOptions['send'] = (to, payload) => post({ type: 'sendSignal', to, payload });
    this.#viaPeers = new PeerIntroducer(
      { ownId: identity, iceServers: () => this.#iceServers, send },
      events,
    );
    return [this.#viaPeers];
  }

  /** Those that the application has named, else those that servers name. */
  get #iceServers(): readonly IceServer[] {
    return this.#options.iceServers ?? this.#clients.flatMap(({ iceServers }) => iceServers);
  }

  #join(url: string, events: IntroducerEvents): Introducer {
    const { failed } = this.#options;
    const signalingChanged = (): void =>
      this.#options.signalingChanged(this.#clients.filter(({ isJoined }) => isJoined).length);
    const made = introducerAt(url, this.#options, {
      joined: (route, peerIds) => {
        signalingChanged();
        events.joined(route, peerIds);
      },
      signal: events.signal,
      failed: (code, detail) => {
        signalingChanged();
        failed(code, detail);
      },
      iceObstacle: (named) => this.#findIceObstacle(named),
    });
    this.#clients.push(made);
    return made;
  }

  /** The channel of a link is open. */
  opened(link: string): void {
    this.links.markOpen(link);
    this.#byHand?.opened(link);
  }

  /** Makes an invitation. @throws {LightNodeError} INVITES_FULL, INVITE_FAILED */
  async invite(): Promise<HandNote> {
    return resultOf(await (await this.#hand()).invite());
  }

  /** Takes an invitation, or the answer to one. @throws {LightNodeError} INVITE_ codes, INVITES_FULL */
  async accept(text: string): Promise<HandNote | undefined> {
    return resultOf(await (await this.#hand()).accept(text));
  }

  /** Whether the other page of an invitation is joined by now. @throws {LightNodeError} INVITE_ codes: it will not be */
  async isJoinedByHand(invitation: string): Promise<boolean> {
    const outcome = await (await this.#hand()).outcomeOf(invitation);
    if (typeof outcome === 'object') throw new LightNodeError(outcome.code, outcome.detail);
    return outcome === 'joined';
  }

  async #hand(): Promise<ByHand<PeerConnection>> {
    const made = await import('vision-light:by-hand');
    this.#byHand ??= new made.ByHand({
      links: this.links,
      clock: browserClock,
      wallTime: () => Date.now() / 1000,
      networkId: this.#options.networkId,
      iceServers: () => this.#iceServers,
    });
    return this.#byHand;
  }

  /** What is known of the ways to other peers, for a diagnosis. */
  get ways(): Ways {
    const [begun, failed] = [this.#begun, this.#failed];
    return {
      signaling: this.#clients.map(({ url, isJoined }) => ({ url, isJoined })),
      iceServers: this.#used(this.#iceServers),
      isRelayed: this.#options.privacy === 'relay-only',
      namesGateways: this.#options.direct.length > 0,
      attempts: { begun, failed, opened: begun - failed - this.links.setups },
    };
  }

  /** @throws if the browser refuses, or if everything is to be relayed and nobody relays */
  #connect(connection: ConnectionOptions): PeerConnection {
    const isRelayed = this.#options.privacy === 'relay-only';
    // A gateway by its address, and a tracker, name no TURN server; a signaling server may have named one.
    const named = this.#used(connection.iceServers);
    const iceServers = isRelayed && !hasTurn(named) ? this.#used(this.#iceServers) : named;
    if (isRelayed && !hasTurn(iceServers)) throw new LightNodeError('TURN_MISSING');
    return new PeerConnection({ ...connection, iceServers }, isRelayed);
  }

  #used(iceServers: readonly IceServer[]): readonly IceServer[] {
    const { privacy, iceServers: chosen } = this.#options;
    return usedIceServers(iceServers, privacy, chosen !== undefined);
  }

  #findIceObstacle(named: readonly IceServer[]): string | undefined {
    const obstacle = findConnectionObstacle(this.#used(named));
    if (obstacle?.fault === 'connection') this.#reportRefusal(obstacle.cause);
    return obstacle?.fault === 'iceServers' ? String(obstacle.cause) : undefined;
  }

  /** Reported once: the browser refuses connections, whichever server or peer they are for. */
  #reportRefusal(error: unknown): void {
    const code = error instanceof LightNodeError ? error.code : 'PEER_CONNECTION_FAILED';
    if (this.#refusals.has(code)) return;
    this.#refusals.add(code);
    this.#options.failed(code, error instanceof LightNodeError ? '' : String(error));
  }
}

function resultOf<Value>(result: HandResult<Value>): Value {
  if (result.ok) return result.value;
  throw new LightNodeError(result.code, result.detail);
}
