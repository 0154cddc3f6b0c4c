import { type IceServer, isIceServer } from '../api/light-node-options.js';

/** Characters of an id that a server gives out; they have about 20. */
const ID_CHARS_MAX = 64;

/** Peers that are taken of one answer. */
const SAMPLE_MAX = 64;

/** A server's answer to `join` or `peers`. */
export type SignalAnswer =
  | {
      readonly kind: 'ok';
      /** Our id; only in an answer to `join`. */
      readonly id: string | undefined;
      readonly peerIds: readonly string[];
      readonly iceServers: readonly IceServer[];
    }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'malformed' };

/** Checks an answer of a signaling server, which may be anyone's. */
export function decodeAnswer(answer: unknown): SignalAnswer {
  if (typeof answer !== 'object' || answer === null) return { kind: 'malformed' };
  const { ok, code, id, peers, iceServers = [] } = answer as Record<string, unknown>;
  if (ok === false) return { kind: 'refused', code: decodeCode(code) };
  if (ok !== true || !Array.isArray(peers) || !Array.isArray(iceServers) || !iceServers.every(isIceServer)) {
    return { kind: 'malformed' };
  }
  if (id !== undefined && !isPeerId(id)) return { kind: 'malformed' };
  const ids = peers.slice(0, SAMPLE_MAX).map((peer: unknown) => (peer as { id?: unknown } | null)?.id);
  return ids.every(isPeerId) ? { kind: 'ok', id, peerIds: ids, iceServers } : { kind: 'malformed' };
}

/** True if a value can be the id of a peer. */
export function isPeerId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= ID_CHARS_MAX;
}

/** A code for people to read, whatever the server sent. */
export function decodeCode(code: unknown): string {
  return typeof code === 'string' && /^[A-Z0-9_]{1,48}$/.test(code) ? code : 'no code';
}
