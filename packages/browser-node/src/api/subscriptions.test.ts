import { describe, expect, it } from 'vitest';
import { LightNodeError } from '../boundary/light-node-error.js';
import { SubscriptionTable } from './subscriptions.js';

describe('SubscriptionTable', () => {
  it('keeps errors that nobody heard for the first who listens, also after the end', async () => {
    const table = new SubscriptionTable();
    table.publish('error', new LightNodeError('STORE_CORRUPT'));
    table.publish('error', new LightNodeError('WORKER_FAILED'));
    table.clear();
    const [first, second]: string[][] = [[], []];
    table.add('error', ({ code }) => first?.push(code));
    table.add('error', ({ code }) => second?.push(code));
    await Promise.resolve();
    expect(first).toEqual(['STORE_CORRUPT', 'WORKER_FAILED']);
    expect(second).toEqual(first);
    const late: string[] = [];
    table.add('error', ({ code }) => late.push(code));
    await Promise.resolve();
    expect(late).toEqual([]);
  });

  it('keeps no more than a few', async () => {
    const table = new SubscriptionTable();
    for (let i = 0; i < 100; i++) table.publish('error', new LightNodeError('SIGNAL_REFUSED', String(i)));
    const heard: string[] = [];
    table.add('error', ({ message }) => heard.push(message));
    await Promise.resolve();
    expect(heard).toHaveLength(16);
    expect(heard[0]).toMatch(/\(0\)$/);
  });

  it('tells a listener what was before it, unless it has left meanwhile', async () => {
    const table = new SubscriptionTable();
    const news = { id: 'ab', state: { kind: 'pending' } } as const;
    const [first, second]: string[][] = [[], []];
    table.add('transaction', ({ id }) => first?.push(id), [news, { ...news, id: 'cd' }]);
    table.add('transaction', ({ id }) => second?.push(id), [news])();
    expect(first).toEqual([]);
    await Promise.resolve();
    expect(first).toEqual(['ab', 'cd']);
    expect(second).toEqual([]);
  });

  it('lets one function listen twice and be taken back once', () => {
    const table = new SubscriptionTable();
    let calls = 0;
    const listener = (): void => {
      calls += 1;
    };
    const unsubscribe = table.add('reorg', listener);
    table.add('reorg', listener);
    unsubscribe();
    unsubscribe();
    table.publish('reorg', {} as never);
    expect(calls).toBe(1);
  });
});
