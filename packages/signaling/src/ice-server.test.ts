import { describe, expect, it } from 'vitest';
import { hasIceAddresses, isIceServer } from './ice-server.js';

describe('isIceServer', () => {
  it.each([
    { urls: 'stun:a' },
    { urls: ['turn:a', 'turns:b'], username: 'u', credential: 'c' },
    { urls: 'anything', more: 1 },
  ])('takes %j', (server) => {
    expect(isIceServer(server)).toBe(true);
  });

  it.each([
    [null],
    ['stun:a'],
    [['stun:a']],
    [{}],
    [{ url: 'stun:a' }],
    [{ urls: [] }],
    [{ urls: ['stun:a', 1] }],
    [{ urls: 'stun:a', username: 1 }],
    [{ urls: 'stun:a', credential: null }],
  ])('refuses %j', (value) => {
    expect(isIceServer(value)).toBe(false);
  });
});

describe('hasIceAddresses', () => {
  it('knows the schemes of STUN and TURN, and wants one for each address', () => {
    for (const urls of ['stun:a', 'stuns:a', 'turn:a', 'turns:a', ['stun:a', 'turn:b']])
      expect(hasIceAddresses({ urls })).toBe(true);
    for (const urls of ['', 'stun', 'http://a', ' stun:a', 'STUN:a', ['stun:a', 'cat:b']])
      expect(hasIceAddresses({ urls })).toBe(false);
  });
});
