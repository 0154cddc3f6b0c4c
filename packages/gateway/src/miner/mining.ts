/** What a mining gateway does from its start on: history where there is none, then live mining. */
import type { VisionFamily } from '@vision-light/protocol';
import type { Logger } from 'pino';
import type { NodeHost } from '../node-host.js';
import { awaitLongerChain, laidHeight, layHistory } from './history.js';
import { Miner } from './miner.js';
import { TransactionGenerator } from './transaction-generator.js';

/** How to mine. */
export interface MiningOptions {
  readonly host: NodeHost;
  readonly family: VisionFamily;
  /** The miner field of its headers. */
  readonly name: string;
  readonly threads: number;
  /** Blocks of history on the first start; 0 for none. */
  readonly history: number;
  /** Milliseconds that an empty gateway waits for a peer with a chain. */
  readonly historyWaitMs: number;
  /** Transactions of one block at most; 0 for empty blocks. */
  readonly transactions: number;
  readonly log: Logger;
  onHistory(done: number, total: number): void;
}

/** Begins at once, and goes on until it is closed. */
export class Mining {
  readonly #options: MiningOptions;
  readonly #stop = new AbortController();
  readonly #begun: Promise<void>;
  readonly #transactions: TransactionGenerator;
  /** False once it has failed to begin. */
  isGoingOn = true;
  #miner: Miner | undefined;

  constructor(options: MiningOptions) {
    this.#options = options;
    this.#transactions = new TransactionGenerator(Math.random, options.transactions);
    this.#begun = this.#begin().catch((error: unknown) => {
      this.isGoingOn = false;
      options.log.error({ error: String(error) }, 'mining did not begin');
    });
  }

  /** Headers of ours that were accepted since the start, history left out. */
  get mined(): number {
    return this.#miner?.mined ?? 0;
  }

  /** Nonces tried since the start, history left out. */
  get noncesTried(): number {
    return this.#miner?.noncesTried ?? 0;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#begun;
    await this.#miner?.close();
  }

  async #begin(): Promise<void> {
    const { host, family, name, threads, history, log } = this.#options;
    // Into empty data, or to finish a history that was interrupted; never in the middle of another chain.
    if ((laidHeight(host.node.tree, family, name) ?? history) < history) await this.#lay();
    if (this.#stop.signal.aborted) return;
    this.#miner = new Miner({ host, family, name, threads, transactions: this.#transactions, log });
    log.info({ threads, height: host.node.tip.height }, 'mining');
  }

  async #lay(): Promise<void> {
    const { host, history, historyWaitMs, log, onHistory } = this.#options;
    const { signal } = this.#stop;
    const { height } = host.node.tip;
    log.info({ waitMs: historyWaitMs, height }, 'no whole chain yet; looking for a peer that has one');
    if (await awaitLongerChain(host, historyWaitMs, signal)) {
      log.info('a peer has a longer chain; syncing from it');
      return;
    }
    if (signal.aborted) return;
    const started = performance.now();
    const outcome = await layHistory({
      ...this.#options,
      transactions: this.#transactions,
      blocks: history,
      onProgress: onHistory,
      signal,
    });
    const seconds = Math.round((performance.now() - started) / 100) / 10;
    log.info({ outcome, height: host.node.tip.height, seconds }, 'history laid down');
  }
}
