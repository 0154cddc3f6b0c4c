/** What a peer says that it is: a page, or an always-on node. */
export type PeerKind = 'browser' | 'gateway';

/** A peer as the signaling server names it to others. */
export interface PeerInfo {
  /** Given out by the server, a new one for each connection. */
  readonly id: string;
  /** Whether it is a page or a gateway, as it says. */
  readonly kind: PeerKind;
}
