import { describe, expect, it } from 'vitest';
import { CLOCK_BEHIND_S } from '../limits.js';
import { type Hello, PROTOCOL_VERSION, SERVICE_ARCHIVE, SERVICE_GATEWAY } from '../wire/messages/hello.js';
import { isClockBehind } from './clock-evidence.js';
import { Peer } from './peer.js';
import { PeerSet } from './peer-set.js';

const peerOf = (id: string): Peer => new Peer(id, 1000, undefined, 0);

function helloOf(services = 0): Hello {
  return {
    type: 'hello',
    version: PROTOCOL_VERSION,
    networkId: new Uint8Array(32),
    height: 0,
    chainwork: 0n,
    services,
    userAgent: '',
    requires: 0,
    minVersion: 3,
    time: 0,
    identity: undefined,
  };
}

describe('PeerSet', () => {
  it('holds peers by id, in the order of their arrival', () => {
    const peers = new PeerSet();
    expect([...peers.ready]).toEqual([]);
    const [a, b] = [peerOf('b'), peerOf('a')];
    peers.add(a);
    peers.add(b);
    expect([peers.size, peers.get('b'), peers.get('c'), [...peers]]).toEqual([2, a, undefined, [a, b]]);
    expect([peers.delete('b'), peers.delete('b'), peers.size]).toEqual([true, false, 1]);
  });

  it('knows which of them have said hello', () => {
    const peers = new PeerSet();
    const [a, b] = [peerOf('a'), peerOf('b')];
    peers.add(a);
    expect(peers.ready).toEqual([]);
    a.hello = helloOf();
    peers.greeted();
    const before = peers.ready;
    expect(before).toEqual([a]);
    expect(peers.ready).toBe(before);
    b.hello = helloOf();
    peers.add(b);
    expect(peers.ready).toEqual([a, b]);
    peers.delete('a');
    expect([peers.ready, before]).toEqual([[b], [a]]);
  });
});

describe('what a peer says that it is', () => {
  it.each([
    [0, false, false],
    [SERVICE_GATEWAY, true, false],
    [SERVICE_ARCHIVE, false, true],
    [SERVICE_GATEWAY + SERVICE_ARCHIVE, true, true],
    // A bit that is not known, and one above the 32nd.
    [4, false, false],
    [2 ** 40 + SERVICE_ARCHIVE, false, true],
  ])('services %i', (services, isGateway, isArchive) => {
    const peer = peerOf('a');
    expect([peer.isReady, peer.isGateway, peer.isArchive]).toEqual([false, false, false]);
    peer.hello = helloOf(services);
    expect([peer.isReady, peer.isGateway, peer.isArchive]).toEqual([true, isGateway, isArchive]);
  });
});

describe('a clock that is behind', () => {
  const verdict = (...ahead: readonly (number | undefined)[]): boolean =>
    isClockBehind(
      ahead.map((clockAheadS, i) => {
        const peer = peerOf(`${i}`);
        peer.clockAheadS = clockAheadS;
        return peer;
      }),
    );
  const far = CLOCK_BEHIND_S + 1;

  it('is behind those of more than half of the peers that tell theirs', () => {
    expect(verdict()).toBe(false);
    expect(verdict(undefined)).toBe(false);
    expect([verdict(CLOCK_BEHIND_S), verdict(far), verdict(-far)]).toEqual([false, true, false]);
    expect([verdict(far, 0), verdict(far, far, 0)]).toEqual([false, true]);
    expect(verdict(far, undefined, undefined)).toBe(true);
  });
});
