/** What the server says to a client: acknowledgements of requests, and two events of its own. */
import { hasIceAddresses, type IceServer, isIceServer } from './ice-server.js';
import { isRecord } from './is-record.js';
import type { PeerInfo } from './peer.js';
import type { RefusalCode } from './refusal.js';

/** The answer to a request that was refused. */
export interface Refused {
  /** It was not done. */
  readonly ok: false;
  /** Why not; stable. */
  readonly code: RefusalCode;
}

/** The answer to `join`. */
export interface Joined {
  /** It was done. */
  readonly ok: true;
  /** The client's own id while it stays connected. */
  readonly id: string;
  /** A random sample of the peers in the room. */
  readonly peers: readonly PeerInfo[];
  /** Servers for connections through NAT. */
  readonly iceServers: readonly IceServer[];
  /** Seconds until credentials of these end, if they do; an answer to `peers` has new ones. */
  readonly iceTtlS?: number;
}

/** The answer to `peers`. */
export interface Sampled {
  /** It was done. */
  readonly ok: true;
  /** A random sample of the peers in the room. */
  readonly peers: readonly PeerInfo[];
  /** As in {@link Joined}, if their credentials end; they take the place of the earlier ones. */
  readonly iceServers?: readonly IceServer[];
  /** As in {@link Joined}. */
  readonly iceTtlS?: number;
}

/** The answer to `signal`. */
export interface Relayed {
  /** It was done. */
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

/** Characters of an id that a client takes; the server's have about 20. */
const ID_CHARS_MAX = 64;

/** Peers that a client takes of one answer; further ones are left out. */
const PEERS_MAX = 64;

/** Seconds for which credentials are taken to be good, so that no server makes a client ask all the time, or never. */
const ICE_TTL_MIN_S = 60;
const ICE_TTL_MAX_S = 7 * 86_400;

/** A server's answer to `join` or `peers`, checked. */
export type DecodedAnswer =
  | {
      readonly kind: 'ok';
      /** The client's own id; only in an answer to `join`. */
      readonly id: string | undefined;
      readonly peerIds: readonly string[];
      /** Those of the right shape, with addresses of STUN or TURN; undefined if the answer says nothing of them. */
      readonly iceServers: readonly IceServer[] | undefined;
      /** How many others the server named. */
      readonly badIceServers: number;
      /** Milliseconds until their credentials end; undefined if they do not, or if none are named. */
      readonly iceTtlMs: number | undefined;
    }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'malformed' };

/**
 * Checks an answer of a signaling server, which anyone may run. An ICE server that cannot be used is left out and
 * counted: without it peers may still be reached.
 */
export function decodeAnswer(answer: unknown): DecodedAnswer {
  if (!isRecord(answer)) return { kind: 'malformed' };
  const { ok, code, id, peers, iceServers: named, iceTtlS } = answer;
  if (ok === false) return { kind: 'refused', code: decodeCode(code) };
  if (ok !== true || !Array.isArray(peers)) return { kind: 'malformed' };
  if (named !== undefined && !Array.isArray(named)) return { kind: 'malformed' };
  if (id !== undefined && !isPeerId(id)) return { kind: 'malformed' };
  const peerIds = peers.slice(0, PEERS_MAX).map((peer: unknown) => (isRecord(peer) ? peer.id : undefined));
  if (!peerIds.every(isPeerId)) return { kind: 'malformed' };
  const iceServers = named?.filter(isIceServer).filter(hasIceAddresses);
  const badIceServers = (named?.length ?? 0) - (iceServers?.length ?? 0);
  return { kind: 'ok', id, peerIds, iceServers, badIceServers, iceTtlMs: decodeTtlMs(iceTtlS) };
}

function decodeTtlMs(seconds: unknown): number | undefined {
  if (typeof seconds !== 'number' || !(seconds > 0)) return undefined;
  return 1000 * Math.min(Math.max(seconds, ICE_TTL_MIN_S), ICE_TTL_MAX_S);
}

/** True if a value can be the id of a peer. */
export function isPeerId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= ID_CHARS_MAX;
}

/** A code for people to read, whatever the server sent. */
export function decodeCode(code: unknown): string {
  return typeof code === 'string' && /^[A-Z0-9_]{1,48}$/.test(code) ? code : 'no code';
}
