import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../tests/conformance-suites/manual-clock.js';
import type { Connection } from './connection.js';
import type { Introducer, IntroducerEvents } from './introducer.js';
import { PeerFinder } from './peer-finder.js';
import { PeerLinks } from './peer-links.js';

/** An introducer that is told what to answer. */
class ToldIntroducer implements Introducer {
  readonly url = 'http://signal.example/';
  readonly keepsPlaces: boolean = true;
  readonly ownId = 'm';
  readonly iceServers = [];
  readonly asked: number[] = [];
  nudges = 0;
  isJoined = false;
  sample: readonly string[] = [];
  /** What its answers wait for. */
  delay: Promise<void> = Promise.resolve();

  send(): void {}

  async samplePeers(count: number): Promise<readonly string[]> {
    this.asked.push(count);
    await this.delay;
    return this.sample;
  }

  nudge(): void {
    this.nudges += 1;
  }

  leave(): void {
    this.isJoined = false;
  }

  close(): void {
    this.isJoined = false;
  }
}

const ids = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

function setUp(servers = 1, linksMax = 64) {
  const clock = new ManualClock();
  const links = new PeerLinks({
    linksMax,
    setupsMax: 64,
    clock,
    connect: () => ({ signal: () => {}, end: () => {}, destroy: () => {} }),
    events: { described: () => {}, gone: () => {}, refused: () => {} },
  });
  const introducers = Array.from({ length: servers }, () => new ToldIntroducer());
  let events: IntroducerEvents | undefined;
  const finder = new PeerFinder(links, clock, (given) => {
    events = given;
    return introducers;
  });
  const join = (introducer: ToldIntroducer | undefined, peerIds: readonly string[]): void => {
    if (introducer === undefined) return;
    introducer.isJoined = true;
    events?.joined(introducer, peerIds);
  };
  return { links, introducers, finder, join, clock };
}

/** The name of the link to a peer. */
const nameOf = (links: PeerLinks<Connection>, id: string): string =>
  Array.from({ length: 200 }, (_, i) => `${id}.${i}`).find((name) => links.connectionOf(name)) ?? '';

describe('PeerFinder', () => {
  it('dials eight peers on joining, over all servers together', () => {
    const { links, introducers, join, finder } = setUp(2);
    join(introducers[0], ids('a', 5));
    join(introducers[1], ids('b', 20));
    expect([links.size, finder.joined]).toEqual([8, 2]);
  });

  it('asks for more than it wants, and dials as many as it wants', async () => {
    const { links, introducers, join, finder } = setUp();
    join(introducers[0], ids('a', 2));
    Object.assign(introducers[0] ?? {}, { sample: [...ids('a', 2), ...ids('b', 9)] });
    await finder.find(3);
    expect(introducers[0]?.asked).toEqual([3 + 2 + 8]);
    expect(links.size).toBe(5);
  });

  it('asks all servers at once, has a share of each, and of some what others lack', async () => {
    const { links, introducers, join, finder } = setUp(3);
    for (const introducer of introducers) join(introducer, []);
    for (const [i, introducer] of introducers.entries())
      introducer.sample = ids(String(i), [9, 1, 9][i] ?? 0);
    await finder.find(9);
    expect(introducers.map(({ asked }) => asked.length)).toEqual([1, 1, 1]);
    expect(introducers.map((introducer) => links.through(introducer))).toEqual([4, 1, 4]);
  });

  it('nudges servers that are away, and asks the others', async () => {
    const { introducers, join, finder } = setUp(3);
    for (const introducer of introducers.slice(0, 2)) join(introducer, []);
    await finder.find(2);
    expect(introducers.map(({ nudges }) => nudges)).toEqual([1, 1, 1]);
    expect(introducers.map(({ asked }) => asked.length)).toEqual([1, 1, 0]);
  });

  it('dials what others have named while one server is slow, two seconds later also its share', async () => {
    const { links, introducers, join, finder, clock } = setUp(2);
    for (const introducer of introducers) join(introducer, []);
    const [slow, quick] = introducers;
    let answer = (): void => {};
    Object.assign(slow ?? {}, {
      sample: ids('s', 9),
      delay: new Promise<void>((resolve) => {
        answer = resolve;
      }),
    });
    Object.assign(quick ?? {}, { sample: ids('q', 9) });
    const found = finder.find(4);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(links.size).toBe(2);
    clock.advance(2000);
    expect(links.size).toBe(4);
    clock.advance(2000);
    answer();
    await found;
    // Nothing is wanted any more, and it counts as slow now.
    expect(links.size).toBe(4);
    await finder.find(4);
    expect([slow?.asked.length, quick?.asked.length]).toEqual([1, 2]);
  });

  it('asks servers less often whose peers are not there, and dials them last', async () => {
    const { links, introducers, join, finder, clock } = setUp(2);
    const [empty, good] = introducers;
    join(empty, ids('e', 32));
    for (let i = 0; i < 3; i++) clock.advance(20_000);
    join(good, ids('g', 2));
    for (const id of ['g0', 'g1']) links.markOpen(nameOf(links, id));
    const before = empty?.asked.length ?? 0;
    for (let i = 0; i < 4; i++) await finder.find(1);
    expect([(empty?.asked.length ?? 0) - before, good?.asked.length]).toEqual([1, 4]);
  });

  it('keeps two links through each server, however many peers another one has, and asks for them again', async () => {
    const { links, introducers, join, finder, clock } = setUp(2, 16);
    const [lying, honest] = introducers as [ToldIntroducer, ToldIntroducer];
    join(lying, ids('l', 32));
    clock.advance(2000);
    expect(links.size).toBe(8);
    join(honest, ids('h', 2));
    expect(links.through(honest)).toBe(2);
    for (const id of ['h0', 'h1']) links.markOpen(nameOf(links, id));
    links.drop(nameOf(links, 'h0'), 'it has gone');
    const offer = { type: 'offer', sdp: 'v=0', isFirst: true } as const;
    for (const id of ids('o', 16)) links.receive(lying, id, offer);
    expect([links.through(lying), links.through(honest)]).toEqual([14, 1]);
    // Nobody new at first, so that it is asked again later and later.
    for (const ms of [30_000, 60_000]) {
      clock.advance(ms - 1);
      const before = honest.asked.length;
      clock.advance(1);
      expect(honest.asked.length).toBe(before + 1);
      for (let i = 0; i < 8; i++) await Promise.resolve();
    }
    honest.sample = ['h1', 'h9'];
    clock.advance(120_000);
    for (let i = 0; i < 8; i++) await Promise.resolve();
    expect(links.through(honest)).toBe(2);
    finder.close();
    expect(clock.delays.filter((ms) => ms > 20_000)).toEqual([]);
  });

  it('has enough of an introducer that knows one peer once it has that one', () => {
    const { links, introducers, join, clock } = setUp(2, 16);
    const [gateway, server] = introducers as [ToldIntroducer, ToldIntroducer];
    const upkeeps = (): number[] => clock.delays.filter((ms) => ms > 20_000);
    join(server, ids('s', 4));
    expect(upkeeps()).toEqual([]);
    join(Object.assign(gateway, { peersMax: 1 }), ['g']);
    expect([links.through(gateway), upkeeps()]).toEqual([1, []]);
    for (const id of ['g', 's0']) links.markOpen(nameOf(links, id));
    links.drop(nameOf(links, 'g'), 'it has gone');
    expect(upkeeps()).toEqual([30_000]);
  });

  it('keeps places for its only server where peers introduce, too', () => {
    const clock = new ManualClock();
    const links = new PeerLinks({
      linksMax: 16,
      setupsMax: 12,
      clock,
      connect: () => ({ signal: () => {}, end: () => {}, destroy: () => {} }),
      events: { described: () => {}, gone: () => {}, refused: () => {} },
    });
    const [server, peers] = [
      new ToldIntroducer(),
      Object.assign(new ToldIntroducer(), { keepsPlaces: false }),
    ];
    new PeerFinder(links, clock, () => [server, peers]);
    const offer = { type: 'offer', sdp: 'v=0', isFirst: true } as const;
    for (const id of ids('invented', 20)) links.receive(peers, id, offer);
    expect(links.dial(server, 'honest')).toBe(true);
  });

  it('after an outage dials no more than was asked for meanwhile', async () => {
    const { links, introducers, join, finder } = setUp();
    join(introducers[0], ids('a', 8));
    introducers[0]?.leave();
    join(introducers[0], ids('b', 8));
    expect(links.size).toBe(8);
    introducers[0]?.leave();
    await finder.find(2);
    join(introducers[0], ids('c', 8));
    expect(links.size).toBe(10);
  });

  it('has no links once it has left, and dials as at first when it comes back', () => {
    const { links, introducers, join, finder } = setUp();
    join(introducers[0], ids('a', 8));
    finder.leave();
    expect([links.size, introducers[0]?.isJoined]).toEqual([0, false]);
    join(introducers[0], ids('b', 9));
    expect(links.size).toBe(8);
  });
});
