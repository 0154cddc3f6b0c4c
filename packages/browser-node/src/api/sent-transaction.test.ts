import { describe, expect, it } from 'vitest';
import { LightNodeError } from '../boundary/light-node-error.js';
import { TransactionWatch } from './sent-transaction.js';

function watch() {
  let ends = 0;
  const sent = new TransactionWatch(() => ends++);
  return { sent, ends: () => ends };
}

async function read(sent: TransactionWatch): Promise<unknown[]> {
  const states: unknown[] = [];
  for await (const state of sent) states.push(state);
  return states;
}

describe('a transaction that was sent', () => {
  it('has an id once it is taken', async () => {
    const { sent } = watch();
    sent.accepted('ab');
    await expect(sent.id).resolves.toBe('ab');
  });

  it('tells what becomes of it, the newest count only to whoever is slow', async () => {
    const { sent } = watch();
    const first = sent.next();
    sent.tell({ kind: 'pending' });
    await expect(first).resolves.toEqual({ done: false, value: { kind: 'pending' } });
    for (const peers of [1, 2, 3]) sent.tell({ kind: 'seen', peers });
    sent.tell({ kind: 'included', height: 7, block: 'cd', position: 1 });
    for (const count of [1, 2]) sent.tell({ kind: 'confirmed', count });
    sent.tell({ kind: 'replaced', by: 'ef' });
    expect(await read(sent)).toEqual([
      { kind: 'seen', peers: 3 },
      { kind: 'included', height: 7, block: 'cd', position: 1 },
      { kind: 'confirmed', count: 2 },
      { kind: 'replaced', by: 'ef' },
    ]);
  });

  it('keeps whoever waits until it is confirmed as often as wanted', async () => {
    const { sent } = watch();
    const log: number[] = [];
    const one = sent.confirmed().then(() => log.push(1));
    const three = sent.confirmed(3).then(() => log.push(3));
    sent.tell({ kind: 'confirmed', count: 2 });
    await one;
    expect(log).toEqual([1]);
    await sent.confirmed(2);
    sent.tell({ kind: 'reorgedOut' });
    const again = sent.confirmed(2).then(() => log.push(2));
    sent.tell({ kind: 'confirmed', count: 1 });
    sent.tell({ kind: 'confirmed', count: 3 });
    await Promise.all([three, again]);
    expect(log.toSorted()).toEqual([1, 2, 3]);
  });

  it('ends when no more confirmations are told', async () => {
    const { sent, ends } = watch();
    sent.tell({ kind: 'confirmed', count: 144 });
    expect(await read(sent)).toEqual([{ kind: 'confirmed', count: 144 }]);
    await sent.confirmed(144);
    expect(ends()).toBe(1);
  });

  it('fails with the code for which it was refused', async () => {
    const { sent, ends } = watch();
    const reader = sent.next();
    const waiter = sent.confirmed();
    sent.refused(new LightNodeError('TX_NONCE_USED'));
    for (const promise of [sent.id, reader, waiter, sent.next(), sent.confirmed()])
      await expect(promise).rejects.toMatchObject({ code: 'TX_NONCE_USED' });
    expect(ends()).toBe(1);
  });

  it.each([
    [{ kind: 'replaced', by: 'ef' }, 'TX_REPLACED'],
    [{ kind: 'expired' }, 'TX_EXPIRED'],
  ] as const)('%j: it will never be confirmed', async (state, code) => {
    const { sent, ends } = watch();
    const waiter = sent.confirmed();
    sent.accepted('ab');
    sent.tell(state);
    await expect(waiter).rejects.toMatchObject({ code });
    expect(await read(sent)).toEqual([state]);
    expect(ends()).toBe(1);
    // Also for whoever asks only now.
    await expect(sent.confirmed()).rejects.toMatchObject({ code });
    sent.tell({ kind: 'pending' });
    expect(await read(sent)).toEqual([]);
  });

  it('ends with the node', async () => {
    const { sent } = watch();
    const waiter = sent.confirmed();
    const reading = read(sent);
    sent.closed();
    await expect(waiter).rejects.toMatchObject({ code: 'NODE_CLOSED' });
    await expect(sent.id).rejects.toMatchObject({ code: 'NODE_CLOSED' });
    expect(await reading).toEqual([]);
  });

  it('can be left by its reader, while others wait', async () => {
    const { sent, ends } = watch();
    const waiter = sent.confirmed();
    sent.tell({ kind: 'pending' });
    for await (const _ of sent) break;
    sent.tell({ kind: 'confirmed', count: 1 });
    await waiter;
    expect(ends()).toBe(0);
  });

  it.each([0, -1, 1.5, 145, Number.NaN])('%s is no number of confirmations', async (count) => {
    await expect(watch().sent.confirmed(count)).rejects.toThrow(RangeError);
  });
});
