import { describe, expect, it } from 'vitest';
import { decodeAnswer, decodeCode } from './answer.js';

describe('decodeAnswer', () => {
  const peers = [{ id: 'a', kind: 'browser' }];
  const named = { id: undefined, iceServers: undefined, badIceServers: 0, iceTtlMs: undefined };

  it('takes what a server of the protocol answers', () => {
    const iceServers = [{ urls: 'stun:stun.example' }];
    expect(decodeAnswer({ ok: true, id: 'me', peers, iceServers })).toEqual({
      kind: 'ok',
      id: 'me',
      peerIds: ['a'],
      iceServers,
      badIceServers: 0,
      iceTtlMs: undefined,
    });
    expect(decodeAnswer({ ok: true, peers })).toEqual({ kind: 'ok', peerIds: ['a'], ...named });
    expect(decodeAnswer({ ok: false, code: 'SIGNAL_ROOM_FULL' })).toEqual({
      kind: 'refused',
      code: 'SIGNAL_ROOM_FULL',
    });
  });

  it('takes no more than 64 peers', () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({ id: String(i) }));
    expect(decodeAnswer({ ok: true, peers: many })).toMatchObject({ peerIds: { length: 64 } });
  });

  it('leaves ICE servers out that cannot be used, and counts them', () => {
    const good = { urls: ['turn:a', 'turns:b'], username: 'u', credential: 'c' };
    const iceServers = [{ url: 'stun:a' }, good, { urls: 'cat:meow' }, null];
    expect(decodeAnswer({ ok: true, peers, iceServers })).toMatchObject({
      kind: 'ok',
      iceServers: [good],
      badIceServers: 3,
    });
  });

  it.each([
    [3600, 3_600_000],
    [60, 60_000],
    [0.001, 60_000],
    [1e9, 7 * 86_400_000],
    [Number.POSITIVE_INFINITY, 7 * 86_400_000],
    [0, undefined],
    [-1, undefined],
    [Number.NaN, undefined],
    ['3600', undefined],
  ])('takes credentials that end in %j s to end in %j ms', (iceTtlS, iceTtlMs) => {
    expect(decodeAnswer({ ok: true, peers, iceServers: [], iceTtlS })).toMatchObject({ iceTtlMs });
  });

  it.each([
    [undefined],
    [7],
    [[]],
    [{}],
    [{ ok: true }],
    [{ ok: 'yes', peers }],
    [{ ok: true, peers: 'a' }],
    [{ ok: true, peers: [null] }],
    [{ ok: true, peers: [{ id: '' }] }],
    [{ ok: true, peers, id: 'x'.repeat(65) }],
    [{ ok: true, peers, iceServers: {} }],
  ])('says of %j that it is malformed', (answer) => {
    expect(decodeAnswer(answer)).toEqual({ kind: 'malformed' });
  });

  it('reads no code out of anything else', () => {
    expect(decodeCode('SIGNAL_ROOM_FULL')).toBe('SIGNAL_ROOM_FULL');
    for (const code of ['<script>', '', 7, undefined]) expect(decodeCode(code)).toBe('no code');
  });
});
