import type { SignalData } from '@vision-light/signaling';
import { beforeEach, expect, it } from 'vitest';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import { DirectGateway } from './direct-gateway.js';

const address = { host: '192.0.2.7', port: 8082, fingerprint: '00'.repeat(32) };
const url = `192.0.2.7:8082/${'00'.repeat(32)}`;
let clock: ManualClock;
let told: unknown[];
let gateway: DirectGateway;

beforeEach(() => {
  clock = new ManualClock();
  told = [];
  gateway = new DirectGateway(address, [], clock, {
    joined: (route, peerIds) => told.push(['joined', route.url, peerIds]),
    signal: (route, from, { type }) => told.push([type, route.url, from]),
  });
});

it('knows one peer, and says so later', async () => {
  expect([gateway.isJoined, told]).toEqual([false, []]);
  clock.advance(0);
  expect([gateway.isJoined, told]).toEqual([true, [['joined', url, [url]]]]);
  expect(await gateway.samplePeers()).toEqual([url]);
});

it('answers an offer by itself, later, and nothing else', () => {
  clock.advance(0);
  told = [];
  const send = (data: SignalData): void => gateway.send(url, data);
  send({ type: 'candidate', candidate: { candidate: '', sdpMid: '0', sdpMLineIndex: 0 } });
  send({ type: 'offer', sdp: 'without a password' });
  expect(clock.delays).toEqual([]);
  send({ type: 'offer', sdp: `a=ice-pwd:${'a'.repeat(24)}\r\n` });
  expect(told).toEqual([]);
  clock.advance(0);
  expect(told).toEqual([['answer', url, url]]);
});

it('comes back after it was left, and not after it was closed', () => {
  gateway.nudge();
  clock.advance(0);
  gateway.nudge();
  clock.advance(0);
  expect(told.length).toBe(1);
  gateway.leave();
  expect(gateway.isJoined).toBe(false);
  gateway.nudge();
  gateway.leave();
  clock.advance(0);
  expect(told.length).toBe(1);
  gateway.nudge();
  clock.advance(0);
  expect(told.length).toBe(2);
  gateway.close();
  gateway.nudge();
  clock.advance(0);
  expect([gateway.isJoined, told.length]).toEqual([false, 2]);
});
