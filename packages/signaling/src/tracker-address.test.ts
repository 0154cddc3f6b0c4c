import { expect, it } from 'vitest';
import { isIntroducerUrl, trackerSocketUrl } from './tracker-address.js';

it.each([
  ['http://a', true, undefined],
  ['https://a/path', true, undefined],
  ['ws://a', true, undefined],
  ['wss://a/#other', true, undefined],
  ['wss://a:1/announce?x=1#tracker', true, 'wss://a:1/announce?x=1'],
  ['ws://a#tracker', true, 'ws://a/'],
  ['https://a#tracker', false, 'https://a/'],
  ['udp://a#tracker', false, 'udp://a'],
  ['udp://a', false, undefined],
])('%s is an address of an introducer: %s; the WebSocket of a tracker is at %s', (text, isOne, socketUrl) => {
  expect([isIntroducerUrl(text), trackerSocketUrl(text)]).toEqual([isOne, socketUrl]);
});

it('what is no address is none of an introducer', () => {
  expect([isIntroducerUrl(''), isIntroducerUrl('localhost#tracker')]).toEqual([false, false]);
});
