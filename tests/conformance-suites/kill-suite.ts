/**
 * A store is killed at each await of a write of headers: what is found afterwards is the chain before that write or after
 * it, whole and valid. Runs under any test runner with `describe` and `it`.
 */

import { type Effect, HeaderTree, MemoryStore, performStorage, type Store } from '@vision-light/protocol';
import { ChainWriter } from '../../packages/protocol/src/headers/storage/chain-writer.js';
import type { StorageChange } from '../../packages/protocol/src/io/storage.js';
import { StoragePort } from '../../packages/protocol/src/io/storage-port.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import { genesisBase } from '../../packages/protocol/src/tree/tree-base.js';
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
  readonly changes: readonly StorageChange[];
  readonly tip: string;
}

/** Each on a place of its own; a browser takes two seconds to end a thread that does not answer. */
const STEPS_AT_ONCE = 8;

/** What each write is for. */
const acts = [
  'the first headers',
  'one block',
  'segments in place of the journal',
  'a reorg in the journal',
  'a reorg into a segment',
  'a shorter chain',
] as const;

/** Writes of a node whose chain grows and is reorganised, as its writer makes them. */
async function makeWrites(): Promise<Write[]> {
  const tree = new HeaderTree(family);
  const outbox = new Outbox();
  const storage = new StoragePort(outbox);
  const writer = new ChainWriter(tree, storage, layout, { base: genesisBase(tree.family) }, ({ code }) => {
    throw new Error(code);
  });
  const store = new MemoryStore();
  const writes: Write[] = [];
  writer.loaded({ segments: [], journal: [] }, false, 0);
  const perform = async (effect: Effect | undefined): Promise<boolean> => {
    if (effect?.type !== 'storage' || effect.operation.kind !== 'write') return false;
    const event = await performStorage(store, effect);
    if (event.type === 'storageAnswered') storage.answered(event, 0);
    writes.push({ changes: effect.operation.changes, tip: tree.hash(tree.tip).join() });
    return true;
  };
  const grow = async (from: number, count: number, work: number): Promise<void> => {
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
      isDone = !(await perform(outbox.take()[0]));
    }
  };
  await grow(0, 30, 1);
  await grow(30, 1, 1);
  await grow(31, 120, 1);
  await grow(145, 20, 2);
  await grow(90, 90, 5);
  await grow(40, 5, 1000);
  return writes;
}

/** Defines the tests of one kind of store. */
export function defineKillSuite(runner: SuiteRunner, store: KillableStore): void {
  const made = makeWrites();
  runner.describe(
    `store: ${store.name}, killed at each await of a write of headers, holds the chain before or after it`,
    () => {
      for (const [i, what] of acts.entries())
        runner.it(what, async () => {
          const writes = await made;
          const write = writes[i];
          if (write === undefined || writes.length !== acts.length)
            throw new Error(`${writes.length} writes`);
          const before = writes[i - 1]?.tip ?? family.genesis.hash.join();
          const base = writes.slice(0, i).flatMap(({ changes }) => changes);
          let killed = 0;
          for (let isDone = false; !isDone && killed < STEPS_MAX; ) {
            const steps = Array.from({ length: STEPS_AT_ONCE }, (_, j) => killed + j);
            const areKilled = await Promise.all(
              steps.map((step) => killOnce(store, base, before, write, step)),
            );
            isDone = areKilled.includes(false);
            killed += areKilled.filter((isKilled) => isKilled).length;
          }
          if (killed < 1) throw new Error('nothing was killed');
        });
    },
  );
}

/** @returns whether it was killed before the write was done */
async function killOnce(
  store: KillableStore,
  base: readonly StorageChange[],
  before: string,
  { changes, tip }: Write,
  step: number,
): Promise<boolean> {
  const place = await store.makePlace();
  const first = await place.open();
  await first.write(base);
  await first.close();
  const isKilled = await place.writeKilled(changes, step);
  const again = await place.open();
  const { tree, isDamaged } = await loadStored(family, again, layout);
  const found = tree.hash(tree.tip).join();
  await again.close();
  await place.dispose();
  if (isDamaged || (found !== before && found !== tip))
    throw new Error(`killed at await ${step}: ${isDamaged ? 'damaged' : 'another chain'}`);
  if (!isKilled && found !== tip) throw new Error('a write that was done is not there');
  if (step === 0 && found !== before) throw new Error('it was done before it was killed');
  return isKilled;
}
