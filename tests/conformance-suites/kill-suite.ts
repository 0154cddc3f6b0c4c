/**
 * A store is killed at each await of a write of headers: what is found afterwards is the chain before that write or after
 * it, whole and valid. Runs under any test runner with `describe` and `it`.
 */
import { type Effect, HeaderTree, MemoryStore, performStorage, type Store } from '@vision-light/protocol';
import { ChainWriter } from '../../packages/protocol/src/headers/storage/chain-writer.js';
import type { StorageChange } from '../../packages/protocol/src/io/storage.js';
import { StoragePort } from '../../packages/protocol/src/io/storage-port.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import { loadStored } from '../model/stored-chain.js';
import { family, layout } from '../model/stored-tiny.js';
import { tinyBatch } from '../model/tiny-family.js';
import type { SuiteRunner } from './store-under-test.js';

/** Where a store keeps its data during one test. */
export interface KillPlace {
  open(): Promise<Store>;
  /**
   * Begins a write on what is there, in a process or thread that is killed at one of its awaits.
   *
   * @param step  at which await, from 0 on
   * @returns false if the write was done before that
   */
  writeKilled(changes: readonly StorageChange[], step: number): Promise<boolean>;
  dispose(): Promise<void>;
}

/** A kind of store that can be killed. */
export interface KillableStore {
  readonly name: string;
  /** A new, empty place. */
  makePlace(): Promise<KillPlace>;
}

/** Awaits of one write: far more than any store has. */
const STEPS_MAX = 60;

/** A write, and the tip that is on disk once it is done. */
interface Write {
  readonly what: string;
  readonly changes: readonly StorageChange[];
  readonly tip: string;
}

/** Writes of a node whose chain grows and is reorganised, as its writer makes them. */
async function makeWrites(): Promise<Write[]> {
  const tree = new HeaderTree(family);
  const outbox = new Outbox();
  const storage = new StoragePort(outbox);
  const writer = new ChainWriter(tree, storage, layout, ({ code }) => {
    throw new Error(code);
  });
  const store = new MemoryStore();
  const writes: Write[] = [];
  writer.loaded({ segments: [], journal: [] }, false, 0);
  const perform = async (what: string, effect: Effect | undefined): Promise<boolean> => {
    if (effect?.type !== 'storage' || effect.operation.kind !== 'write') return false;
    const event = await performStorage(store, effect);
    if (event.type === 'storageAnswered') storage.answered({ ...event, now: 0, wallTime: 0 });
    writes.push({ what, changes: effect.operation.changes, tip: tree.hash(tree.tip).join() });
    return true;
  };
  const grow = async (what: string, from: number, count: number, work: number): Promise<void> => {
    const parent = tree.at(from) ?? tree.tip;
    const headers = Array.from({ length: count }, (_, i) => ({ number: from + 1 + i, work, salt: work }));
    const { records, hashes } = tinyBatch(tree.hash(parent).slice(), headers);
    let slot = parent;
    for (let i = 0; i < count; i++) {
      const result = tree.insertChecked(records, hashes, slot, i);
      if ('slot' in result) slot = result.slot;
    }
    writer.changed(from, 0);
    for (let isDone = false; !isDone; ) {
      writer.flush({ now: 0, wallTime: 0 });
      isDone = !(await perform(what, outbox.take()[0]));
    }
  };
  await grow('the first headers', 0, 30, 1);
  await grow('one block', 30, 1, 1);
  await grow('segments in place of the journal', 31, 120, 1);
  await grow('a reorg in the journal', 145, 20, 2);
  await grow('a reorg into a segment', 90, 90, 5);
  await grow('a shorter chain', 40, 5, 1000);
  return writes;
}

/** Defines the tests of one kind of store. */
export function defineKillSuite(runner: SuiteRunner, store: KillableStore): void {
  runner.describe(`store: ${store.name}, killed`, () => {
    runner.it('at each await of a write of headers, leaves the chain before it or after it', async () => {
      const writes = await makeWrites();
      const tips = new Set<string>();
      for (const [i, { what, changes, tip }] of writes.entries()) {
        const before = writes[i - 1]?.tip ?? family.genesis.hash.join();
        let step = 0;
        for (let isKilled = true; isKilled && step < STEPS_MAX; step++) {
          const place = await store.makePlace();
          const first = await place.open();
          await first.write(writes.slice(0, i).flatMap((write) => write.changes));
          await first.close();
          isKilled = await place.writeKilled(changes, step);
          const again = await place.open();
          const { tree, isDamaged } = await loadStored(family, again, layout);
          const found = tree.hash(tree.tip).join();
          await again.close();
          await place.dispose();
          if (isDamaged || (found !== before && found !== tip))
            throw new Error(`${what}, killed at await ${step}: ${isDamaged ? 'damaged' : 'another chain'}`);
          if (!isKilled && found !== tip) throw new Error(`${what}: a write that was done is not there`);
          if (isKilled) tips.add(found === tip ? 'after' : 'before');
        }
        if (step < 2) throw new Error(`${what}: nothing was killed`);
      }
      if (!tips.has('before')) throw new Error('no kill came before the end of a write');
    });
  });
}
