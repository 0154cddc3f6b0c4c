import { describe, expect, it } from 'vitest';
import { createTinyFamily } from '../../../../tests/model/tiny-family.js';
import type { Effect } from '../io/effect.js';
import { LightNode } from '../node/light-node.js';
import { Driver } from './driver.js';

describe('Driver', () => {
  it('performs effects in order, never inside a step, and keeps one timer', () => {
    const node = new LightNode({
      family: createTinyFamily(),
      seed: 1,
      userAgent: 'test',
      isGateway: false,
      hashers: 1,
    });
    const log: string[] = [];
    const timers: { at: number; isOn: boolean; run: () => void }[] = [];
    let now = 0;
    let isPerforming = false;
    const driver = new Driver(node, {
      now: () => now,
      wallTime: () => 1000 + now / 1000,
      setTimer: (delayMs, run) => {
        const timer = { at: now + delayMs, isOn: true, run };
        timers.push(timer);
        return () => {
          timer.isOn = false;
        };
      },
      perform: (effect: Effect) => {
        expect(isPerforming).toBe(false);
        isPerforming = true;
        const isStorage = effect.type === 'storage';
        if (effect.type === 'emit') log.push(effect.notice.type);
        else log.push(isStorage ? effect.operation.kind : effect.type);
        // Answers at once: they have to wait for their turn.
        if (isStorage && effect.operation.kind === 'read') {
          const { request } = effect;
          const result = { kind: 'read', records: [] } as const;
          expect(driver.push({ type: 'storageAnswered', request, result })).toBe(false);
        }
        isPerforming = false;
      },
    });
    expect(driver.push({ type: 'start' })).toBe(true);
    // The headers; then the bodies, the discouraged keys and the own transactions.
    expect(log).toEqual(['read', 'list', 'list', 'list', 'ready', 'requestPeers', 'status', 'trust']);
    const active = (): typeof timers => timers.filter(({ isOn }) => isOn);
    expect(active().length).toBe(1);
    const [timer] = active();
    now = timer?.at ?? 0;
    if (timer !== undefined) timer.isOn = false;
    timer?.run();
    expect(log.at(-1)).toBe('requestPeers');
    expect(active().length).toBe(1);
    driver.push({ type: 'command', command: { kind: 'close' } });
    expect(log.slice(-2)).toEqual(['status', 'closed']);
    expect(active()).toEqual([]);
  });
});
