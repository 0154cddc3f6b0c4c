import type { Server, Socket } from 'socket.io';
import type { Connection } from './connection.js';
import type { RefusalCode } from './refusal.js';
import type { PeerKind } from './room.js';

/** An ICE server as `RTCPeerConnection` takes it. */
export interface IceServer {
  readonly urls: string | readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

/** A peer as others see it. */
export interface PeerInfo {
  readonly id: string;
  readonly kind: PeerKind;
}

/** The answer to a request that was refused. */
export interface Refused {
  readonly ok: false;
  readonly code: RefusalCode;
}

/** The answer to `join`. */
export interface Joined {
  readonly ok: true;
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

/** What clients may ask: one payload and an acknowledgement, both validated by the handler. */
export interface ClientEvents {
  join: (...args: unknown[]) => void;
  peers: (...args: unknown[]) => void;
  signal: (...args: unknown[]) => void;
  metrics: (...args: unknown[]) => void;
}

/** What the server says unasked. */
export interface ServerEvents {
  refused: (reason: { code: RefusalCode }) => void;
  signal: (signal: { from: string; data: object | string }) => void;
}

/** The socket.io server. */
export type SignalIo = Server<ClientEvents, ServerEvents, Record<string, never>, Connection>;

/** A socket.io socket whose `data` is its connection. */
export type SignalSocket = Socket<ClientEvents, ServerEvents, Record<string, never>, Connection>;
