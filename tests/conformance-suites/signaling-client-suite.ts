/**
 * What the client of signaling servers must do besides (introducer-suite.ts), in browsers and in Node. It runs against the fake
 * signaling servers of tests/browser.
 */
import { SignalingClient, type SignalingClientOptions } from '@vision-light/signaling/client';
import { serverGarbage } from '../browser/server-garbage.mjs';
import { defineIntroducerSuite, type IntroducerHappenings, newNetworkId } from './introducer-suite.js';
import { ManualClock } from './manual-clock.js';
import { assertSame, Happenings, type SuiteRunner } from './suite-runner.js';

interface Settings extends Partial<SignalingClientOptions> {
  readonly clock?: ManualClock;
}

interface Watched {
  readonly client: SignalingClient;
  readonly clock: ManualClock;
  readonly happenings: IntroducerHappenings;
}

/** Defines the tests. @param urlOf  address of a fake server, by its behaviour */
export function defineSignalingClientSuite(runner: SuiteRunner, urlOf: (behaviour: string) => string): void {
  const { describe, it, afterEach } = runner;
  const open: SignalingClient[] = [];

  function connect(
    behaviour: string,
    { clock = new ManualClock(), ...options }: Settings = {},
    happenings: IntroducerHappenings = new Happenings(),
  ): Watched {
    const url = urlOf(behaviour);
    const client = new SignalingClient(
      // It comes back to a server that it lost within a moment.
      {
        url,
        networkId: newNetworkId(),
        networkName: 'suite',
        kind: 'gateway',
        clock,
        random: () => 0.01,
        ...options,
      },
      {
        joined: (_client, peerIds) => happenings.add(['joined', peerIds]),
        signal: (_client, from, data) => happenings.add(['signal', from, data]),
        failed: (fault, detail) => happenings.add(['failed', fault, detail.replace(`${url}: `, '')]),
      },
    );
    open.push(client);
    return { client, clock, happenings };
  }

  defineIntroducerSuite(runner, {
    name: 'signaling server',
    connect: (behaviour, options, happenings) => connect(behaviour, options, happenings).client,
  });

  describe('signaling client', () => {
    afterEach(() => {
      for (const client of open.splice(0)) client.close();
    });

    it('joins, and meets the peer that came before', async () => {
      const networkId = newNetworkId();
      const a = connect('honest', { networkId });
      await a.happenings.next();
      const b = connect('honest', { networkId });
      assertSame(await b.happenings.next(), ['joined', [a.client.ownId]]);
      assertSame(await a.client.samplePeers(5), [b.client.ownId]);
    });

    it('says with which code a server refuses', async () => {
      const { happenings } = connect('moody');
      assertSame(await happenings.next(), ['failed', 'SIGNAL_REFUSED', 'SIGNAL_ROOM_FULL']);
    });

    it('waits 30 s for a server that refused it and closed the connection', async () => {
      const { clock, happenings } = connect('strict');
      await happenings.next();
      assertSame(await happenings.next(), ['failed', 'SIGNAL_REFUSED', 'SIGNAL_RATE_EXCEEDED']);
      await clock.untilSet();
      assertSame(clock.delays, [30_000], 'timers');
      assertSame(happenings.all.length, 2, 'reports');
    });

    it('a server that shuts down is an outage: reported once, and tried again without the pause', async () => {
      const { clock, happenings } = connect('leaving');
      assertSame(await happenings.next(), ['failed', 'SIGNAL_UNREACHABLE', 'SIGNAL_SHUTTING_DOWN']);
      // The server goes as often as the client comes; socket.io has a timer of its own.
      assertSame(clock.delays, [], 'timers');
      assertSame(happenings.all.length, 1, 'reports');
    });

    it('takes no answer to a request of an earlier connection', async () => {
      const { client, happenings } = connect('late');
      await happenings.until(() => happenings.all.some(([kind]) => kind === 'joined'));
      assertSame(client.ownId, 'second', 'id');
    });

    it('passes on only signals that set up a data channel, and goes without a bad ICE server', async () => {
      const { client, happenings } = connect('hostile');
      assertSame(await happenings.next(), ['failed', 'SIGNAL_MALFORMED', '1 bad ICE servers']);
      assertSame(await happenings.next(), ['joined', []]);
      assertSame(client.iceServers, [], 'ICE servers');
      await happenings.until(() => happenings.all.some(([, code]) => code === 'SIGNAL_REFUSED'));
      const signals = happenings.all.filter(([kind]) => kind === 'signal');
      // Among the others is a candidate whose sdpMid is a number.
      assertSame(signals.map(([, from]) => from).join(''), 'bcd', 'senders');
    });

    for (const [index, packets] of serverGarbage.entries()) {
      it(`goes on after garbage of a server, or joins again (${packets.join(' ')})`, async () => {
        const { client, clock, happenings } = connect('garbled');
        await happenings.next();
        const [peer] = await client.samplePeers(index);
        if (peer === undefined) {
          const [kind, fault] = await happenings.next();
          assertSame([kind, fault], ['failed', 'SIGNAL_UNREACHABLE']);
          // After some kinds of garbage the client waits.
          if (clock.delays.length > 0) clock.advance(30_000);
          await happenings.until(() => client.isJoined);
          assertSame(await client.samplePeers(index), ['someone'], 'peers');
        }
      });
    }

    it('uses its own ICE servers if it has some', async () => {
      const iceServers = [{ urls: 'stun:stun.example' }];
      const { client, happenings } = connect('hostile', { iceServers });
      assertSame((await happenings.next())[0], 'joined');
      assertSame(client.iceServers, iceServers, 'ICE servers');
    });
  });
}
