import type { NodeNotice, Status, Tip } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { NoticeBatch } from './notice-batch.js';

const tip = (height: number): NodeNotice => ({ type: 'tip', tip: { height } as Tip });
const status = (peers: number): NodeNotice => ({ type: 'status', status: { peers } as Status });
const peer = (kind: 'connected' | 'disconnected' | 'updated', id: string): NodeNotice => ({
  type: 'peer',
  change: { kind, id },
  peers: [],
});
const reorg = { type: 'reorg', reorg: { disconnected: [], connected: [] } } as unknown as NodeNotice;

function batchOf(notices: readonly NodeNotice[]): readonly NodeNotice[] {
  let batch: readonly NodeNotice[] = [];
  const collector = new NoticeBatch((flushed) => {
    batch = flushed;
  });
  for (const notice of notices) collector.add(notice);
  collector.flush();
  return batch;
}

describe('NoticeBatch', () => {
  it('sends a new phase, and the end of saving, without waiting for the next batch', async () => {
    const batches: (readonly NodeNotice[])[] = [];
    const collector = new NoticeBatch((flushed) => batches.push(flushed));
    const statusOf = (phase: Status['phase'], storedHeight: number): NodeNotice => ({
      type: 'status',
      status: { phase, storedHeight } as Status,
    });
    const notices = [
      statusOf('syncing', 0),
      statusOf('syncing', 2000),
      statusOf('synced', 2000),
      statusOf('synced', 2500),
    ];
    for (const notice of notices) {
      collector.add(notice);
      await Promise.resolve();
    }
    // The second one waits, and the third one tells all of it.
    expect(batches).toEqual([[notices[0]], [notices[2]], [notices[3]]]);
  });

  it('keeps the last tip and the last status', () => {
    expect(batchOf([tip(1), status(1), tip(2), status(2), tip(3)])).toEqual([status(2), tip(3)]);
  });

  it('lets no tip pass a reorg', () => {
    expect(batchOf([tip(1), reorg, tip(2), tip(3)])).toEqual([tip(1), reorg, tip(3)]);
  });

  it('lets no status pass an error: what was stored before a fault must not seem stored after it', () => {
    const error: NodeNotice = { type: 'error', code: 'STORE_QUOTA', detail: '' };
    expect(batchOf([status(1), error, status(2), status(3)])).toEqual([status(1), error, status(3)]);
  });

  it('drops updates of a peer that newer ones tell all of, but no coming or going', () => {
    const notices = [
      peer('connected', 'a'),
      peer('updated', 'a'),
      peer('updated', 'b'),
      peer('updated', 'a'),
      peer('disconnected', 'a'),
    ];
    expect(batchOf(notices)).toEqual([
      peer('connected', 'a'),
      peer('updated', 'b'),
      peer('disconnected', 'a'),
    ]);
  });

  it('sends the first batch at once, and never an empty one', async () => {
    let flushes = 0;
    const collector = new NoticeBatch(() => {
      flushes += 1;
    });
    collector.flush();
    collector.add(tip(1));
    expect(flushes).toBe(0);
    await Promise.resolve();
    expect(flushes).toBe(1);
  });
});
