import { createSignalServer, type SignalServer } from '@vision-light/signal-server';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AVOID_MS } from '../limits.js';
import type { LinkPool } from '../webrtc/link-pool.js';
import { Introducer } from './introducer.js';
import { SignalClient } from './signal-client.js';

const networkId = 'ab'.repeat(32);
const networkName = 'introducer-test';

let server: SignalServer;

beforeEach(async () => {
  server = await createSignalServer({ port: 0, host: '127.0.0.1' });
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(async () => {
  vi.useRealTimers();
  await server.close();
});

describe('Introducer', () => {
  it('does not dial a peer that was sent away, until its time is over', async () => {
    let join = () => {};
    const joined = new Promise<void>((resolve) => {
      join = resolve;
    });
    const peer = new SignalClient(
      { url: server.url, networkId, networkName },
      { joined: () => join(), signal: () => {}, away: () => {} },
    );
    await joined;
    const dialed: string[] = [];
    let dial = () => {};
    const firstDialed = new Promise<void>((resolve) => {
      dial = resolve;
    });
    // Links that never come about, so that the peer is always one to dial.
    const pool = {
      peers: 0,
      pending: 0,
      has: () => false,
      dial: (key: string) => {
        dialed.push(key);
        dial();
      },
    } as unknown as LinkPool;
    const log = pino({ level: 'silent' });
    const introducer = new Introducer({ urls: [server.url], networkId, networkName, pool, log });
    await firstDialed;
    const id = peer.id as string;
    await introducer.requestPeers(1);
    expect(dialed).toEqual([id, id]);
    introducer.avoid(id);
    await introducer.requestPeers(1);
    vi.advanceTimersByTime(AVOID_MS - 1);
    await introducer.requestPeers(1);
    expect(dialed).toEqual([id, id]);
    vi.advanceTimersByTime(1);
    await introducer.requestPeers(1);
    expect(dialed).toEqual([id, id, id]);
    introducer.close();
    peer.close();
  });
});
