/** What two sides of a link send each other through a signaling server: what simple-peer emits, checked. */
import { CANDIDATE_CHARS_MAX, SDP_CHARS_MAX } from '../limits.js';

/** An ICE candidate as browsers and simple-peer write it. */
export interface LinkCandidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
}

/** One signal. */
export type LinkSignal =
  | { readonly type: 'offer' | 'answer'; readonly sdp: string }
  | { readonly type: 'candidate'; readonly candidate: LinkCandidate };

/** An ICE server as the signaling server names it. */
export interface IceServer {
  readonly urls: string | string[];
  readonly username?: string;
  readonly credential?: string;
}

/**
 * Only what sets up one data channel: simple-peer would also take audio, video and renegotiation.
 *
 * @returns the signal, without members that are not known; undefined if it is none
 */
export function decodeLinkSignal(data: unknown): LinkSignal | undefined {
  if (!isRecord(data)) return undefined;
  const { type } = data;
  if (type === 'offer' || type === 'answer') {
    const { sdp } = data;
    return typeof sdp === 'string' && isDataChannelSdp(sdp) ? { type, sdp } : undefined;
  }
  if (type !== 'candidate' || !isRecord(data.candidate)) return undefined;
  const { candidate, sdpMid, sdpMLineIndex } = data.candidate;
  if (typeof candidate !== 'string' || candidate.length > CANDIDATE_CHARS_MAX) return undefined;
  const mid = typeof sdpMid === 'string' ? sdpMid : null;
  const index = typeof sdpMLineIndex === 'number' ? sdpMLineIndex : null;
  if (mid === null && index === null) return undefined;
  return { type, candidate: { candidate, sdpMid: mid, sdpMLineIndex: index } };
}

/** @returns the servers of a list that have the right shape */
export function decodeIceServers(value: unknown): IceServer[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    if (!isRecord(each)) return [];
    const { urls, username, credential } = each;
    const list = Array.isArray(urls) ? urls : [urls];
    if (list.length === 0 || !list.every((url) => typeof url === 'string' && /^(stun|turns?):/.test(url)))
      return [];
    const access =
      typeof username === 'string' && typeof credential === 'string' ? { username, credential } : {};
    return [{ urls: list, ...access }];
  });
}

function isDataChannelSdp(sdp: string): boolean {
  if (sdp.length > SDP_CHARS_MAX) return false;
  const media = sdp.match(/^m=.*/gm) ?? [];
  return media.length === 1 && media[0]?.startsWith('m=application ') === true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
