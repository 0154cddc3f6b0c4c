import {
  type HeaderBatch,
  HeaderTree,
  isVisionFamily,
  type PeerInfo,
  resolveNetwork,
} from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { HISTORY_BATCH_HEADERS } from '../limits.js';
import type { NodeHost, Submitted } from '../node-host.js';
import { awaitLongerChain, laidHeight, layHistory } from './history.js';
import { HistoryMaker } from './history-maker.js';
import { TransactionGenerator } from './transaction-generator.js';

const visionx = { datasetMb: 1, scratchMb: 1, mixIters: 64, readsPerIter: 2, writeEvery: 4 };
const family = resolveNetwork({ name: 'history', visionx, targetSpacingS: 7 });
if (!isVisionFamily(family)) throw new Error('not a Vision network');

/** A host whose tree takes what is submitted, by every rule but the hash, and whose peers are ours to name. */
class StandInHost {
  readonly tree = new HeaderTree(family);
  peers: PeerInfo[] = [];
  submissions = 0;
  onSubmit: () => Submitted | undefined = () => undefined;
  readonly listeners = new Set<() => void>();

  get host(): NodeHost {
    const { tree } = this;
    const node = {
      tree,
      get tip() {
        const { tip, tipHeight } = tree;
        return { height: tipHeight, hash: family.hashToHex(tree.hash(tip)), time: tree.time(tip) };
      },
      peers: () => this.peers,
    };
    return {
      node,
      submit: (batch: HeaderBatch, bodies: Uint8Array[]) => this.#submit(batch, bodies),
      subscribe: this.#subscribe,
    } as never;
  }

  meet(height: number): void {
    const unknown = { rttMs: undefined, key: undefined, services: [], bodyWindow: undefined };
    this.peers = [{ id: 'p', kind: 'gateway', height, ...unknown }];
    for (const listener of this.listeners) listener();
  }

  readonly #subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async #submit(batch: HeaderBatch, bodies: readonly Uint8Array[]): Promise<Submitted> {
    this.submissions++;
    const answer = this.onSubmit();
    if (answer !== undefined) return answer;
    for (let i = 0; i < batch.count; i++) {
      const record = batch.records.subarray(i * family.recordBytes, (i + 1) * family.recordBytes);
      const result = this.tree.insert(record, batch.hashes.subarray(i * 32, i * 32 + 32), Date.now() / 1000);
      expect(result.kind).toBe('extended');
      // Each header commits to the body that comes with it.
      const context = { record, height: this.tree.tipHeight, parentRecord: undefined };
      expect(family.checkBody(bodies[i] as Uint8Array, context)).toEqual({ kind: 'ok' });
    }
    return { accepted: batch.count };
  }
}

function lay(stand: StandInHost, blocks: number, signal = new AbortController().signal) {
  const progress: number[] = [];
  const transactions = new TransactionGenerator(Math.random, 3);
  const options = { host: stand.host, family: family as never, name: 'me', transactions, blocks, signal };
  const onProgress = (done: number) => progress.push(done);
  return { progress, outcome: layHistory({ ...options, onProgress }) };
}

describe('layHistory', () => {
  it('lays headers exactly one spacing apart, at the lowest difficulty, ending now', async () => {
    const stand = new StandInHost();
    const before = Math.floor(Date.now() / 1000);
    const { outcome, progress } = lay(stand, 100);
    expect(await outcome).toBe('done');
    const { tree } = stand;
    expect(tree.tipHeight).toBe(100);
    expect(tree.time(tree.tip)).toBeGreaterThanOrEqual(before);
    expect(tree.time(tree.tip)).toBeLessThanOrEqual(Date.now() / 1000);
    for (let height = 2; height <= 100; height++) {
      const [below, slot] = [tree.at(height - 1), tree.at(height)] as [number, number];
      expect(tree.time(slot) - tree.time(below)).toBe(7);
    }
    // Genesis counts too.
    expect(tree.chainwork(tree.tip)).toBe(101n);
    expect(progress).toEqual([0, 48, 96, 100]);
  });

  it('stops when a peer with a longer chain appears', async () => {
    const stand = new StandInHost();
    stand.onSubmit = () => {
      if (stand.submissions === 2) stand.meet(1_000_000);
      return undefined;
    };
    expect(await lay(stand, 1000).outcome).toBe('overtaken');
    expect(stand.tree.tipHeight).toBe(2 * HISTORY_BATCH_HEADERS);
  });

  it('goes on beside a peer with a shorter chain', async () => {
    const stand = new StandInHost();
    stand.onSubmit = () => {
      if (stand.submissions === 2) stand.meet(1);
      return undefined;
    };
    expect(await lay(stand, 150).outcome).toBe('done');
  });

  it('stops when it is told to', async () => {
    const stand = new StandInHost();
    const stop = new AbortController();
    stand.onSubmit = () => {
      stop.abort();
      return undefined;
    };
    expect(await lay(stand, 1000, stop.signal).outcome).toBe('stopped');
    expect(stand.submissions).toBe(1);
  });

  it('finishes a history that was interrupted, and adds nothing to one that is whole', async () => {
    const stand = new StandInHost();
    const stop = new AbortController();
    stand.onSubmit = () => {
      stop.abort();
      return undefined;
    };
    expect(await lay(stand, 150, stop.signal).outcome).toBe('stopped');
    const laid = stand.tree.tipHeight;
    expect(laidHeight(stand.tree, family as never, 'me')).toBe(laid);
    const { progress, outcome } = lay(stand, 150);
    expect(await outcome).toBe('done');
    expect([progress[0], progress.at(-1)]).toEqual([laid, 150]);
    expect(stand.tree.tipHeight).toBe(150);
    expect(stand.tree.chainwork(stand.tree.tip)).toBe(151n);
    expect(await lay(stand, 150).outcome).toBe('done');
    expect(stand.tree.tipHeight).toBe(150);
  });

  it('says so if the core refuses a header', async () => {
    const stand = new StandInHost();
    stand.onSubmit = () => ({ accepted: 0, code: 'TREE_FULL' });
    await expect(lay(stand, 100).outcome).rejects.toThrow('TREE_FULL');
  });
});

describe('laidHeight', () => {
  it('is 0 at genesis, and nothing where a block is of somebody else or was not laid', async () => {
    const stand = new StandInHost();
    expect(laidHeight(stand.tree, family as never, 'me')).toBe(0);
    await lay(stand, 10).outcome;
    expect(laidHeight(stand.tree, family as never, 'me')).toBe(10);
    expect(laidHeight(stand.tree, family as never, 'you')).toBeUndefined();
    // As a block that was found a while after the history was laid.
    const { tree } = stand;
    const maker = new HistoryMaker({
      family: family as never,
      name: 'me',
      transactions: new TransactionGenerator(Math.random, 0),
      before: tree.batch(1, 10),
      timeOf: () => tree.time(tree.tip) + 8,
    });
    const { batch } = await maker.make(1);
    await maker.close();
    tree.insert(batch.records, batch.hashes, Date.now() / 1000 + 10);
    expect(tree.tipHeight).toBe(11);
    expect(laidHeight(tree, family as never, 'me')).toBeUndefined();
  });
});

describe('awaitLongerChain', () => {
  const never = 3_600_000;

  it('finds a peer that is there, and one that comes', async () => {
    const stand = new StandInHost();
    stand.meet(1);
    expect(await awaitLongerChain(stand.host, never, new AbortController().signal)).toBe(true);
    const later = new StandInHost();
    const found = awaitLongerChain(later.host, never, new AbortController().signal);
    later.meet(0);
    later.meet(1);
    expect(await found).toBe(true);
    expect(later.listeners.size).toBe(0);
  });

  it('gives up after its time, or when it is told to', async () => {
    const stand = new StandInHost();
    stand.meet(0);
    expect(await awaitLongerChain(stand.host, 0, new AbortController().signal)).toBe(false);
    expect(await awaitLongerChain(stand.host, never, AbortSignal.abort())).toBe(false);
    const stop = new AbortController();
    const found = awaitLongerChain(stand.host, never, stop.signal);
    stop.abort();
    expect(await found).toBe(false);
    expect(stand.listeners.size).toBe(0);
  });
});
