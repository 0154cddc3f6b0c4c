/**
 * Connections without an introduction as a kind of links: pages that know the address of this gateway and the fingerprint of
 * its certificate come to one UDP port. Decides which STUN request begins a connection, and when one is given up.
 *
 * The source of a UDP packet can be forged, so a request proves nothing. Checks in this order, the cheapest first: requests in
 * this second, form, whether the fragment is in use or over, set-ups of the address, of its network and in all. A set-up whose
 * other side has not shown that it receives is given up soon, and makes room for others.
 *
 * What bounds it: DIRECT_PEERS_MAX open links (kept by the host), DIRECT_SETUPS_MAX on their way, DIRECT_STARTS_MAX in
 * DIRECT_WINDOW_MS, DIRECT_FRAGMENTS_MAX fragments that are over.
 */
import { offerOf } from '@vision-light/peering';
import type { Clock } from '@vision-light/signaling';
import { addressGroup, clientKey } from '@vision-light/signaling';
import type { IceUdpMuxRequest } from 'node-datachannel';
import type { Logger } from 'pino';
import {
  DIRECT_FRAGMENTS_MAX,
  DIRECT_PEERS_MAX,
  DIRECT_PROOF_TIMEOUT_MS,
  DIRECT_SETUP_TIMEOUT_MS,
  DIRECT_SETUPS_MAX,
} from '../limits.js';
import type { LinkEvents, LinkKind } from '../links/link-kind.js';
import type { Certificate } from './certificate.js';
import { DirectLink } from './direct-link.js';
import { handleRequests } from './direct-listener.js';
import { RecentStarts } from './recent-starts.js';
import { RequestRate } from './request-rate.js';

/** What {@link DirectLinks} need from outside. */
export interface DirectLinksOptions {
  /** UDP port of `openPort`. */
  readonly port: number;
  readonly certificate: Certificate;
  readonly clock: Clock;
  readonly log: Logger;
}

/** `unproven`: the other side has not shown that it receives; `leaving`: the node has disconnected. */
type Phase = 'unproven' | 'setup' | 'open' | 'leaving';

interface Entry {
  readonly link: DirectLink;
  readonly host: string;
  readonly fragment: string;
  phase: Phase;
  cancelTimer: () => void;
}

/** Milliseconds that what was sent before a disconnect has to leave. Arbitrary. Afterwards it is dropped. */
const LEAVE_TIMEOUT_MS = 2000;

/** The links of the direct port; see the head of this file. */
export class DirectLinks implements LinkKind {
  readonly name = 'direct';
  readonly peersMax = DIRECT_PEERS_MAX;
  readonly #options: DirectLinksOptions;
  readonly #rate = new RequestRate();
  readonly #starts = new RecentStarts();
  /** By the name of the link, the oldest first. */
  readonly #links = new Map<string, Entry>();
  /** Fragments of links, and of those that are over, the oldest first. */
  readonly #fragments = new Set<string>();
  #events: LinkEvents | undefined;
  #namesGiven = 0;
  #isClosed = false;
  #whenEmpty = (): void => {};

  constructor(options: DirectLinksOptions) {
    this.#options = options;
  }

  /** Links, those that are being set up and those that are ending included. */
  get size(): number {
    return this.#links.size;
  }

  attach(events: LinkEvents): void {
    this.#events = events;
    handleRequests(this.#options.port, (request) => this.#onRequest(request));
  }

  send(link: string, bytes: Uint8Array): void {
    this.#links.get(link)?.link.send(bytes);
  }

  disconnect(link: string): void {
    const entry = this.#links.get(link);
    if (entry === undefined || entry.phase === 'leaving') return;
    entry.phase = 'leaving';
    entry.cancelTimer();
    entry.cancelTimer = this.#options.clock.setTimer(LEAVE_TIMEOUT_MS, () => this.#drop(link, 'timed out'));
    entry.link.end();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    handleRequests(this.#options.port, undefined);
    const empty = new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    for (const [name, { phase }] of [...this.#links]) {
      if (phase === 'unproven' || phase === 'setup') this.#drop(name, 'closed');
      else this.disconnect(name);
    }
    if (this.#links.size > 0) await empty;
  }

  #onRequest({ localUfrag: fragment, ufrag, host, port }: IceUdpMuxRequest): void {
    if (!this.#rate.take(this.#options.clock.now())) return;
    const offer = offerOf({ ownFragment: fragment, fragment: ufrag, host, port });
    if (offer === undefined || this.#fragments.has(fragment)) return;
    if (!this.#hasRoom() || !this.#starts.take(host, this.#options.clock.now())) return;
    this.#begin(offer, fragment, host);
  }

  #begin(offer: string, fragment: string, host: string): void {
    const { clock, port, certificate, log } = this.#options;
    this.#namesGiven += 1;
    const name = `${this.#namesGiven}`;
    let link: DirectLink;
    try {
      link = new DirectLink(
        { offer, fragment, port, certificate },
        {
          proven: () => this.#prove(name),
          opened: (fingerprint) => this.#open(name, fingerprint),
          received: (bytes) => this.#events?.received(name, bytes),
          drained: (bufferedBytes) => this.#events?.drained(name, bufferedBytes),
          gone: (reason) => this.#forget(name, reason),
        },
      );
    } catch (error) {
      log.warn({ error: String(error) }, 'direct port: no connection can be made');
      return;
    }
    const cancelTimer = clock.setTimer(DIRECT_PROOF_TIMEOUT_MS, () =>
      this.#drop(name, 'no proof of address'),
    );
    this.#fragments.add(fragment);
    this.#links.set(name, { link, host, fragment, phase: 'unproven', cancelTimer });
  }

  /** Whether there is room for one more on its way; the oldest one without a proof makes room. */
  #hasRoom(): boolean {
    const entries = [...this.#links];
    const setups = entries.filter(([, { phase }]) => phase === 'unproven' || phase === 'setup');
    if (setups.length < DIRECT_SETUPS_MAX) return true;
    const [oldest] = setups.find(([, { phase }]) => phase === 'unproven') ?? [];
    if (oldest !== undefined) this.#drop(oldest, 'made room');
    return oldest !== undefined;
  }

  #prove(name: string): void {
    const entry = this.#links.get(name);
    if (entry?.phase !== 'unproven') return;
    entry.phase = 'setup';
    entry.cancelTimer();
    const { clock } = this.#options;
    entry.cancelTimer = clock.setTimer(DIRECT_SETUP_TIMEOUT_MS, () => this.#drop(name, 'timed out'));
  }

  #open(name: string, remoteFingerprint: Uint8Array): void {
    const entry = this.#links.get(name);
    if (entry === undefined) return;
    entry.phase = 'open';
    entry.cancelTimer();
    const { fingerprint: localFingerprint } = this.#options.certificate;
    this.#events?.connected(name, {
      isChosen: false,
      group: addressGroup(clientKey(entry.host)),
      channel: { localFingerprint, remoteFingerprint, introducer: this.name },
    });
  }

  #drop(name: string, reason: string): void {
    this.#links.get(name)?.link.destroy();
    this.#forget(name, reason);
  }

  #forget(name: string, reason: string): void {
    const entry = this.#links.get(name);
    if (entry === undefined) return;
    this.#links.delete(name);
    entry.cancelTimer();
    // A page that is not proven is welcome to try again; so its fragment is not over.
    this.#fragments.delete(entry.fragment);
    // Any other one is over, from now on.
    if (entry.phase !== 'unproven') this.#fragments.add(entry.fragment);
    const live = new Set([...this.#links.values()].map(({ fragment }) => fragment));
    for (const oldest of this.#fragments) {
      if (this.#fragments.size <= DIRECT_FRAGMENTS_MAX + live.size) break;
      if (!live.has(oldest)) this.#fragments.delete(oldest);
    }
    if (entry.phase === 'open') this.#events?.disconnected(name, reason);
    if (this.#links.size === 0) this.#whenEmpty();
  }
}
