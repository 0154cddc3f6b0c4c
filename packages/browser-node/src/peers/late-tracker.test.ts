import type { TrackerClient, TrackerClientEvents } from '@vision-light/signaling/tracker';
import { expect, it } from 'vitest';
import { LateTracker } from './late-tracker.js';

const url = 'wss://tracker.example/#tracker';

/** A tracker whose client is loaded when the test says so. What is done with the client is noted. */
function setUp() {
  const loads: PromiseWithResolvers<void>[] = [];
  const notes: string[] = [];
  const made: TrackerClientEvents[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      notes.push([name, ...args.filter((arg) => typeof arg === 'string')].join(' '));
    };
  const client = {
    ownId: 'me',
    isJoined: true,
    samplePeers: async (count: number) => [`peer ${count}`],
    send: note('send'),
    ended: note('ended'),
    nudge: note('nudge'),
    leave: note('leave'),
    close: note('close'),
  } as unknown as TrackerClient;
  const tracker = new LateTracker(
    { url, networkId: 'ab'.repeat(32), iceServers: undefined },
    {
      joined: (route) => note('joined')(route === tracker ? 'by it' : 'by another'),
      signal: (route, from) => note('signal')(route === tracker ? 'by it' : 'by another', from),
      failed: note('failed'),
    },
    async () => {
      const load = withResolvers();
      loads.push(load);
      await load.promise;
      return {
        joinTracker: (_options, events) => {
          made.push(events);
          return client;
        },
      };
    },
  );
  /** Lets the present load succeed or fail. */
  const end = async (error?: Error): Promise<void> => {
    if (error === undefined) loads.at(-1)?.resolve();
    else loads.at(-1)?.reject(error);
    // The module, the client of it, and the end of loading.
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { tracker, client, loads, notes, made, end };
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function withResolvers(): PromiseWithResolvers<void> {
  let resolve = (): void => {};
  let reject = (_error: Error): void => {};
  const promise = new Promise<void>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}

it('has not joined before its client is there, and then is that client', async () => {
  const { tracker, client, notes, made, end } = setUp();
  expect([tracker.isJoined, tracker.ownId, await tracker.samplePeers(3)]).toEqual([false, '', []]);
  tracker.send('x', { type: 'full' }, () => {});
  await end();
  expect([tracker.isJoined, tracker.ownId, await tracker.samplePeers(3)]).toEqual([true, 'me', ['peer 3']]);
  tracker.send('x', { type: 'full' }, () => {});
  tracker.ended('x');
  // Links know a route by the object that they were given.
  made[0]?.joined(client, []);
  made[0]?.signal(client, 'y', { type: 'full' });
  made[0]?.failed('SIGNAL_REFUSED', 'why');
  tracker.nudge();
  tracker.leave();
  expect(notes).toEqual([
    'send x',
    'ended x',
    'joined by it',
    'signal by it y',
    'failed SIGNAL_REFUSED why',
    'nudge',
    'leave',
  ]);
});

it('is out of reach if its client cannot be loaded, and tries again when it is nudged', async () => {
  const { tracker, loads, notes, made, end } = setUp();
  tracker.nudge();
  await end(new Error('offline'));
  expect([notes, loads.length]).toEqual([[`failed SIGNAL_UNREACHABLE ${url}: Error: offline`], 1]);
  tracker.nudge();
  await end();
  expect([loads.length, made.length]).toEqual([2, 1]);
});

it('connects to nobody when it was left or closed meanwhile', async () => {
  const { tracker, loads, made, end } = setUp();
  tracker.leave();
  await end();
  expect(made).toHaveLength(0);
  tracker.nudge();
  tracker.close();
  await end();
  tracker.nudge();
  expect([made.length, loads.length]).toEqual([0, 2]);
});
