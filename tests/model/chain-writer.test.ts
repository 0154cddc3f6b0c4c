import {
  ByteWriter,
  type Effect,
  type HeaderBatch,
  HeaderTree,
  MemoryStore,
  type NodeEventBody,
  performStorage,
  type StoreFault,
} from '@vision-light/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unpackBatches } from '../../packages/protocol/src/headers/storage/batch-list.js';
import type { LoadOutcome } from '../../packages/protocol/src/headers/storage/chain-loader.js';
import { ChainWriter } from '../../packages/protocol/src/headers/storage/chain-writer.js';
import { chainLayout } from '../../packages/protocol/src/headers/storage/stored-chain.js';
import type { StorageChange } from '../../packages/protocol/src/io/storage.js';
import { StoragePort } from '../../packages/protocol/src/io/storage-port.js';
import { JOURNAL_ENTRIES_MAX, STORE_DELAY_MS, STORE_RETRY_MS } from '../../packages/protocol/src/limits.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import { genesisBase } from '../../packages/protocol/src/tree/tree-base.js';
import { part } from '../sim/scripted-chain.js';
import { loadChain } from '../store-access.js';
import { loadStored, Reader } from './stored-chain.js';
import { createTinyFamily, tinyBatch } from './tiny-family.js';

const family = createTinyFamily();
const layout = chainLayout(0, 50);
const { segmentHeaders, batchHeaders } = layout;

type StorageEffect = Extract<Effect, { type: 'storage' }>;

/** A write that the writer wants done. */
interface Write {
  readonly effect: StorageEffect;
  readonly changes: readonly StorageChange[];
  /** The best chain as it was then, tip included. */
  readonly hashes: readonly string[];
}

/** Branches are made once: the same headers serve all runs. */
const branches = new Map<string, HeaderBatch>();
function branch(parent: Uint8Array, from: number, count: number, work: number, salt: number): HeaderBatch {
  const key = `${parent.join()} ${from} ${count} ${work} ${salt}`;
  const made =
    branches.get(key) ??
    tinyBatch(
      parent,
      Array.from({ length: count }, (_, i) => ({ number: from + i, work, salt })),
    );
  branches.set(key, made);
  return made;
}

/** A tree, its writer and a disk, each told of what the others do. */
class Bench {
  now = 0;
  tree = new HeaderTree(family);
  outbox = new Outbox();
  writer: ChainWriter;
  #storage: StoragePort;
  readonly reported: StoreFault[] = [];
  store = new MemoryStore();
  /** Whether the writer hears of full batches that were received. */
  isTold = true;
  isAtRest = false;

  constructor() {
    this.#storage = new StoragePort(this.outbox);
    this.writer = this.#makeWriter();
    this.writer.loaded({ segments: [], journal: [] }, false, 0);
  }

  #makeWriter(): ChainWriter {
    const failed = ({ code }: { code: StoreFault }): number => this.reported.push(code);
    return new ChainWriter(
      this.tree,
      this.#storage,
      layout,
      { base: genesisBase(family) },
      failed,
      () => this.isAtRest,
    );
  }

  /** The node is killed, and another one begins with what is on disk; @returns whether all of that was good */
  async restart(prove = true): Promise<boolean> {
    const reader = new Reader(family, this.store, layout);
    await reader.load();
    if (prove) await reader.prove();
    const { tree, outcomes } = reader;
    this.tree = tree;
    this.outbox = new Outbox();
    this.#storage = new StoragePort(this.outbox);
    this.writer = this.#makeWriter();
    const isDamaged = outcomes.some((outcome) => outcome.isDamaged) || outcomes.length > 1;
    this.writer.loaded((outcomes.at(-1) as LoadOutcome).stored, isDamaged, this.now);
    return !isDamaged;
  }

  /** Adds headers after one of the best chain; reorganises if they have more work. */
  grow(fromHeight: number, count: number, work: number, salt = 0): void {
    const parent = this.tree.at(fromHeight) as number;
    const batch = branch(this.tree.hash(parent).slice(), fromHeight + 1, count, work, salt);
    let slot = parent;
    for (let i = 0; i < count; i++) {
      const result = this.tree.insertChecked(batch.records, batch.hashes, slot, i);
      if ('slot' in result) slot = result.slot;
      if (result.kind === 'extended') this.writer.changed(this.tree.tipHeight - 1, this.now);
      if (result.kind === 'reorganised')
        this.writer.changed(this.tree.height(result.reorg.ancestor), this.now);
    }
    if (this.isTold) this.#offer(batch, fromHeight);
  }

  /** Tells the writer of the full batches of a branch, as if each had come in an answer of its own. */
  #offer(batch: HeaderBatch, fromHeight: number): void {
    for (let first = 0; first < batch.count; first += batchHeaders) {
      const answer = part(family, batch, first, Math.min(batch.count, first + batchHeaders));
      const writer = new ByteWriter();
      family.encodeBatch(writer, answer);
      this.writer.received(fromHeight + first, answer.count, writer.bytes(), answer.hashes.slice(-32));
    }
  }

  /** Hashes of the best chain from genesis on. */
  hashes(upTo = this.tree.tipHeight): string[] {
    return Array.from({ length: upTo + 1 }, (_, height) => {
      const slot = this.tree.at(height);
      return slot === undefined ? '' : this.tree.hash(slot).join();
    });
  }

  /** @returns the write that is wanted now, if any */
  advance(isUrgent = false): Write | undefined {
    const time = { now: this.now, wallTime: 0 };
    if (isUrgent) this.writer.flush(time);
    else this.writer.advance(time);
    const effects = this.outbox.take().filter((effect) => effect.type === 'storage');
    expect(effects.length).toBeLessThanOrEqual(1);
    const [effect] = effects;
    if (effect === undefined) return undefined;
    if (effect.operation.kind !== 'write') throw new Error('the writer reads');
    return { effect, changes: effect.operation.changes, hashes: this.hashes() };
  }

  async perform({ effect }: Write): Promise<void> {
    this.#answer(await performStorage(this.store, effect));
  }

  /** Says that a write is done, whether it is or not. */
  confirm({ effect: { request } }: Write): void {
    this.#answer({ type: 'storageAnswered', request, result: { kind: 'write' } });
  }

  /** Says that a write has failed. */
  fail({ effect: { request } }: Write, code: StoreFault = 'STORE_FAILED'): void {
    this.#answer({ type: 'storageAnswered', request, failure: { code, detail: '' } });
  }

  #answer(event: NodeEventBody): void {
    if (event.type !== 'storageAnswered') throw new Error(`a ${event.type} is no answer`);
    this.#storage.answered(event, this.now);
  }

  /** The disk loses all that is on it, and the writer hears of it. */
  empty(): void {
    this.store = new MemoryStore();
    this.writer.storeEmptied(this.now);
  }

  async settle(): Promise<void> {
    for (let write = this.advance(true); write !== undefined; write = this.advance(true))
      await this.perform(write);
  }

  /** The stored chain, verified to the ground. */
  async stored(): Promise<{ hashes: string[]; isDamaged: boolean }> {
    const { tree, isDamaged } = await loadStored(family, this.store, layout);
    const hashes = Array.from({ length: tree.tipHeight + 1 }, (_, i) =>
      tree.hash(tree.at(i) as number).join(),
    );
    return { hashes, isDamaged };
  }
}

/** The indexes that a write puts into a table. */
function putsOf({ changes }: Write, table: string): number[] {
  return changes.flatMap((change) =>
    change.kind === 'put' && change.table === table ? [Number(change.key)] : [],
  );
}

/** Where a write cuts a table. */
function cutOf({ changes }: Write, table: string): number | undefined {
  for (const change of changes)
    if (change.kind === 'deleteFrom' && change.table === table) return change.from;
  return undefined;
}

describe('ChainWriter', () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('grow' as const), count: fc.constantFrom(1, 1, 4, 5, 11, 49, 50, 130) }),
    fc.record({
      kind: fc.constant('reorg' as const),
      depth: fc.constantFrom(1, 3, 20, 50, 51, 160),
      ahead: fc.constantFrom(0, 1, 9),
    }),
    fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(10, STORE_DELAY_MS, STORE_RETRY_MS),
    }),
    fc.record({ kind: fc.constant('stored' as const) }),
    fc.record({ kind: fc.constant('failed' as const), isDone: fc.boolean() }),
    fc.record({ kind: fc.constant('kill' as const), isDone: fc.boolean(), prove: fc.boolean() }),
    // A write that is under way is said to be done, and may have come too early; or it lands on what is empty.
    fc.record({ kind: fc.constant('emptied' as const), isLate: fc.boolean() }),
  );

  it('leaves a valid chain on disk after every write, whatever happens meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 30 }), async (acts) => {
        const bench = new Bench();
        let inFlight: Write | undefined;
        let salt = 0;
        /** The chain that is on disk: what a naive writer would say. */
        let onDisk = bench.hashes();
        /** A write that was meant for what is gone: it may have built on that. */
        let late: Write | undefined;
        /** True if the disk holds such a write. The next one removes it. */
        let isTorn = false;
        const land = async (write: Write): Promise<void> => {
          await bench.store.write(write.changes);
          onDisk = [...write.hashes];
          isTorn = write === late;
        };
        const isPrefix = (long: readonly string[], short: readonly string[]): boolean =>
          short.every((hash, i) => hash === '' || long[i] === '' || hash === long[i]);
        const expectStored = async (): Promise<void> => {
          const { hashes, isDamaged } = await bench.stored();
          expect([isDamaged && !isTorn, isPrefix(onDisk, hashes)]).toEqual([false, true]);
        };
        for (const each of acts) {
          const { tree } = bench;
          if (each.kind === 'grow' && tree.tipHeight < 900) bench.grow(tree.tipHeight, each.count, 1, salt);
          if (each.kind === 'wait') bench.now += each.ms;
          if (each.kind === 'reorg' && tree.tipHeight > tree.baseHeight) {
            salt++;
            const depth = Math.min(each.depth, tree.tipHeight - tree.baseHeight);
            // With twice the work, half as many headers suffice: the chain gets shorter.
            bench.grow(tree.tipHeight - depth, Math.floor(depth / 2) + 1 + each.ahead, 2 + salt, salt);
          }
          if (each.kind === 'stored' && inFlight !== undefined) {
            await land(inFlight);
            bench.confirm(inFlight);
            inFlight = undefined;
            await expectStored();
          }
          if (each.kind === 'failed' && inFlight !== undefined) {
            // A write that failed may have been done all the same.
            if (each.isDone) await land(inFlight);
            bench.fail(inFlight);
            inFlight = undefined;
          }
          if (each.kind === 'kill') {
            if (each.isDone && inFlight !== undefined) await land(inFlight);
            inFlight = undefined;
            const isWhole = await bench.restart(each.prove || isTorn);
            expect(isWhole || isTorn).toBe(true);
            expect(isPrefix(onDisk, bench.hashes())).toBe(true);
          }
          if (each.kind === 'emptied' && bench.tree.baseHeight === 0) {
            bench.empty();
            onDisk = bench.hashes(0);
            if (inFlight !== undefined && !each.isLate) {
              bench.confirm(inFlight);
              inFlight = undefined;
            }
            late = inFlight;
            isTorn = false;
            expect(bench.writer.storedHeight).toBe(0);
          }
          expect(bench.writer.storedHeight).toBeLessThanOrEqual(bench.tree.tipHeight);
          inFlight = bench.advance() ?? inFlight;
        }
        if (inFlight !== undefined) {
          await land(inFlight);
          bench.confirm(inFlight);
        }
        bench.now += STORE_RETRY_MS;
        // Nothing is below the base any more once it is verified.
        if (bench.tree.baseHeight > 0) await bench.restart();
        await bench.settle();
        expect(bench.writer.isSettled).toBe(true);
        expect(bench.writer.storedHeight).toBe(bench.tree.tipHeight);
        expect(bench.writer.nextWake()).toBeUndefined();
        expect(await bench.stored()).toEqual({ hashes: bench.hashes(), isDamaged: false });
      }),
      { numRuns: 150 },
    );
  });

  it('writes a new block as an entry of its own, and short entries anew when they are many', async () => {
    const bench = new Bench();
    bench.grow(0, 2 * segmentHeaders + 3, 1);
    await bench.settle();
    bench.isAtRest = true;
    const sizes: number[] = [];
    for (let i = 0; i < 40; i++) {
      bench.grow(bench.tree.tipHeight, 1, 1);
      const write = bench.advance() as Write;
      expect([putsOf(write, 'segments'), cutOf(write, 'journal'), cutOf(write, 'segments')]).toEqual([
        [],
        undefined,
        undefined,
      ]);
      expect(putsOf(write, 'meta').length).toBe(1);
      sizes.push(
        write.changes.reduce((sum, change) => sum + (change.kind === 'put' ? change.value.length : 0), 0),
      );
      await bench.perform(write);
    }
    expect(Math.max(...sizes)).toBeLessThan(120);
  });

  it('keeps the journal short', async () => {
    const long = chainLayout(0, 2000);
    const bench = new Bench();
    const writer = new ChainWriter(
      bench.tree,
      new StoragePort(bench.outbox),
      long,
      { base: genesisBase(family) },
      () => {},
    );
    expect(writer.layout.batchHeaders).toBe(200);
    writer.loaded({ segments: [], journal: [] }, false, 0);
    const store = new MemoryStore();
    const storage = writer.storage;
    let written = 0;
    for (let height = 0; height < 700; height++) {
      bench.grow(height, 1, 1);
      writer.changed(height, 0);
      writer.flush({ now: 0, wallTime: 0 });
      for (const effect of bench.outbox.take()) {
        if (effect.type !== 'storage' || effect.operation.kind !== 'write') continue;
        for (const change of effect.operation.changes)
          if (change.kind === 'put') written += change.value.length;
        const event = await performStorage(store, effect);
        if (event.type === 'storageAnswered') storage.answered(event, 0);
      }
      const { journal } = await loadChain(store);
      expect(journal.length).toBeLessThanOrEqual(JOURNAL_ENTRIES_MAX);
    }
    const { journal } = await loadChain(store);
    const counts = journal.map(({ bytes }) => unpackBatches(bytes)?.[0]?.count ?? 0);
    expect(counts.slice(0, 3)).toEqual([200, 200, 200]);
    // A header is written about three times, with its tip pointer.
    expect(written / 700).toBeLessThan(200);
  });

  it('makes segments of what peers sent, just as they sent it', () => {
    const payload = Uint8Array.of(1, 2, 3);
    const bench = new Bench();
    bench.isTold = false;
    bench.grow(0, 2 * segmentHeaders, 1);
    const hashAt = (height: number): Uint8Array => bench.tree.hash(bench.tree.at(height) as number).slice();
    bench.writer.received(0, batchHeaders, payload, hashAt(batchHeaders));
    // Another branch; a short answer; one that begins in mid-batch; one across the end of the segment.
    bench.writer.received(5, batchHeaders, payload, hashAt(0));
    bench.writer.received(10, batchHeaders - 1, payload, hashAt(15));
    bench.writer.received(21, batchHeaders, payload, hashAt(26));
    bench.writer.received(48, batchHeaders, payload, hashAt(53));
    bench.writer.received(53, batchHeaders, payload, hashAt(58));
    const write = bench.advance() as Write;
    expect([putsOf(write, 'segments'), putsOf(write, 'journal')]).toEqual([[0, 1], []]);
    const lists = write.changes.flatMap((change) =>
      change.kind === 'put' && change.table === 'segments' ? [unpackBatches(change.value)] : [],
    );
    const shown = lists.map((list) =>
      list?.map(({ count, payload: bytes }) => `${count}${bytes.length === 3 ? ' as sent' : ''}`),
    );
    expect(shown[0]).toEqual(['5 as sent', '5', '5', '5', '1', '5 as sent', '5', '5', '5', '5', '4']);
    expect(shown[1]?.slice(0, 3)).toEqual(['3', '5 as sent', '5']);
    // Said to have failed: what is written now is encoded anew.
    bench.fail(write);
    bench.now += STORE_RETRY_MS;
    expect(JSON.stringify(bench.advance()?.changes).includes('"0":1,"1":2,"2":3}')).toBe(false);
  });

  it('waits for more headers, but not with a whole segment, and not longer than it says', () => {
    const bench = new Bench();
    bench.grow(0, 5, 1);
    expect(bench.advance()).toBeUndefined();
    expect(bench.writer.nextWake()).toBe(STORE_DELAY_MS);
    bench.now = STORE_DELAY_MS - 1;
    expect(bench.advance()).toBeUndefined();
    bench.now = STORE_DELAY_MS;
    expect(putsOf(bench.advance() as Write, 'journal')).toEqual([0]);
    const eager = new Bench();
    eager.grow(0, segmentHeaders + 3, 1);
    const write = eager.advance() as Write;
    // What follows may soon be a segment as well.
    expect([putsOf(write, 'segments'), putsOf(write, 'journal')]).toEqual([[0], []]);
  });

  it('cuts off what a shorter, heavier chain leaves behind', async () => {
    const bench = new Bench();
    bench.grow(0, 4 * segmentHeaders + 20, 1);
    await bench.settle();
    bench.grow(100, 10, 10_000, 1);
    expect(bench.writer.storedHeight).toBe(100);
    const write = bench.advance(true) as Write;
    expect([cutOf(write, 'segments'), cutOf(write, 'journal'), putsOf(write, 'segments')]).toEqual([
      2,
      0,
      [],
    ]);
    await bench.perform(write);
    expect((await loadChain(bench.store)).segments.length).toBe(2);
    expect(await bench.stored()).toEqual({ hashes: bench.hashes(), isDamaged: false });
  });

  it('writes nothing of what it would have to read first, until that is in memory', async () => {
    const bench = new Bench();
    bench.grow(0, 4 * segmentHeaders, 1);
    await bench.settle();
    await bench.restart(false);
    const { baseHeight } = bench.tree;
    expect(baseHeight).toBeGreaterThan(3 * segmentHeaders);
    // A reorg into the newest segment, of which the first headers are not in the tree.
    bench.grow(baseHeight + 1, 20, 10_000, 1);
    expect([
      bench.writer.storedHeight,
      bench.advance(true),
      bench.writer.isSettled,
      bench.writer.nextWake(),
    ]).toEqual([3 * segmentHeaders, undefined, true, undefined]);
  });

  it('does not take a reorg for written that came under a write', async () => {
    const bench = new Bench();
    bench.grow(0, 220, 1);
    const write = bench.advance() as Write;
    bench.grow(100, 230, 2, 1);
    await bench.perform(write);
    expect(bench.writer.storedHeight).toBe(100);
    await bench.settle();
    expect(await bench.stored()).toEqual({ hashes: bench.hashes(), isDamaged: false });
  });

  it('writes everything again once the store was emptied, also under a write', async () => {
    const bench = new Bench();
    bench.grow(0, 120, 1);
    await bench.settle();
    bench.grow(120, 1, 1);
    const write = bench.advance(true) as Write;
    bench.empty();
    // It went into the database that is gone.
    bench.confirm(write);
    expect(bench.writer.storedHeight).toBe(0);
    await bench.settle();
    expect(bench.writer.storedHeight).toBe(121);
    expect(await bench.stored()).toEqual({ hashes: bench.hashes(), isDamaged: false });
  });

  it('replaces what another tab has written, once it has something to write', async () => {
    const bench = new Bench();
    bench.writer.storeEmptied(0);
    expect(bench.advance(true)).toBeUndefined();
    bench.grow(0, 230, 1);
    await bench.settle();
    const other = new Bench();
    other.store = bench.store;
    other.grow(0, 3, 1, 7);
    other.writer.storeEmptied(0);
    await other.settle();
    expect(await other.stored()).toEqual({ hashes: other.hashes(), isDamaged: false });
    expect((await loadChain(other.store)).segments).toEqual([]);
  });

  it('says that storage fails, and tries again after a while, or as soon as it has taken something else', async () => {
    const bench = new Bench();
    const fail = (code: StoreFault): void => bench.fail(bench.advance(true) as Write, code);
    bench.grow(0, 3, 1);
    fail('STORE_QUOTA');
    expect([bench.writer.isSettled, bench.writer.nextWake()]).toEqual([true, STORE_RETRY_MS]);
    expect(bench.advance(true)).toBeUndefined();
    bench.now = STORE_RETRY_MS;
    fail('STORE_QUOTA');
    expect([bench.advance(true), bench.reported]).toEqual([undefined, ['STORE_QUOTA', 'STORE_QUOTA']]);
    bench.writer.retry();
    fail('STORE_DENIED');
    bench.now += STORE_RETRY_MS;
    await bench.settle();
    expect(await bench.stored()).toMatchObject({ hashes: bench.hashes(), isDamaged: false });
  });

  it('replaces what could not be read, but only when it has something to write', () => {
    const bench = new Bench();
    bench.writer.unreadable();
    bench.now = 1e6;
    expect([bench.advance(true), bench.writer.isSettled]).toEqual([undefined, true]);
    bench.grow(0, 2, 1, 9);
    const write = bench.advance(true) as Write;
    expect([cutOf(write, 'segments'), cutOf(write, 'journal')]).toEqual([0, 0]);
  });
});
