import { expect, it } from 'vitest';
import { EventQueue, type Task } from './event-queue.js';
import { SimRandom } from './sim-random.js';

it('gives what is due in the order of time, then of coming, and passes over what was cancelled', () => {
  const queue = new EventQueue();
  const random = new SimRandom(5);
  const expected: { at: number; i: number }[] = [];
  const seen: number[] = [];
  for (let i = 0; i < 2000; i++) {
    const at = random.int(100);
    const task: Task = { run: () => seen.push(i) };
    queue.add(at, task);
    if (random.chance(0.2)) task.run = undefined;
    else expected.push({ at, i });
  }
  for (let task = queue.takeUntil(50); task !== undefined; task = queue.takeUntil(50)) task.run?.();
  expect(seen.length).toBe(expected.filter(({ at }) => at <= 50).length);
  for (let task = queue.takeUntil(100); task !== undefined; task = queue.takeUntil(100)) task.run?.();
  expect(seen).toEqual(expected.sort((a, b) => a.at - b.at || a.i - b.i).map(({ i }) => i));
});
