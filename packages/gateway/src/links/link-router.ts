/**
 * The links of all kinds. Decides to which kind an effect of the core goes, and which events of a kind the core is told.
 *
 * The id of a peer is the name of its kind, a colon, and the kind's name of the link, so that ids of two kinds never
 * collide.
 *
 * One kind must not harm another, nor the node. So everything that a kind throws or rejects is caught, logged with a code
 * of `linkFaults`, and ends the link in question. Each kind has its own inbox, which bounds its events (link-inbox.ts),
 * and its own `peersMax`, so that it cannot take the room of the others.
 */
import type { Clock } from '@vision-light/signaling';
import type { Logger } from 'pino';
import { LINKS_CLOSE_TIMEOUT_MS } from '../limits.js';
import { type LinkFaultCode, linkFaults } from './link-faults.js';
import { LinkInbox, type PeerEvent } from './link-inbox.js';
import type { LinkEvents, LinkKind, OpenLinkFacts } from './link-kind.js';

/** What a {@link LinkRouter} needs from outside. */
export interface LinkRouterOptions {
  readonly kinds: readonly LinkKind[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Hands an event to the core. Does not throw. */
  push(event: PeerEvent): void;
}

/** A kind with its links. */
interface Attached {
  readonly kind: LinkKind;
  readonly inbox: LinkInbox;
  /** Links that the core was told of and that are not gone. */
  open: number;
  /** The kind is disconnecting a link at the moment. */
  isEnding: boolean;
}

interface OpenLink {
  readonly attached: Attached;
  /** The kind's name of the link. */
  readonly link: string;
}

/** The links of all kinds; see the head of this file. */
export class LinkRouter {
  readonly #options: LinkRouterOptions;
  readonly #attached: readonly Attached[];
  /** Open links by the id of their peer. */
  readonly #links = new Map<string, OpenLink>();

  /** @throws {RangeError} if the name of a kind is not of the form that `LinkKind` asks for, or is used twice */
  constructor(options: LinkRouterOptions) {
    const { kinds, push } = options;
    for (const [i, { name }] of kinds.entries()) {
      const isTaken = kinds.slice(0, i).some((other) => other.name === name);
      if (isTaken || !/^[a-z0-9-]+$/.test(name)) {
        throw new RangeError(`kinds: names must differ, and be of a-z, 0-9 and hyphens, got ${name}`);
      }
    }
    this.#options = options;
    this.#attached = kinds.map((kind) => ({ kind, inbox: new LinkInbox(push), open: 0, isEnding: false }));
  }

  /** Attaches the kinds: from now on they may report. */
  attach(): void {
    for (const attached of this.#attached) {
      this.#try(attached.kind, 'LINK_ATTACH_FAILED', () => attached.kind.attach(this.#eventsOf(attached)));
    }
  }

  send(peer: string, bytes: Uint8Array): void {
    const entry = this.#links.get(peer);
    if (entry === undefined) return;
    const { attached, link } = entry;
    this.#try(
      attached.kind,
      'LINK_SEND_FAILED',
      () => attached.kind.send(link, bytes),
      () => this.#fail(peer, entry, 'LINK_SEND_FAILED'),
    );
  }

  /** @param code  why, if the peer broke a rule */
  disconnect(peer: string, code: string | undefined): void {
    const entry = this.#links.get(peer);
    if (entry === undefined) return;
    this.#remove(peer, entry);
    this.#end(entry.attached, entry.link, code);
  }

  /** Asks each kind that can find peers, since one of them may find none. */
  requestPeers(count: number): void {
    for (const { kind } of this.#attached) {
      this.#try(kind, 'LINK_REQUEST_FAILED', () => kind.requestPeers?.(count));
    }
  }

  /** Closes all kinds at once. Resolves when all are closed, or after {@link LINKS_CLOSE_TIMEOUT_MS}. Never rejects. */
  async close(): Promise<void> {
    await Promise.all(this.#attached.map(({ kind }) => this.#close(kind)));
  }

  /** Nothing more is told to the core. */
  stop(): void {
    for (const { inbox } of this.#attached) inbox.clear();
    this.#links.clear();
  }

  #close(kind: LinkKind): Promise<void> {
    const { clock, log } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.setTimer(LINKS_CLOSE_TIMEOUT_MS, () => {
        const code: LinkFaultCode = 'LINK_CLOSE_TIMEOUT';
        log.warn({ code, kind: kind.name, timeoutMs: LINKS_CLOSE_TIMEOUT_MS }, linkFaults[code]);
        resolve();
      });
      const finish = (): void => {
        cancel();
        resolve();
      };
      this.#try(kind, 'LINK_CLOSE_FAILED', () => kind.close().then(finish), finish);
    });
  }

  #eventsOf(attached: Attached): LinkEvents {
    const { name } = attached.kind;
    return {
      connected: (link, facts) => this.#connected(attached, link, facts),
      received: (link, bytes) => {
        const isValid = bytes instanceof Uint8Array;
        this.#report({ type: 'bytesReceived', peer: `${name}:${link}`, bytes }, isValid);
      },
      coming: (link, bytes) => {
        const isValid = Number.isSafeInteger(bytes) && bytes >= 0;
        this.#report({ type: 'messageComing', peer: `${name}:${link}`, bytes }, isValid);
      },
      drained: (link, bufferedBytes) => {
        const isValid = Number.isFinite(bufferedBytes) && bufferedBytes >= 0;
        this.#report({ type: 'sendDrained', peer: `${name}:${link}`, bufferedBytes }, isValid);
      },
      disconnected: (link, reason) => this.#disconnected(`${name}:${link}`, reason),
    };
  }

  #connected(
    attached: Attached,
    link: string,
    { isChosen, group, maxMessageBytes, channel, isBridged = false }: OpenLinkFacts = {},
  ): void {
    const { kind, inbox } = attached;
    // A kind that answers each refusal with a new link would never return.
    if (attached.isEnding) throw new Error('no link may be reported from inside disconnect');
    const peer = `${kind.name}:${link}`;
    const entry = this.#links.get(peer);
    const isValid =
      maxMessageBytes === undefined || (Number.isInteger(maxMessageBytes) && maxMessageBytes > 0);
    if (entry !== undefined || !isValid) {
      this.#log(kind, 'LINK_EVENT_INVALID', { peer });
      if (entry !== undefined) this.#fail(peer, entry, 'LINK_EVENT_INVALID');
      else this.#end(attached, link, 'LINK_EVENT_INVALID');
      return;
    }
    const size = maxMessageBytes === undefined ? {} : { maxMessageBytes };
    const ends = channel === undefined ? {} : { channel };
    const choice = isChosen === undefined ? {} : { isChosen };
    const network = group === undefined ? {} : { group };
    const bridge = isBridged ? { isBridged } : {};
    const event: PeerEvent = {
      type: 'peerConnected',
      peer,
      ...choice,
      ...network,
      ...size,
      ...ends,
      ...bridge,
    };
    // The core counts the peers of all kinds together. If there is one kind, the core itself refuses, and tells the peer.
    const isAboveShare = this.#attached.length > 1 && attached.open >= kind.peersMax;
    if (isAboveShare || !inbox.hasRoom(event)) {
      this.#end(attached, link, 'PEER_TOO_MANY');
      return;
    }
    this.#links.set(peer, { attached, link });
    attached.open += 1;
    inbox.add(event);
  }

  #disconnected(peer: string, reason: string): void {
    const entry = this.#links.get(peer);
    if (entry === undefined) return;
    this.#options.log.debug({ peer, reason }, 'peer lost');
    this.#remove(peer, entry);
    entry.attached.inbox.add({ type: 'peerDisconnected', peer });
  }

  #report(event: PeerEvent, isValid: boolean): void {
    const { peer } = event;
    const entry = this.#links.get(peer);
    if (entry === undefined) return;
    const { kind, inbox } = entry.attached;
    if (isValid && inbox.hasRoom(event)) {
      inbox.add(event);
      return;
    }
    const code = isValid ? 'LINK_FLOODED' : 'LINK_EVENT_INVALID';
    this.#log(kind, code, { peer });
    this.#fail(peer, entry, code);
  }

  /** Ends a link that is at fault, and tells the core. */
  #fail(peer: string, entry: OpenLink, code: LinkFaultCode): void {
    // A promise of an earlier `send` may be rejected when the link is gone, or when another one has its name.
    if (this.#links.get(peer) !== entry) return;
    this.#remove(peer, entry);
    entry.attached.inbox.add({ type: 'peerDisconnected', peer });
    this.#end(entry.attached, entry.link, code);
  }

  #remove(peer: string, { attached }: OpenLink): void {
    this.#links.delete(peer);
    attached.open -= 1;
  }

  #end(attached: Attached, link: string, code: string | undefined): void {
    const { kind, isEnding } = attached;
    attached.isEnding = true;
    this.#try(kind, 'LINK_DISCONNECT_FAILED', () => kind.disconnect(link, code));
    attached.isEnding = isEnding;
  }

  /** Calls a kind. What it throws, or rejects with if it returns a promise, is logged. */
  #try(kind: LinkKind, code: LinkFaultCode, call: () => unknown, failed?: () => void): void {
    const fail = (error: unknown): void => {
      this.#log(kind, code, { error: error instanceof Error ? error.message : typeof error });
      failed?.();
    };
    try {
      const result = call();
      if (result instanceof Promise) result.catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  #log({ name }: LinkKind, code: LinkFaultCode, details: object): void {
    this.#options.log.warn({ code, kind: name, ...details }, linkFaults[code]);
  }
}
