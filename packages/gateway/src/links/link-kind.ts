/**
 * A kind of links: one way in which connections to peers are made, such as WebRTC. The host carries what the core wants
 * to the right kind, and what a kind reports to the core (link-router.ts). A fault of one kind ends
 * its own links only.
 */

import type { ChannelEnds } from '@vision-light/protocol';

/** What a kind knows of a link that is open. */
export interface OpenLinkFacts {
  /** True if this side dialed the other one; absent or false if the other one came, or if that is not known. */
  readonly isChosen?: boolean;
  /** The network that the other side is in, of which the node takes so many peers; absent if that is not known. */
  readonly group?: string | undefined;
  /** The largest message that the other side takes, whole bytes; absent if it is not known. */
  readonly maxMessageBytes?: number;
  /** Between which ends the link is; absent for one that nothing encrypts between them. */
  readonly channel?: ChannelEnds;
  /** True if the kind itself speaks to the core, for a full node that speaks another protocol. Such a link has no key. */
  readonly isBridged?: boolean;
}

/** What a kind reports of its links. All of it may be called at any time, also inside a call of the host. */
export interface LinkEvents {
  /**
   * A link is open. Its name must not be that of another open link of this kind. If the kind has `peersMax` open links
   * already, or reports too many at once, the host calls `disconnect` at once.
   *
   * @throws {Error} if it is called from inside `disconnect`
   * @param facts  what is known of the link; none of it if absent
   */
  connected(link: string, facts?: OpenLinkFacts): void;
  /** One message has arrived. Its memory must not be written to afterwards: the message may wait for its turn. */
  received(link: string, bytes: Uint8Array): void;
  /** Of a message of a bridged peer that cannot be passed on before its end, so many bytes have come. */
  coming(link: string, bytes: number): void;
  /** The send buffer of a link has fallen to this many bytes. */
  drained(link: string, bufferedBytes: number): void;
  /** A link is gone, and the node did not disconnect it. Ignored for a link that is not open. */
  disconnected(link: string, reason: string): void;
}

/**
 * One kind of links. What it throws, and what a promise that it returns rejects with, is logged by the host with a code
 * of `linkFaults` (link-faults.ts).
 */
export interface LinkKind {
  /** Lower-case letters, digits and hyphens. No other kind of a host has the same. Peer ids begin with it. */
  readonly name: string;
  /** Peers that the node may have through this kind. With several kinds, the host disconnects those above it. */
  readonly peersMax: number;
  /** Takes the way to report. Called once, before any other method. Opens no link by itself. */
  attach(events: LinkEvents): void;
  /** Sends one message, no larger than the other side takes. A link whose `send` fails is disconnected. */
  send(link: string, bytes: Uint8Array): void;
  /**
   * The node disconnects: the link is to be closed once what was sent before has left. What the kind reports of it
   * afterwards is ignored.
   *
   * @param code  why, if the peer or the link broke a rule: then the peer should not be dialed again for a while
   */
  disconnect(link: string, code: string | undefined): void;
  /** The node wants up to `count` more peers. A kind that only waits for peers has no such method. */
  requestPeers?(count: number): void;
  /**
   * Disconnects every link and releases everything; no new link is opened. The host waits for
   * LINKS_CLOSE_TIMEOUT_MS at most.
   */
  close(): Promise<void>;
}
