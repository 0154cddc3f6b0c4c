import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { zeroMetrics } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { firstTrust } from '../boundary/trust.js';
import type { NodeEngine } from '../tabs/engine.js';
import { SharedNode } from '../tabs/shared-node.js';
import type { NodeSnapshot } from '../tabs/tab-messages.js';
import { RunningNode } from './running-node.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const tip = { height: 0, hash: '00'.repeat(32), time: 0, chainwork: 0n };

const snapshot: NodeSnapshot = {
  identity: undefined,
  tip,
  status: {
    phase: 'connecting',
    peers: 0,
    bestPeerHeight: 0,
    headersPerSecond: 0,
    storedHeight: 0,
    verifiedFrom: 0,
    progress: 0,
  },
  peers: [],
  metrics: zeroMetrics(),
  sent: [],
  trust: firstTrust(tip),
  signaling: { named: 2, joined: 2 },
};

/** One view of a node that answers calls as it is told. */
async function viewOf(call: NodeEngine['call']): Promise<RunningNode> {
  const engine = { snapshot, call, rest: () => {}, end: () => {}, close: async () => {} };
  const shared = new SharedNode({
    tabs: undefined,
    clock: { now: () => 0, setTimer: () => () => {} },
    watchPage: () => () => {},
    start: async () => engine,
    over: () => {},
  });
  shared.hold();
  await shared.ready;
  return new RunningNode(shared, { network: 'vision-devnet', followedBlocks: 1 });
}

describe('a call', () => {
  it('is forgotten with its answer once that was read, while the node goes on', async () => {
    const answers: WeakRef<object>[] = [];
    const node = await viewOf(async () => {
      const answer = { hash: 'ab' };
      answers.push(new WeakRef(answer));
      return answer;
    });
    for (let i = 0; i < 10; i++) await node.header(i);
    // A WeakRef keeps what it points to until the task ends.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(answers.filter((answer) => answer.deref() !== undefined)).toHaveLength(0);
    expect(node.status.phase).toBe('connecting');
  });

  it('without an answer is rejected when the view is closed', async () => {
    const node = await viewOf(() => new Promise(() => {}));
    const unanswered = node.header(1);
    await node.close();
    await expect(unanswered).rejects.toMatchObject({ code: 'NODE_CLOSED' });
    await expect(node.header(1)).rejects.toMatchObject({ code: 'NODE_CLOSED' });
  });
});

describe('a node that is closed', () => {
  it('can ask no signaling server', async () => {
    const node = await viewOf(() => new Promise(() => {}));
    expect(node.trust().signaling).toEqual({ named: 2, joined: 2 });
    await node.close();
    expect(node.trust()).toMatchObject({ level: 'none', signaling: { named: 2, joined: 0 } });
  });
});
