import type { IceServer, SignalData } from '@vision-light/signaling';

/** The way to the peers that one introducer knows; one object for each introducer. */
export interface SignalRoute {
  /** Its address, for people. */
  readonly url: string;
  /** Our id there. It changes when the connection to the introducer is lost. */
  readonly ownId: string;
  readonly iceServers: readonly IceServer[];
  /** One signal each way is all that passes: descriptions leave with their candidates in them. */
  readonly sendsWhole?: boolean;
  /**
   * Ids name attempts to connect, not peers: each is used once, whoever is behind it, so none is avoided later, and none
   * replaces a link.
   */
  readonly namesAttempts?: boolean;
  /** Milliseconds from the first signal to the open channel, where people carry the signals. Default: as for servers. */
  readonly setupTimeoutMs?: number;
  /** Peers that can be met through it; undefined if their number is not known. */
  readonly peersMax?: number;
  /** Passes a signal on. `refused` is called if the introducer says that there is no such peer. */
  send(to: string, data: SignalData, refused: () => void): void;
  /** A link to a peer that it introduced has ended, or did not come about. */
  ended?(remoteId: string): void;
}

/** Something that introduces peers to one another, such as a signaling server. */
export interface Introducer extends SignalRoute {
  /** Whether peers can be asked for now. */
  readonly isJoined: boolean;
  /**
   * Whether some links through it are kept, so that nobody else decides alone whom this node knows. So it is with what
   * knows peers by itself, such as a server; not with what only passes on whom the present peers know.
   */
  readonly keepsPlaces: boolean;
  /** @returns ids of peers, possibly known ones; none if there is no answer */
  samplePeers(count: number): Promise<readonly string[]>;
  /** Tries to connect now, if it is not connected and the last attempt was a while ago. */
  nudge(): void;
  /** Disconnects. `nudge` comes back. */
  leave(): void;
  /** Disconnects for good. */
  close(): void;
}

/** What an introducer reports. */
export interface IntroducerEvents {
  /** Connected, for the first time or again, with a sample of the peers there. */
  joined(route: SignalRoute, peerIds: readonly string[]): void;
  /** A peer has sent a signal. */
  signal(route: SignalRoute, from: string, data: SignalData): void;
}
