import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SignalingClient } from '@vision-light/signaling/client';
import { TrackerClient } from '@vision-light/signaling/tracker';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { startFakeSignaling } from '../../../../tests/browser/fake-signaling.mjs';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import { Happenings } from '../../../../tests/conformance-suites/suite-runner.js';
import { defineTrackerClientSuite } from '../../../../tests/conformance-suites/tracker-client-suite.js';
import { TRACKER_FRAME_BYTES_MAX } from '../limits.js';
import { introducerAt } from './introducer-at.js';
import { openTrackerSocket } from './tracker-socket.js';

let fake: Awaited<ReturnType<typeof startFakeSignaling>>;

beforeAll(async () => {
  fake = await startFakeSignaling();
});

afterAll(() => fake.close());

defineTrackerClientSuite(
  { describe, it, afterEach },
  (behaviour) => `${fake.origin}/${behaviour}`,
  openTrackerSocket,
);

describe('introducerAt', () => {
  const network = { networkId: 'ab'.repeat(32), networkName: undefined, kind: 'gateway' } as const;

  function join(url: string) {
    const failures = new Happenings<readonly [code: string, reason: string]>();
    const client = introducerAt(
      { url, ...network, clock: new ManualClock() },
      { joined: () => {}, signal: () => {}, failed: (...failure) => failures.add(failure) },
    );
    return { client, failures };
  }

  it('takes an address with #tracker for that of a tracker, and any other for that of a signaling server', () => {
    const kinds = ['ws://127.0.0.1:1/#tracker', 'ws://127.0.0.1:1/', 'http://127.0.0.1:1/#other'].map(
      (url) => {
        const { client } = join(url);
        client.close();
        return client.constructor;
      },
    );
    expect(kinds).toEqual([TrackerClient, SignalingClient, SignalingClient]);
  });

  it('reports a tracker out of reach with the reason', async () => {
    const { client, failures } = join('ws://127.0.0.1:1/#tracker');
    expect(await failures.next()).toEqual([
      'SIGNAL_UNREACHABLE',
      'ws://127.0.0.1:1/#tracker: connect ECONNREFUSED 127.0.0.1:1',
    ]);
    client.close();
  });

  it('ends the connection at a frame that is too long, before it is in memory', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    server.on('connection', (socket) => socket.send('x'.repeat(TRACKER_FRAME_BYTES_MAX + 1)));
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/#tracker`;
    const { client, failures } = join(url);
    expect(await failures.next()).toEqual(['SIGNAL_UNREACHABLE', `${url}: Max payload size exceeded`]);
    client.close();
    server.close();
  });
});
