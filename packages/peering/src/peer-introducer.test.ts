import type { SignalData } from '@vision-light/signaling';
import { describe, expect, it } from 'vitest';
import { encodeDescription } from './compact/compact-description.js';
import { INTRODUCED_BY_ONE_MAX, PeerIntroducer } from './peer-introducer.js';

const keyOf = (i: number): Uint8Array => new Uint8Array(32).fill(i);
const key = (i: number): string => i.toString(16).padStart(2, '0').repeat(32);
const lines = [
  'v=0',
  'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
  'a=mid:0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:0123456789012345678901',
  `a=fingerprint:sha-256 ${Array(32).fill('AB').join(':')}`,
  'a=setup:actpass',
];
const offer = { type: 'offer', sdp: `${lines.join('\r\n')}\r\n`, isFirst: true } as const;

function setUp() {
  const heard: unknown[] = [];
  const sent: [Uint8Array, Uint8Array][] = [];
  const introducer = new PeerIntroducer(
    { ownId: key(0), iceServers: () => [], send: (to, payload) => sent.push([to, payload]) },
    {
      joined: (route, keys) => heard.push([route.ownId, keys]),
      signal: (_route, from, data) => heard.push([from, data]),
    },
  );
  const receive = (payload: Uint8Array, from = 9, via = 8): void =>
    introducer.take({ kind: 'signalReceived', via: keyOf(via), from: keyOf(from), payload });
  const refuse = (i: number): void => introducer.take({ kind: 'signalRefused', to: keyOf(i) });
  return { introducer, heard, sent, receive, refuse };
}

describe('PeerIntroducer', () => {
  it('names to the finder whom peers know', () => {
    const { introducer, heard } = setUp();
    introducer.take({ kind: 'introducible', via: keyOf(8), keys: [keyOf(1), keyOf(2)] });
    expect(heard).toEqual([[key(0), [key(1), key(2)]]]);
  });

  it('passes a description on in a few bytes, and reads it on the other side', () => {
    const { introducer, heard, sent, receive } = setUp();
    introducer.send(key(1), offer, () => {});
    expect(sent).toEqual([[keyOf(1), encodeDescription(offer)]]);
    receive(sent[0]?.[1] ?? new Uint8Array());
    expect(heard).toMatchObject([[key(9), { type: 'offer', isFirst: true }]]);
    const [[, data]] = heard as [[string, SignalData & { sdp: string }]];
    for (const line of lines.slice(1)) expect(data.sdp).toContain(line);
  });

  it('says and hears that there is no place', () => {
    const { introducer, heard, sent, receive } = setUp();
    introducer.send(key(1), { type: 'full' }, () => {});
    receive(sent[0]?.[1] ?? new Uint8Array());
    expect(heard).toEqual([[key(9), { type: 'full' }]]);
  });

  it('ignores what is no signal, and sends no candidate by itself', () => {
    const { introducer, heard, sent, receive } = setUp();
    for (const bytes of [[], [0xfe], [0xff, 0], [1, 2, 3]]) receive(Uint8Array.from(bytes));
    const candidate = { candidate: 'candidate:1', sdpMid: '0', sdpMLineIndex: 0 };
    introducer.send(key(1), { type: 'candidate', candidate }, () => {});
    expect([heard, sent]).toEqual([[], []]);
  });

  it('tells once that a signal reaches nobody, also one that has no form here', () => {
    const { introducer, refuse } = setUp();
    const refused: string[] = [];
    introducer.send(key(1), offer, () => refused.push('first'));
    introducer.send(key(1), offer, () => refused.push('second'));
    refuse(1);
    refuse(1);
    refuse(2);
    introducer.send(key(3), { ...offer, sdp: 'v=0' }, () => refused.push('malformed'));
    expect(refused).toEqual(['second', 'malformed']);
  });

  it('remembers 64 signals', () => {
    const { introducer, refuse } = setUp();
    const refused: number[] = [];
    for (let i = 0; i < 65; i++) {
      introducer.send(key(i), offer, () => refused.push(i));
      introducer.ended(key(i));
    }
    for (const i of [0, 1, 64]) refuse(i);
    expect(refused).toEqual([1, 64]);
  });

  it('dials so many whom one peer knows, and others when links to those have ended', () => {
    const { introducer, heard, sent } = setUp();
    const dialed = (via: number, from: number): readonly string[] => {
      heard.length = 0;
      const keys = Array.from({ length: 8 }, (_, i) => keyOf(from + i));
      introducer.take({ kind: 'introducible', via: keyOf(via), keys });
      const [[, named]] = heard as [[string, string[]]];
      for (const id of named) introducer.send(id, offer, () => heard.push('refused'));
      return named;
    };
    expect(dialed(8, 10)).toEqual(Array.from({ length: INTRODUCED_BY_ONE_MAX }, (_, i) => key(10 + i)));
    expect(dialed(8, 50)).toEqual([]);
    expect(dialed(7, 30)).toHaveLength(INTRODUCED_BY_ONE_MAX);
    introducer.ended(key(10));
    // Those that it has a link to are not named again.
    expect(dialed(8, 9)).toEqual([key(9)]);
    // Nor does it help to be named by many at once, before one of them is dialed.
    introducer.ended(key(9));
    for (const i of [60, 61]) introducer.take({ kind: 'introducible', via: keyOf(8), keys: [keyOf(i)] });
    const before = sent.length;
    const refused: number[] = [];
    for (const i of [60, 61]) introducer.send(key(i), offer, () => refused.push(i));
    expect([sent.length - before, refused]).toEqual([1, [61]]);
  });

  it('answers so many who come through one peer, and refuses the others at once', () => {
    const { introducer, heard, sent, receive } = setUp();
    const bytes = encodeDescription(offer) as Uint8Array;
    const all = Array.from({ length: INTRODUCED_BY_ONE_MAX + 2 }, (_, i) => 10 + i);
    for (const i of all) receive(bytes, i);
    expect(heard).toHaveLength(INTRODUCED_BY_ONE_MAX);
    expect(sent).toEqual(all.slice(-2).map((i) => [keyOf(i), Uint8Array.of(0xff)]));
    // One that offers again, also through another peer, which makes no place; one through that peer, and one in the place of those that came to nothing.
    for (const via of [8, 7]) receive(bytes, 10, via);
    receive(bytes, 28);
    receive(bytes, 29, 7);
    introducer.send(key(11), { type: 'full' }, () => {});
    introducer.ended(key(12));
    for (const i of [30, 31, 32]) receive(bytes, i);
    expect((heard.slice(INTRODUCED_BY_ONE_MAX) as [string][]).map(([id]) => id)).toEqual(
      [10, 10, 29, 30, 31].map(key),
    );
  });
});
