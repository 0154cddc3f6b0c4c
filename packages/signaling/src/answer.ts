/** What the server says to a client: acknowledgements of requests, and two events of its own. */
import type { IceServer } from './ice-server.js';
import type { PeerInfo } from './peer.js';
import type { RefusalCode } from './refusal.js';

/** The answer to a request that was refused. */
export interface Refused {
  readonly ok: false;
  readonly code: RefusalCode;
}

/** The answer to `join`. */
export interface Joined {
  readonly ok: true;
  /** The client's own id while it stays connected. */
  readonly id: string;
  readonly peers: readonly PeerInfo[];
  readonly iceServers: readonly IceServer[];
}

/** The answer to `peers`. */
export interface Sampled {
  readonly ok: true;
  readonly peers: readonly PeerInfo[];
}

/** The answer to `signal`. */
export interface Relayed {
  readonly ok: true;
}

/** The answer to `metrics`. */
export interface Counted {
  readonly ok: true;
}

/** What the server sends without a request. */
export interface ServerEvents {
  /** The server is about to close the connection. */
  refused: (reason: { code: RefusalCode }) => void;
  /** Another member of the room has sent `data`. */
  signal: (signal: { from: string; data: object | string }) => void;
}
