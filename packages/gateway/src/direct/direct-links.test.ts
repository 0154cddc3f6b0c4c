import { createSocket } from 'node:dgram';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  DirectGateway,
  type LinkFacts,
  PeerFinder,
  PeerLinks,
  readDirectAddress,
} from '@vision-light/peering';
import type { Clock } from '@vision-light/signaling';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import { stunRequest } from '../../../../tests/stun-request.js';
import {
  DIRECT_PROOF_TIMEOUT_MS,
  DIRECT_SETUPS_MAX,
  DIRECT_STARTS_PER_ADDRESS_MAX,
  DIRECT_WINDOW_MS,
} from '../limits.js';
import type { OpenLinkFacts } from '../links/link-kind.js';
import { platformClock } from '../platform-clock.js';
import { RtcLink } from '../webrtc/rtc-link.js';
import { createCertificate } from './certificate.js';
import type { DirectLinks } from './direct-links.js';
import { directAddresses, openDirectPort } from './direct-port.js';

const certificate = createCertificate();
const log = pino({ level: 'silent' });

/** The direct port of a gateway, and what it has reported. */
class Port {
  readonly told: string[] = [];
  facts: OpenLinkFacts | undefined;
  #whenTold: () => void = () => {};

  private constructor(
    readonly links: DirectLinks,
    readonly port: number,
  ) {
    links.attach({
      connected: (link, facts) => {
        this.facts = facts;
        this.tell(`${link} connected`);
      },
      received: (link, bytes) => this.tell(`${link} received ${bytes}`),
      coming: () => {},
      drained: () => {},
      disconnected: (link) => this.tell(`${link} disconnected`),
    });
  }

  static async open(port = 0, clock: Clock = platformClock): Promise<Port> {
    const opened = await openDirectPort({ port, certificate, clock, log });
    return new Port(opened.links, opened.port);
  }

  get address(): string {
    return directAddresses(['127.0.0.1'], this.port, certificate.fingerprint)[0] as string;
  }

  tell(what: string): void {
    this.told.push(what);
    this.#whenTold();
  }

  /** Resolves once so much has been reported. */
  async untilTold(count: number): Promise<readonly string[]> {
    while (this.told.length < count)
      await new Promise<void>((resolve) => {
        this.#whenTold = resolve;
      });
    return this.told;
  }
}

/** A node that knows nothing but addresses of gateways. */
class Visitor {
  readonly told: string[] = [];
  readonly links: PeerLinks<RtcLink>;
  readonly finder: PeerFinder<RtcLink>;
  facts: LinkFacts | undefined;
  link = '';
  #whenTold: () => void = () => {};

  constructor(addresses: readonly string[]) {
    this.links = new PeerLinks({
      linksMax: 8,
      setupsMax: 8,
      clock: platformClock,
      connect: (options) =>
        new RtcLink(options, {
          opened: () => {
            this.link = options.name;
            this.links.markOpen(options.name);
            this.tell('opened');
          },
          received: (bytes) => this.tell(`received ${bytes}`),
          drained: () => {},
        }),
      events: {
        described: (name, facts) => {
          this.facts = facts;
          this.links.connectionOf(name)?.describe(facts);
        },
        gone: (_name, _reason, phase) => this.tell(`gone in ${phase}`),
        refused: () => {},
      },
    });
    this.finder = new PeerFinder(this.links, platformClock, (events) =>
      addresses.map((text) => {
        const address = readDirectAddress(text);
        if (address === undefined) throw new Error(text);
        return new DirectGateway(address, [], platformClock, events);
      }),
    );
  }

  tell(what: string): void {
    this.told.push(what);
    this.#whenTold();
  }

  async untilTold(count: number): Promise<readonly string[]> {
    while (this.told.length < count)
      await new Promise<void>((resolve) => {
        this.#whenTold = resolve;
      });
    return this.told;
  }

  async close(): Promise<void> {
    this.finder.close();
    await this.links.close();
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

let port: Port;
const visitors: Visitor[] = [];
const visit = (...addresses: readonly string[]): Visitor => {
  const visitor = new Visitor(addresses);
  visitors.push(visitor);
  return visitor;
};

beforeEach(async () => {
  port = await Port.open();
});
afterEach(async () => {
  await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
  await port.links.close();
});

describe('the direct port', () => {
  it('takes a node that knows its address, and both see the same two certificates', async () => {
    const visitor = visit(port.address);
    await visitor.untilTold(1);
    await port.untilTold(1);
    expect(port.told).toEqual(['1 connected']);
    expect(port.facts).toMatchObject({ isChosen: false, group: '127.0.0.0/24' });
    expect(visitor.facts).toMatchObject({ isChosen: true, channel: { introducer: port.address } });
    expect(port.facts?.channel?.localFingerprint).toEqual(visitor.facts?.channel.remoteFingerprint);
    expect(port.facts?.channel?.remoteFingerprint).toEqual(visitor.facts?.channel.localFingerprint);
    visitor.links.connectionOf(visitor.link)?.send(Uint8Array.of(1, 2));
    port.links.send('1', Uint8Array.of(3));
    expect(await port.untilTold(2)).toContain('1 received 1,2');
    expect(await visitor.untilTold(2)).toContain('received 3');
  });

  it('takes several, each on its own', async () => {
    const all = Array.from({ length: 4 }, () => visit(port.address));
    await Promise.all(all.map((visitor) => visitor.untilTold(1)));
    await port.untilTold(4);
    expect(port.links.size).toBe(4);
    all[2]?.links.drop(all[2].link, 'enough');
    expect((await port.untilTold(5))[4]).toMatch(/^\d disconnected$/);
    expect(port.links.size).toBe(3);
  });

  it('keeps its links and its port when memory is collected', async () => {
    const visitor = visit(port.address);
    await Promise.all([visitor.untilTold(1), port.untilTold(1)]);
    for (let i = 0; i < 3; i++) {
      collectGarbage();
      await new Promise(setImmediate);
    }
    port.links.send('1', Uint8Array.of(1));
    expect(await visitor.untilTold(2)).toEqual(['opened', 'received 1']);
    await visit(port.address).untilTold(1);
  });

  it('ends a link once what was sent before has left', async () => {
    const visitor = visit(port.address);
    await Promise.all([visitor.untilTold(1), port.untilTold(1)]);
    port.links.send('1', Uint8Array.of(9));
    port.links.disconnect('1');
    expect(await visitor.untilTold(3)).toEqual(['opened', 'received 9', 'gone in open']);
  });

  it('is found again after a restart', async () => {
    const visitor = visit(port.address);
    await visitor.untilTold(1);
    await port.links.close();
    await visitor.untilTold(2);
    port = await Port.open(port.port);
    await visitor.finder.find(1);
    expect(await visitor.untilTold(3)).toEqual(['opened', 'gone in open', 'opened']);
  });

  it('is never taken for one with another certificate', async () => {
    const other = createCertificate().fingerprint;
    const [address = ''] = directAddresses(['127.0.0.1'], port.port, other);
    const visitor = visit(address);
    expect(await visitor.untilTold(1)).toEqual(['gone in setup']);
    expect(port.told).toEqual([]);
  });

  it('does not keep a node from a gateway that answers', async () => {
    const [dead = ''] = directAddresses(['127.0.0.2'], port.port + 1, certificate.fingerprint);
    const visitor = visit(dead, port.address);
    expect((await visitor.untilTold(1))[0]).toBe('opened');
  });

  it('says which port cannot be opened', async () => {
    const socket = createSocket('udp6');
    await new Promise<void>((resolve) => socket.bind(0, resolve));
    const { port: taken } = socket.address();
    await expect(Port.open(taken)).rejects.toThrow(
      `The direct port, UDP ${taken}, cannot be opened: EADDRINUSE.`,
    );
    socket.close();
    await expect(Port.open(port.port)).rejects.toThrow('EADDRINUSE');
  });
});

describe('requests that lead nowhere', () => {
  /** Sends requests from addresses of this machine's own, each with a fragment of its own. */
  async function flood(
    count: number,
    username: (i: number) => string = (i) => `vl1+${`${i}`.padStart(24, '0')}:abcd`,
    hosts: readonly string[] = ['127.1.0.1'],
  ): Promise<void> {
    for (const [n, host] of hosts.entries()) {
      const socket = createSocket('udp4');
      await new Promise<void>((resolve) => socket.bind(0, host, resolve));
      for (let i = n; i < count; i += hosts.length)
        await new Promise<void>((resolve) =>
          socket.send(stunRequest(username(i)), port.port, '127.0.0.1', () => resolve()),
        );
      socket.close();
    }
  }
  /** Requests arrive in their order: once a visitor is taken, all that came before it are decided. */
  const settle = async (): Promise<void> => {
    const before = port.told.length;
    await visit(port.address).untilTold(1);
    await port.untilTold(before + 1);
  };

  it('begin no more connections than one address may', async () => {
    await flood(200);
    await settle();
    expect(port.links.size).toBe(DIRECT_STARTS_PER_ADDRESS_MAX + 1);
  });

  it('begin none if they are not of this scheme', async () => {
    const bad = ['abcd:abcd', 'vl2+0123456789012345678901:abcd', 'vl1+012345678901234567890:abcd'];
    bad.push(`vl1+${'0'.repeat(129)}:abcd`, 'vl1+0123456789012345678901:abc', 'vl1+0123456789012345678901');
    bad.push('vl1+01234567890123456789\r\n:abcd', 'vl1+0123456789012345678901:ab\r\na=x');
    await flood(bad.length, (i) => bad[i] as string);
    await settle();
    expect(port.links.size).toBe(1);
    await flood(1, () => 'vl1+0123456789012345678901:abcd');
    await settle();
    expect(port.links.size).toBe(3);
  });

  it('begin no second connection for one fragment', async () => {
    await flood(10, () => 'vl1+0123456789012345678901:abcd');
    await settle();
    expect(port.links.size).toBe(2);
  });

  it('take no places for long: the oldest without a proof of its address makes room', async () => {
    const hosts = Array.from({ length: DIRECT_SETUPS_MAX + 8 }, (_, i) => `127.${i + 1}.0.1`);
    await flood(hosts.length, undefined, hosts);
    await settle();
    expect(port.links.size).toBe(DIRECT_SETUPS_MAX);
  });

  it('are given up, and may come again', async () => {
    const clock = new ManualClock();
    await port.links.close();
    port = await Port.open(0, clock);
    const one = (): Promise<void> => flood(1, () => 'vl1+0123456789012345678901:abcd');
    await one();
    await settle();
    clock.advance(DIRECT_PROOF_TIMEOUT_MS - 1);
    expect(port.links.size).toBe(2);
    clock.advance(1);
    expect(port.links.size).toBe(1);
    await one();
    await settle();
    expect(port.links.size).toBe(3);
  });

  it('leave no memory behind', async () => {
    const clock = new ManualClock();
    await port.links.close();
    port = await Port.open(0, clock);
    const hosts = Array.from({ length: 100 }, (_, i) => `127.${i + 1}.0.1`);
    /** Requests of which each begins a connection; they are given up. A visitor comes between them. */
    const attack = async (round: number): Promise<void> => {
      await flood(360, (i) => `vl1+${`${round * 360 + i}`.padStart(24, '0')}:abcd`, hosts);
      expect(await visit(port.address).untilTold(1)).toEqual(['opened']);
      expect(port.links.size).toBeGreaterThan(DIRECT_SETUPS_MAX / 2);
      await Promise.all(visitors.splice(0).map((visitor) => visitor.close()));
      clock.advance(DIRECT_WINDOW_MS);
      while (port.links.size > 0) await new Promise(setImmediate);
    };
    const sizes: number[] = [];
    for (let round = 0; round < 12; round++) {
      await attack(round);
      collectGarbage();
      sizes.push(process.memoryUsage().rss);
    }
    // What is left behind is left by each round; what an allocator keeps for the next is kept in some.
    const growth = [3, 6, 9].map((from) => (sizes[from + 2] as number) - (sizes[from - 1] as number));
    expect(Math.min(...growth)).toBeLessThan(8 * 1024 * 1024);
  });

  it('are passed over if they are very many, and links go on', async () => {
    const visitor = visit(port.address);
    await Promise.all([visitor.untilTold(1), port.untilTold(1)]);
    await flood(5000);
    port.links.send('1', Uint8Array.of(1));
    expect(await visitor.untilTold(2)).toEqual(['opened', 'received 1']);
    // Its first requests may be among those that are passed over. It repeats them.
    expect(await visit(port.address).untilTold(1)).toEqual(['opened']);
  });
});
