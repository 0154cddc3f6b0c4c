/** Longest session description that is taken: one of a data channel has about 1000 characters, candidates included. */
const SDP_CHARS_MAX = 16_384;

/** Longest candidate that is taken; they have about 150 characters. */
const CANDIDATE_CHARS_MAX = 1024;

/** What two peers say to one another through the signaling server: simple-peer's own messages. */
export type SignalData =
  | { readonly type: 'offer' | 'answer'; readonly sdp: string }
  | {
      readonly type: 'candidate';
      readonly candidate: {
        readonly candidate: string;
        readonly sdpMLineIndex: number | null;
        readonly sdpMid: string | null;
      };
    };

/**
 * Checks what came from another peer. Only what sets up one data channel is let through: simple-peer would also let the
 * other side renegotiate, or add audio and video.
 *
 * @returns undefined for anything else
 */
export function decodeSignalData(data: unknown): SignalData | undefined {
  if (!isRecord(data)) return undefined;
  const { type, sdp, candidate } = data;
  if (type === 'offer' || type === 'answer') {
    return typeof sdp === 'string' && isDataChannelSdp(sdp) ? { type, sdp } : undefined;
  }
  return type === 'candidate' ? decodeCandidate(candidate) : undefined;
}

/**
 * The largest message that the sender of a session description takes, in bytes: 64 KiB if it does not say.
 *
 * @see RFC 8841, section 6: 0 means any size
 */
export function maxMessageBytesOf(sdp: string): number {
  const line = /^a=max-message-size:(\d{1,15})\s*$/m.exec(sdp);
  const bytes = line === null ? 65_536 : Number(line[1]);
  return bytes === 0 ? Number.MAX_SAFE_INTEGER : bytes;
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
