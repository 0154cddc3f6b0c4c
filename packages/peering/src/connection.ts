import type { ConnectionSignal, IceServer } from '@vision-light/signaling';

/** A WebRTC connection with the node's channel, as the platform makes it. */
export interface Connection {
  /** Takes a signal of the other side. @throws if the platform cannot read it */
  signal(data: ConnectionSignal): void;
  /**
   * The node disconnects: the channel is closed once what was sent has left. Nothing more is received. The connection
   * need not bound the time; the link is dropped when it takes too long.
   */
  end(): void;
  /** Ends the connection at once. */
  destroy(): void;
}

/** What a connection is made with. */
export interface ConnectionOptions {
  /** The name of the link, which no other link has or had. */
  readonly name: string;
  /** True on the side that offers. */
  readonly isInitiator: boolean;
  readonly iceServers: readonly IceServer[];
  /** The description is passed on with all candidates in it, and no candidate by itself. */
  readonly sendsWhole: boolean;
  /** Passes a signal to the other side. */
  readonly onSignal: (data: ConnectionSignal) => void;
  /** The connection failed or was closed, by either side. Further calls do nothing. */
  readonly onClosed: (reason: string) => void;
}
