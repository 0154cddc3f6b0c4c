import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../../tests/conformance-suites/manual-clock.js';
import {
  LINK_BYTES_WAITING_MAX,
  LINK_EVENTS_PER_TURN_MAX,
  LINK_EVENTS_WAITING_MAX,
  LINK_PEERS_WAITING_MAX,
} from '../limits.js';
import { LinkInbox, type PeerEvent } from './link-inbox.js';
import type { LinkEvents, LinkKind } from './link-kind.js';
import { LinkRouter } from './link-router.js';

/** Links that note what they are told. */
class NotingLinks implements LinkKind {
  readonly calls: unknown[][] = [];
  events: LinkEvents | undefined;

  constructor(
    readonly name: string,
    readonly peersMax = 2,
  ) {}

  attach(events: LinkEvents): void {
    this.events = events;
  }

  send(link: string, bytes: Uint8Array): void {
    this.calls.push(['send', link, ...bytes]);
  }

  disconnect(link: string, code: string | undefined): void {
    this.calls.push(['disconnect', link, code]);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

let logged: unknown[];
let pushed: PeerEvent[];

beforeEach(() => {
  logged = [];
  pushed = [];
});

function createRouter(kinds: readonly LinkKind[]): LinkRouter {
  const write = (line: string): void => {
    const { code, kind } = JSON.parse(line);
    logged.push([kind, code]);
  };
  const log = pino({ level: 'warn' }, { write });
  const push = (event: PeerEvent): void => void pushed.push(event);
  const router = new LinkRouter({ kinds, clock: new ManualClock(), log, push });
  router.attach();
  return router;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('LinkRouter', () => {
  it('keeps links of one name apart that are of two kinds', () => {
    const [a, b] = [new NotingLinks('a'), new NotingLinks('b')];
    const router = createRouter([a, b]);
    for (const { events } of [a, b]) events?.connected('x', { isChosen: true, maxMessageBytes: 1000 });
    a.events?.received('x', Uint8Array.of(1));
    router.send('b:x', Uint8Array.of(7));
    router.disconnect('b:x', 'PEER_FAULT');
    // Its link is gone for the node.
    b.events?.received('x', Uint8Array.of(2));
    b.events?.disconnected('x', 'closed');
    router.send('b:x', Uint8Array.of(8));
    router.disconnect('a:x', undefined);
    expect(pushed).toEqual([
      { type: 'peerConnected', peer: 'a:x', isChosen: true, maxMessageBytes: 1000 },
      { type: 'peerConnected', peer: 'b:x', isChosen: true, maxMessageBytes: 1000 },
      { type: 'bytesReceived', peer: 'a:x', bytes: Uint8Array.of(1) },
    ]);
    expect(a.calls).toEqual([['disconnect', 'x', undefined]]);
    expect(b.calls).toEqual([
      ['send', 'x', 7],
      ['disconnect', 'x', 'PEER_FAULT'],
    ]);
  });

  it.each([['a:b'], [''], ['webrtc'], ['A']])('refuses a kind with the name %j', (name) => {
    expect(() => createRouter([new NotingLinks('webrtc'), new NotingLinks(name)])).toThrow(RangeError);
  });

  it('gives no kind the room of another, and the room back when a link is gone', () => {
    const [a, b] = [new NotingLinks('a'), new NotingLinks('b')];
    createRouter([a, b]);
    for (const link of ['1', '2', '3']) a.events?.connected(link);
    b.events?.connected('1');
    expect(a.calls).toEqual([['disconnect', '3', 'PEER_TOO_MANY']]);
    a.events?.disconnected('1', 'closed');
    a.events?.connected('4');
    expect(a.calls.length).toBe(1);
    expect(pushed.map(({ peer }) => peer)).toEqual(['a:1', 'a:2', 'b:1', 'a:1', 'a:4']);
  });

  it('leaves it to the core to refuse peers if there is one kind', () => {
    const only = new NotingLinks('only', 1);
    createRouter([only]);
    for (const link of ['1', '2']) only.events?.connected(link);
    expect(pushed.map(({ peer }) => peer)).toEqual(['only:1', 'only:2']);
  });

  it.each([
    ['a second time that it is open', (events) => events.connected('x')],
    ['a size that is not whole', (events) => events.connected('y', { maxMessageBytes: 0.5 }), 'y'],
    ['a size of 0', (events) => events.connected('y', { maxMessageBytes: 0 }), 'y'],
    ['what is no bytes', (events) => events.received('x', 'text' as never)],
    ['a buffer of no size', (events) => events.drained('x', Number.NaN)],
    ['a buffer below 0', (events) => events.drained('x', -1)],
    ['half a byte that is coming', (events) => events.coming('x', 0.5)],
    ['fewer bytes that are coming than none', (events) => events.coming('x', -1)],
  ] as [string, (events: LinkEvents) => void, string?][])(
    'disconnects a link that reports %s',
    (_what, report, link = 'x') => {
      const kind = new NotingLinks('a');
      createRouter([kind]);
      kind.events?.connected('x');
      if (kind.events !== undefined) report(kind.events);
      expect(logged).toEqual([['a', 'LINK_EVENT_INVALID']]);
      expect(kind.calls).toEqual([['disconnect', link, 'LINK_EVENT_INVALID']]);
      expect(pushed.filter(({ type }) => type === 'peerDisconnected').length).toBe(link === 'x' ? 1 : 0);
    },
  );

  it('survives a kind that cannot be attached, and one that cannot look for peers', () => {
    const [broken, good] = [new NotingLinks('broken'), new NotingLinks('good')];
    const fails = (): never => {
      throw new Error('broken');
    };
    const asked: number[] = [];
    const router = createRouter([
      Object.assign(broken, { attach: fails, requestPeers: fails }),
      Object.assign(good, { requestPeers: (count: number) => void asked.push(count) }),
    ]);
    router.requestPeers(5);
    expect(asked).toEqual([5]);
    expect(logged).toEqual([
      ['broken', 'LINK_ATTACH_FAILED'],
      ['broken', 'LINK_REQUEST_FAILED'],
    ]);
  });

  it('does not blame a link for what an earlier one of its name has failed to send', async () => {
    const kind = new NotingLinks('a');
    const router = createRouter([kind]);
    let fail = (_error: Error): void => {};
    Object.assign(kind, {
      send: () =>
        new Promise((_resolve, reject) => {
          fail = reject;
        }),
    });
    kind.events?.connected('x');
    router.send('a:x', Uint8Array.of(1));
    kind.events?.disconnected('x', 'closed');
    kind.events?.connected('x');
    fail(new Error('gone'));
    await turn();
    expect(logged).toEqual([['a', 'LINK_SEND_FAILED']]);
    expect(kind.calls).toEqual([]);
  });

  it('disconnects the link of which too much waits, and no other of its kind', async () => {
    const kind = new NotingLinks('a');
    createRouter([kind]);
    for (const link of ['x', 'y']) kind.events?.connected(link);
    const waitingMax = LINK_EVENTS_PER_TURN_MAX + LINK_EVENTS_WAITING_MAX;
    for (let i = 0; i <= waitingMax; i++) kind.events?.drained('x', 0);
    kind.events?.drained('y', 0);
    expect(kind.calls).toEqual([['disconnect', 'x', 'LINK_FLOODED']]);
    expect(logged).toEqual([['a', 'LINK_FLOODED']]);
    while (pushed.at(-1)?.peer !== 'a:y' || pushed.at(-1)?.type !== 'sendDrained') await turn();
    expect(pushed.at(-2)).toEqual({ type: 'peerDisconnected', peer: 'a:x' });
  });
});

describe('LinkInbox', () => {
  const drained = (peer: string, bufferedBytes: number): PeerEvent => ({
    type: 'sendDrained',
    peer,
    bufferedBytes,
  });

  /** An inbox whose turn is used up. */
  function fullTurn(deliver: (event: PeerEvent) => void = () => {}): LinkInbox {
    const inbox = new LinkInbox(deliver);
    for (let i = 0; i < LINK_EVENTS_PER_TURN_MAX; i++) inbox.add(drained('x', i));
    return inbox;
  }

  it('hands on so many events in a turn, the others in later turns, all in their order', async () => {
    const perTurn = LINK_EVENTS_PER_TURN_MAX;
    const got: number[] = [];
    const note = (event: PeerEvent): void => {
      if (event.type === 'sendDrained') got.push(event.bufferedBytes);
      // What is added from inside the last turn, which has room left, does not overtake what waits.
      if (got.length === 2 * perTurn + 1) inbox.add(drained('y', 2 * perTurn + 9));
    };
    const inbox = new LinkInbox(note);
    for (let i = 0; i < 2 * perTurn + 9; i++) inbox.add(drained(`${i % 8}`, i));
    const afterTurn = [got.length];
    for (let i = 0; i < 3; i++) {
      await turn();
      afterTurn.push(got.length);
    }
    expect(afterTurn).toEqual([perTurn, 2 * perTurn, 2 * perTurn + 9, 2 * perTurn + 10]);
    expect(got).toEqual(Array.from({ length: 2 * perTurn + 10 }, (_, i) => i));
  });

  it('has room for so many bytes of a peer, and again when they are handed on', async () => {
    const inbox = fullTurn();
    const event: PeerEvent = {
      type: 'bytesReceived',
      peer: 'x',
      bytes: new Uint8Array(LINK_BYTES_WAITING_MAX / 2),
    };
    for (let i = 0; i < 2; i++) {
      expect(inbox.hasRoom(event)).toBe(true);
      inbox.add(event);
    }
    expect(inbox.hasRoom(event)).toBe(false);
    expect(inbox.hasRoom(drained('x', 0))).toBe(true);
    await turn();
    expect(inbox.hasRoom(event)).toBe(true);
  });

  it('has no room for a new peer while so many wait', () => {
    const inbox = fullTurn();
    for (let i = 0; i < LINK_PEERS_WAITING_MAX; i++) inbox.add({ type: 'peerConnected', peer: `${i}` });
    expect(inbox.hasRoom({ type: 'peerConnected', peer: 'new' })).toBe(false);
    expect(inbox.hasRoom({ type: 'sendDrained', peer: 'known', bufferedBytes: 0 })).toBe(true);
  });

  it('hands on nothing that waited when it was cleared', async () => {
    const got: PeerEvent[] = [];
    const inbox = fullTurn((event) => got.push(event));
    inbox.add(drained('x', 0));
    inbox.clear();
    await turn();
    expect(got.length).toBe(LINK_EVENTS_PER_TURN_MAX);
  });
});
