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

/** What the headers are made of. */
export interface HistoryMakerOptions {
  readonly family: VisionFamily;
  /** Their miner field. */
  readonly name: string;
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

  constructor(options: HistoryMakerOptions) {
    this.#options = options;
    this.#tree = new HeaderTree(options.family);
    this.#searcher = new Searcher({
      threads: 1,
      params: options.family.params.visionx,
      nextWork: () => this.#nextWork(),
      onSolution: (work, solution) => this.#append(work, solution),
      onFailure: (reason) => this.#order?.reject(new Error(`the mining thread died: ${reason}`)),
    });
  }

  /** The next `count` headers. One call at a time. */
  async make(count: number): Promise<HeaderBatch> {
    const height = this.#tree.tipHeight;
    if (count > 0) {
      await new Promise<void>((resolve, reject) => {
        this.#order = { untilHeight: height + count, resolve, reject };
        this.#searcher.wake();
      });
    }
    return this.#tree.batch(height + 1, count);
  }

  async close(): Promise<void> {
    await this.#searcher.close();
  }

  #nextWork(): SearchWork | undefined {
    if (this.#order === undefined) return undefined;
    const { family, name, timeOf } = this.#options;
    const tree = this.#tree;
    const template = createTemplate(family, {
      ancestry: tree.ancestry(tree.tip),
      parentHash: tree.hash(tree.tip),
      wallTime: timeOf(tree.tipHeight + 1),
      txRoot: new Uint8Array(32),
      miner: name,
    });
    return { template, input: templateInput(family, template) };
  }

  #append({ template }: SearchWork, { nonce, digest }: VisionXSolution): void {
    const { record, hash } = sealTemplate(this.#options.family, template, nonce, digest);
    this.#tree.insertChecked(record, hash, this.#tree.tip);
    const order = this.#order;
    if (order === undefined || this.#tree.tipHeight < order.untilHeight) return;
    this.#order = undefined;
    order.resolve();
  }
}
