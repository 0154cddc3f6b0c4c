import { decodeSignalData, fingerprintOf, maxMessageBytesOf } from '@vision-light/signaling';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realDescription, realDescriptionNames } from '../../../../tests/session-descriptions.js';
import {
  COMPACT_DESCRIPTION_BYTES_MAX,
  decodeDescription,
  encodeDescription,
} from './compact-description.js';

const offer = realDescription('chromiumOffer');

/** The lines of a kind, whatever their order. */
function lines(sdp: string, kind: RegExp): readonly string[] {
  return [...sdp.matchAll(kind)].map(([line]) => line.trim()).sort();
}

/** The same description with these candidates. */
function withCandidates(...candidates: readonly string[]): typeof offer {
  const bare = offer.sdp.replaceAll(/^a=candidate:.*\r\n/gm, '');
  return { ...offer, sdp: bare + candidates.map((each) => `a=candidate:${each}\r\n`).join('') };
}

function candidatesAfter(...candidates: readonly string[]): readonly string[] {
  const bytes = encodeDescription(withCandidates(...candidates));
  const { sdp = '' } = (bytes && decodeDescription(bytes)) ?? {};
  return Array.from(sdp.matchAll(/^a=candidate:\S+ 1 (\S+) \d+ (.*)\r\n/gm), ([, ...parts]) =>
    parts.join(' '),
  );
}

function bytesOf(description: Parameters<typeof encodeDescription>[0]): Uint8Array {
  const bytes = encodeDescription(description);
  if (bytes === undefined) throw new Error('it has no place in this form');
  return bytes;
}

describe('a compact description', () => {
  it.each(realDescriptionNames)('keeps what connects: %s', (name) => {
    const real = realDescription(name);
    const bytes = bytesOf(real);
    expect(bytes.length).toBeLessThan(120);
    const made = decodeDescription(bytes);
    if (made === undefined) throw new Error('not read');
    expect(decodeSignalData(made)).toEqual(made);
    expect(made.type).toBe(real.type);
    for (const kind of [
      /^a=ice-(ufrag|pwd):.*$/gm,
      /^a=(setup|mid|sctp-port|max-message-size|fingerprint|group):.*$/gm,
      /^m=.*webrtc-datachannel/gm,
    ]) {
      const portless = (line: string) => line.replace(/^m=application \d+/, 'm=application 9');
      expect(lines(made.sdp, kind).map(portless)).toEqual(lines(real.sdp, kind).map(portless));
    }
    const places = (sdp: string) =>
      Array.from(sdp.matchAll(/ udp \d+ (\S+ \d+ typ host)/gi), ([, place = '']) =>
        place.replace('fd00::2', 'fd00:0:0:0:0:0:0:2'),
      ).sort();
    expect(places(made.sdp)).toEqual(places(real.sdp));
    expect(places(made.sdp)).toHaveLength(2);
    expect(encodeDescription(made)).toEqual(bytes);
  });

  it('says that an offer is the first of its sender', () => {
    const first = decodeDescription(bytesOf({ ...offer, isFirst: true }));
    expect(first?.isFirst).toBe(true);
    expect(decodeDescription(bytesOf(offer))).not.toHaveProperty('isFirst');
  });

  it('keeps candidates of every kind, the preferred ones first, and where they were seen from to itself', () => {
    expect(
      candidatesAfter(
        '1 1 udp 41885439 203.0.113.9 3478 typ relay raddr 198.51.100.4 rport 40000',
        '2 1 udp 1677729535 198.51.100.4 40000 typ srflx raddr 10.0.0.5 rport 40000 generation 0',
        '3 1 UDP 1845501695 198.51.100.5 40001 typ prflx raddr 10.0.0.5 rport 40000',
        '4 1 udp 2113937151 10.0.0.5 40000 typ host generation 0 network-cost 999',
        '5 1 udp 2113937152 2001:DB8::1 40002 typ host',
        '6 1 tcp 1518280447 10.0.0.5 443 typ host tcptype passive',
        '7 1 TCP 1518280446 ::1 444 typ host tcptype so',
      ),
    ).toEqual([
      'udp 2001:db8:0:0:0:0:0:1 40002 typ host',
      'udp 10.0.0.5 40000 typ host',
      'udp 198.51.100.5 40001 typ prflx raddr 0.0.0.0 rport 0',
      'udp 198.51.100.4 40000 typ srflx raddr 0.0.0.0 rport 0',
      'tcp 10.0.0.5 443 typ host tcptype passive',
      'tcp 0:0:0:0:0:0:0:1 444 typ host tcptype so',
      'udp 203.0.113.9 3478 typ relay raddr 0.0.0.0 rport 0',
    ]);
  });

  it('writes an address that several candidates share once', () => {
    const at = (port: number) => `1 1 udp 2113937151 fd00::5 ${port} typ host`;
    const lengths = [[at(1)], [at(1), at(2)]].map((all) => bytesOf(withCandidates(...all)).length);
    expect(lengths).toEqual([60 + 19, 60 + 19 + 4]);
  });

  it.each([
    ['that only calls', '1 1 tcp 1518280447 10.0.0.5 9 typ host tcptype active'],
    ['of TCP that does not say who calls', '1 1 tcp 1518280447 10.0.0.5 9 typ host'],
    ['of a second component', '1 2 udp 2113937151 10.0.0.5 40000 typ host'],
    ['at a name of the DNS', '1 1 udp 2113937151 host.example 40000 typ host'],
    ['at an address with a zone', '1 1 udp 2113937151 fe80::1%eth0 40000 typ host'],
    ['at no address of IPv4', '1 1 udp 2113937151 10.0.0.256 40000 typ host'],
    ['at no address of IPv6', '1 1 udp 2113937151 1::2::3 40000 typ host'],
    ['at seven groups', '1 1 udp 2113937151 1:2:3:4:5:6:7 40000 typ host'],
    ['at nine groups', '1 1 udp 2113937151 1:2:3:4:5:6:7:8:9 40000 typ host'],
    ['at port 0', '1 1 udp 2113937151 10.0.0.5 0 typ host'],
    ['at port 65,536', '1 1 udp 2113937151 10.0.0.5 65536 typ host'],
    ['of an unknown kind', '1 1 udp 2113937151 10.0.0.5 40000 typ other'],
  ])('leaves out a candidate %s', (_what, candidate) => {
    expect(candidatesAfter(candidate, '9 1 udp 7 10.0.0.9 65535 typ host')).toEqual([
      'udp 10.0.0.9 65535 typ host',
    ]);
  });

  it('takes 16 candidates, those of the highest priority', () => {
    const all = Array.from({ length: 17 }, (_, i) => `1 1 udp ${1000 + i} 2001:db8::${i} 1 typ host`);
    const kept = candidatesAfter(...all);
    expect(kept).toHaveLength(16);
    expect(kept[0]).toBe('udp 2001:db8:0:0:0:0:0:16 1 typ host');
    expect(kept).not.toContain('udp 2001:db8:0:0:0:0:0:0 1 typ host');
    expect(bytesOf(withCandidates(...all)).length).toBe(60 + 16 * 19);
  });

  it('keeps what the other side takes, and where its SCTP listens', () => {
    for (const [line, bytes] of [
      ['a=max-message-size:0', Number.MAX_SAFE_INTEGER],
      ['a=max-message-size:127', 127],
      ['a=max-message-size:128', 128],
      ['a=max-message-size:4294967295', 2 ** 32 - 1],
      ['a=max-message-size:4294967296', 2 ** 32 - 1],
      ['', 65_536],
    ] as const) {
      const sdp = offer.sdp.replace('a=max-message-size:262144', line);
      expect(maxMessageBytesOf(decodeDescription(bytesOf({ ...offer, sdp }))?.sdp ?? '')).toBe(bytes);
    }
    const sdp = offer.sdp.replace('sctp-port:5000', 'sctp-port:5001');
    expect(decodeDescription(bytesOf({ ...offer, sdp }))?.sdp).toContain('\r\na=sctp-port:5001\r\n');
  });

  it.each([
    ['another hash of the certificate', 'a=fingerprint:sha-256', 'a=fingerprint:sha-512'],
    ['no user fragment', 'a=ice-ufrag:xZ0e', 'a=x'],
    ['a user fragment that is too short', 'xZ0e', 'xZ0'],
    ['a user fragment with a character that ICE does not know', 'xZ0e', 'xZ-e'],
    ['a user fragment of 256 characters', 'xZ0e', 'x'.repeat(256)],
    ['a password that is too short', 'lRYfqyOSlf/LHIe4Bd3TqLvM', 'lRYfqyOSlf/LHIe4Bd3Tq'],
    ['another name of the medium', 'a=mid:0', 'a=mid:data'],
    ['no role', 'a=setup:actpass', 'a=x'],
    ['the role of a held connection', 'a=setup:actpass', 'a=setup:holdconn'],
    ['a lite implementation', 'a=mid:0', 'a=ice-lite\r\na=mid:0'],
    ['no port of SCTP', 'sctp-port:5000', 'sctp-port:0'],
    ['a port of SCTP that is none', 'sctp-port:5000', 'sctp-port:65536'],
  ])('cannot be of %s', (_what, from, to) => {
    expect(offer.sdp).toContain(from);
    expect(encodeDescription({ ...offer, sdp: offer.sdp.replace(from, to) })).toBeUndefined();
  });

  it('cannot be an answer that leaves the role open', () => {
    expect(encodeDescription({ type: 'answer', sdp: offer.sdp })).toBeUndefined();
    const bytes = bytesOf(offer);
    bytes[0] = 1;
    expect(decodeDescription(bytes)).toBeUndefined();
  });

  it('has at most 600 bytes', () => {
    const all = Array.from({ length: 16 }, (_, i) => `1 1 udp ${1000 + i} 2001:db8::${i} 1 typ host`);
    const { sdp } = withCandidates(...all);
    const long = (chars: number) => ({ ...offer, sdp: sdp.replace('xZ0e', 'x'.repeat(chars)) });
    const password = (chars: number, ufrag: number) => ({
      ...offer,
      sdp: long(ufrag).sdp.replace('lRYfqyOSlf/LHIe4Bd3TqLvM', 'y'.repeat(chars)),
    });
    expect(bytesOf(password(174, 168)).length).toBe(COMPACT_DESCRIPTION_BYTES_MAX);
    expect(encodeDescription(password(175, 168))).toBeUndefined();
    const tooLong = new Uint8Array(COMPACT_DESCRIPTION_BYTES_MAX + 1);
    expect(decodeDescription(tooLong)).toBeUndefined();
  });
});

describe('the bytes of a stranger', () => {
  const samples = realDescriptionNames.map((name) => bytesOf(realDescription(name)));

  it('are refused when they end early, or go on', () => {
    for (const bytes of samples) {
      for (let end = 0; end < bytes.length; end += 1)
        expect(decodeDescription(bytes.subarray(0, end))).toBeUndefined();
      expect(decodeDescription(Uint8Array.from([...bytes, 0]))).toBeUndefined();
    }
  });

  it.each([
    ['with the same candidates', [], true],
    [
      'with an address written twice',
      [
        [0, 10, 0, 0, 5, 0, 1],
        [0, 10, 0, 0, 5, 0, 2],
      ],
      false,
    ],
    [
      'with an address repeated',
      [
        [0, 10, 0, 0, 5, 0, 1],
        [3, 0, 0, 2],
      ],
      true,
    ],
    [
      'with an address repeated from where it is repeated',
      [
        [0, 10, 0, 0, 5, 0, 1],
        [3, 0, 0, 2],
        [3, 1, 0, 3],
      ],
      false,
    ],
    [
      'with an address repeated that is not there',
      [
        [0, 10, 0, 0, 5, 0, 1],
        [3, 1, 0, 2],
      ],
      false,
    ],
    [
      'with the preferred candidate last',
      [
        [4, 10, 0, 0, 5, 0, 1],
        [0, 10, 0, 0, 6, 0, 1],
      ],
      false,
    ],
    ['with a way to reach a candidate that is not known', [[0x30, 10, 0, 0, 5, 0, 1]], false],
    ['with a candidate at port 0', [[0, 10, 0, 0, 5, 0, 0]], false],
    ['with 16 candidates', Array.from({ length: 16 }, (_, i) => [0, 10, 0, 0, i, 0, 1]), true],
    ['with 17 candidates', Array.from({ length: 17 }, (_, i) => [0, 10, 0, 0, i, 0, 1]), false],
  ] as const)('have one form: %s', (_what, candidates, isTaken) => {
    const bare = bytesOf(withCandidates()).slice(0, -1);
    const bytes = Uint8Array.from([...bare, candidates.length, ...candidates.flat()]);
    expect(decodeDescription(bytes) !== undefined).toBe(isTaken);
  });

  it('have one form: of numbers and characters', () => {
    const bare = bytesOf(withCandidates());
    const changed = (at: number, remove: number, ...bytes: readonly number[]) =>
      decodeDescription(Uint8Array.from([...bare.slice(0, at), ...bytes, ...bare.slice(at + remove)]));
    // 262,144 is 80 80 10.
    expect([...bare.slice(33, 36)]).toEqual([0x80, 0x80, 0x10]);
    expect(changed(33, 3, 0x80, 0x80, 0x90, 0)).toBeUndefined();
    expect(changed(33, 3, 0xff, 0xff, 0xff, 0xff, 0x0f)?.sdp).toContain('max-message-size:4294967295\r\n');
    expect(changed(33, 3, 0x80, 0x80, 0x80, 0x80, 0x10)).toBeUndefined();
    // Five characters are 30 bits, so two are left over.
    expect(changed(36, 4, 5, 1, 2, 3, 0b100)).toBeDefined();
    expect(changed(36, 4, 5, 1, 2, 3, 0b101)).toBeUndefined();
    expect(changed(0, 1, 32)).toBeUndefined();
    expect(changed(0, 1, 16)).toBeUndefined();
  });

  it('make one description each, whose lines are those of the form', () => {
    const known =
      /^(v=0|o=- 1 1 IN IP4 0\.0\.0\.0|s=-|t=0 0|a=group:BUNDLE 0|m=application 9 UDP\/DTLS\/SCTP webrtc-datachannel|c=IN IP4 0\.0\.0\.0|a=mid:0|a=ice-(ufrag|pwd):[A-Za-z0-9+/]{4,255}|a=ice-options:trickle|a=fingerprint:sha-256 [0-9A-F:]{95}|a=setup:(actpass|active|passive)|a=sctp-port:\d{1,5}|a=max-message-size:\d{1,10}|a=candidate:\d{1,2} 1 (udp|tcp) \d{1,10} [0-9a-f.:-]{2,39}(\.local|) \d{1,5} typ (host|srflx|prflx|relay)( raddr 0\.0\.0\.0 rport 0)?( tcptype (passive|so))?|)$/;
    const change = fc.record({ at: fc.nat(130), byte: fc.nat(255) });
    let taken = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(change, { maxLength: 3 }),
        fc.uint8Array({ maxLength: 20 }),
        (sample, changes, more) => {
          const bytes = Uint8Array.from([...sample, ...more]).slice(0, sample.length + (more[0] ?? 0) / 128);
          for (const { at, byte } of changes) if (at < bytes.length) bytes[at] = byte;
          const made = decodeDescription(bytes);
          if (made === undefined) return;
          taken += 1;
          expect(made.sdp.split('\r\n').filter((line) => !known.test(line))).toEqual([]);
          expect(fingerprintOf(made.sdp)).toEqual(bytes.slice(1, 33));
          expect(encodeDescription(made)).toEqual(bytes);
        },
      ),
      { numRuns: 1000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
