import { describe, expect, it } from 'vitest';
import { type DiagnosisCode, type Evidence, findObstacles } from './diagnosis.js';
import type { IceCandidates } from './gather-candidates.js';

const candidates: IceCandidates = {
  hosts: 2,
  hidden: 2,
  reflexive: 1,
  reflexiveOfOne: 1,
  relayed: 0,
  stunServers: 2,
  turnServers: 0,
  errors: [],
};
const good: Evidence = {
  isOnline: true,
  wasmObstacle: undefined,
  storageObstacle: undefined,
  connectionObstacle: undefined,
  hasWebRtc: true,
  signaling: [{ url: 'https://a.example/', isReachable: true, isJoined: true }],
  isRelayed: false,
  namesGateways: false,
  candidates,
  peers: 0,
  attempts: { begun: 1, opened: 0, failed: 0 },
  clockAheadS: undefined,
};
const unreachable = { url: 'https://b.example/', isReachable: false, isJoined: false };

describe('what follows from what was tried', () => {
  it('is nothing where all works', () => {
    expect(findObstacles(good)).toEqual([]);
    expect(findObstacles({ ...good, signaling: [...good.signaling, unreachable] })).toEqual([]);
    expect(findObstacles({ ...good, signaling: [], candidates: undefined, attempts: undefined })).toEqual([]);
  });

  const cases: [DiagnosisCode, Partial<Evidence>, boolean][] = [
    ['OFFLINE', { isOnline: false }, true],
    ['NO_WASM', { wasmObstacle: 'forbidden' }, true],
    ['NO_WEBRTC', { hasWebRtc: false, candidates: undefined }, true],
    ['CONNECTIONS_REFUSED', { connectionObstacle: 'policy', candidates: undefined }, true],
    ['NO_SIGNALING', { signaling: [unreachable] }, true],
    ['ONLY_INVITED', { signaling: [] }, true],
    ['NOBODY_THERE', { attempts: { begun: 0, opened: 0, failed: 0 } }, true],
    [
      'TURN_MISSING',
      { isRelayed: true, candidates: { ...candidates, hosts: 0, hidden: 0, reflexive: 0 } },
      true,
    ],
    ['NO_CANDIDATES', { candidates: { ...candidates, hosts: 0, hidden: 0, reflexive: 0 } }, true],
    ['TURN_BLOCKED', { candidates: { ...candidates, turnServers: 1 } }, true],
    ['STUN_BLOCKED', { candidates: { ...candidates, reflexive: 0, reflexiveOfOne: 0 } }, true],
    ['NAT_NEEDS_TURN', { candidates: { ...candidates, reflexive: 2 } }, true],
    ['NAT_NEEDS_TURN', { attempts: { begun: 3, opened: 0, failed: 3 } }, true],
    ['MDNS_ONLY', { candidates: { ...candidates, reflexive: 0, reflexiveOfOne: 0, stunServers: 0 } }, true],
    ['CLOCK_WRONG', { clockAheadS: 31 }, false],
    ['CLOCK_WRONG', { clockAheadS: -31 }, false],
    ['STORAGE_DENIED', { storageObstacle: 'no' }, false],
  ];
  it.each(cases)('is %s by itself: %o', (code, change, isBlocking) => {
    expect(findObstacles({ ...good, ...change })).toMatchObject([{ code, isBlocking }]);
  });

  it('is no lack of servers where a gateway is named by its address', () => {
    expect(findObstacles({ ...good, signaling: [], namesGateways: true })).toEqual([]);
  });

  it('is no NAT where a relay helps, or where some attempts succeeded', () => {
    const relayed = { ...candidates, reflexive: 2, relayed: 1, turnServers: 1 };
    expect(findObstacles({ ...good, candidates: relayed })).toEqual([]);
    expect(findObstacles({ ...good, attempts: { begun: 9, opened: 1, failed: 8 } })).toEqual([]);
  });

  it('blocks nothing while there are peers', () => {
    const found = findObstacles({ ...good, peers: 1, candidates: { ...candidates, reflexive: 2 } });
    expect(found).toMatchObject([{ code: 'NAT_NEEDS_TURN', isBlocking: false }]);
  });

  it('says in which direction a clock is wrong', () => {
    const details = [40.4, -90].map((clockAheadS) => findObstacles({ ...good, clockAheadS })[0]?.detail);
    expect(details).toEqual(['40 s behind', '90 s ahead']);
  });
});
