/**
 * What every directory of the signaling server must do, with two processes that share it. Runs under any test runner
 * with `describe` and `it`, as the suites of stores do; directories of other people can run it as well.
 *
 * It does not cover what only a network can do: that the peers of a process that was killed expire.
 */
import type {
  Directory,
  JoinOutcome,
  OpenDirectory,
  PeerKind,
  SampleOutcome,
} from '@vision-light/signal-server';
import { Inbox } from './inbox.js';
import type { SuiteRunner } from './store-under-test.js';

/** Limits that a directory under test is made with. */
export interface DirectoryBounds {
  readonly maxRooms: number;
  readonly maxMembersPerRoom: number;
}

/** A new, empty directory. */
export interface DirectoryPlace {
  /** Called once for each process. */
  readonly open: OpenDirectory;
  dispose(): Promise<void>;
}

/** A kind of directory under test. */
export interface DirectoryUnderTest {
  readonly name: string;
  makePlace(bounds: DirectoryBounds): Promise<DirectoryPlace>;
}

const one = '1'.repeat(64);
const two = '2'.repeat(64);
const MANY = 100;

/** One process: its access to the directory, and what was delivered to its peers. */
interface Process {
  readonly directory: Directory;
  readonly inbox: Inbox;
}

type Processes = readonly [Process, Process];

function assertEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [actual, expected].map((value) => JSON.stringify(value));
  if (found !== wanted) throw new Error(`${what} is ${found}, not ${wanted}`);
}

async function join(
  { directory }: Process,
  id: string,
  { network = one, kind = 'browser' as PeerKind, sampleMax = 16 } = {},
): Promise<JoinOutcome> {
  return directory.join({ id, kind, network }, sampleMax);
}

/** Ids of a sample, sorted. */
function idsOf(outcome: JoinOutcome | SampleOutcome): readonly string[] {
  if (!outcome.ok) throw new Error(`refused with ${outcome.code}`);
  return outcome.peers.map(({ id }) => id).sort();
}

async function assertSees({ directory }: Process, id: string, expected: readonly string[]): Promise<void> {
  assertEqual(idsOf(await directory.sample(id, 1000)), [...expected].sort(), `what ${id} is told`);
}

async function assertRefused(call: Promise<unknown>, code: string): Promise<void> {
  assertEqual(await call, { ok: false, code }, 'the outcome');
}

async function assertRejects(call: Promise<unknown>, what: string): Promise<void> {
  const hasRejected = await call.then(
    () => false,
    () => true,
  );
  if (!hasRejected) throw new Error(`${what} did not reject`);
}

/** The number of rooms, as Prometheus adds it up. */
async function roomsOf(processes: readonly Process[]): Promise<number> {
  const parts = await Promise.all(processes.map(({ directory }) => directory.roomCount()));
  return parts.reduce((sum, part) => sum + part, 0);
}

type DirectoryTest = (processes: Processes) => Promise<void>;

/** Defines the tests of one kind of directory. */
export function defineDirectorySuite({ describe, it }: SuiteRunner, kind: DirectoryUnderTest): void {
  const test = (name: string, body: DirectoryTest, bounds: Partial<DirectoryBounds> = {}): void =>
    it(name, async () => {
      const place = await kind.makePlace({ maxRooms: 1000, maxMembersPerRoom: 1000, ...bounds });
      const start = async (): Promise<Process> => {
        const inbox = new Inbox();
        return { directory: await place.open(inbox.deliver), inbox };
      };
      const processes = [await start(), await start()] as const;
      try {
        await body(processes);
      } finally {
        for (const { directory } of processes) await directory.close();
        await place.dispose();
      }
    });

  describe(`directory: ${kind.name}`, () => {
    defineRoomTests(test);
    defineRoutingTests(test);
    defineOrderTests(test);
    defineClosingTests(test);
  });
}

type DefineTest = (name: string, body: DirectoryTest, bounds?: Partial<DirectoryBounds>) => void;

function defineRoomTests(test: DefineTest): void {
  test('tells a newcomer of the others in its room, with their kinds, in whichever process', async ([
    p,
    q,
  ]) => {
    assertEqual(await join(p, 'a', { kind: 'gateway' }), { ok: true, peers: [] }, 'the first sample');
    await join(q, 'stranger', { network: two });
    assertEqual(await join(q, 'b'), { ok: true, peers: [{ id: 'a', kind: 'gateway' }] }, 'the second');
    assertEqual(idsOf(await join(p, 'c')), ['a', 'b'], 'the third');
    await assertSees(q, 'b', ['a', 'c']);
    await assertSees(q, 'stranger', []);
  });

  test('samples no more than asked for, nobody twice, and not the peer itself', async ([p, q]) => {
    for (let i = 0; i < 10; i++) await join(i % 2 === 0 ? p : q, `peer-${i}`);
    for (let count = 1; count < 12; count++) {
      const ids = idsOf(await p.directory.sample('peer-0', count));
      assertEqual(new Set(ids).size, Math.min(count, 9), `how many of ${count}`);
      if (ids.includes('peer-0')) throw new Error('the sample holds the peer itself');
    }
    assertEqual(idsOf(await join(p, 'last', { sampleMax: 3 })).length, 3, 'the sample on joining');
  });

  test('tells a newcomer first of the peer that came before it, while that is there', async ([p, q]) => {
    await join(q, 'gateway', { kind: 'gateway' });
    for (let i = 0; i < 30; i++) {
      const outcome = await join(i % 2 === 0 ? p : q, `peer-${i}`, { sampleMax: 4 });
      const peers = outcome.ok ? outcome.peers : [];
      assertEqual(peers[0]?.id, i === 0 ? 'gateway' : `peer-${i - 1}`, 'the first of the sample');
      assertEqual(new Set(peers.map(({ id }) => id)).size, Math.min(i + 1, 4), 'how many it is told of');
      assertEqual(
        peers.some(({ kind }) => kind === 'gateway'),
        true,
        'whether a gateway is among them',
      );
    }
    await q.directory.leave('peer-29');
    assertEqual(
      idsOf(await join(p, 'after', { sampleMax: 40 })).length,
      30,
      'the sample without the one that left',
    );
  });

  test('puts a gateway into each sample if the room has another one', async ([p, q]) => {
    await join(q, 'gateway', { kind: 'gateway' });
    for (let i = 0; i < 20; i++) await join(p, `peer-${i}`);
    for (let i = 0; i < 20; i++) {
      assertEqual(idsOf(await p.directory.sample(`peer-${i}`, 1)), ['gateway'], 'a sample of one');
    }
    const ids = idsOf(await q.directory.sample('gateway', 5));
    if (ids.includes('gateway')) throw new Error('the gateway was told of itself');
  });

  test('has a peer in one room at most', async ([p, q]) => {
    await join(p, 'a');
    await assertRefused(join(p, 'a'), 'SIGNAL_ALREADY_JOINED');
    await assertRefused(join(p, 'a', { network: two }), 'SIGNAL_ALREADY_JOINED');
    assertEqual(await roomsOf([p, q]), 1, 'the number of rooms');
    await p.directory.leave('a');
    assertEqual((await join(p, 'a', { network: two })).ok, true, 'joining after leaving');
  });

  test(
    'limits the peers of a room, and has a place again when one leaves',
    async ([p, q]) => {
      await join(p, 'a');
      await join(q, 'b');
      await assertRefused(join(p, 'c'), 'SIGNAL_ROOM_FULL');
      await assertSees(p, 'a', ['b']);
      assertEqual((await join(p, 'c', { network: two })).ok, true, 'joining another room');
      await q.directory.leave('b');
      assertEqual(idsOf(await join(q, 'd')), ['a'], 'the sample of the next');
    },
    { maxMembersPerRoom: 2 },
  );

  test(
    'limits a room also when many join at once',
    async ([p, q]) => {
      const joins = Array.from({ length: 20 }, (_, i) => join(i % 2 === 0 ? p : q, `peer-${i}`));
      const joined = (await Promise.all(joins)).filter(({ ok }) => ok);
      assertEqual(joined.length, 7, 'how many joined');
    },
    { maxMembersPerRoom: 7 },
  );

  test(
    'limits the rooms, counts them, and forgets the empty ones',
    async ([p, q]) => {
      assertEqual(await roomsOf([p, q]), 0, 'the number of rooms at first');
      await join(p, 'a');
      await join(q, 'b', { network: two });
      await assertRefused(join(q, 'c', { network: '3'.repeat(64) }), 'SIGNAL_TOO_MANY_ROOMS');
      assertEqual(await roomsOf([p, q]), 2, 'the number of rooms');
      await p.directory.leave('a');
      assertEqual(await roomsOf([p, q]), 1, 'the number of rooms then');
      assertEqual((await join(q, 'c', { network: '3'.repeat(64) })).ok, true, 'joining a third');
    },
    { maxRooms: 2 },
  );

  test('takes a leave of a peer that is in no room', async ([p, q]) => {
    await p.directory.leave('nobody');
    await join(p, 'a');
    await p.directory.leave('a');
    await p.directory.leave('a');
    assertEqual(await roomsOf([p, q]), 0, 'the number of rooms');
  });
}

function defineRoutingTests(test: DefineTest): void {
  test('delivers a signal to its recipient, unchanged, in whichever process', async ([p, q]) => {
    await join(p, 'a');
    await join(p, 'b');
    await join(q, 'c');
    const signals = ['{"x":1}', '', '"\\u0000\r\n \u2028 \ud83d\ude00 \u00fc"', 'x'.repeat(65_536)];
    for (const signal of signals) {
      assertEqual(await p.directory.route('a', 'b', signal), { ok: true }, 'routing within the process');
      assertEqual(await p.directory.route('a', 'c', signal), { ok: true }, 'routing to the other process');
      assertEqual(await q.directory.route('c', 'a', signal), { ok: true }, 'routing back');
    }
    assertEqual(await p.inbox.until('b', signals.length), signals, 'what came within the process');
    assertEqual(await q.inbox.until('c', signals.length), signals, 'what came to the other process');
    assertEqual(await p.inbox.until('a', signals.length), signals, 'what came back');
    for (const id of ['a', 'b']) assertEqual(q.inbox.of(id), [], `what the wrong process has of ${id}`);
    assertEqual(p.inbox.of('c'), [], 'what the wrong process has of c');
  });

  test('routes to nobody outside the room, nor to the sender, nor to who has left', async ([p, q]) => {
    for (const id of ['a', 'b', 'gone']) await join(p, id);
    await join(q, 'stranger', { network: two });
    await p.directory.leave('gone');
    for (const to of ['stranger', 'a', 'gone', 'nobody', '', '__proto__', 'constructor', one]) {
      await assertRefused(p.directory.route('a', to, 'wrong'), 'SIGNAL_NO_SUCH_PEER');
    }
    // What had been delivered would have come before these.
    await q.directory.join({ id: 'c', kind: 'browser', network: one }, 1);
    await p.directory.route('a', 'b', 'last');
    await p.directory.route('a', 'c', 'last');
    await Promise.all([p.inbox.until('b', 1), q.inbox.until('c', 1)]);
    for (const id of ['a', 'gone']) assertEqual(p.inbox.of(id), [], `what came to ${id}`);
    assertEqual(q.inbox.of('stranger'), [], 'what came to the stranger');
  });

  test('serves nobody who has not joined', async ([p]) => {
    await join(p, 'a');
    await assertRefused(p.directory.sample('nobody', 1), 'SIGNAL_NOT_JOINED');
    await assertRefused(p.directory.route('nobody', 'a', 'x'), 'SIGNAL_NOT_JOINED');
    await p.directory.leave('a');
    await assertRefused(p.directory.sample('a', 1), 'SIGNAL_NOT_JOINED');
    await assertRefused(p.directory.route('a', 'a', 'x'), 'SIGNAL_NOT_JOINED');
  });
}

/** Here nobody waits for a call before the next one. */
function defineOrderTests(test: DefineTest): void {
  const numbers = Array.from({ length: MANY }, (_, i) => String(i));

  test('delivers the signals of each pair in the order of the calls', async ([p, q]) => {
    const senders: [Process, string][] = [
      [p, 'a'],
      [p, 'b'],
      [q, 'c'],
    ];
    for (const [process, id] of senders) await join(process, id);
    await join(q, 'to');
    const calls = numbers.flatMap((i) =>
      senders.map(([{ directory }, id]) => directory.route(id, 'to', `${id}${i}`)),
    );
    for (const outcome of await Promise.all(calls)) assertEqual(outcome, { ok: true }, 'the outcome');
    const signals = await q.inbox.until('to', senders.length * MANY);
    for (const [, id] of senders) {
      const own = signals.filter((signal) => signal.startsWith(id));
      assertEqual(
        own,
        numbers.map((i) => `${id}${i}`),
        `what came from ${id}`,
      );
    }
  });

  test('lets no leave overtake the join before it, and no join the leave before it', async ([p, q]) => {
    await join(q, 'watcher');
    for (const i of numbers) {
      const calls = ['gone', 'back', 'back'].map((id) => [join(p, id + i), p.directory.leave(id + i)]);
      await Promise.all(calls.flat());
    }
    await assertSees(q, 'watcher', []);
    await Promise.all([join(p, 'back'), p.directory.leave('back'), join(p, 'back')]);
    await assertSees(q, 'watcher', ['back']);
  });

  test('routes what a peer sends right after its join and right before its leave', async ([p, q]) => {
    await join(q, 'to');
    for (const i of numbers) {
      const [, first, second] = await Promise.all([
        join(p, 'a'),
        p.directory.route('a', 'to', `first ${i}`),
        p.directory.route('a', 'to', `second ${i}`),
        p.directory.leave('a'),
      ]);
      assertEqual([first, second], [{ ok: true }, { ok: true }], 'the outcomes');
    }
    const expected = numbers.flatMap((i) => [`first ${i}`, `second ${i}`]);
    assertEqual(await q.inbox.until('to', 2 * MANY), expected, 'what came');
  });

  test('delivers nothing to a peer whose leave has resolved', async ([p, q]) => {
    await join(p, 'a');
    await join(q, 'marker');
    for (const i of numbers) {
      await join(q, `to-${i}`);
      const calls = [1, 2, 3].map((n) => p.directory.route('a', `to-${i}`, String(n)));
      await q.directory.leave(`to-${i}`);
      const { length } = q.inbox.of(`to-${i}`);
      await Promise.all(calls);
      await p.directory.route('a', 'marker', i);
      await q.inbox.until('marker', Number(i) + 1);
      assertEqual(q.inbox.of(`to-${i}`).length, length, 'how much came');
    }
  });
}

function defineClosingTests(test: DefineTest): void {
  test('removes the peers of a process that closes, and no others', async ([p, q]) => {
    for (const [process, id] of [
      [p, 'a'],
      [p, 'b'],
      [q, 'c'],
      [q, 'd'],
    ] as const) {
      await join(process, id);
    }
    await join(p, 'alone', { network: two });
    await p.directory.close();
    await assertSees(q, 'c', ['d']);
    await assertRefused(q.directory.route('c', 'a', 'x'), 'SIGNAL_NO_SUCH_PEER');
    assertEqual(await q.directory.roomCount(), 1, 'the number of rooms');
    assertEqual(p.inbox.of('a'), [], 'what came to a closed process');
  });

  test('rejects calls after it was closed, except another close', async ([{ directory }]) => {
    await directory.close();
    await directory.close();
    await assertRejects(directory.join({ id: 'a', kind: 'browser', network: one }, 1), 'join');
    await assertRejects(directory.sample('a', 1), 'sample');
    await assertRejects(directory.route('a', 'b', 'x'), 'route');
    await assertRejects(directory.leave('a'), 'leave');
    await assertRejects(directory.roomCount(), 'roomCount');
  });
}
