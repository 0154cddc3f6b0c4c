import {
  createLightNode,
  type LightNodeErrorCode,
  type LightNodeHandle,
  type Status,
} from '@vision-light/browser-node';
import { expect, it, vi } from 'vitest';
import { NodeSession } from './node-session.js';

vi.mock('@vision-light/browser-node', () => ({ createLightNode: vi.fn() }));

/** A session with a node whose events the test makes up. */
async function joinedSession(storage?: 'memory') {
  const listeners: Record<string, (value: unknown) => void> = {};
  const status = { phase: 'synced', peers: 1, storedHeight: 0 } as Status;
  const node = {
    tip: { height: 0 },
    status,
    peers: () => [],
    trust: () => ({ level: 'full', reasons: [] }),
    subscribe: (type: string, listener: (value: unknown) => void) => {
      listeners[type] = listener;
    },
  };
  vi.mocked(createLightNode).mockResolvedValue(node as unknown as LightNodeHandle);
  const session = new NodeSession(() => {});
  await session.join(async () => ({ signal: [], ...(storage === undefined ? {} : { storage }) }));
  return {
    state: session.state,
    stores: (storedHeight: number) => listeners.status?.({ ...status, storedHeight }),
    changes: (kind: 'connected' | 'updated' | 'disconnected') => listeners.peer?.({ change: { kind } }),
    competes: (heights: readonly number[]) => listeners.competing?.(heights.map((height) => ({ height }))),
    withholds: (run: object) => listeners.withheld?.(run),
    fails: (code: LightNodeErrorCode, message = 'A sentence.') =>
      listeners.error?.(Object.assign(new Error(message), { code })),
  };
}

it.each(['STORE_QUOTA', 'STORE_FAILED'] as const)(
  'after %s headers count as kept again once more of them are stored',
  async (code) => {
    const { state, stores, fails } = await joinedSession();
    stores(500);
    expect(state.isKept).toBe(true);
    fails(code);
    fails('SIGNAL_UNREACHABLE');
    expect(state.isKept).toBe(false);
    // An equal height is no success, nor is a lower one after a reorganisation.
    stores(500);
    stores(490);
    expect(state.isKept).toBe(false);
    expect([...state.troubles.keys()]).toEqual([code, 'SIGNAL_UNREACHABLE']);
    stores(491);
    expect(state.isKept).toBe(true);
    expect([...state.troubles.keys()]).toEqual(['SIGNAL_UNREACHABLE']);
    // It stays in the list of events, and may become a trouble again.
    expect(state.notices.map((notice) => notice.code)).toContain(code);
    fails(code);
    expect(state.isKept).toBe(false);
  },
);

it('a signaling server that introduces a peer is no trouble any more, also when that peer leaves', async () => {
  const { state, changes, fails } = await joinedSession();
  fails('SIGNAL_UNREACHABLE');
  fails('BLOCK_BUSY');
  changes('updated');
  changes('disconnected');
  expect([...state.troubles.keys()]).toEqual(['SIGNAL_UNREACHABLE', 'BLOCK_BUSY']);
  // Whoever sits between peers still does when another peer comes.
  fails('SIGNAL_TAMPERED');
  changes('connected');
  changes('disconnected');
  expect([...state.troubles.keys()]).toEqual(['BLOCK_BUSY', 'SIGNAL_TAMPERED']);
});

it('keeps what the platform said apart from the sentence for everyone', async () => {
  const { state, fails } = await joinedSession();
  const sentence = 'It does not answer (yet), so it waits.';
  fails('SIGNAL_UNREACHABLE', `${sentence} (http://a/: Error (1). (2))`);
  fails('SIGNAL_UNREACHABLE', `${sentence} (http://b/: timeout)`);
  fails('SIGNAL_UNREACHABLE', sentence);
  fails('SIGNAL_UNREACHABLE', sentence);
  expect(state.notices).toMatchObject([
    { sentence, detail: '', count: 2 },
    { sentence, detail: 'http://b/: timeout', count: 1 },
    { sentence, detail: 'http://a/: Error (1). (2)', count: 1 },
  ]);
});

it('where nothing is ever stored, nothing is said to be kept', async () => {
  const memory = await joinedSession('memory');
  memory.stores(0);
  expect(memory.state.isKept).toBe(false);
  const busy = await joinedSession();
  busy.stores(500);
  busy.fails('STORE_BUSY');
  // What another tab has stored is not counted for this one.
  busy.stores(0);
  expect(busy.state.isKept).toBe(false);
});

it('signs of selfish mining are events and no troubles', async () => {
  const { state, competes, withholds } = await joinedSession();
  competes([1200, 1200]);
  withholds({ blocks: 3, displaced: 2, spreadS: 42 });
  expect(state.notices.map(({ code, sentence }) => `${code}: ${sentence}`)).toEqual([
    'WITHHELD: 3 blocks came at once and displaced 2, though 42 s lie between them. Somebody may have held them back.',
    'COMPETING: 2 branches have the same work at height 1,200. The next block decides.',
  ]);
  expect(state.troubles.size).toBe(0);
});
