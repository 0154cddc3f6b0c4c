/** Live mining: always on the best verified header, never on one that is less than a second old. */
import type { VisionXSolution } from '@vision-light/pow';
import {
  createTemplate,
  devnetMerkleRoot,
  PARENT_AGE_MIN_MS,
  ParentRest,
  type Status,
  sealTemplate,
  templateInput,
  type VisionFamily,
} from '@vision-light/protocol';
import type { Logger } from 'pino';
import { BLOCK_TRANSACTIONS_MAX, BODY_RESERVE_BYTES } from '../limits.js';
import type { NodeHost } from '../node-host.js';
import { Searcher, type SearchWork } from './searcher.js';
import type { BlockContents, TransactionGenerator } from './transaction-generator.js';

/** How to mine. */
export interface MinerOptions {
  readonly host: NodeHost;
  readonly family: VisionFamily;
  /** The miner field of its headers. */
  readonly name: string;
  readonly threads: number;
  readonly transactions: TransactionGenerator;
  readonly log: Logger;
}

interface Current extends SearchWork {
  /** Slot of the parent. */
  readonly parent: number;
  readonly wallSecond: number;
  readonly contents: BlockContents;
}

/** Mines until it is closed; pauses while the chain is still being downloaded. */
export class Miner {
  readonly #options: MinerOptions;
  readonly #searcher: Searcher;
  readonly #unsubscribe: () => void;
  #current: Current | undefined;
  /** What the blocks on a parent have, and the order of the mempool as of then. */
  #chosen: { readonly parent: number; readonly order: number; readonly contents: BlockContents } | undefined;
  readonly #rest = new ParentRest<number>();
  #isSubmitting = false;
  #wakeTimer: NodeJS.Timeout | undefined;
  #mined = 0;

  constructor(options: MinerOptions) {
    this.#options = options;
    const { host, family, threads, log } = options;
    this.#searcher = new Searcher({
      threads,
      params: family.params.visionx,
      nextWork: () => this.#nextWork(),
      onSolution: (work, solution) => void this.#submit(work, solution),
      onFailure: (reason) => log.error({ reason }, 'mining stopped: its threads end at once'),
    });
    this.#unsubscribe = host.subscribe((notice) => {
      if (notice.type === 'tip' || notice.type === 'status') this.#searcher.wake();
    });
  }

  /** Headers of ours that were accepted. */
  get mined(): number {
    return this.#mined;
  }

  /** Nonces tried so far. */
  get noncesTried(): number {
    return this.#searcher.noncesTried;
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    clearTimeout(this.#wakeTimer);
    await this.#searcher.close();
  }

  #nextWork(): SearchWork | undefined {
    const { host, family, name } = this.#options;
    const { tree, status } = host.node;
    // Blocks beside a longer chain would be lost.
    if (this.#isSubmitting || isCatchingUp(status) || status.phase === 'closed') return undefined;
    const parent = tree.tip;
    const nowMs = Date.now();
    if (this.#rest.see(parent, nowMs, Math.random())) this.#sendPayments();
    const waitMs = this.#rest.restMs(tree.time(parent), nowMs);
    if (waitMs > 0) {
      this.#wakeIn(waitMs);
      return undefined;
    }
    const wallSecond = Math.floor(nowMs / 1000);
    if (this.#current?.parent === parent && this.#current.wallSecond === wallSecond) return this.#current;
    const contents = this.#contents(parent);
    const template = createTemplate(family, {
      ancestry: tree.ancestry(parent),
      parentHash: tree.hash(parent),
      wallTime: wallSecond,
      txRoot: contents.txRoot,
      miner: name,
    });
    const input = templateInput(family, template);
    this.#current = { parent, wallSecond, contents, template, input };
    return this.#current;
  }

  /** The best of the mempool, in an order in which a block can have it: chosen anew when something has come in. */
  #contents(parent: number): BlockContents {
    const { host, family } = this.#options;
    const { transactions } = host.node;
    const order = transactions.mempool.nextOrder;
    if (this.#chosen?.parent === parent && this.#chosen.order === order) return this.#chosen.contents;
    const chosen = transactions.select(family.bodyBytesMax - BODY_RESERVE_BYTES, BLOCK_TRANSACTIONS_MAX);
    const contents = {
      body: family.joinBody(chosen.map(({ bytes }) => bytes)),
      txRoot: devnetMerkleRoot(chosen.map(({ id }) => id)),
    };
    this.#chosen = { parent, order, contents };
    return contents;
  }

  /** Something to mine, for each new parent, by the way that all transactions take. */
  #sendPayments(): void {
    const { host, transactions, log } = this.#options;
    for (const bytes of transactions.payments())
      void host.sendTransaction(bytes, true).then((sent) => {
        if ('code' in sent) log.debug({ code: sent.code }, 'an invented payment was not sent');
      });
  }

  #wakeIn(delayMs: number): void {
    clearTimeout(this.#wakeTimer);
    this.#wakeTimer = setTimeout(() => this.#searcher.wake(), delayMs);
  }

  async #submit(work: SearchWork, { nonce, digest }: VisionXSolution): Promise<void> {
    const { host, family, log } = this.#options;
    // A second thread may find a block for the same parent, or for an earlier one.
    if (this.#isSubmitting || (work as Current).parent !== host.node.tree.tip) return;
    this.#isSubmitting = true;
    const { record, hash } = sealTemplate(family, work.template, nonce, digest);
    const batch = { count: 1, records: record, hashes: hash };
    const { accepted, code } = await host.submit(batch, [(work as Current).contents.body], 'miner');
    this.#isSubmitting = false;
    if (accepted === 1) {
      this.#mined++;
      log.info({ height: host.node.tip.height, hash: family.hashToHex(hash) }, 'mined');
      this.#searcher.wake();
      return;
    }
    if (code !== 'CLOSED') log.warn({ code }, 'a mined header was not accepted');
    // Whatever failed, it must not be tried a thousand times a second.
    this.#wakeIn(PARENT_AGE_MIN_MS);
  }
}

/** Whether headers are on their way. Where they do not come for a known reason, as at genesis, mining goes on. */
function isCatchingUp({ phase, reason }: Status): boolean {
  return phase === 'syncing' && reason === undefined;
}
