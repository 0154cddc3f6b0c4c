/**
 * What links must do over the WebRTC of each platform: Chromium's, and the library of the gateway. Both sides of each link
 * run on the same platform; their signals pass from one to the other in order, as through a signaling server.
 */
import {
  type Connection,
  type ConnectionOptions,
  decodeDescription,
  encodeDescription,
  type LinkFacts,
  PeerLinks,
  type SignalRoute,
} from '@vision-light/peering';
import type { Clock, SignalData } from '@vision-light/signaling';
import { ManualClock } from './manual-clock.js';
import { assertSame, Happenings, type SuiteRunner } from './suite-runner.js';

/** A connection whose channel the suite can use. */
export interface TestedConnection extends Connection {
  send(bytes: Uint8Array): void;
}

/** What the channel of a {@link TestedConnection} reports. */
export interface TestedChannelEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
}

/** A platform under test. */
export interface RtcPlatform {
  readonly name: string;
  /** The largest message that it takes, as its descriptions say. */
  readonly maxMessageBytes: number;
  connect(options: ConnectionOptions, events: TestedChannelEvents): TestedConnection;
  /** Calls later, in a task of its own. */
  later(callback: () => void): void;
}

type Happening =
  | readonly [kind: 'open' | 'gone' | 'described', link: string, detail?: unknown]
  | readonly [kind: 'received', link: string, bytes: readonly number[] | number];

/** Messages that are longer are noted by their length. */
const SHOWN_BYTES = 16;

/** One node's links. */
class Side {
  readonly happenings = new Happenings<Happening>();
  readonly signals: SignalData[] = [];
  readonly links: PeerLinks<TestedConnection>;
  readonly route: SignalRoute;
  /** Of each link, whether this side dialed it, as this side was told. */
  readonly choices: boolean[] = [];
  /** The ends of each link, as this side was told. */
  readonly channels: LinkFacts['channel'][] = [];
  other: Side | undefined;
  /** Sent to a peer as soon as the channel to it is open. */
  greeting: Uint8Array | undefined;

  constructor(platform: RtcPlatform, id: string, clock: Clock, linksMax = 8) {
    const { add } = this.happenings;
    this.links = new PeerLinks({
      linksMax,
      setupsMax: 8,
      clock,
      connect: (options) => {
        const { name } = options;
        return platform.connect(options, {
          opened: () => {
            this.links.markOpen(name);
            add(['open', name]);
            if (this.greeting !== undefined) this.links.connectionOf(name)?.send(this.greeting);
          },
          received: (bytes) =>
            add(['received', name, bytes.length > SHOWN_BYTES ? bytes.length : [...bytes]]),
        });
      },
      events: {
        described: (name, { isChosen, maxMessageBytes, channel }) => {
          this.choices.push(isChosen);
          this.channels.push(channel);
          add(['described', name, maxMessageBytes]);
        },
        gone: (name, reason, phase) => add(['gone', name, `${phase}: ${reason}`]),
        refused: (error) => {
          throw error;
        },
      },
    });
    this.route = {
      url: 'http://signal.example/',
      ownId: id,
      iceServers: [],
      send: (to, data, refused) => {
        this.signals.push(data);
        const { other } = this;
        if (other?.route.ownId !== to) platform.later(refused);
        else platform.later(() => other.links.receive(other.route, id, data));
      },
    };
  }

  until(kind: Happening[0], count = 1): Promise<void> {
    return this.happenings.until(() => this.count(kind) >= count);
  }

  count(kind: Happening[0]): number {
    return this.happenings.all.filter((happening) => happening[0] === kind).length;
  }

  received(): readonly unknown[] {
    return this.happenings.all.flatMap(([kind, , detail]) => (kind === 'received' ? [detail] : []));
  }
}

/** Defines the tests of one platform. */
export function definePeerLinksSuite({ describe, it, afterEach }: SuiteRunner, platform: RtcPlatform): void {
  const sides: Side[] = [];
  let clock = new ManualClock();

  function pair(): readonly [Side, Side] {
    clock = new ManualClock();
    const [a, b] = [new Side(platform, 'a', clock), new Side(platform, 'b', clock)];
    a.other = b;
    b.other = a;
    sides.push(a, b);
    return [a, b];
  }

  async function connected(): Promise<readonly [Side, Side]> {
    const [a, b] = pair();
    a.links.dial(a.route, 'b');
    await Promise.all([a.until('open'), b.until('open')]);
    return [a, b];
  }

  describe(`peer links: ${platform.name}`, () => {
    afterEach(() => {
      for (const { links } of sides.splice(0)) links.dropAll('the test is over');
    });

    it('connect the one that dials with the other, and carry bytes both ways', async () => {
      const [a, b] = await connected();
      // A view into a larger buffer is sent as the view that it is.
      a.links.connectionOf('b.1')?.send(new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4));
      b.links.connectionOf('a.1')?.send(new Uint8Array([4]));
      await Promise.all([a.until('received'), b.until('received')]);
      assertSame(a.happenings.all, [
        ['described', 'b.1', platform.maxMessageBytes],
        ['open', 'b.1'],
        ['received', 'b.1', [4]],
      ]);
      assertSame(b.received(), [[1, 2, 3]]);
      const [[near], [far]] = [a.channels, b.channels];
      assertSame([...(near?.localFingerprint ?? [])], [...(far?.remoteFingerprint ?? [0])]);
      assertSame([...(near?.remoteFingerprint ?? [])], [...(far?.localFingerprint ?? [0])]);
      assertSame(near?.introducer, 'http://signal.example/');
    });

    it('tell each side which of the two has dialed', async () => {
      const [a, b] = await connected();
      assertSame([a.choices, b.choices], [[true], [false]]);
      a.links.dropAll('to begin anew');
      await b.until('gone');
      b.links.dial(b.route, 'a');
      await Promise.all([a.until('open', 2), b.until('open', 2)]);
      assertSame(
        [a.choices, b.choices],
        [
          [true, false],
          [false, true],
        ],
      );
    });

    it('lose no message that is sent as soon as the channel is open', async () => {
      const [a, b] = pair();
      a.greeting = new Uint8Array([1]);
      b.greeting = new Uint8Array([2]);
      a.links.dial(a.route, 'b');
      await Promise.all([a.until('received'), b.until('received')]);
      for (const side of [a, b]) {
        const kinds = side.happenings.all.map(([kind]) => kind);
        assertSame(kinds, ['described', 'open', 'received']);
      }
    });

    it('send a description before the candidates that belong to it', async () => {
      const [a, b] = await connected();
      assertSame([a.signals[0]?.type, b.signals[0]?.type], ['offer', 'answer']);
      assertSame(
        a.signals.slice(1).every(({ type }) => type === 'candidate'),
        true,
      );
    });

    it('connect with one signal of few bytes each way where signals are dear', async () => {
      const [a, b] = pair();
      const lengths: number[] = [];
      for (const { route } of [a, b]) {
        const send: SignalRoute['send'] = (to, data, refused) => {
          const bytes = 'sdp' in data ? encodeDescription(data) : undefined;
          const made = bytes && decodeDescription(bytes);
          if (bytes === undefined || made === undefined) throw new Error(JSON.stringify(data));
          lengths.push(bytes.length);
          sendSdp.call(route, to, made, refused);
        };
        const { send: sendSdp } = route;
        Object.assign(route, { sendsWhole: true, send });
      }
      a.links.dial(a.route, 'b');
      await Promise.all([a.until('open'), b.until('open')]);
      assertSame(
        [a, b].map(({ signals }) => signals.map(({ type }) => type)),
        [['offer'], ['answer']],
      );
      const sdps = [a, b].map(({ signals: [first] }) =>
        first !== undefined && 'sdp' in first ? first.sdp : '',
      );
      assertSame(
        sdps.map((sdp) => /^a=candidate:/m.test(sdp)),
        [true, true],
      );
      assertSame(lengths.filter((bytes) => bytes < 300).length, 2);
    });

    for (const order of ['a first', 'b first']) {
      it(`keep the link of the lower id when both dial at once (${order})`, async () => {
        const [a, b] = pair();
        if (order === 'a first') a.links.dial(a.route, 'b');
        b.links.dial(b.route, 'a');
        if (order === 'b first') a.links.dial(a.route, 'b');
        await Promise.all([a.until('open'), b.until('open')]);
        a.links.connectionOf('b.1')?.send(new Uint8Array([1]));
        await b.until('received');
        for (const side of [a, b]) assertSame([side.count('open'), side.links.size], [1, 1]);
        const gone = b.happenings.all.filter(([kind]) => kind === 'gone');
        assertSame([a.count('gone'), gone], [0, [['gone', 'a.1', 'setup: replaced']]]);
        assertSame(
          [a, b].map((side) => side.signals.some(({ type }) => type === 'answer')),
          [false, true],
        );
      });
    }

    it('answer anew when a connected peer offers again, for then it has lost the link', async () => {
      const [a, b] = await connected();
      const again = new Side(platform, 'a', clock);
      sides.push(again);
      [again.other, b.other] = [b, again];
      again.links.dial(again.route, 'b');
      await Promise.all([again.until('open'), b.until('open', 2)]);
      assertSame(
        b.happenings.all.filter(([kind]) => kind === 'gone'),
        [['gone', 'a.1', 'open: replaced']],
      );
      await a.until('gone');
    });

    it('answer an offer that comes under a new id, since the answer to their own cannot come any more', async () => {
      const [a, b] = pair();
      const changing: { -readonly [Name in keyof SignalRoute]: SignalRoute[Name] } = {
        ...a.route,
        ownId: '0',
      };
      const offered = new Promise<void>((resolve) => {
        changing.send = () => resolve();
      });
      a.links.dial(changing, 'b');
      await offered;
      Object.assign(changing, a.route);
      const send = (_to: string, data: SignalData): void =>
        platform.later(() => a.links.receive(changing, 'b', data));
      Object.assign(b.route, { send });
      b.links.dial(b.route, 'a');
      await Promise.all([a.until('open'), b.until('open')]);
      assertSame(a.links.size, 1, 'links');
    });

    it('give a peer up at once that is not there, and do not dial it again for 10 s', async () => {
      const [a] = pair();
      assertSame(a.links.dial(a.route, 'nobody'), true);
      await a.until('gone');
      assertSame(a.happenings.all, [['gone', 'nobody.1', 'setup: no such peer']]);
      clock.advance(9999);
      assertSame(a.links.dial(a.route, 'nobody'), false);
      clock.advance(1);
      assertSame(a.links.dial(a.route, 'nobody'), true);
    });

    it('do not dial a peer again for 60 s that the node disconnected for a fault', async () => {
      const [a, b] = await connected();
      a.links.leave('b.1', 'faulty');
      await Promise.all([a.until('gone'), b.until('gone')]);
      clock.advance(59_999);
      assertSame(a.links.dial(a.route, 'b'), false);
      clock.advance(1);
      assertSame(a.links.dial(a.route, 'b'), true);
    });

    it('deliver what was sent before a peer is left, and then end on both sides', async () => {
      const [a, b] = await connected();
      const count = 40;
      for (let i = 0; i < count; i++) a.links.connectionOf('b.1')?.send(new Uint8Array(65_536));
      a.links.leave('b.1', undefined);
      b.links.connectionOf('a.1')?.send(new Uint8Array([1]));
      await Promise.all([a.until('gone'), b.until('gone')]);
      assertSame(b.received(), new Array(count).fill(65_536));
      // The node is told nothing more of a peer that it has left.
      assertSame([a.received(), a.happenings.all.at(-1)?.[1]], [[], 'b.1']);
      assertSame(String(a.happenings.all.at(-1)?.[2]).startsWith('leaving: '), true);
    });

    it('are not disturbed by a candidate that the platform cannot read', async () => {
      const [a, b] = pair();
      a.links.dial(a.route, 'b');
      const junk = { candidate: 'junk', sdpMid: '0', sdpMLineIndex: 0 };
      a.links.receive(a.route, 'b', { type: 'candidate', candidate: junk });
      await b.until('described');
      b.links.receive(b.route, 'a', { type: 'candidate', candidate: junk });
      await Promise.all([a.until('open'), b.until('open')]);
    });

    it('end with a description that is nonsense', async () => {
      const [a] = pair();
      a.links.receive(a.route, 'x', { type: 'offer', sdp: 'm=application nonsense' });
      assertSame(a.links.size, 1, 'links');
      await a.until('gone');
      assertSame(a.links.size, 0, 'links');
    });

    it('open nothing once they are closed', async () => {
      const [a, b] = await connected();
      await a.links.close();
      await b.until('gone');
      assertSame([a.links.dial(a.route, 'c'), a.links.size], [false, 0]);
    });
  });
}
