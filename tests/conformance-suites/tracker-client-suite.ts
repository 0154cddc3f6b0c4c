/** What the client of trackers must do besides (introducer-suite.ts), over the WebSocket of each platform. */
import { type OpenTrackerSocket, TrackerClient } from '@vision-light/signaling/tracker';
import { trackerGarbage } from '../browser/tracker-garbage.mjs';
import {
  defineIntroducerSuite,
  type IntroducerHappenings,
  newNetworkId,
  type TestedIntroducer,
} from './introducer-suite.js';
import { ManualClock } from './manual-clock.js';
import { assertSame, Happenings, type SuiteRunner } from './suite-runner.js';

/**
 * Defines the tests.
 *
 * @param urlOf  address of a fake server, by its behaviour
 * @param openSocket  of the platform
 */
export function defineTrackerClientSuite(
  runner: SuiteRunner,
  urlOf: (behaviour: string) => string,
  openSocket: OpenTrackerSocket,
): void {
  const { describe, it, afterEach } = runner;
  const open: TrackerClient[] = [];
  const tested: TestedIntroducer = {
    name: 'tracker',
    connect(behaviour, options, happenings) {
      const url = `${urlOf(`tracker/${behaviour}`).replace('http', 'ws')}#tracker`;
      const client = new TrackerClient(
        { url, ...options, openSocket },
        {
          joined: (_client, names) => happenings.add(['joined', names]),
          signal: (_client, from, data) => happenings.add(['signal', from, data]),
          failed: (fault, detail) => happenings.add(['failed', fault, detail.replace(`${url}: `, '')]),
        },
      );
      open.push(client);
      return client;
    },
  };

  function connect(behaviour: string) {
    const clock = new ManualClock();
    const happenings: IntroducerHappenings = new Happenings();
    const client = tested.connect(behaviour, { networkId: newNetworkId(), clock }, happenings);
    return { client, clock, happenings };
  }

  defineIntroducerSuite(runner, tested);

  describe('tracker client', () => {
    afterEach(() => {
      for (const client of open.splice(0)) client.close();
    });

    it('shows what a tracker gives as its reason, but only as plain text', async () => {
      const { happenings } = connect('moody');
      assertSame(await happenings.next(), ['failed', 'SIGNAL_REFUSED', 'no <place>? left']);
    });

    it('takes of what a tracker sends only offers of others that set up a data channel', async () => {
      const { happenings } = connect('hostile');
      assertSame(await happenings.next(), ['joined', []]);
      const hex = (byte: string) => byte.repeat(20);
      const offer = { type: 'offer', sdp: 'v=0\r\nm=application 9 x\r\n' };
      assertSame(await happenings.next(), ['signal', `${hex('61')}.${hex('6f')}`, offer]);
      assertSame(await happenings.next(), ['signal', `${hex('ff')}.${hex('00')}`, offer]);
      assertSame(happenings.all.length, 3, 'reports');
    });

    for (const [place, frame] of trackerGarbage.entries()) {
      it(`ends the connection at a frame that is none, and comes back (${String(frame).slice(0, 30)})`, async () => {
        const { client, clock, happenings } = connect(`garbled/${place}`);
        assertSame((await happenings.next())[0], 'joined');
        const [kind, fault] = await happenings.next();
        assertSame([kind, fault, client.isJoined], ['failed', 'SIGNAL_MALFORMED', false]);
        clock.advance(30_000);
        assertSame((await happenings.next())[0], 'joined');
      });
    }

    it('takes sixteen offers of one moment, and reads 200 frames', async () => {
      const { clock, happenings } = connect('flooding');
      await happenings.until(() => happenings.all.some(([kind]) => kind === 'failed'));
      assertSame(happenings.all.filter(([kind]) => kind === 'signal').length, 16, 'offers');
      // The refusal among the frames that were not read is not noticed, but that the tracker is gone.
      assertSame((happenings.all.at(-1) ?? [])[1], 'SIGNAL_UNREACHABLE');
      assertSame(clock.delays.length, 1, 'timers');
    });
  });
}
