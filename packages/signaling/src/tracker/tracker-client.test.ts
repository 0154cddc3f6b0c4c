import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import type { Description } from '../signal-data.js';
import { TrackerClient, type TrackerSocketEvents } from './tracker-client.js';

/** A tracker that the test plays: what it was sent, and its end of the connection. */
interface Connection extends TrackerSocketEvents {
  readonly sent: Record<string, unknown>[];
  isClosed: boolean;
}

const networkId = '00ff'.repeat(16);
const infoHash = '\0\xff'.repeat(10);
const offer: Description = { type: 'offer', sdp: 'v=0\r\nm=application 9 x\r\n' };
const answer: Description = { ...offer, type: 'answer' };
const announced = (more: object = {}) =>
  JSON.stringify({ action: 'announce', info_hash: infoHash, interval: 120, ...more });

function start() {
  const clock = new ManualClock();
  const connections: Connection[] = [];
  const urls: string[] = [];
  const events: (readonly unknown[])[] = [];
  const state = { isRefusing: false };
  const client = new TrackerClient(
    {
      url: 'wss://tracker.example/announce#tracker',
      networkId,
      clock,
      openSocket: (url, socketEvents) => {
        urls.push(url);
        if (state.isRefusing) throw new Error('not secure');
        const connection: Connection = { ...socketEvents, sent: [], isClosed: false };
        connections.push(connection);
        return {
          send: (text) => connection.sent.push(JSON.parse(text)),
          close: () => {
            connection.isClosed = true;
          },
        };
      },
    },
    {
      joined: (_client, names) => events.push(['joined', names.length]),
      signal: (_client, from, data) => events.push(['signal', from, data.type]),
      failed: (fault, detail) => events.push([fault, detail]),
    },
  );
  /** The connection that is open now. */
  const tracker = (): Connection => {
    const connection = connections.at(-1);
    if (connection === undefined) throw new Error('there was no connection');
    return connection;
  };
  /** Answers as a tracker that has so many others in the swarm. */
  const join = (others = 20): void => {
    tracker().opened();
    tracker().received(announced({ complete: 0, incomplete: others + 1 }));
  };
  /** Loses the connection, and lets the pause pass. @returns how long it was */
  const lose = (): number => {
    const { length } = connections;
    tracker().closed('reset');
    const [pause = 0] = clock.delays;
    clock.advance(pause);
    expect(connections).toHaveLength(length + 1);
    return pause;
  };
  const refuse = (): never => {
    throw new Error('refused');
  };
  return { client, clock, connections, urls, events, state, tracker, join, lose, refuse };
}

describe('TrackerClient', () => {
  it('announces itself in the swarm of its network, and has joined when the tracker answers', () => {
    const { client, urls, events, tracker } = start();
    expect(urls).toEqual(['wss://tracker.example/announce']);
    tracker().opened();
    expect(tracker().sent).toEqual([
      {
        action: 'announce',
        info_hash: infoHash,
        peer_id: client.ownId,
        uploaded: 0,
        downloaded: 0,
        left: 1,
        numwant: 0,
        event: 'started',
      },
    ]);
    expect([client.ownId.length, client.isJoined]).toEqual([20, false]);
    tracker().received(announced());
    expect([events, client.isJoined]).toEqual([[['joined', 8]], true]);
  });

  it('names as many offers as there are others, and eight of them, once in 30 s and then less and less often', async () => {
    const { client, clock, events, join, tracker } = start();
    join(0);
    expect([events, await client.samplePeers(8)]).toEqual([[['joined', 0]], []]);
    tracker().received(announced({ complete: 1, incomplete: 3 }));
    expect(await client.samplePeers(8)).toHaveLength(3);
    tracker().received(announced({ complete: 10, incomplete: 30 }));
    const rounds: number[] = [];
    const wait = async (until: number): Promise<void> => {
      while (clock.now() < until * 1000) {
        clock.advance(1000);
        tracker().received(announced({ complete: 10, incomplete: 30 }));
        if ((await client.samplePeers(99)).length === 8) rounds.push(clock.now() / 1000);
      }
    };
    await wait(400);
    expect(rounds).toEqual([30, 90, 210, 330]);
    // In a swarm that it comes back to, others may be: it offers at once, unless it did so within 30 s.
    for (const names of [8, 0]) {
      client.leave();
      client.nudge();
      join();
      expect(events.at(-1)).toEqual(['joined', names]);
    }
    await wait(500);
    expect(rounds.slice(4)).toEqual([430, 460]);
  });

  it('sends the offers of one moment as one announce, each once', async () => {
    const { client, clock, join, tracker, refuse } = start();
    join();
    clock.advance(30_000);
    const [a = '', b = '', c = ''] = await client.samplePeers(3);
    client.send(a, offer, refuse);
    clock.advance(249);
    client.send(b, { ...offer, isFirst: true }, refuse);
    expect(tracker().sent).toHaveLength(1);
    clock.advance(1);
    expect(tracker().sent.slice(1)).toMatchObject([
      {
        numwant: 2,
        offers: [
          { offer, offer_id: a },
          { offer: { ...offer, isFirst: true }, offer_id: b },
        ],
      },
    ]);
    client.send(c, offer, refuse);
    clock.advance(250);
    expect(tracker().sent[2]).toMatchObject({ numwant: 1, offers: [{ offer_id: c }] });
    let refusals = 0;
    for (const name of [a, 'nobody']) client.send(name, offer, () => refusals++);
    clock.advance(250);
    expect([refusals, tracker().sent.length]).toEqual([2, 3]);
  });

  it('takes one answer to each offer of this round, and answers offers where they came from', async () => {
    const { client, clock, events, join, tracker, refuse } = start();
    join();
    clock.advance(30_000);
    const [early = ''] = await client.samplePeers(1);
    client.send(early, offer, refuse);
    clock.advance(250);
    tracker().received(announced());
    const answerTo = (name: string) =>
      tracker().received(announced({ answer, offer_id: name, peer_id: 'p'.repeat(20) }));
    clock.advance(60_000);
    const [a = '', unused = ''] = await client.samplePeers(2);
    client.send(a, offer, refuse);
    clock.advance(250);
    for (const name of [early, unused, a, a]) answerTo(name);
    expect(events.slice(1)).toEqual([['signal', a, 'answer']]);

    const place = { peer_id: '\xff'.repeat(20), offer_id: '\x07'.repeat(20) };
    tracker().received(announced({ offer, ...place }));
    const [, from] = events.at(-1) ?? [];
    expect(from).toBe(`${'ff'.repeat(20)}.${'07'.repeat(20)}`);
    const before = tracker().sent.length;
    client.send(String(from), { type: 'full' }, refuse);
    client.send(String(from), answer, refuse);
    client.send('nobody', answer, refuse);
    expect(tracker().sent.slice(before)).toEqual([
      {
        action: 'announce',
        info_hash: infoHash,
        peer_id: client.ownId,
        to_peer_id: place.peer_id,
        offer_id: place.offer_id,
        answer,
      },
    ]);
  });

  it('meets nobody twice who is behind a link, until that has ended', async () => {
    const { client, clock, events, join, tracker, refuse } = start();
    join(3);
    const [p, q] = ['p'.repeat(20), 'q'.repeat(20)];
    const offerOf = (peerId: string, offerId: string) =>
      tracker().received(announced({ offer, offer_id: offerId.repeat(20), peer_id: peerId }));
    offerOf(p, '1');
    offerOf(p, '2');
    expect(events.length).toBe(2);
    const [, came] = events.at(-1) ?? [];
    clock.advance(30_000);
    // Two of three others are not met. The tracker may hand an offer to the one who is.
    const [a = '', b = '', ...more] = await client.samplePeers(8);
    expect([b.length, more.length]).toEqual([20, 1]);
    let useless = 0;
    client.send(a, offer, () => useless++);
    client.send(b, offer, refuse);
    clock.advance(250);
    tracker().received(announced({ incomplete: 4, complete: 0 }));
    tracker().received(announced({ answer, offer_id: a, peer_id: p }));
    tracker().received(announced({ answer, offer_id: b, peer_id: q }));
    expect([useless, events.slice(2)]).toEqual([1, [['signal', b, 'answer']]]);
    clock.advance(60_000);
    const [late = '', ...others] = await client.samplePeers(8);
    expect(others.length).toBe(2);
    // Who answers an offer that was given up is nobody's peer.
    client.send(late, offer, refuse);
    clock.advance(250);
    client.ended(late);
    const met = events.length;
    tracker().received(announced({ answer, offer_id: late, peer_id: 'r'.repeat(20) }));
    expect(events.length).toBe(met);
    // One link has ended, and there is no place for the next.
    for (const end of [
      () => client.ended(String(came)),
      () => client.send(String(events.at(-1)?.[1]), { type: 'full' }, refuse),
    ]) {
      offerOf(p, '3');
      offerOf(q, '4');
      const before = events.length;
      end();
      offerOf(p, '5');
      expect(events.length).toBe(before + 1);
    }
  });

  it('passes over its own offers, and all that comes before it has joined', () => {
    const { client, events, join, tracker } = start();
    const other = { offer, offer_id: 'o'.repeat(20), peer_id: 'p'.repeat(20) };
    tracker().opened();
    tracker().received(announced(other));
    join();
    tracker().received(announced({ ...other, peer_id: client.ownId }));
    expect(events).toEqual([['joined', 8]]);
  });

  it('stays in the swarm by an announce in each interval, of 30 s at least', () => {
    const { clock, join, tracker } = start();
    join();
    const count = (): number => tracker().sent.length;
    tracker().received(announced({ interval: 1 }));
    clock.advance(120_000);
    expect(count()).toBe(2);
    tracker().received(announced({ interval: 1 }));
    clock.advance(29_999);
    expect(count()).toBe(2);
    clock.advance(1);
    expect(count()).toBe(3);
    expect(tracker().sent[2]).toEqual({ ...tracker().sent[0], event: undefined });
  });

  it('announces itself sooner while there is nobody to offer to, after 30 s, and then less and less often', () => {
    const { client, clock, events, join, tracker } = start();
    join(1);
    tracker().received(announced({ offer, offer_id: '1'.repeat(20), peer_id: 'p'.repeat(20) }));
    // Comes back before all others: the one whom it has met, too, if that has another id by now.
    client.leave();
    client.nudge();
    join(0);
    const times: number[] = [];
    for (let count = tracker().sent.length; clock.now() < 700_000; count = tracker().sent.length) {
      clock.advance(1000);
      if (tracker().sent.length === count) continue;
      times.push(clock.now() / 1000);
      // For a while there is one more whom it has not met.
      tracker().received(announced({ complete: 0, incomplete: times.length === 4 ? 3 : 2 }));
    }
    expect(times.slice(0, 5)).toEqual([30, 90, 210, 330, 450]);
    expect(times.slice(5)).toEqual([570, 600, 660]);
    expect(events.filter(([what]) => what === 'joined')).toHaveLength(2);
  });

  it('takes a tracker that does not answer within 10 s for one out of reach', () => {
    const { client, clock, events, connections, join, tracker } = start();
    clock.advance(9999);
    expect(events).toEqual([]);
    clock.advance(1);
    expect(events).toEqual([['SIGNAL_UNREACHABLE', `${client.url}: no answer`]]);
    expect([tracker().isClosed, client.isJoined]).toEqual([true, false]);
    // It is reported once, however many attempts fail.
    clock.advance(300_000);
    expect(events).toHaveLength(1);
    expect(connections.length).toBeGreaterThan(5);
    if (tracker().isClosed) clock.advance(clock.delays[0] ?? 0);
    join();
    // The next announce is not answered.
    clock.advance(120_000 + 10_000);
    expect(events.slice(1)).toEqual([
      ['joined', 8],
      ['SIGNAL_UNREACHABLE', `${client.url}: no answer`],
    ]);
  });

  it('comes back under another id, after pauses that grow to 15 s, each varied by half', () => {
    const { client, join, lose } = start();
    join();
    const before = client.ownId;
    const means = [1000, 2000, 4000, 8000, 15_000, 15_000];
    const shares = means.map((mean) => lose() / mean);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.5);
    expect(Math.max(...shares)).toBeLessThanOrEqual(1.5);
    expect(new Set(shares).size).toBe(means.length);
    expect(client.ownId).not.toBe(before);
    join();
    expect(lose()).toBeLessThanOrEqual(1500);
  });

  it('is nudged 5 s after an attempt, and connects once', () => {
    const { client, clock, connections, lose, tracker } = start();
    for (let i = 0; i < 4; i++) lose();
    // Half of 15 s at least.
    tracker().closed('reset');
    clock.advance(4999);
    client.nudge();
    expect(connections).toHaveLength(5);
    clock.advance(1);
    client.nudge();
    client.nudge();
    expect(connections).toHaveLength(6);
    tracker().opened();
    tracker().received(announced());
    // The pause that was under way ends, too.
    clock.advance(30_000);
    expect(connections).toHaveLength(6);
  });

  it('does nothing more once it has left or is closed, whatever the old connection says', async () => {
    const { client, clock, connections, events, join, tracker, refuse } = start();
    join();
    clock.advance(30_000);
    const [name = ''] = await client.samplePeers(1);
    client.send(name, offer, refuse);
    const old = tracker();
    client.leave();
    old.received(announced());
    old.opened();
    old.closed('late');
    client.send('x', offer, refuse);
    expect([old.isClosed, old.sent.length, clock.delays]).toEqual([true, 1, []]);
    client.nudge();
    expect(connections).toHaveLength(2);
    client.close();
    client.nudge();
    clock.advance(600_000);
    expect([connections.length, events.length]).toEqual([2, 1]);
  });

  it('reports an address that the platform refuses', () => {
    const { client, clock, state, events, join, tracker, connections } = start();
    join();
    client.leave();
    state.isRefusing = true;
    client.nudge();
    expect(events.slice(1)).toEqual([['SIGNAL_UNREACHABLE', `${client.url}: Error: not secure`]]);
    state.isRefusing = false;
    clock.advance(clock.delays[0] ?? 0);
    expect([connections.length, tracker().isClosed]).toEqual([2, false]);
  });
});
