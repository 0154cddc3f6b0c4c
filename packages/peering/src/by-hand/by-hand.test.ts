import type { SignalData } from '@vision-light/signaling';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import { realDescription } from '../../../../tests/session-descriptions.js';
import type { Connection, ConnectionOptions } from '../connection.js';
import { PeerLinks } from '../peer-links.js';
import { ByHand, type HandNote, type HandResult } from './by-hand.js';

const NOW = 1_780_000_000;
const network = 'c0ffee42'.repeat(8);

/** A connection that describes itself as a real one did, and notes what it is given. */
class DescribedConnection implements Connection {
  readonly taken: SignalData[] = [];
  isDestroyed = false;

  constructor(readonly options: ConnectionOptions) {
    if (options.isInitiator) queueMicrotask(() => options.onSignal(realDescription('firefoxOffer')));
  }

  signal(data: SignalData): void {
    this.taken.push(data);
    if (data.type === 'offer') this.options.onSignal(realDescription('chromiumAnswer'));
  }

  end(): void {}

  destroy(): void {
    this.isDestroyed = true;
  }
}

/** A page, as far as introductions by hand go. */
class Side {
  readonly clock = new ManualClock();
  readonly made: DescribedConnection[] = [];
  readonly links: PeerLinks<DescribedConnection>;
  readonly hand: ByHand<DescribedConnection>;
  wallTime = NOW;
  /** The platform makes no connection. */
  refuses = false;

  constructor(networkId = network, linksMax = 8) {
    this.links = new PeerLinks({
      linksMax,
      setupsMax: 8,
      clock: this.clock,
      connect: (options) => {
        if (this.refuses) throw new Error('refused');
        const connection = new DescribedConnection(options);
        this.made.push(connection);
        return connection;
      },
      events: {
        made: (name) => this.hand.made(name),
        described: () => {},
        gone: (name, reason) => this.hand.gone(name, reason),
        refused: () => {},
      },
    });
    this.hand = new ByHand({
      links: this.links,
      clock: this.clock,
      wallTime: () => this.wallTime,
      networkId,
      iceServers: () => [],
    });
  }

  /** The channel of the newest link is open. */
  open(): void {
    const { options } = this.made.at(-1) as DescribedConnection;
    this.links.markOpen(options.name);
    this.hand.opened(options.name);
  }
}

function noteOf(result: HandResult<HandNote | undefined>): HandNote {
  if (!result.ok || result.value === undefined) throw new Error(JSON.stringify(result));
  return result.value;
}

function codeOf(result: HandResult<unknown>): string {
  return result.ok ? 'none' : result.code;
}

let a = new Side();
let b = new Side();

beforeEach(() => {
  a = new Side();
  b = new Side();
});

describe('an introduction by hand', () => {
  it('joins two pages by two texts', async () => {
    const invitation = noteOf(await a.hand.invite());
    expect(invitation.expires).toBe(NOW + 600);
    const answer = noteOf(await b.hand.accept(invitation.text));
    expect(answer).toMatchObject({ invitation: invitation.invitation, expires: NOW + 600 });
    const accepted = a.hand.accept(answer.text);
    expect(a.made[0]?.taken.map(({ type }) => type)).toEqual(['answer']);
    a.open();
    b.open();
    expect(await accepted).toEqual({ ok: true, value: undefined });
    expect(await a.hand.outcomeOf(invitation.invitation)).toBe('joined');
    expect(await b.hand.outcomeOf(invitation.invitation)).toBe('joined');
    // What becomes of the link afterwards is no matter of the introduction.
    a.links.drop('by-hand-1.1', 'the other side hung up');
    expect(await a.hand.outcomeOf(invitation.invitation)).toBe('joined');
  });

  it('is with whoever has the text, whatever a server calls somebody else', async () => {
    const { invitation } = noteOf(await a.hand.invite());
    // The name of the invitation's own route, which nobody is to know.
    const route = { url: 'http://signal.example/', ownId: 'm', iceServers: [], send: () => {} };
    a.links.receive(route, 'by-hand-1', realDescription('chromiumOffer'));
    a.open();
    const outcome = a.hand.outcomeOf(invitation);
    a.clock.advance(60_000);
    expect(await outcome).toBeUndefined();
    a.links.drop(a.made.at(-1)?.options.name ?? '', 'gone');
    const later = a.hand.outcomeOf(invitation);
    a.clock.advance(60_000);
    expect(await later).toBeUndefined();
  });

  it('ends at once where no connection can be made', async () => {
    const invitationAt = async (wallTime: number): Promise<string> => {
      a = new Side();
      a.wallTime = wallTime;
      return noteOf(await a.hand.invite()).text;
    };
    b.refuses = true;
    for (let i = 1; i <= 5; i += 1)
      expect(codeOf(await b.hand.accept(await invitationAt(NOW - i)))).toBe('INVITES_FULL');
    b.refuses = false;
    expect(codeOf(await b.hand.accept(await invitationAt(NOW)))).toBe('none');
  });

  it('sends descriptions whole, and says that there is no other link', async () => {
    const { text } = noteOf(await a.hand.invite());
    await b.hand.accept(text);
    expect([a, b].map(({ made }) => made[0]?.options.sendsWhole)).toEqual([true, true]);
    expect(b.made[0]?.taken[0]).toMatchObject({ type: 'offer', isFirst: true });
  });

  it('keeps the answering side trying, until the channel is open', async () => {
    const { text } = noteOf(await a.hand.invite());
    await b.hand.accept(text);
    const tried = (): readonly string[] =>
      (b.made[0]?.taken ?? []).flatMap((data) =>
        data.type === 'candidate' ? [data.candidate.candidate] : [],
      );
    // The two addresses of the other side, and two where nobody is.
    expect(tried()).toHaveLength(4);
    b.clock.advance(3999);
    expect(tried()).toHaveLength(4);
    b.clock.advance(1);
    expect(tried()).toHaveLength(8);
    expect(new Set(tried()).size).toBe(8);
    expect(
      tried()
        .map((each) => each.split(' ').slice(4, 6).join(' '))
        .slice(4),
    ).toEqual([
      'bc69f0fd-ccf6-4522-967c-1a682e287c9c.local 57738',
      'b1bef54d-3261-453d-a287-1fc75434c3a6.local 54107',
      '198.51.100.1 40001',
      '2001:db8::1 40001',
    ]);
    b.open();
    b.clock.advance(60_000);
    expect(tried()).toHaveLength(8);
  });

  it.each([
    ['INVITE_MALFORMED', 'another text', async () => a.hand.accept('hello')],
    [
      'INVITE_WRONG_NETWORK',
      'an invitation of another network',
      async () => a.hand.accept(noteOf(await new Side('ab'.repeat(32)).hand.invite()).text),
    ],
    [
      'INVITE_EXPIRED',
      'an invitation whose time is over',
      async () => {
        b.wallTime = NOW - 600;
        return a.hand.accept(noteOf(await b.hand.invite()).text);
      },
    ],
    [
      'INVITE_USED',
      'an invitation that was answered before',
      async () => {
        const { text } = noteOf(await b.hand.invite());
        await a.hand.accept(text);
        return a.hand.accept(text);
      },
    ],
    [
      'INVITE_USED',
      'an answer that was taken before',
      async () => {
        const { text } = noteOf(await b.hand.accept(noteOf(await a.hand.invite()).text));
        void a.hand.accept(text);
        return a.hand.accept(text);
      },
    ],
    ['INVITE_OWN', 'its own invitation', async () => a.hand.accept(noteOf(await a.hand.invite()).text)],
    [
      'INVITE_OWN',
      'its own answer',
      async () => a.hand.accept(noteOf(await a.hand.accept(noteOf(await b.hand.invite()).text)).text),
    ],
    [
      'INVITE_UNKNOWN',
      'an answer to an invitation of another page',
      async () =>
        a.hand.accept(noteOf(await b.hand.accept(noteOf(await new Side().hand.invite()).text)).text),
    ],
  ])('%s: refuses %s', async (code, _what, refused) => {
    expect(codeOf(await refused())).toBe(code);
  });

  it('is open until its last second', async () => {
    b.wallTime = NOW - 599;
    expect(codeOf(await a.hand.accept(noteOf(await b.hand.invite()).text))).toBe('none');
    // A far end does not make it wait longer than it would for an invitation of now.
    b.wallTime = NOW + 1e6;
    expect(noteOf(await a.hand.accept(noteOf(await b.hand.invite()).text)).expires).toBe(NOW + 600);
  });

  it('INVITE_EXPIRED: ends when nobody answers, on either side', async () => {
    const { text, invitation } = noteOf(await a.hand.invite());
    const answer = noteOf(await b.hand.accept(text));
    for (const side of [a, b]) {
      const outcome = side.hand.outcomeOf(invitation);
      side.clock.advance(600_000);
      await outcome;
      expect(await side.hand.outcomeOf(invitation)).toEqual({ code: 'INVITE_EXPIRED', detail: '' });
      expect(side.links.size).toBe(0);
    }
    expect(codeOf(await a.hand.accept(answer.text))).toBe('INVITE_EXPIRED');
  });

  it('INVITE_FAILED: says so half a minute after the answer', async () => {
    const { text } = noteOf(await a.hand.invite());
    const accepted = a.hand.accept(noteOf(await b.hand.accept(text)).text);
    a.clock.advance(29_999);
    expect(a.links.size).toBe(1);
    a.clock.advance(1);
    expect(await accepted).toEqual({
      ok: false,
      code: 'INVITE_FAILED',
      detail: 'no way to the other page',
    });
  });

  it('INVITE_FAILED: the platform gave up, or describes itself in a way that no text has', async () => {
    const { invitation } = noteOf(await a.hand.invite());
    a.made[0]?.options.onClosed('Ice connection failed.');
    expect(await a.hand.outcomeOf(invitation)).toEqual({
      code: 'INVITE_FAILED',
      detail: 'Ice connection failed.',
    });
    const strange = b.hand.invite();
    b.made[0]?.options.onSignal({
      type: 'offer',
      sdp: realDescription('nodeOffer').sdp.replace('a=mid:0', 'a=mid:x'),
    });
    expect(codeOf(await strange)).toBe('INVITE_FAILED');
    expect(b.links.size).toBe(0);
  });

  it('INVITES_FULL: four at a time, and only where there is room for a peer', async () => {
    const first = noteOf(await a.hand.invite());
    for (let i = 1; i < 4; i += 1) await a.hand.invite();
    expect(codeOf(await a.hand.invite())).toBe('INVITES_FULL');
    b.wallTime += 1;
    expect(codeOf(await a.hand.accept(noteOf(await b.hand.invite()).text))).toBe('INVITES_FULL');
    a.clock.advance(600_000);
    expect(codeOf(await a.hand.invite())).toBe('none');
    expect(codeOf(await a.hand.accept(noteOf(await b.hand.accept(first.text)).text))).toBe('INVITE_EXPIRED');
    const crowded = new Side(network, 1);
    await crowded.hand.invite();
    expect(codeOf(await crowded.hand.invite())).toBe('INVITES_FULL');
    expect(codeOf(await crowded.hand.accept(noteOf(await b.hand.invite()).text))).toBe('INVITES_FULL');
  });

  it('waits a minute with an answer, since the question may come from another tab', async () => {
    const { invitation } = noteOf(await a.hand.invite());
    const outcome = a.hand.outcomeOf(invitation);
    a.clock.advance(60_000);
    expect(await outcome).toBeUndefined();
    expect(await a.hand.outcomeOf('00000000')).toEqual({ code: 'INVITE_UNKNOWN', detail: '' });
  });

  it('remembers the newest 64', async () => {
    const notes: HandNote[] = [];
    for (let i = 0; i < 65; i += 1) {
      a.wallTime += 1;
      notes.push(noteOf(await a.hand.invite()));
      a.open();
      a.links.dropAll('over');
    }
    const [first, second] = notes;
    expect(await a.hand.outcomeOf(first?.invitation ?? '')).toEqual({ code: 'INVITE_UNKNOWN', detail: '' });
    expect(await a.hand.outcomeOf(second?.invitation ?? '')).toBe('joined');
  });
});
