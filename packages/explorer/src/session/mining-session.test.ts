import type { LightNodeHandle, MineOptions, MiningEvent } from '@vision-light/browser-node';
import { expect, it } from 'vitest';
import { MiningSession } from './mining-session.js';

/** A node whose miner tells what the test says, and ends with its signal. */
function miningNode() {
  const events: MiningEvent[] = [];
  let wake = (): void => {};
  let fault: Error | undefined;
  let minings = 0;
  async function* mine({ signal }: MineOptions = {}): AsyncGenerator<MiningEvent, undefined> {
    minings++;
    signal?.addEventListener('abort', () => wake());
    while (signal?.aborted !== true) {
      if (fault !== undefined) throw fault;
      const event = events.shift();
      if (event !== undefined) yield event;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    return undefined;
  }
  return {
    node: { mine } as unknown as LightNodeHandle,
    minings: () => minings,
    tell: (event: MiningEvent) => {
      events.push(event);
      wake();
    },
    fail: (error: Error) => {
      fault = error;
      wake();
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const mined = (height: number): MiningEvent => ({ kind: 'mined', height, hash: String(height) });

it('is off until it is switched on, and counts what it finds, also when it is switched on again', async () => {
  const { node, tell, minings } = miningNode();
  let changes = 0;
  const mining = new MiningSession(() => changes++);
  expect(mining.isOn).toBe(false);
  const first = mining.start(node);
  await mining.start(node);
  expect(minings()).toBe(1);
  tell({ kind: 'searched', height: 9, hashes: 100, hashesPerSecond: 480 });
  await settled();
  expect(mining).toMatchObject({ isOn: true, height: 9, hashesPerSecond: 480, found: 0 });
  tell({ kind: 'paused' });
  await settled();
  expect([mining.height, mining.hashesPerSecond]).toEqual([undefined, undefined]);
  for (let height = 1; height <= 7; height++) tell(mined(height));
  await settled();
  expect(mining.found).toBe(7);
  expect(mining.newest.map(({ height }) => height)).toEqual([7, 6, 5, 4, 3]);

  mining.stop();
  await first;
  expect(mining).toMatchObject({ isOn: false, found: 7, height: undefined, fault: undefined });
  const before = changes;
  mining.stop();
  expect(changes).toBe(before);
  const second = mining.start(node);
  tell(mined(8));
  await settled();
  expect(mining.found).toBe(8);
  mining.stop();
  await second;
});

it('ends with a fault, which it shows until it is switched on again', async () => {
  const { node, fail } = miningNode();
  const mining = new MiningSession(() => {});
  const ended = mining.start(node);
  fail(new Error('No worker is left.'));
  await ended;
  expect(mining).toMatchObject({ isOn: false, fault: 'No worker is left.' });
  void mining.start(miningNode().node);
  expect(mining).toMatchObject({ isOn: true, fault: undefined });
});
