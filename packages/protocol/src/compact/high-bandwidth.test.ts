import { expect, it } from 'vitest';
import { Outbox } from '../peer/outbox.js';
import { Peer } from '../peer/peer.js';
import { messageCodec } from '../wire/codec.js';
import { SERVICE_COMPACT_BLOCKS } from '../wire/messages/hello.js';
import { HighBandwidth } from './high-bandwidth.js';

/** A peer that speaks of compact blocks; `isChosen`: this node connected to it. */
function peer(id: string, isChosen = false, services = SERVICE_COMPACT_BLOCKS): Peer {
  const made = new Peer(id, 1_000_000, undefined, 0, { isChosen });
  made.version = 1;
  made.hello = {
    type: 'hello',
    version: 1,
    minVersion: 1,
    networkId: new Uint8Array(32),
    height: 0,
    chainwork: 0n,
    services,
    requires: 0,
    userAgent: '',
    time: 0,
    identity: undefined,
  };
  return made;
}

/** Who has a place after the peers have been first in turn, the one that was first longest ago before the others. */
function placesAfter(...first: readonly Peer[]): string {
  const highBandwidth = new HighBandwidth(new Outbox(messageCodec));
  for (const each of first) highBandwidth.choose(each);
  return [...highBandwidth.chosen].map(({ id }) => id).join('');
}

it('gives its places to the peers that were first last', () => {
  const [a, b, c, d] = [peer('a'), peer('b'), peer('c'), peer('d')];
  expect(placesAfter(a, b, c)).toBe('abc');
  expect(placesAfter(a, b, c, d)).toBe('bcd');
  expect(placesAfter(a, b, a, c, d)).toBe('acd');
  expect(placesAfter(a, peer('e', true, 0))).toBe('a');
});

it('keeps the last place of a peer that this node connected to, whoever comes', () => {
  const [a, b, c, d, e] = [peer('a', true), peer('b'), peer('c'), peer('d'), peer('e')];
  expect(placesAfter(a, b, c, d)).toBe('acd');
  expect(placesAfter(a, b, c, d, e)).toBe('ade');
  // With two of them the one that was first longest ago goes, and another one of them may take its place.
  expect(placesAfter(a, peer('z', true), c, d)).toBe('zcd');
  expect(placesAfter(a, b, c, peer('z', true))).toBe('bcz');
});

it('takes what a peer sends that once had a place, and nothing of one that never had', () => {
  const highBandwidth = new HighBandwidth(new Outbox(messageCodec));
  const [a, b] = [peer('a'), peer('b')];
  highBandwidth.choose(a);
  highBandwidth.dismiss(a);
  expect([a, b].map((each) => highBandwidth.maySend(each))).toEqual([true, false]);
  highBandwidth.forget(a);
  expect(highBandwidth.maySend(a)).toBe(false);
});
