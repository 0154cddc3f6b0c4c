import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Held } from '../../test/gated-directory.js';
import { type Answer, type QueuedRequest, RequestQueue } from './request-queue.js';

const ok: Answer = { ok: true };

/** Requests that note when they are served and answered. */
function noting(log: string[]) {
  return (name: string, answer: Answer | Promise<Answer> = ok, bytes = 10): QueuedRequest => ({
    bytes,
    serve() {
      log.push(`serve ${name}`);
      return answer;
    },
    reply: () => void log.push(`reply ${name}`),
  });
}

test('a request whose answer is there is answered at once', () => {
  const log: string[] = [];
  const request = noting(log);
  const queue = new RequestQueue(0);
  expect([queue.add(request('a')), queue.add(request('b'))]).toEqual([true, true]);
  expect(log).toEqual(['serve a', 'reply a', 'serve b', 'reply b']);
});

test('others wait for a late answer, and are served in their order then', async () => {
  const log: string[] = [];
  const request = noting(log);
  const queue = new RequestQueue(100);
  const [first, third] = [new Held(), new Held()];
  queue.add(
    request(
      'a',
      first.promise.then(() => ok),
    ),
  );
  queue.add(request('b'));
  queue.add(
    request(
      'c',
      third.promise.then(() => ok),
    ),
  );
  queue.add(request('d'));
  third.release();
  await nextTurn();
  expect(log).toEqual(['serve a']);
  first.release();
  await nextTurn();
  expect(log.filter((line) => line.startsWith('reply'))).toEqual([
    'reply a',
    'reply b',
    'reply c',
    'reply d',
  ]);
  expect(queue.add(request('e'))).toBe(true);
  expect(log.at(-1)).toBe('reply e');
});

test('what waits is bounded by bytes, not counting what is being served', async () => {
  const log: string[] = [];
  const request = noting(log);
  const queue = new RequestQueue(30);
  const first = new Held();
  queue.add(
    request(
      'a',
      first.promise.then(() => ok),
      1000,
    ),
  );
  const fits = ['b', 'c', 'd', 'e'].map((name) => queue.add(request(name)));
  expect(fits).toEqual([true, true, true, false]);
  first.release();
  await nextTurn();
  expect(log).not.toContain('serve e');
  const again = new Held();
  queue.add(
    request(
      'f',
      again.promise.then(() => ok),
    ),
  );
  expect(queue.add(request('g', ok, 30))).toBe(true);
  expect(queue.add(request('h', ok, 1))).toBe(false);
});

test('what waits can be forgotten, and makes room', async () => {
  const log: string[] = [];
  const request = noting(log);
  const queue = new RequestQueue(10);
  const first = new Held();
  queue.add(
    request(
      'a',
      first.promise.then(() => ok),
    ),
  );
  queue.add(request('b'));
  queue.clear();
  expect(queue.add(request('c'))).toBe(true);
  first.release();
  await nextTurn();
  expect(log).toEqual(['serve a', 'reply a', 'serve c', 'reply c']);
});
