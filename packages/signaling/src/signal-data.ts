/**
 * What two peers send each other through the signaling server until they are connected. The server passes it on unread,
 * so the receiver checks all of it here. Whatever does not set up one data channel is refused.
 */
import { isRecord } from './is-record.js';

/** Longest session description that is taken, in characters. One for a data channel has about 1000, candidates included. */
const SDP_CHARS_MAX = 16_384;

/** Longest candidate that is taken, in characters. Candidates have about 150. */
const CANDIDATE_CHARS_MAX = 1024;

/** Largest message, in bytes, that a peer takes if its description does not say. @see RFC 8841, section 6 */
const MESSAGE_BYTES_DEFAULT = 65_536;

/** One ICE candidate, in the form of `RTCIceCandidateInit`. At least one of the two places is named. */
export interface Candidate {
  readonly candidate: string;
  readonly sdpMid: string | null;
  readonly sdpMLineIndex: number | null;
}

/** An offer or an answer. */
export interface Description {
  readonly type: 'offer' | 'answer';
  readonly sdp: string;
  /** In an offer: the sender has no other link, so that it gets a place that is kept for newcomers. */
  readonly isFirst?: true;
}

/** What one connection tells the other, in the form in which simple-peer emits it. */
export type ConnectionSignal = Description | { readonly type: 'candidate'; readonly candidate: Candidate };

/** One signal. `full` refuses an offer at once: the sender has as many links as it takes. */
export type SignalData = ConnectionSignal | { readonly type: 'full' };

/**
 * Checks a signal of another peer. simple-peer would also let the other side renegotiate, or add audio and video.
 *
 * @returns the signal without unknown members; undefined for anything else, and for a candidate whose place
 *   (`sdpMid`, `sdpMLineIndex`) is missing or of the wrong type
 */
export function decodeSignalData(data: unknown): SignalData | undefined {
  if (!isRecord(data)) return undefined;
  const { type, sdp, candidate, isFirst } = data;
  if (type === 'full') return { type };
  if (type === 'offer' || type === 'answer') {
    if (typeof sdp !== 'string' || !isDataChannelSdp(sdp)) return undefined;
    return isFirst === true && type === 'offer' ? { type, sdp, isFirst } : { type, sdp };
  }
  return type === 'candidate' ? decodeCandidate(candidate) : undefined;
}

/**
 * The largest message that the sender of a session description takes, in bytes.
 *
 * @see RFC 8841, section 6: 0 means any size
 */
export function maxMessageBytesOf(sdp: string): number {
  const line = /^a=max-message-size:(\d{1,15})\s*$/m.exec(sdp);
  const bytes = line === null ? MESSAGE_BYTES_DEFAULT : Number(line[1]);
  return bytes === 0 ? Number.MAX_SAFE_INTEGER : bytes;
}

/**
 * SHA-256 of the certificate that the sender of a session description uses, 32 bytes. WebRTC refuses a connection in which
 * the other side has another one.
 *
 * @returns undefined if there is none, or more than one, or one that is named by another hash
 * @see RFC 8122, section 5
 */
export function fingerprintOf(sdp: string): Uint8Array | undefined {
  const named = new Set(
    Array.from(sdp.matchAll(/^a=fingerprint:(.*?)\s*$/gm), ([, text = '']) => text.toLowerCase()),
  );
  const [only = ''] = named;
  if (named.size !== 1 || !/^sha-256 [0-9a-f]{2}(:[0-9a-f]{2}){31}$/.test(only)) return undefined;
  return Uint8Array.from(only.slice(8).split(':'), (byte) => Number.parseInt(byte, 16));
}

function isDataChannelSdp(sdp: string): boolean {
  if (sdp.length > SDP_CHARS_MAX) return false;
  const media = sdp.match(/^m=.*/gm) ?? [];
  return media.length === 1 && media[0]?.startsWith('m=application ') === true;
}

function decodeCandidate(value: unknown): SignalData | undefined {
  if (!isRecord(value)) return undefined;
  const { candidate, sdpMLineIndex = null, sdpMid = null } = value;
  if (typeof candidate !== 'string' || candidate.length > CANDIDATE_CHARS_MAX) return undefined;
  if (sdpMLineIndex !== null && typeof sdpMLineIndex !== 'number') return undefined;
  if (sdpMid !== null && typeof sdpMid !== 'string') return undefined;
  if (sdpMLineIndex === null && sdpMid === null) return undefined;
  return { type: 'candidate', candidate: { candidate, sdpMLineIndex, sdpMid } };
}
