import { decodeSignalData, fingerprintOf, maxMessageBytesOf } from '@vision-light/signaling';
import { expect, it } from 'vitest';
import { answerOf, offerOf } from './direct-descriptions.js';

const address = { host: '2001:db8::7', port: 8082, fingerprint: 'ab'.repeat(32) };
const password = '0123456789abcdefABCDEF+/';
const offer = `v=0\r\na=ice-ufrag:abcd\r\na=ice-pwd:${password}\r\na=setup:actpass\r\n`;
const request = { ownFragment: `vl1+${password}`, fragment: 'abcd', host: '192.0.2.9', port: 4711 };

it('makes the answer of a gateway, which a peer takes as any other', () => {
  const sdp = answerOf(address, offer) ?? '';
  expect(decodeSignalData({ type: 'answer', sdp })).toEqual({ type: 'answer', sdp });
  expect(fingerprintOf(sdp)).toEqual(new Uint8Array(32).fill(0xab));
  expect(maxMessageBytesOf(sdp)).toBe(65_536);
  expect(sdp).toContain(`a=ice-ufrag:vl1+${password}\r\na=ice-pwd:vl1+${password}\r\n`);
  expect(sdp).toContain(' 2001:db8::7 8082 typ host\r\n');
  expect(sdp).toContain('a=setup:passive\r\n');
});

it('makes the offer of a page from its first request', () => {
  const sdp = offerOf(request) ?? '';
  expect(decodeSignalData({ type: 'offer', sdp })).toEqual({ type: 'offer', sdp });
  expect(sdp).toContain(`a=ice-ufrag:abcd\r\na=ice-pwd:${password}\r\n`);
  expect(sdp).toContain(' 192.0.2.9 4711 typ host\r\n');
  expect(sdp).toContain('a=setup:active\r\n');
});

it.each([22, 128])('takes passwords of %i characters', (length) => {
  const text = 'a'.repeat(length);
  expect(answerOf(address, `a=ice-pwd:${text}\n`)).toBeDefined();
  expect(offerOf({ ...request, ownFragment: `vl1+${text}` })).toBeDefined();
});

it.each(['', 'a'.repeat(21), 'a'.repeat(129), `${'a'.repeat(30)}-`, `${'a'.repeat(30)}\na=x`])(
  'takes no password %j',
  (text) => {
    expect(answerOf(address, text.includes('\n') ? '' : `a=ice-pwd:${text}\r\n`)).toBeUndefined();
    expect(offerOf({ ...request, ownFragment: `vl1+${text}` })).toBeUndefined();
  },
);

it.each(['abc', 'a'.repeat(257), 'abcd\r\na=x', 'ab:cd', ''])(
  'takes no fragment %j of a page',
  (fragment) => {
    expect(offerOf({ ...request, fragment })).toBeUndefined();
  },
);

it('takes no fragment of another scheme', () => {
  expect(offerOf({ ...request, ownFragment: `vl2+${password}` })).toBeUndefined();
  expect(offerOf({ ...request, ownFragment: `xvl1+${password}` })).toBeUndefined();
});
