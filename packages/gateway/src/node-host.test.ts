/** A node with two kinds of links, of which one misbehaves: the other goes on. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SignalRoute } from '@vision-light/peering';
import { MemoryStore, resolveNetwork } from '@vision-light/protocol';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../tests/conformance-suites/manual-clock.js';
import { joinedFaces } from '../../../tests/joined-faces.js';
import { LINKS_CLOSE_TIMEOUT_MS } from './limits.js';
import type { LinkEvents, LinkKind } from './links/link-kind.js';
import { NodeHost, type NodeHostOptions } from './node-host.js';
import { platformClock } from './platform-clock.js';
import { RtcLinks } from './webrtc/rtc-links.js';

const family = resolveNetwork('bitcoin-mainnet');
const headersFile = path.resolve(
  import.meta.dirname,
  '../../../tests/data/bitcoin/headers/mainnet_0-32259.bin',
);
const silent = pino({ level: 'silent' });
const endings: (() => unknown)[] = [];

afterEach(async () => {
  await Promise.all(endings.splice(0).map((end) => end()));
});

/** Links of another kind, whose behaviour a test replaces. */
class ForeignLinks implements LinkKind {
  readonly name = 'foreign';
  readonly peersMax = 4;
  readonly disconnected: [link: string, code: string | undefined][] = [];
  events: LinkEvents | undefined;
  wanted = 0;

  attach(events: LinkEvents): void {
    this.events = events;
  }

  send(_link: string, _bytes: Uint8Array): void {}

  disconnect(link: string, code: string | undefined): void {
    this.disconnected.push([link, code]);
  }

  requestPeers(count: number): void {
    this.wanted = count;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A logger, and the codes that it was given. */
function notingLog() {
  const codes: unknown[] = [];
  const write = (line: string): void => {
    const { code } = JSON.parse(line) as { readonly code?: string };
    if (code?.startsWith('LINK_')) codes.push(code);
  };
  return { codes, log: pino({ level: 'warn' }, { write }) };
}

async function startHost(options: Partial<NodeHostOptions> = {}): Promise<NodeHost> {
  const host = new NodeHost({
    family,
    store: new MemoryStore(),
    hashThreads: 1,
    userAgent: 'test',
    log: silent,
    followedBlocks: 0,
    // The file has far less work than the network.
    minChainwork: 0n,
    linkKinds: [],
    onFailure: (error) => {
      throw error;
    },
    ...options,
  });
  await host.start();
  return host;
}

const rtcLinks = (requestPeers = (_count: number): void => {}): RtcLinks =>
  new RtcLinks({ clock: platformClock, log: silent, requestPeers });

/** Connects two gateways, as a signaling server would. */
function dial(a: RtcLinks, b: RtcLinks): void {
  const routeTo = (links: RtcLinks, ownId: string, answer: () => SignalRoute): SignalRoute => ({
    url: 'http://signal.example/',
    ownId,
    iceServers: [],
    send: (_to, data) => void setImmediate(() => links.links.receive(answer(), ownId, data)),
  });
  const toB: SignalRoute = routeTo(b, 'a', () => toA);
  const toA: SignalRoute = routeTo(a, 'b', () => toB);
  a.links.dial(toB, 'b');
}

/** Two gateways whose signaling server connects each of them to itself, and passes on what they say. */
function dialTampered(a: RtcLinks, b: RtcLinks): void {
  const [toA, toB] = joinedFaces();
  endings.push(
    () => toA.rtc.close(),
    () => toB.rtc.close(),
  );
  dial(a, toA.rtc);
  dial(toB.rtc, b);
}

async function submit(host: NodeHost, from: number, count: number): Promise<void> {
  const bytes = await readFile(headersFile);
  const records = new Uint8Array(bytes.subarray(80 * from, 80 * (from + count)));
  const submitted = await host.submit({ count, records, hashes: new Uint8Array(32 * count) }, [], 'test');
  expect(submitted).toEqual({ accepted: count });
}

async function height(host: NodeHost, wanted: number): Promise<void> {
  if (host.node.tip.height < wanted) await host.once(() => host.node.tip.height >= wanted);
}

/** A node with WebRTC and foreign links, and one that follows it over WebRTC. */
async function setUp() {
  const foreign = new ForeignLinks();
  const { codes, log } = notingLog();
  const asked: number[] = [];
  const [rtc, followerRtc] = [rtcLinks((count) => asked.push(count)), rtcLinks()];
  const host = await startHost({ linkKinds: [foreign, rtc], log });
  const follower = await startHost({ linkKinds: [followerRtc] });
  endings.push(
    () => host.close(),
    () => follower.close(),
  );
  await submit(host, 1, 500);
  dial(rtc, followerRtc);
  await height(follower, 500);
  /** More headers reach the other node, over the link of before. */
  const goesOn = async (): Promise<void> => {
    await submit(host, 501, 500);
    await height(follower, 1000);
    expect(host.node.peers().map(({ id }) => id)).toEqual(['webrtc:b.1']);
  };
  return { foreign, codes, asked, goesOn };
}

describe('two gateways', () => {
  it('SIGNAL_TAMPERED: refuse each other where the signaling server sits between them, and take no header', async () => {
    const [aLinks, bLinks] = [rtcLinks(), rtcLinks()];
    const [a, b] = [await startHost({ linkKinds: [aLinks] }), await startHost({ linkKinds: [bLinks] })];
    endings.push(
      () => a.close(),
      () => b.close(),
    );
    await submit(a, 1, 500);
    const named = [a, b].map((host) => host.once(({ type }) => type === 'error'));
    dialTampered(aLinks, bLinks);
    const error = { type: 'error', code: 'SIGNAL_TAMPERED', detail: 'http://signal.example/' };
    expect(await Promise.all(named)).toEqual([error, error]);
    expect([a.node.peers(), b.node.peers(), b.node.tip.height]).toEqual([[], [], 0]);
    // By an honest server they meet; who was dialed before is avoided for a while.
    dial(bLinks, aLinks);
    await height(b, 500);
    expect(a.node.peers().map(({ key }) => key)).toEqual([Buffer.from(b.key.publicKey).toString('hex')]);
  });
});

describe('a node with two kinds of links', () => {
  it.each([
    [
      'throws',
      () => {
        throw new TypeError('not connected');
      },
    ],
    ['rejects', async () => Promise.reject(new TypeError('not connected'))],
  ])('goes on with one while `send` of the other %s', async (_how, send) => {
    const { foreign, codes, goesOn } = await setUp();
    foreign.send = send;
    foreign.events?.connected('x');
    foreign.events?.connected('y');
    await goesOn();
    expect(foreign.disconnected).toEqual([
      ['x', 'LINK_SEND_FAILED'],
      ['y', 'LINK_SEND_FAILED'],
    ]);
    // Of the second link more may have been under way.
    expect(new Set(codes)).toEqual(new Set(['LINK_SEND_FAILED']));
  });

  it('goes on with one while the other reports without end', async () => {
    const { foreign, codes, goesOn } = await setUp();
    let flood: NodeJS.Immediate | undefined;
    let turn = 0;
    const report = (): void => {
      turn += 1;
      for (let i = 0; i < 2000; i++) foreign.events?.connected(`${turn}.${i}`);
      for (let i = 0; i < 3000; i++) foreign.events?.drained(`${turn}.0`, 0);
      flood = setImmediate(report);
    };
    endings.push(() => clearImmediate(flood));
    // It answers from inside `send` as well, so that the node has another event before it is done with the last one.
    foreign.send = (link) => {
      for (let i = 0; i < 10; i++) foreign.events?.drained(link, 0);
    };
    report();
    await goesOn();
    expect(new Set(codes)).toEqual(new Set(['LINK_FLOODED']));
    expect(foreign.disconnected).toContainEqual(['1.4', 'PEER_TOO_MANY']);
    expect(foreign.disconnected).toContainEqual(['1.0', 'LINK_FLOODED']);
  });

  it('goes on with one while the other answers each refusal with a new link', async () => {
    const { foreign, codes, goesOn } = await setUp();
    let links = 0;
    foreign.disconnect = () => foreign.events?.connected(`${++links}`);
    for (let i = 0; i <= foreign.peersMax; i++) foreign.events?.connected(`first ${i}`);
    await goesOn();
    // One link was refused, and its answer was no link.
    expect([links, codes]).toEqual([1, ['LINK_DISCONNECT_FAILED']]);
  });

  it('asks both for peers', async () => {
    const { foreign, asked } = await setUp();
    expect(foreign.wanted).toBeGreaterThan(0);
    expect(asked).toContain(foreign.wanted);
  });
});

describe('closing a node', () => {
  it('waits a bounded time for a kind that never closes, and closes the others', async () => {
    const clock = new ManualClock();
    const [stuck, other] = [new ForeignLinks(), rtcLinks()];
    const called = new Promise<void>((resolve) => {
      stuck.close = () => {
        resolve();
        return new Promise(() => {});
      };
    });
    const { codes, log } = notingLog();
    const host = await startHost({ linkKinds: [stuck, other], clock, log });
    let isClosed = false;
    const closing = host.close().then(() => {
      isClosed = true;
    });
    await called;
    clock.advance(LINKS_CLOSE_TIMEOUT_MS - 1);
    await new Promise(setImmediate);
    expect([isClosed, codes]).toEqual([false, []]);
    clock.advance(1);
    await closing;
    expect(codes).toEqual(['LINK_CLOSE_TIMEOUT']);
    dial(other, rtcLinks());
    expect(other.links.size).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('stuck');
      },
    ],
    ['rejects', () => Promise.reject(new Error('stuck'))],
  ])('does not wait for a kind whose `close` %s', async (_how, close) => {
    const foreign = new ForeignLinks();
    foreign.close = close;
    const { codes, log } = notingLog();
    const clock = new ManualClock();
    const host = await startHost({ linkKinds: [foreign], clock, log });
    await host.close();
    expect(codes).toEqual(['LINK_CLOSE_FAILED']);
    expect(clock.delays).toEqual([]);
  });
});
