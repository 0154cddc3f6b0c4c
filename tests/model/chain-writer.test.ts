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
import { defined } from '../../packages/protocol/src/assert.js';
import { ChainWriter } from '../../packages/protocol/src/headers/chain-writer.js';
import { StoragePort } from '../../packages/protocol/src/io/storage-port.js';
import { CHUNK_HEADERS, type ChainUpdate, chainOf } from '../../packages/protocol/src/io/stored-chain.js';
import {
  CHUNKS_PER_WRITE_MAX,
  RECEIVED_CHUNKS_MAX,
  STORE_DELAY_MS,
  STORE_RETRY_MS,
} from '../../packages/protocol/src/limits.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import { part } from '../sim/scripted-chain.js';
import { loadChain as loadStored, writeChain } from '../store-access.js';
import { loadChain } from './stored-chain.js';
import { createTinyFamily, tinyBatch } from './tiny-family.js';

const family = createTinyFamily();

/** A write that the writer wants done. */
interface Write {
  readonly effect: StorageEffect;
  /** What it changes, in terms of the chain. */
  readonly change: ChainUpdate;
}

type StorageEffect = Extract<Effect, { type: 'storage' }>;

function writeOf(effect: StorageEffect): Write {
  const { operation } = effect;
  if (operation.kind !== 'write') throw new Error('the writer reads');
  let removeFrom: number | undefined;
  for (const change of operation.changes) if (change.kind === 'deleteFrom') removeFrom = change.from;
  const { chunks: put, tip } = chainOf(operation.changes.filter((change) => change.kind === 'put'));
  return { effect, change: { removeFrom, put, tip: defined(tip, 'each write has a tip') } };
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
  readonly tree = new HeaderTree(family);
  readonly outbox = new Outbox();
  readonly storage = new StoragePort(this.outbox);
  readonly reported: StoreFault[] = [];
  readonly writer = new ChainWriter(this.tree, this.storage, ({ code }) => this.reported.push(code));
  store = new MemoryStore();
  /** Whether the writer hears of whole chunks that were received. */
  isTold = true;

  /** Adds headers after one of the best chain; reorganises if they have more work. */
  grow(fromHeight: number, count: number, work: number, salt = 0): void {
    const parent = this.tree.at(fromHeight) as number;
    const batch = branch(this.tree.hash(parent).slice(), fromHeight + 1, count, work, salt);
    let slot = parent;
    for (let i = 0; i < count; i++) {
      const record = batch.records.subarray(i * family.recordBytes, (i + 1) * family.recordBytes);
      const result = this.tree.insertChecked(record, batch.hashes.subarray(i * 32, i * 32 + 32), slot);
      if ('slot' in result) slot = result.slot;
      if (result.kind === 'extended') this.writer.changed(this.tree.tipHeight - 1, this.now);
      if (result.kind === 'reorganised')
        this.writer.changed(this.tree.height(result.reorg.ancestor), this.now);
    }
    if (this.isTold) this.#offer(batch, fromHeight);
  }

  /** Tells the writer of the whole chunks of a branch, as if each had come in an answer of its own. */
  #offer(batch: HeaderBatch, fromHeight: number): void {
    const from = Math.ceil(fromHeight / CHUNK_HEADERS) * CHUNK_HEADERS;
    for (let height = from; height + CHUNK_HEADERS <= fromHeight + batch.count; height += CHUNK_HEADERS) {
      const first = height - fromHeight;
      const chunk = part(family, batch, first, first + CHUNK_HEADERS);
      const writer = new ByteWriter();
      family.encodeBatch(writer, chunk);
      this.writer.received(height, CHUNK_HEADERS, writer.bytes(), chunk.hashes.slice(-32));
    }
  }

  /** @returns the write that is wanted now, if any */
  advance(isUrgent = false): Write | undefined {
    const time = { now: this.now, wallTime: 0 };
    if (isUrgent) this.writer.flush(time);
    else this.writer.advance(time);
    const effects = this.outbox.take().filter((effect) => effect.type === 'storage');
    expect(effects.length).toBeLessThanOrEqual(1);
    return effects[0] && writeOf(effects[0]);
  }

  async perform({ effect, change }: Write): Promise<void> {
    expect(change.put.length).toBeLessThanOrEqual(CHUNKS_PER_WRITE_MAX);
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
    this.storage.answered({ ...event, now: this.now, wallTime: 0 });
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

  async stored(): Promise<{ height: number; hash: Uint8Array; isDamaged: boolean }> {
    const { tree, isDamaged } = loadChain(family, await loadStored(this.store));
    return { height: tree.tipHeight, hash: tree.hash(tree.tip).slice(), isDamaged };
  }
}

describe('ChainWriter', () => {
  const act = fc.oneof(
    fc.record({ kind: fc.constant('grow' as const), count: fc.constantFrom(1, 7, 1990, 2000, 4100) }),
    fc.record({
      kind: fc.constant('reorg' as const),
      depth: fc.constantFrom(1, 3, 2000, 2005, 5000),
      ahead: fc.constantFrom(0, 1, 9),
    }),
    fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(10, STORE_DELAY_MS, STORE_RETRY_MS),
    }),
    fc.record({ kind: fc.constant('stored' as const) }),
    fc.record({ kind: fc.constant('failed' as const), isDone: fc.boolean() }),
    // A write that is under way is said to be done, and may have come too early.
    fc.record({ kind: fc.constant('emptied' as const), isLate: fc.boolean() }),
  );

  it('leaves a valid chain on disk after every write, whatever happens meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 18 }), async (acts) => {
        const bench = new Bench();
        let inFlight: Write | undefined;
        let salt = 0;
        for (const each of acts) {
          if (each.kind === 'grow' && bench.tree.tipHeight < 9000)
            bench.grow(bench.tree.tipHeight, each.count, 1, salt);
          if (each.kind === 'wait') bench.now += each.ms;
          if (each.kind === 'reorg' && bench.tree.tipHeight > 0) {
            salt++;
            const depth = Math.min(each.depth, bench.tree.tipHeight);
            // With twice the work, half as many headers suffice: the chain gets shorter.
            bench.grow(bench.tree.tipHeight - depth, Math.floor(depth / 2) + 1 + each.ahead, 2 + salt, salt);
          }
          if (each.kind === 'stored' && inFlight !== undefined) {
            await bench.perform(inFlight);
            inFlight = undefined;
            expect((await bench.stored()).isDamaged).toBe(false);
          }
          if (each.kind === 'failed' && inFlight !== undefined) {
            // A write that failed may have been done all the same.
            if (each.isDone) await writeChain(bench.store, inFlight.change);
            bench.fail(inFlight);
            inFlight = undefined;
          }
          if (each.kind === 'emptied') {
            bench.empty();
            if (inFlight !== undefined && !each.isLate) {
              bench.confirm(inFlight);
              inFlight = undefined;
            }
            expect(bench.writer.storedHeight).toBe(0);
          }
          inFlight = bench.advance() ?? inFlight;
        }
        if (inFlight !== undefined) await bench.perform(inFlight);
        bench.now += STORE_RETRY_MS;
        await bench.settle();
        expect(bench.writer.isSettled).toBe(true);
        expect(bench.writer.storedHeight).toBe(bench.tree.tipHeight);
        expect(bench.writer.nextWake()).toBeUndefined();
        const hash = bench.tree.hash(bench.tree.tip);
        expect(await bench.stored()).toEqual({ height: bench.tree.tipHeight, hash, isDamaged: false });
      }),
      { numRuns: 25 },
    );
  });

  it('stores a chunk as a peer sent it, if it is what the best chain has there', () => {
    const payload = Uint8Array.of(1, 2, 3);
    const isAsSent = ({ bytes }: { readonly bytes: Uint8Array }): boolean =>
      bytes.length < 100 && Buffer.from(bytes).subarray(-3).equals(payload);
    const bench = new Bench();
    bench.isTold = false;
    bench.grow(0, 6 * CHUNK_HEADERS, 1);
    const hashAt = (height: number): Uint8Array => bench.tree.hash(bench.tree.at(height) as number).slice();
    bench.writer.received(0, CHUNK_HEADERS, payload, hashAt(CHUNK_HEADERS));
    bench.writer.received(CHUNK_HEADERS, CHUNK_HEADERS, payload, hashAt(0));
    bench.writer.received(2 * CHUNK_HEADERS, CHUNK_HEADERS - 1, payload, hashAt(3 * CHUNK_HEADERS));
    bench.writer.received(3 * CHUNK_HEADERS + 1, CHUNK_HEADERS, payload, hashAt(4 * CHUNK_HEADERS));
    bench.writer.received(4 * CHUNK_HEADERS, CHUNK_HEADERS, payload, hashAt(5 * CHUNK_HEADERS));
    const write = bench.advance() as Write;
    expect(write.change.put.map(isAsSent)).toEqual([true, false, false, false, true]);
    // Said to have failed: what is written now is encoded anew.
    bench.fail(write);
    bench.now += STORE_RETRY_MS;
    expect(bench.advance()?.change.put.map(isAsSent)).toEqual([false, false, false, false, false]);
  });

  it('keeps a few chunks as they were sent, and encodes the rest', () => {
    const bench = new Bench();
    bench.isTold = false;
    bench.grow(0, (RECEIVED_CHUNKS_MAX + 2) * CHUNK_HEADERS, 1);
    const payload = Uint8Array.of(1, 2, 3);
    for (let height = 0; height < bench.tree.tipHeight; height += CHUNK_HEADERS) {
      const last = bench.tree.hash(bench.tree.at(height + CHUNK_HEADERS) as number).slice();
      bench.writer.received(height, CHUNK_HEADERS, payload, last);
    }
    const sizes: number[] = [];
    for (let write = bench.advance(); write !== undefined; write = bench.advance()) {
      sizes.push(...write.change.put.map(({ bytes }) => bytes.length));
      bench.confirm(write);
    }
    expect(sizes.map((size) => size < 100)).toEqual(sizes.map((_, i) => i < RECEIVED_CHUNKS_MAX));
    expect(sizes.length).toBe(RECEIVED_CHUNKS_MAX + 2);
  });

  it('waits for more headers, but not with a full chunk, and not longer than it says', () => {
    const bench = new Bench();
    bench.grow(0, 5, 1);
    expect(bench.advance()).toBeUndefined();
    expect(bench.writer.nextWake()).toBe(STORE_DELAY_MS);
    bench.now = STORE_DELAY_MS - 1;
    expect(bench.advance()).toBeUndefined();
    bench.now = STORE_DELAY_MS;
    expect(bench.advance()?.change.put.map(({ index }) => index)).toEqual([0]);
    const eager = new Bench();
    eager.grow(0, CHUNK_HEADERS, 1);
    expect(eager.advance()?.change.put.length).toBe(1);
  });

  it('cuts off what a shorter, heavier chain leaves behind', async () => {
    const bench = new Bench();
    bench.grow(0, 4500, 1);
    await bench.settle();
    bench.grow(100, 10, 10_000, 1);
    const write = bench.advance(true) as Write;
    expect(write.change.removeFrom).toBe(0);
    await bench.perform(write);
    expect((await loadStored(bench.store)).chunks.length).toBe(1);
    expect(await bench.stored()).toMatchObject({ height: 110, isDamaged: false });
  });

  it('does not take a reorg for written that came under a write', async () => {
    const bench = new Bench();
    bench.grow(0, 4500, 1);
    const write = bench.advance() as Write;
    bench.grow(100, 4600, 2, 1);
    await bench.perform(write);
    expect(bench.writer.storedHeight).toBe(100);
    await bench.settle();
    expect(await bench.stored()).toEqual({
      height: 4700,
      hash: bench.tree.hash(bench.tree.tip),
      isDamaged: false,
    });
  });

  it('expects anything of a disk whose write failed', async () => {
    const bench = new Bench();
    bench.grow(0, 4500, 1);
    // Said to have failed, and done all the same.
    const write = bench.advance() as Write;
    await writeChain(bench.store, write.change);
    bench.fail(write);
    bench.grow(100, 10, 10_000, 1);
    bench.now += STORE_RETRY_MS;
    await bench.settle();
    expect(await bench.stored()).toMatchObject({ height: 110, isDamaged: false });
  });

  it('writes everything again once the store was emptied, also under a write', async () => {
    const bench = new Bench();
    bench.grow(0, 4500, 1);
    await bench.settle();
    bench.grow(4500, 1, 1);
    const write = bench.advance(true) as Write;
    bench.empty();
    // It went into the database that is gone.
    bench.confirm(write);
    expect(bench.writer.storedHeight).toBe(0);
    await bench.settle();
    expect(bench.writer.storedHeight).toBe(4501);
    expect(await bench.stored()).toMatchObject({ height: 4501, isDamaged: false });
  });

  it('replaces what another tab has written, once it has something to write', async () => {
    const bench = new Bench();
    bench.writer.storeEmptied(0);
    expect(bench.advance(true)).toBeUndefined();
    bench.grow(0, 4500, 1);
    await bench.settle();
    const other = new Bench();
    other.store = bench.store;
    other.grow(0, 3, 1, 7);
    other.writer.loaded(3, false, 0);
    other.writer.storeEmptied(0);
    await other.settle();
    expect(await other.stored()).toMatchObject({ height: 3, isDamaged: false });
  });

  it('says once that storage fails, and tries again after a while', async () => {
    const bench = new Bench();
    const fail = (code: StoreFault): boolean => {
      const before = bench.reported.length;
      bench.fail(bench.advance(true) as Write, code);
      return bench.reported.length > before;
    };
    bench.grow(0, 3, 1);
    expect(fail('STORE_QUOTA')).toBe(true);
    expect([bench.writer.isSettled, bench.writer.nextWake()]).toEqual([true, STORE_RETRY_MS]);
    expect(bench.advance(true)).toBeUndefined();
    bench.now = STORE_RETRY_MS;
    expect(fail('STORE_QUOTA')).toBe(false);
    bench.now *= 2;
    expect(fail('STORE_DENIED')).toBe(true);
    bench.now *= 2;
    await bench.settle();
    expect(await bench.stored()).toMatchObject({ height: 3, isDamaged: false });
    bench.grow(3, 1, 1);
    expect(fail('STORE_DENIED')).toBe(true);
  });

  it('replaces what could not be read, but only when it has something to write', async () => {
    const bench = new Bench();
    bench.grow(0, 4500, 1);
    await bench.settle();
    const again = new ChainWriter(new HeaderTree(family), bench.storage, () => {});
    again.loaded(0, false, 0);
    again.unreadable('STORE_FAILED');
    again.flush({ now: 1e6, wallTime: 0 });
    expect([again.isSettled, bench.outbox.take()]).toEqual([true, []]);
    const other = new Bench();
    other.writer.loaded(0, false, 0);
    other.writer.unreadable('STORE_FAILED');
    other.grow(0, 2, 1, 9);
    expect(other.advance(true)?.change.removeFrom).toBe(0);
  });
});
