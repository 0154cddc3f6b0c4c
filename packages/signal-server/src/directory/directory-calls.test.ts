import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Logger, pino } from 'pino';
import { expect, test } from 'vitest';
import { Gate } from '../../test/gated-directory.js';
import { DirectoryCalls } from './directory-calls.js';
import { memoryDirectory } from './memory-directory.js';

const network = '1'.repeat(64);
const unavailable = { ok: false, code: 'SIGNAL_DIRECTORY_UNAVAILABLE' };
const bounds = { maxRooms: 10, maxMembersPerRoom: 10, randomBelow: () => 0 };
const never = () => new Promise<void>(() => {});
const fails = () => Promise.reject(new Error('connection lost'));

function logTo(lines: string[]): Logger {
  return pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });
}

async function setUp() {
  const gate = new Gate();
  const clock = { nowMs: 0 };
  const lines: string[] = [];
  const directory = await gate.guard(memoryDirectory(bounds))(() => {});
  const env = { timeoutMs: 100, now: () => clock.nowMs, log: logTo(lines) };
  return { gate, clock, lines, calls: new DirectoryCalls(directory, env) };
}

const peer = (id: string) => ({ id, kind: 'browser' as const, network });

test('what the directory answers comes back as it is', async () => {
  const { calls } = await setUp();
  expect(await calls.join(peer('a'), 5)).toEqual({ ok: true, peers: [] });
  expect(await calls.join(peer('b'), 5)).toEqual({ ok: true, peers: [{ id: 'a', kind: 'browser' }] });
  expect(await calls.sample('a', 5)).toEqual({ ok: true, peers: [{ id: 'b', kind: 'browser' }] });
  expect(await calls.route('a', 'b', 'x')).toEqual({ ok: true });
  expect(await calls.roomCount()).toBe(1);
  await calls.leave('a');
  expect(await calls.sample('a', 5)).toEqual({ ok: false, code: 'SIGNAL_NOT_JOINED' });
});

test('a rejection is an answer; the peer whose join failed is asked to leave', async () => {
  const { calls, gate } = await setUp();
  // It has an effect and fails afterwards, which is the worse of the two.
  gate.after = fails;
  expect(await calls.join(peer('a'), 5)).toEqual({ ok: false, code: 'SIGNAL_DIRECTORY_UNAVAILABLE' });
  gate.after = async () => {};
  expect(await calls.sample('a', 5)).toEqual({ ok: false, code: 'SIGNAL_NOT_JOINED' });
  expect(gate.passed).toEqual(['join', 'leave', 'sample']);
  await calls.join(peer('a'), 5);
  gate.before = fails;
  expect(await calls.sample('a', 5)).toEqual(unavailable);
  expect(await calls.route('a', 'b', 'x')).toEqual(unavailable);
  expect(await calls.roomCount()).toBeNaN();
  await calls.leave('a');
  await calls.close();
});

test('each call ends in time, and not before', async () => {
  const { calls, clock, gate } = await setUp();
  gate.after = never;
  const ended: string[] = [];
  const note = (name: string, call: Promise<unknown>) => void call.then(() => ended.push(name));
  note('first', calls.sample('a', 1));
  clock.nowMs = 50;
  note('second', calls.leave('a'));
  clock.nowMs = 99;
  calls.sweep();
  await nextTurn();
  expect(ended).toEqual([]);
  clock.nowMs = 100;
  calls.sweep();
  await nextTurn();
  expect(ended).toEqual(['first']);
  clock.nowMs = 150;
  calls.sweep();
  await nextTurn();
  expect(ended).toEqual(['first', 'second']);
});

test('an answer that comes too late changes nothing', async () => {
  const { calls, clock, gate } = await setUp();
  let answer = () => {};
  gate.after = () => new Promise((resolve) => (answer = resolve));
  const call = calls.sample('a', 1);
  await nextTurn();
  clock.nowMs = 100;
  calls.sweep();
  answer();
  expect(await call).toEqual(unavailable);
});

test('the log has a line when failures begin and one when they end', async () => {
  const { calls, gate, lines } = await setUp();
  gate.before = fails;
  for (let i = 0; i < 3; i++) await calls.sample('a', 1);
  gate.before = async () => {};
  for (let i = 0; i < 3; i++) await calls.sample('a', 1);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 40, cause: 'connection lost', msg: 'directory fails' },
    { level: 30, msg: 'directory answers again' },
  ]);
});
