import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../tests/conformance-suites/manual-clock.js';
import type { Introducer, IntroducerEvents } from './introducer.js';
import { PeerFinder } from './peer-finder.js';
import { PeerLinks } from './peer-links.js';

/** An introducer that is told what to answer. */
class ToldIntroducer implements Introducer {
  readonly url = 'http://signal.example/';
  readonly ownId = 'm';
  readonly iceServers = [];
  readonly asked: number[] = [];
  nudges = 0;
  isJoined = false;
  sample: readonly string[] = [];

  send(): void {}

  samplePeers(count: number): Promise<readonly string[]> {
    this.asked.push(count);
    return Promise.resolve(this.sample);
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

function setUp(servers = 1) {
  const links = new PeerLinks({
    linksMax: 64,
    setupsMax: 64,
    clock: new ManualClock(),
    connect: () => ({ signal: () => {}, end: () => {}, destroy: () => {} }),
    events: { described: () => {}, gone: () => {}, refused: () => {} },
  });
  const introducers = Array.from({ length: servers }, () => new ToldIntroducer());
  let events: IntroducerEvents | undefined;
  const finder = new PeerFinder(links, (given) => {
    events = given;
    return introducers;
  });
  const join = (introducer: ToldIntroducer | undefined, peerIds: readonly string[]): void => {
    if (introducer === undefined) return;
    introducer.isJoined = true;
    events?.joined(introducer, peerIds);
  };
  return { links, introducers, finder, join };
}

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

  it('asks the next server only for what the first one did not have, and nudges servers that are away', async () => {
    const { links, introducers, join, finder } = setUp(3);
    for (const introducer of introducers.slice(0, 2)) join(introducer, []);
    for (const [i, introducer] of introducers.entries()) introducer.sample = ids(String(i), 2);
    await finder.find(2);
    expect(introducers.map(({ asked }) => asked.length)).toEqual([1, 0, 0]);
    expect(introducers.map(({ nudges }) => nudges)).toEqual([1, 1, 1]);
    expect(links.size).toBe(2);
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
