/** Makes headers one after the other, each on top of the one before, with times that are given. */
import type { VisionXSolution } from '@vision-light/pow';
import {
  createTemplate,
  type HeaderBatch,
  HeaderTree,
  sealTemplate,
  templateInput,
  type VisionFamily,
} from '@vision-light/protocol';
import { Searcher, type SearchWork } from './searcher.js';
import type { BlockContents, TransactionGenerator } from './transaction-generator.js';

/** Consecutive headers, and the body of each. */
export interface MadeBlocks {
  readonly batch: HeaderBatch;
  readonly bodies: readonly Uint8Array[];
}

/** What the headers are made of. */
export interface HistoryMakerOptions {
  readonly family: VisionFamily;
  /** Their miner field. */
  readonly name: string;
  readonly transactions: TransactionGenerator;
  /** Verified headers from height 1 on, which those to be made are on top of. */
  readonly before: HeaderBatch;
  /** Unix seconds of the header at a height. */
  timeOf(height: number): number;
}

interface Order {
  readonly untilHeight: number;
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

/** One thread searches, for each header needs its parent's hash. Nothing is verified here. */
export class HistoryMaker {
  readonly #options: HistoryMakerOptions;
  readonly #tree: HeaderTree;
  readonly #searcher: Searcher;
  #order: Order | undefined;
  /** Of the block that is searched for. */
  #contents: BlockContents | undefined;
  /** Of the blocks that were made since they were asked for last. */
  readonly #bodies: Uint8Array[] = [];

  constructor(options: HistoryMakerOptions) {
    this.#options = options;
    const { family, before } = options;
    this.#tree = new HeaderTree(family);
    for (let i = 0; i < before.count; i++) {
      const record = before.records.subarray(i * family.recordBytes, (i + 1) * family.recordBytes);
      this.#tree.insertChecked(record, before.hashes.subarray(i * 32, i * 32 + 32), this.#tree.tip);
    }
    this.#searcher = new Searcher({
      threads: 1,
      params: family.params.visionx,
      nextWork: () => this.#nextWork(),
      onSolution: (work, solution) => this.#append(work, solution),
      onFailure: (reason) => this.#order?.reject(new Error(`the mining thread died: ${reason}`)),
    });
  }

  /** The next `count` headers. One call at a time. */
  async make(count: number): Promise<MadeBlocks> {
    const height = this.#tree.tipHeight;
    if (count > 0) {
      await new Promise<void>((resolve, reject) => {
        this.#order = { untilHeight: height + count, resolve, reject };
        this.#searcher.wake();
      });
    }
    return { batch: this.#tree.batch(height + 1, count), bodies: this.#bodies.splice(0) };
  }

  async close(): Promise<void> {
    await this.#searcher.close();
  }

  #nextWork(): SearchWork | undefined {
    if (this.#order === undefined) return undefined;
    const { family, name, timeOf, transactions } = this.#options;
    const tree = this.#tree;
    this.#contents ??= transactions.next();
    const template = createTemplate(family, {
      ancestry: tree.ancestry(tree.tip),
      parentHash: tree.hash(tree.tip),
      wallTime: timeOf(tree.tipHeight + 1),
      txRoot: this.#contents.txRoot,
      miner: name,
    });
    return { template, input: templateInput(family, template) };
  }

  #append({ template }: SearchWork, { nonce, digest }: VisionXSolution): void {
    const { record, hash } = sealTemplate(this.#options.family, template, nonce, digest);
    this.#tree.insertChecked(record, hash, this.#tree.tip);
    if (this.#contents !== undefined) this.#bodies.push(this.#contents.body);
    this.#contents = undefined;
    const order = this.#order;
    if (order === undefined || this.#tree.tipHeight < order.untilHeight) return;
    this.#order = undefined;
    order.resolve();
  }
}
