import type { ConnectionSignal, SignalData } from '@vision-light/signaling';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../tests/conformance-suites/manual-clock.js';
import type { Connection, ConnectionOptions } from './connection.js';
import type { SignalRoute } from './introducer.js';
import { type LinkFacts, leaveReasonOf, PeerLinks } from './peer-links.js';

const fingerprint = Array.from({ length: 32 }, (_, i) => (i + 160).toString(16).toUpperCase()).join(':');
const sdp = `v=0\r\nm=application 9 x\r\na=max-message-size:1000\r\na=fingerprint:sha-256 ${fingerprint}\r\n`;
const offer: SignalData = { type: 'offer', sdp };
const answer: SignalData = { ...offer, type: 'answer' };
const candidate = (name: string): SignalData => ({
  type: 'candidate',
  candidate: { candidate: name, sdpMid: '0', sdpMLineIndex: null },
});

/** A connection that only notes what is done with it; the platforms have a suite of their own. */
class NotedConnection implements Connection {
  readonly taken: string[] = [];

  constructor(readonly options: ConnectionOptions) {}

  signal(data: SignalData): void {
    this.taken.push(data.type === 'candidate' ? data.candidate.candidate : data.type);
  }

  end(): void {
    this.taken.push('end');
  }

  destroy(): void {
    this.taken.push('destroy');
  }
}

function setUp(limits = { linksMax: 4, setupsMax: 3 }) {
  const clock = new ManualClock();
  const events: string[] = [];
  const channels: LinkFacts['channel'][] = [];
  const made: NotedConnection[] = [];
  const state = { isRefusing: false };
  const links = new PeerLinks({
    ...limits,
    clock,
    connect: (options) => {
      if (state.isRefusing) throw new Error('refused');
      const connection = new NotedConnection(options);
      made.push(connection);
      return connection;
    },
    events: {
      described: (name, { maxMessageBytes, channel }) => {
        channels.push(channel);
        events.push(`${name} takes ${maxMessageBytes}`);
      },
      gone: (name, reason, phase) => events.push(`${name} gone in ${phase}: ${reason}`),
      refused: (error) => events.push(String(error)),
    },
  });
  const sent: string[] = [];
  const route: SignalRoute = {
    url: 'http://signal.example/',
    ownId: 'm',
    iceServers: [],
    send: (_to, { type }) => sent.push(type),
  };
  return { sent, clock, events, channels, made, state, links, route };
}

describe('PeerLinks', () => {
  it('dials a peer once, and up to its limits', () => {
    const { links, route, sent } = setUp();
    expect(['a', 'a', 'b', 'c', 'd'].map((id) => links.dial(route, id))).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    for (const name of ['a.1', 'b.2', 'c.3']) links.markOpen(name);
    expect(links.dial(route, 'd')).toBe(false);
    links.receive(route, 'f', offer);
    expect([links.size, sent]).toEqual([3, ['full']]);
  });

  it('says that it has no link while the only ones wait for a person', () => {
    const { links, route, made, sent } = setUp();
    links.dial({ ...route, setupTimeoutMs: 600_000 }, 'by-hand');
    const offers: SignalData[] = [];
    const noting = { ...route, send: (_to: string, data: SignalData) => void offers.push(data) };
    for (const [id, isFirst] of [
      ['a', true],
      ['b', undefined],
    ] as const) {
      links.dial(noting, id);
      made.at(-1)?.options.onSignal({ type: 'offer', sdp });
      expect(offers.pop()).toEqual(isFirst ? { type: 'offer', sdp, isFirst } : { type: 'offer', sdp });
    }
    expect(sent).toEqual([]);
  });

  it('gives up after the time that the route allows', () => {
    const { links, route, clock, events } = setUp();
    links.dial({ ...route, setupTimeoutMs: 600_000 }, 'by-hand');
    clock.advance(599_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual(['by-hand.1 gone in setup: timed out']);
  });

  it('keeps its last place for a peer that has no other link', () => {
    const { links, route, sent } = setUp();
    for (const name of ['a.1', 'b.2', 'c.3']) {
      links.dial(route, name.slice(0, 1));
      links.markOpen(name);
    }
    links.receive(route, 'f', { ...offer, isFirst: true });
    expect([links.size, sent]).toEqual([4, []]);
    links.receive(route, 'g', { ...offer, isFirst: true });
    expect([links.size, sent]).toEqual([4, ['full']]);
  });

  it('says in the first offer that there is no other link, and goes on at once where the peer is full', () => {
    const { links, route, made, events, clock } = setUp();
    const offers: SignalData[] = [];
    const dialing = { ...route, send: (_to: string, data: SignalData) => offers.push(data) };
    const outcomes: string[] = [];
    links.attach({ kept: [], dialEnded: (_route, outcome) => outcomes.push(outcome), linkGone: () => {} });
    links.dial(dialing, 'a');
    links.dial(dialing, 'b');
    for (const { options } of made) options.onSignal(offer as ConnectionSignal);
    expect(offers).toEqual([{ ...offer, isFirst: true }, offer]);
    links.receive(dialing, 'b', { type: 'full' });
    expect([events, outcomes]).toEqual([['b.2 gone in setup: the peer is full'], ['full']]);
    expect(links.dial(dialing, 'b')).toBe(false);
    clock.advance(3000);
    expect(links.dial(dialing, 'b')).toBe(true);
    // Once it has answered, it is not full.
    links.receive(dialing, 'a', answer);
    links.receive(dialing, 'a', { type: 'full' });
    links.receive(dialing, 'nobody', { type: 'full' });
    expect(links.size).toBe(2);
  });

  it('begins an attempt once where ids name attempts, whatever the introducer repeats', () => {
    const { links, route, made, events } = setUp();
    const attempts = { ...route, namesAttempts: true };
    links.receive(attempts, 'a', offer);
    links.markOpen('a.1');
    links.receive(attempts, 'a', offer);
    expect([made.length, events]).toEqual([1, []]);
    // Elsewhere the peer has lost its side of the link, and begins anew.
    links.receive(route, 'b', offer);
    links.receive(route, 'b', offer);
    expect([made.length, events]).toEqual([3, ['b.2 gone in setup: replaced']]);
  });

  it('tells the introducer which of its links have ended, or did not come about', () => {
    const { links, route, state } = setUp();
    const ended: string[] = [];
    const telling = { ...route, ended: (remoteId: string) => ended.push(remoteId) };
    links.dial(telling, 'a');
    links.drop('a.1', 'over');
    state.isRefusing = true;
    links.dial(telling, 'b');
    expect(ended).toEqual(['a', 'b']);
  });

  it('gives an attempt up after 20 s, and keeps a link that has opened', () => {
    const { links, route, clock, events } = setUp();
    links.dial(route, 'a');
    links.dial(route, 'b');
    links.markOpen('b.2');
    clock.advance(19_999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual(['a.1 gone in setup: timed out']);
    expect(links.dial(route, 'a')).toBe(false);
    clock.advance(10_000);
    expect([links.dial(route, 'a'), links.size]).toEqual([true, 2]);
  });

  it('gives an attempt more time where people carry the signals', () => {
    const { links, route, clock } = setUp();
    links.dial({ ...route, setupTimeoutMs: 600_000 }, 'a');
    clock.advance(599_999);
    expect(links.size).toBe(1);
    clock.advance(1);
    expect(links.size).toBe(0);
  });

  it('dials a peer again after ten minutes to which there was another link', () => {
    const { links, route, clock } = setUp();
    links.dial(route, 'a');
    links.markOpen('a.1');
    links.leave('a.1', leaveReasonOf('PEER_DUPLICATE'));
    clock.advance(599_999);
    expect(links.dial(route, 'a')).toBe(false);
    clock.advance(1);
    expect(links.dial(route, 'a')).toBe(true);
  });

  it('avoids a peer under the introducer that named it: another one cannot have it avoided', () => {
    const { links, route, clock } = setUp();
    const lying = { ...route, url: 'http://lying.example/' };
    links.dial(lying, 'a');
    clock.advance(20_000);
    expect([links.dial(lying, 'a'), links.dial(route, 'a')]).toEqual([false, true]);
  });

  it('avoids only peers that it dialed itself: one that offered may come again', () => {
    const { links, route, clock } = setUp();
    links.receive(route, 'a', offer);
    clock.advance(20_000);
    expect(links.dial(route, 'a')).toBe(true);
  });

  it('takes one description that fits, and of candidates the first 64', () => {
    const { links, route, made, events } = setUp();
    for (const data of [answer, candidate('early')]) links.receive(route, 'a', data);
    expect(made).toEqual([]);
    links.dial(route, 'a');
    made[0]?.options.onSignal(offer as ConnectionSignal);
    links.receive(route, 'a', answer);
    links.receive(route, 'a', answer);
    for (let i = 0; i < 65; i++) links.receive(route, 'a', candidate(String(i)));
    expect(made[0]?.taken).toEqual(['answer', ...Array.from({ length: 64 }, (_, i) => String(i))]);
    links.receive(route, 'b', offer);
    links.receive(route, 'b', answer);
    expect(made[1]?.taken).toEqual(['offer']);
    made[1]?.options.onSignal(answer as ConnectionSignal);
    expect(events).toEqual(['a.1 takes 1000', 'b.2 takes 1000']);
  });

  it('says between which ends a link is, and who named the other one', () => {
    const { links, route, made, channels } = setUp();
    links.dial(route, 'a');
    made[0]?.options.onSignal(offer as ConnectionSignal);
    links.receive(route, 'a', { ...answer, sdp: sdp.replaceAll('A', 'B').toLowerCase() } as SignalData);
    const own = Uint8Array.from({ length: 32 }, (_, i) => i + 160);
    expect(channels).toMatchObject([{ localFingerprint: own, introducer: 'http://signal.example/' }]);
    expect(channels[0]?.remoteFingerprint).toEqual(
      Uint8Array.from(own, (byte) => Number.parseInt(byte.toString(16).replaceAll('a', 'b'), 16)),
    );
  });

  it.each([
    ['none', ''],
    ['another hash', 'a=fingerprint:sha-1 AB:CD\r\n'],
    [
      'two',
      `a=fingerprint:sha-256 ${fingerprint}\r\na=fingerprint:sha-256 ${fingerprint.replace('A', 'B')}\r\n`,
    ],
    ['one that is too short', `a=fingerprint:sha-256 ${fingerprint.slice(3)}\r\n`],
  ])('ends a link whose other side names as the hash of its certificate %s', (_what, line) => {
    const { links, route, made, events } = setUp();
    links.dial(route, 'a');
    made[0]?.options.onSignal(offer as ConnectionSignal);
    links.receive(route, 'a', { type: 'answer', sdp: `v=0\r\nm=application 9 x\r\n${line}` });
    expect(events).toEqual(['a.1 gone in setup: a certificate is not named by its SHA-256']);
    expect(made[0]?.taken).toEqual(['destroy']);
  });

  it('ignores the candidates of an offer that it passed over, up to the answer', () => {
    const { links, route, made } = setUp();
    links.dial(route, 'z');
    links.receive(route, 'z', offer);
    links.receive(route, 'z', candidate('of the offer'));
    links.receive(route, 'z', answer);
    links.receive(route, 'z', candidate('of the answer'));
    expect(made.map(({ taken }) => taken)).toEqual([['answer', 'of the answer']]);
  });

  it('ends a link that it leaves when that is done, or after 2 s', () => {
    const { links, route, clock, made, events } = setUp();
    for (const id of ['a', 'b', 'c']) links.dial(route, id);
    for (const name of ['a.1', 'b.2']) links.markOpen(name);
    for (const name of ['a.1', 'b.2', 'c.3', 'none']) links.leave(name, undefined);
    made[0]?.options.onClosed('done');
    clock.advance(2000);
    expect(events).toEqual([
      'c.3 gone in setup: left',
      'a.1 gone in leaving: done',
      'b.2 gone in leaving: timed out',
    ]);
    expect(made.map(({ taken }) => taken.join())).toEqual(['end,destroy', 'end,destroy', 'destroy']);
  });

  it('reports a platform that refuses, and avoids the peer for a while', () => {
    const { links, route, state, events, clock } = setUp();
    state.isRefusing = true;
    expect(links.dial(route, 'a')).toBe(false);
    expect(events).toEqual(['Error: refused']);
    state.isRefusing = false;
    expect(links.dial(route, 'a')).toBe(false);
    clock.advance(10_000);
    expect(links.dial(route, 'a')).toBe(true);
  });

  it('reports the end of a link once, and nothing of one that is gone', () => {
    const { links, route, made, events } = setUp();
    links.dial(route, 'a');
    made[0]?.options.onClosed('first');
    made[0]?.options.onClosed('second');
    links.markOpen('a.1');
    links.leave('a.1', 'faulty');
    expect(events).toEqual(['a.1 gone in setup: first']);
    expect(links.connectionOf('a.1')).toBeUndefined();
  });

  it('keeps peers of two servers apart, though they have the same id', () => {
    const { links, route } = setUp();
    const other = { ...route };
    expect([links.dial(route, 'a'), links.dial(other, 'a')]).toEqual([true, true]);
  });
});
