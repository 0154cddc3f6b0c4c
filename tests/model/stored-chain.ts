/** Reading a stored chain back, as a node does on its start: for tests of what is written and of what is damaged. */
import {
  type ChainFamily,
  type Effect,
  type HeaderInfo,
  HeaderTree,
  MemoryStore,
  type PowJob,
  performStorage,
  type Store,
} from '@vision-light/protocol';
import { BatchHasher } from '../../packages/protocol/src/headers/batch-hasher.js';
import { HeldHeaders } from '../../packages/protocol/src/headers/held-headers.js';
import { ChainLoader, type LoadOutcome } from '../../packages/protocol/src/headers/storage/chain-loader.js';
import { ChainProver } from '../../packages/protocol/src/headers/storage/chain-prover.js';
import type { StoredState } from '../../packages/protocol/src/headers/storage/chain-records.js';
import { ChainWriter } from '../../packages/protocol/src/headers/storage/chain-writer.js';
import {
  type ChainBottom,
  type ChainLayout,
  chainOf,
  chainSelections,
} from '../../packages/protocol/src/headers/storage/stored-chain.js';
import { Verifier } from '../../packages/protocol/src/headers/verifier.js';
import { StoragePort } from '../../packages/protocol/src/io/storage-port.js';
import { seededRandom } from '../../packages/protocol/src/node/random.js';
import { Outbox } from '../../packages/protocol/src/peer/outbox.js';
import { genesisBase, type TreeBase } from '../../packages/protocol/src/tree/tree-base.js';
import { tinyPow } from './tiny-family.js';

const wallTime = 2 ** 40;

export interface ReaderOptions {
  readonly seed?: number;
  readonly base?: TreeBase;
  readonly pow?: (job: PowJob) => Uint8Array;
}

/** A tree, and what reads a store into it. */
export class Reader {
  readonly tree: HeaderTree;
  readonly outbox = new Outbox();
  readonly storage = new StoragePort(this.outbox);
  readonly verifier: Verifier;
  readonly prover: ChainProver;
  readonly hasher: BatchHasher;
  readonly bottom: ChainBottom;
  readonly random: () => number;
  /** Headers that were hashed again, and segments that were read. */
  hashed = 0;
  readonly read: number[] = [];
  /** How each loading went, the first one and those after damage was found. */
  readonly outcomes: LoadOutcome[] = [];
  isAtRest = true;
  now = 0;
  readonly #pow: (job: PowJob) => Uint8Array;

  constructor(
    readonly family: ChainFamily,
    readonly store: Store,
    readonly layout: ChainLayout,
    { seed = 1, base = genesisBase(family), pow = tinyPow }: ReaderOptions = {},
  ) {
    this.#pow = pow;
    let job = 0;
    const nextJob = (): number => ++job;
    const listener = { inserted: () => undefined, appended: () => undefined, equivocated: () => undefined };
    this.bottom = { base };
    this.random = seededRandom(seed);
    this.tree = new HeaderTree(family, { base });
    this.verifier = new Verifier(this.tree, new HeldHeaders(), this.outbox, listener, 4, nextJob);
    this.hasher = new BatchHasher(family, this.outbox, nextJob);
    this.prover = new ChainProver(
      this.tree,
      this.hasher,
      this.storage,
      this.outbox,
      layout,
      this.bottom,
      nextJob,
      this.random,
      {
        keepsFrom: () => undefined,
        damaged: (left) => {
          this.prover.chainReplaced();
          this.#loader().resume(left, wallTime);
        },
        isAtRest: () => this.isAtRest,
      },
    );
  }

  #loader(): ChainLoader {
    const { tree, verifier, hasher, storage, layout, bottom, random } = this;
    return new ChainLoader(tree, verifier, hasher, storage, layout, bottom, random, (outcome) => {
      this.outcomes.push(outcome);
      this.prover.loaded(outcome.stored.segments, outcome.newest);
    });
  }

  /** Loads until the node would be ready. */
  async load(): Promise<LoadOutcome> {
    this.storage.read(chainSelections, {
      done: (records) => this.#loader().start(chainOf(records), wallTime),
      failed: ({ code }) => {
        throw new Error(code);
      },
    });
    await this.settle();
    const [outcome, ...more] = this.outcomes;
    if (outcome === undefined || more.length > 0)
      throw new Error(`the loader said ${this.outcomes.length} times that it is done`);
    return outcome;
  }

  /** Verifies all that is below. */
  async prove(): Promise<void> {
    for (
      let wake: number | undefined = this.now;
      wake !== undefined;
      wake = this.prover.nextWake(this.#time)
    ) {
      this.now = Math.max(this.now, wake);
      this.prover.advance(this.#time);
      await this.settle();
    }
  }

  async find(height: number): Promise<HeaderInfo | undefined> {
    let answer: HeaderInfo | undefined;
    let answers = 0;
    this.prover.find(height, (header) => {
      answer = header;
      answers++;
    });
    await this.prove();
    if (answers !== 1) throw new Error(`${answers} answers`);
    return answer;
  }

  get #time(): { now: number; wallTime: number } {
    return { now: this.now, wallTime };
  }

  /** Does what was asked for, until nothing is. */
  async settle(): Promise<void> {
    for (let effects = this.outbox.take(); effects.length > 0; effects = this.outbox.take())
      for (const effect of effects) await this.#perform(effect);
  }

  async #perform(effect: Effect): Promise<void> {
    if (effect.type === 'verifyPow') {
      const { job, work } = effect;
      const hashes = this.#pow(work);
      this.hashed += work.count;
      this.verifier.powVerified(job, hashes, wallTime);
      this.prover.powVerified(job, hashes, wallTime);
      this.hasher.powVerified(job, hashes);
    }
    if (effect.type !== 'storage') return;
    const { operation } = effect;
    if (operation.kind === 'read')
      for (const selection of operation.selections)
        if (selection.table === 'segments' && 'key' in selection) this.read.push(Number(selection.key));
    const event = await performStorage(this.store, effect);
    if (event.type === 'storageAnswered') this.storage.answered(event, this.now);
  }
}

export interface Loaded {
  readonly tree: HeaderTree;
  readonly isDamaged: boolean;
  readonly stored: StoredState;
  /** Headers that were hashed again. */
  readonly hashed: number;
}

/** Loads a chain into a fresh tree, and verifies it to the ground. */
export async function loadStored(
  family: ChainFamily,
  store: Store,
  layout: ChainLayout,
  seed = 1,
): Promise<Loaded> {
  const reader = new Reader(family, store, layout, { seed });
  await reader.load();
  await reader.prove();
  const { tree, outcomes, hashed } = reader;
  const { stored } = outcomes[outcomes.length - 1] as LoadOutcome;
  return { tree, isDamaged: outcomes.some(({ isDamaged }) => isDamaged), stored, hashed };
}

/** The best chain of a tree, as the writer puts it on disk. */
export async function storeTree(tree: HeaderTree, layout: ChainLayout): Promise<MemoryStore> {
  const outbox = new Outbox();
  const storage = new StoragePort(outbox);
  const writer = new ChainWriter(tree, storage, layout, { base: genesisBase(tree.family) }, ({ code }) => {
    throw new Error(code);
  });
  const store = new MemoryStore();
  writer.loaded({ segments: [], journal: [] }, false, 0);
  for (;;) {
    writer.flush({ now: 0, wallTime: 0 });
    const [effect] = outbox.take();
    if (effect?.type !== 'storage') return store;
    const event = await performStorage(store, effect);
    if (event.type === 'storageAnswered') storage.answered(event, 0);
  }
}
