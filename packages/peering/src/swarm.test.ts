/** Many nodes in one room whose links are few: whether all of them find a place. */
import type { ConnectionSignal, SignalData } from '@vision-light/signaling';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../tests/conformance-suites/manual-clock.js';
import { SimRandom } from '../../../tests/sim/sim-random.js';
import type { Connection, ConnectionOptions } from './connection.js';
import type { Introducer, IntroducerEvents, SignalRoute } from './introducer.js';
import { PeerFinder } from './peer-finder.js';
import { PeerLinks } from './peer-links.js';

/** Milliseconds that a signal takes from one node to another, and a connection from its answer to its opening. */
const SIGNAL_MS = 60;
const OPENING_MS = 150;
/** What the signaling server gives on joining. */
const SAMPLE = 16;

/** The nodes of a network, and a server that introduces them. */
class Room {
  readonly clock = new ManualClock();
  readonly random: SimRandom;
  readonly members = new Map<string, Member>();
  /** Offers that were sent. */
  offers = 0;

  constructor(
    seed: number,
    readonly linksMax: number,
  ) {
    this.random = new SimRandom(seed);
  }

  /** Lets a node join, `count` times, with that much time between two of them. */
  join(count: number, everyMs: number): void {
    for (let i = 0; i < count; i++) {
      const member = new Member(this, `n${this.members.size}`);
      this.members.set(member.ownId, member);
      member.join();
      this.clock.advance(everyMs);
    }
  }

  sample(except: string, count: number): string[] {
    const ids = [...this.members.keys()].filter((id) => id !== except);
    const newest = ids.slice(-1);
    return [...newest, ...this.random.sample(ids.slice(0, -1), count - 1)];
  }

  /** How many of the nodes have an open link, and how many can be reached from the first one. */
  get state(): { readonly alone: number; readonly reached: number } {
    const members = [...this.members.values()];
    const reached = new Set(members.slice(0, 1));
    for (const member of reached)
      for (const id of member.open.values()) reached.add(this.members.get(id) as Member);
    return { alone: members.filter(({ open }) => open.size === 0).length, reached: reached.size };
  }
}

/** One node. It is its own way to the room. */
class Member implements Introducer {
  readonly url = 'http://signal.example/';
  readonly iceServers = [];
  readonly isJoined = true;
  readonly keepsPlaces = true;
  /** The other end of each open link, by the link's name. */
  readonly open = new Map<string, string>();
  readonly links: PeerLinks<Wire>;
  readonly finder: PeerFinder<Wire>;
  #events: IntroducerEvents | undefined;

  constructor(
    readonly room: Room,
    readonly ownId: string,
  ) {
    this.links = new PeerLinks({
      linksMax: room.linksMax,
      setupsMax: 12,
      clock: room.clock,
      connect: (options) => new Wire(this, options),
      events: {
        described: () => {},
        gone: (name) => this.open.delete(name),
        refused: (error) => {
          throw error;
        },
      },
    });
    this.finder = new PeerFinder(this.links, room.clock, (events) => {
      this.#events = events;
      return [this];
    });
  }

  join(): void {
    this.#events?.joined(this, this.room.sample(this.ownId, SAMPLE));
    const target = Math.max(1, Math.min(this.room.linksMax - 1, 8));
    for (const atMs of [2000, 6000, 14_000])
      this.room.clock.setTimer(atMs, () => {
        if (this.open.size < target) void this.finder.find(target - this.open.size);
      });
  }

  receive(route: SignalRoute, from: string, data: SignalData): void {
    this.#events?.signal(route, from, data);
  }

  send(to: string, data: SignalData): void {
    if (data.type === 'offer') this.room.offers += 1;
    const other = this.room.members.get(to);
    this.room.clock.setTimer(SIGNAL_MS, () => other?.receive(other, this.ownId, data));
  }

  samplePeers(count: number): Promise<readonly string[]> {
    return Promise.resolve(this.room.sample(this.ownId, Math.min(count, 32)));
  }

  nudge(): void {}
  leave(): void {}
  close(): void {}
}

const sdp = `v=0\r\nm=application 9 x\r\na=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}\r\n`;

/** A connection that opens a while after the answer. */
class Wire implements Connection {
  constructor(
    readonly member: Member,
    readonly options: ConnectionOptions,
  ) {
    if (options.isInitiator) this.#later(0, () => this.#say('offer'));
  }

  signal(data: ConnectionSignal): void {
    if (data.type === 'offer') this.#later(0, () => this.#say('answer'));
    this.#later(OPENING_MS, () => this.#open());
  }

  end(): void {
    this.options.onClosed('ended');
  }

  destroy(): void {}

  #say(type: 'offer' | 'answer'): void {
    this.options.onSignal({ type, sdp });
  }

  #later(ms: number, run: () => void): void {
    this.member.room.clock.setTimer(ms, () => {
      if (this.member.links.connectionOf(this.options.name) === this) run();
    });
  }

  #open(): void {
    const { member, options } = this;
    member.links.markOpen(options.name);
    member.open.set(options.name, options.name.slice(0, options.name.indexOf('.')));
  }
}

/** Moves the clock on, and lets the promises of the nodes settle in between. */
async function run(room: Room, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    room.clock.advance(50);
    for (let i = 0; i < 4; i++) await Promise.resolve();
  }
}

const seeds = Array.from({ length: 20 }, (_, seed) => seed + 1);

describe('a swarm of twenty', () => {
  for (const linksMax of [2, 3, 4, 6, 8, 16, 32]) {
    it(`with at most ${linksMax} links each is one network within 10 s, whoever comes first`, async () => {
      for (const seed of seeds) {
        for (const everyMs of [0, 40, 300]) {
          const room = new Room(seed, linksMax);
          room.join(20, everyMs);
          await run(room, 10_000 - 20 * everyMs);
          expect({ seed, everyMs, ...room.state }).toEqual({ seed, everyMs, alone: 0, reached: 20 });
        }
      }
    });
  }

  it('with one link each is pairs, but for a few that dial one another in vain', async () => {
    for (const seed of seeds) {
      const room = new Room(seed, 1);
      room.join(20, 40);
      await run(room, 20_000);
      expect(room.state.alone).toBeLessThanOrEqual(4);
    }
  });

  it('lets in a newcomer within a second, however full it is', async () => {
    for (const seed of seeds) {
      const room = new Room(seed, 3);
      room.join(20, 40);
      await run(room, 10_000);
      room.join(1, 0);
      await run(room, 1000);
      expect(room.state).toEqual({ alone: 0, reached: 21 });
    }
  });

  it('costs few offers', async () => {
    const room = new Room(1, 4);
    room.join(20, 40);
    await run(room, 10_000);
    expect(room.offers).toBeLessThan(20 * 16);
  });
});
