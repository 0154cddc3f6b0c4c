/** What a client asks of the server. The server decodes each payload before it reads it. */
import { isRecord } from './is-record.js';
import type { PeerKind } from './peer.js';

/** Payload of `join`: the client enters the room of a network. */
export interface JoinRequest {
  /** Network id, 64 lowercase hex digits. */
  readonly network: string;
  /** A label for the server's metrics, as {@link isNetworkName} allows it. */
  readonly name?: string | undefined;
  readonly kind: PeerKind;
}

/** Payload of `peers`: the client asks for another random sample of its room. */
export interface PeersRequest {
  /** How many peers are wanted, at least 1. The server may answer with fewer. */
  readonly count: number;
}

/** Payload of `signal`: the client sends `data` to another member of its room. The server does not read `data`. */
export interface SignalRequest {
  readonly to: string;
  readonly data: object | string;
}

/** What clients may send: one payload and an acknowledgement, both unknown until the handler has checked them. */
export interface ClientEvents {
  join: (...args: unknown[]) => void;
  peers: (...args: unknown[]) => void;
  signal: (...args: unknown[]) => void;
  metrics: (...args: unknown[]) => void;
}

const NETWORK_ID = /^[0-9a-f]{64}$/;
const NETWORK_NAME = /^[a-z0-9-]{1,64}$/;

/** True if a server takes this as the name of a network in `join`. */
export function isNetworkName(name: string): boolean {
  return NETWORK_NAME.test(name);
}

/** @returns the payload of `join`; undefined if its shape is wrong */
export function decodeJoin(payload: unknown): JoinRequest | undefined {
  if (!isRecord(payload)) return undefined;
  const { network, name, kind } = payload;
  if (typeof network !== 'string' || !NETWORK_ID.test(network)) return undefined;
  if (name !== undefined && !(typeof name === 'string' && isNetworkName(name))) return undefined;
  if (kind !== 'browser' && kind !== 'gateway') return undefined;
  return { network, name, kind };
}

/** @returns the payload of `peers`; undefined if its shape is wrong */
export function decodePeers(payload: unknown): PeersRequest | undefined {
  if (!isRecord(payload)) return undefined;
  const { count } = payload;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? { count } : undefined;
}

/** @returns the payload of `signal`; undefined if its shape is wrong */
export function decodeSignal(payload: unknown): SignalRequest | undefined {
  if (!isRecord(payload)) return undefined;
  const { to, data } = payload;
  if (typeof to !== 'string') return undefined;
  return typeof data === 'string' || isRecord(data) ? { to, data } : undefined;
}

/** @returns the payload of `metrics`; undefined if its shape is wrong. Names and values are not checked here */
export function decodeMetrics(payload: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(payload) ? payload : undefined;
}
