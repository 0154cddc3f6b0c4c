import type { PeerInfo } from '@vision-light/browser-node';
import { expect, it } from 'vitest';
import { describeKind, describeRtt, describeServices } from './peer-words.js';

const peer: PeerInfo = {
  id: 'a',
  kind: 'browser',
  height: 1,
  rttMs: undefined,
  key: undefined,
  services: [],
  bodyWindow: undefined,
};

it('a peer is told by its kind, its round trip and what it serves', () => {
  expect([describeKind(peer), describeKind({ ...peer, kind: 'gateway' })]).toEqual(['Browser', 'Gateway']);
  expect([undefined, 0.2, 12.6].map((rttMs) => describeRtt({ ...peer, rttMs }))).toEqual([
    '–',
    '1 ms',
    '13 ms',
  ]);
  expect(describeServices(peer)).toBe('headers');
  expect(describeServices({ ...peer, services: ['archive', 'compactBlocks'] })).toBe(
    'headers, the bodies of all blocks, compact blocks',
  );
});
