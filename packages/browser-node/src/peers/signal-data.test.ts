import { describe, expect, it } from 'vitest';
import { decodeAnswer, decodeCode } from './signal-answers.js';
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

describe('decodeAnswer', () => {
  const peers = [{ id: 'a', kind: 'browser' }];

  it('takes what a server of the protocol answers', () => {
    const iceServers = [{ urls: 'stun:stun.example' }];
    expect(decodeAnswer({ ok: true, id: 'me', peers, iceServers })).toEqual({
      kind: 'ok',
      id: 'me',
      peerIds: ['a'],
      iceServers,
    });
    expect(decodeAnswer({ ok: true, peers })).toMatchObject({ kind: 'ok', peerIds: ['a'] });
    expect(decodeAnswer({ ok: false, code: 'SIGNAL_ROOM_FULL' })).toEqual({
      kind: 'refused',
      code: 'SIGNAL_ROOM_FULL',
    });
  });

  it('takes no more than 64 peers', () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ id: String(i) }));
    expect(decodeAnswer({ ok: true, peers: many })).toMatchObject({ peerIds: { length: 64 } });
  });

  it('says of anything else that it is malformed', () => {
    for (const answer of [
      undefined,
      7,
      {},
      { ok: true },
      { ok: 'yes', peers },
      { ok: true, peers: 'a' },
      { ok: true, peers: [null] },
      { ok: true, peers: [{ id: '' }] },
      { ok: true, peers, id: 'x'.repeat(65) },
      { ok: true, peers, iceServers: {} },
      { ok: true, peers, iceServers: [{ url: 'x' }] },
    ]) {
      expect(decodeAnswer(answer)).toEqual({ kind: 'malformed' });
    }
    expect(decodeCode('<script>')).toBe('no code');
  });
});
