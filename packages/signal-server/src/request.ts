import type { PeerKind } from './room.js';

/** A valid `join`. */
export interface JoinRequest {
  readonly network: string;
  readonly name: string | undefined;
  readonly kind: PeerKind;
}

/** A valid `peers`. */
export interface PeersRequest {
  readonly count: number;
}

/** A valid `signal`; `data` is passed on as it came. */
export interface SignalRequest {
  readonly to: string;
  readonly data: object | string;
}

const NETWORK_ID = /^[0-9a-f]{64}$/;
const NETWORK_NAME = /^[a-z0-9-]{1,64}$/;

/** The payload of `join`, or undefined if its shape is wrong. */
export function decodeJoin(payload: unknown): JoinRequest | undefined {
  if (!isRecord(payload)) return undefined;
  const { network, name, kind } = payload;
  if (typeof network !== 'string' || !NETWORK_ID.test(network)) return undefined;
  if (name !== undefined && !(typeof name === 'string' && NETWORK_NAME.test(name))) return undefined;
  if (kind !== 'browser' && kind !== 'gateway') return undefined;
  return { network, name, kind };
}

/** The payload of `peers`, or undefined if its shape is wrong. */
export function decodePeers(payload: unknown): PeersRequest | undefined {
  if (!isRecord(payload)) return undefined;
  const { count } = payload;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? { count } : undefined;
}

/** The payload of `signal`, or undefined if its shape is wrong. */
export function decodeSignal(payload: unknown): SignalRequest | undefined {
  if (!isRecord(payload)) return undefined;
  const { to, data } = payload;
  if (typeof to !== 'string') return undefined;
  return typeof data === 'string' || isRecord(data) ? { to, data } : undefined;
}

/** The payload of `metrics`, or undefined if its shape is wrong; its names and values are not judged here. */
export function decodeMetrics(payload: unknown): Readonly<Record<string, unknown>> | undefined {
  return isRecord(payload) ? payload : undefined;
}

/** Whether `text` is a socket.io CONNECT packet to the default namespace, with or without a payload. */
export function isConnectPacket(text: string): boolean {
  if (text === '0') return true;
  if (!text.startsWith('0{')) return false;
  try {
    JSON.parse(text.slice(1));
    return true;
  } catch {
    return false;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
