/**
 * What the client of every kind of introducer must do wherever it runs, in browsers and in Node. It runs against the fake
 * servers of tests/browser.
 */
import type { Introducer } from '@vision-light/peering';
import type { SignalData } from '@vision-light/signaling';
import { ManualClock } from './manual-clock.js';
import { assertSame, Happenings, type SuiteRunner } from './suite-runner.js';

const offer: SignalData = { type: 'offer', sdp: 'v=0\r\nm=application 9 x\r\n' };
const answer: SignalData = { ...offer, type: 'answer' };
let networks = 0;

/** A network that no other test knows. */
export function newNetworkId(): string {
  networks += 1;
  return `${networks}`.padStart(8, '0').padEnd(64, 'f');
}

/** What a client reports, in order. */
export type IntroducerHappenings = Happenings<readonly [kind: string, ...details: unknown[]]>;

/** A kind of introducer. */
export interface TestedIntroducer {
  readonly name: string;
  /** Begins to connect to the fake server of a behaviour. */
  connect(
    behaviour: string,
    options: { readonly networkId: string; readonly clock: ManualClock },
    happenings: IntroducerHappenings,
  ): Introducer;
}

/** Defines the tests. */
export function defineIntroducerSuite(
  { describe, it, afterEach }: SuiteRunner,
  tested: TestedIntroducer,
): void {
  const open: Introducer[] = [];

  function connect(behaviour: string, networkId = newNetworkId()) {
    const clock = new ManualClock();
    const happenings: IntroducerHappenings = new Happenings();
    const client = tested.connect(behaviour, { networkId, clock }, happenings);
    open.push(client);
    return { client, clock, happenings };
  }

  describe(`client of a ${tested.name}`, () => {
    afterEach(() => {
      for (const client of open.splice(0)) client.close();
    });

    it('joins, and passes an offer and its answer between two who never met', async () => {
      const networkId = newNetworkId();
      const a = connect('honest', networkId);
      assertSame((await a.happenings.next())[0], 'joined');
      const b = connect('honest', networkId);
      const [kind, names] = await b.happenings.next();
      const [name = ''] = names as string[];
      assertSame([kind, (names as string[]).length], ['joined', 1]);
      b.client.send(name, offer, () => {});
      // The client of a tracker gathers offers for a moment.
      b.clock.advance(1000);
      const [signal, from, data] = await a.happenings.next();
      assertSame([signal, data], ['signal', offer]);
      a.client.send(String(from), answer, () => {});
      assertSame(await b.happenings.next(), ['signal', name, answer]);
    });

    it('hears that a name is none', async () => {
      const { client, happenings } = connect('honest');
      await happenings.next();
      await new Promise<void>((resolve) => client.send('nobody', offer, resolve));
    });

    it('comes back at once to one that it left itself', async () => {
      const { client, happenings } = connect('honest');
      await happenings.next();
      client.leave();
      assertSame([client.isJoined, await client.samplePeers(5)], [false, []]);
      client.nudge();
      assertSame((await happenings.next())[0], 'joined');
    });

    it('waits 30 s after a refusal, whatever nudges it, and then joins', async () => {
      const { client, clock, happenings } = connect('moody');
      assertSame((await happenings.next()).slice(0, 2), ['failed', 'SIGNAL_REFUSED']);
      assertSame(clock.delays, [30_000], 'timers');
      clock.advance(29_999);
      client.nudge();
      assertSame(clock.delays, [1], 'timers');
      clock.advance(1);
      assertSame((await happenings.next())[0], 'joined');
    });

    it('reports an answer that is none, and then waits as long', async () => {
      const { clock, happenings } = connect('malformed');
      const [kind, fault] = await happenings.next();
      assertSame([kind, fault, clock.delays], ['failed', 'SIGNAL_MALFORMED', [30_000]]);
    });
  });
}
