import { describe, expect, it } from 'vitest';
import { CANDIDATE_CHARS_MAX, SDP_CHARS_MAX } from '../limits.js';
import { decodeIceServers, decodeLinkSignal } from './link-signal.js';

const sdp = 'v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n';

describe('decodeLinkSignal', () => {
  it('takes offers, answers and candidates, and drops what it does not know of them', () => {
    expect(decodeLinkSignal({ type: 'offer', sdp, extra: 1 })).toEqual({ type: 'offer', sdp });
    expect(decodeLinkSignal({ type: 'answer', sdp })).toEqual({ type: 'answer', sdp });
    const candidate = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'x' };
    expect(decodeLinkSignal({ type: 'candidate', candidate })).toEqual({
      type: 'candidate',
      candidate: { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 },
    });
  });

  it.each([
    null,
    undefined,
    'offer',
    [],
    {},
    { type: 'offer' },
    { type: 'offer', sdp: 7 },
    { type: 'offer', sdp: 'v=0' },
    { type: 'offer', sdp: 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n' },
    { type: 'answer', sdp: `${sdp}m=video 9 UDP/TLS/RTP/SAVPF 96\r\n` },
    { type: 'rollback', sdp: '' },
    { type: 'renegotiate', renegotiate: true },
    { type: 'transceiverRequest', transceiverRequest: { kind: 'video' } },
    { type: 'candidate' },
    { type: 'candidate', candidate: { candidate: 1, sdpMid: '0' } },
    { type: 'candidate', candidate: { candidate: 'candidate:1' } },
  ])('ignores %j', (data) => {
    expect(decodeLinkSignal(data)).toBeUndefined();
  });

  it('takes texts up to their caps', () => {
    const long = sdp.padEnd(SDP_CHARS_MAX, 'x');
    expect(decodeLinkSignal({ type: 'offer', sdp: long })).toBeDefined();
    expect(decodeLinkSignal({ type: 'offer', sdp: `${long}x` })).toBeUndefined();
    const candidate = 'x'.repeat(CANDIDATE_CHARS_MAX);
    expect(decodeLinkSignal({ type: 'candidate', candidate: { candidate, sdpMid: '0' } })).toBeDefined();
    const longer = { candidate: `${candidate}x`, sdpMid: '0' };
    expect(decodeLinkSignal({ type: 'candidate', candidate: longer })).toBeUndefined();
  });
});

describe('decodeIceServers', () => {
  it('keeps servers of the right shape', () => {
    const turn = { urls: ['turn:a:1'], username: 'u', credential: 'c' };
    expect(decodeIceServers([{ urls: 'stun:a:1' }, turn])).toEqual([{ urls: ['stun:a:1'] }, turn]);
  });

  it.each([[undefined], ['stun:a'], [[{ urls: 'http://a' }]], [[{ urls: [] }]], [[{ urls: [1] }]], [[null]]])(
    'drops %j',
    (value) => {
      expect(decodeIceServers(value)).toEqual([]);
    },
  );
});
