import { describe, expect, it } from 'vitest';
import { decodeSignalData, maxMessageBytesOf } from './signal-data.js';

const sdp = 'v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=max-message-size:262144\r\n';
const candidate = { candidate: 'candidate:1 1 udp 1 192.0.2.1 1 typ host', sdpMid: '0', sdpMLineIndex: 0 };

describe('decodeSignalData', () => {
  it('takes offers, answers and candidates, and only what it knows of them', () => {
    expect(decodeSignalData({ type: 'offer', sdp, more: 1 })).toEqual({ type: 'offer', sdp });
    expect(decodeSignalData({ type: 'answer', sdp })).toEqual({ type: 'answer', sdp });
    expect(decodeSignalData({ type: 'candidate', candidate })).toEqual({ type: 'candidate', candidate });
    const bare = { candidate: '', sdpMLineIndex: 0 };
    expect(decodeSignalData({ type: 'candidate', candidate: bare })).toEqual({
      type: 'candidate',
      candidate: { ...bare, sdpMid: null },
    });
  });

  it('takes texts up to their longest', () => {
    const long = sdp.padEnd(16_384, 'x');
    expect(decodeSignalData({ type: 'offer', sdp: long })).toBeDefined();
    expect(decodeSignalData({ type: 'offer', sdp: `${long}x` })).toBeUndefined();
    const longest = { ...candidate, candidate: 'x'.repeat(1024) };
    expect(decodeSignalData({ type: 'candidate', candidate: longest })).toBeDefined();
  });

  it('refuses everything else', () => {
    const media = sdp.replace('m=application', 'm=audio 9 UDP/TLS/RTP/SAVPF 111\r\nm=application');
    for (const data of [
      undefined,
      null,
      'offer',
      [],
      {},
      { type: 'offer' },
      { type: 'offer', sdp: 7 },
      { type: 'offer', sdp: 'v=0' },
      { type: 'offer', sdp: media },
      { type: 'offer', sdp: sdp + 'a=x\r\n'.repeat(4000) },
      { type: 'renegotiate', renegotiate: true },
      { type: 'transceiverRequest', transceiverRequest: { kind: 'audio' } },
      { type: 'candidate' },
      { type: 'candidate', candidate: { candidate: 'x' } },
      { type: 'candidate', candidate: { ...candidate, sdpMid: 7 } },
      { type: 'candidate', candidate: { ...candidate, sdpMLineIndex: '0' } },
      { type: 'candidate', candidate: { ...candidate, candidate: 'x'.repeat(1025) } },
    ]) {
      expect(decodeSignalData(data)).toBeUndefined();
    }
  });
});

describe('maxMessageBytesOf', () => {
  it('reads what the other side takes: 64 KiB by default, any size for 0', () => {
    expect(maxMessageBytesOf(sdp)).toBe(262_144);
    expect(maxMessageBytesOf('v=0')).toBe(65_536);
    expect(maxMessageBytesOf('a=max-message-size:0\r\n')).toBe(Number.MAX_SAFE_INTEGER);
  });
});
