/** Performs what the talk with one node wants done: requests, the core's verdict, waiting. It decides nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeCompactJson, hexToBytes, type NodeNotice, type VisionFamily } from '@vision-light/protocol';
import type { Logger } from 'pino';
import type { BlockThread } from '../../http/p2p/block-thread.js';
import type { ServedChain } from '../../http/p2p/served-chain.js';
import { transactionJson } from '../../http/p2p/transaction-routes.js';
import { HTTP_BLOCK_BODY_BYTES_MAX } from '../../limits.js';
import type { NodeHost } from '../../node-host.js';
import {
  blocksOutcome,
  headersOutcome,
  type NodeAnswer,
  postedOutcome,
  statusFailure,
  wantedOutcome,
} from './node-answers.js';
import type { NodeClient } from './node-client.js';
import { visionNodeFaults } from './node-faults.js';
import { NodeTalk, type TalkTime, type VisionNodeStatus } from './node-talk.js';
import type { FetchedBlock, TalkEffect, TalkOutcome } from './talk-step.js';

/** What it takes to talk to nodes. */
export interface NodeDriverOptions {
  readonly host: NodeHost;
  readonly family: VisionFamily;
  readonly chain: ServedChain;
  readonly log: Logger;
  readonly thread: BlockThread;
  /** What is known of the node may be another now. */
  readonly changed: () => void;
}

/** Longest wait for a timer of the platform; a longer one is begun anew. */
const WAIT_MS_MAX = 3_600_000;

/** Talks to one node until it is closed. */
export class NodeDriver {
  readonly #talk: NodeTalk;
  readonly #stop = new AbortController();
  readonly #end: Promise<void>;
  #wake: (() => void) | undefined;

  constructor(
    readonly client: NodeClient,
    readonly options: NodeDriverOptions,
  ) {
    const { chain } = options;
    this.#talk = new NodeTalk({
      tree: chain.tree,
      transactionText: (id) => {
        const hash = hexToBytes(id, 32);
        return hash && transactionJson(chain, hash);
      },
    });
    // What a node sends must not end the process, whatever is wrong here.
    this.#end = this.#run().catch((error: unknown) => {
      const { stack = String(error) } = error as { stack?: string };
      options.log.error(
        { url: client.url, error: stack },
        'a Vision node is followed no more: this is a bug',
      );
    });
  }

  /** What is known of the node. */
  get status(): VisionNodeStatus & { readonly url: string } {
    return { url: this.client.url, ...this.#talk.status };
  }

  /** Something is new here. */
  heard(notice: NodeNotice): void {
    if (notice.type === 'transactions') this.#talk.transactions(notice.added.map(({ id }) => id));
    if (notice.type === 'transactions' || notice.type === 'tip') this.#wake?.();
  }

  /** Somebody says that there is a block that is not known here. */
  announced(): void {
    this.#talk.announced(timeNow());
    this.#wake?.();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.client.close();
    this.#wake?.();
    await this.#end;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const effect = this.#talk.next(timeNow());
      if (effect === undefined) {
        await this.#rest();
        continue;
      }
      const outcome = await this.#perform(effect);
      if (this.#stop.signal.aborted) return;
      this.#talk.finished(outcome, timeNow());
      this.options.changed();
      this.#report();
    }
  }

  #report(): void {
    const { url } = this.client;
    const { log } = this.options;
    for (const report of this.#talk.takeReports()) {
      if (report.type === 'back') {
        log.info({ url, height: this.status.height }, 'a Vision node is followed');
        continue;
      }
      const { code, detail } = report.fault;
      log.warn({ url, code, detail }, `a Vision node is lost. ${visionNodeFaults[code]}`);
    }
  }

  /** Until there is something to do. */
  async #rest(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const timer = new AbortController();
    const time = timeNow();
    const delayMs = Math.min(WAIT_MS_MAX, Math.max(0, this.#talk.nextWake(time) - time.now));
    const rested = sleep(delayMs, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([woken, rested]);
    timer.abort();
    this.#wake = undefined;
  }

  async #perform(effect: TalkEffect): Promise<TalkOutcome> {
    switch (effect.type) {
      case 'getHeaders': {
        const { locator, max } = effect;
        const json = JSON.stringify({ locator, max });
        return this.#ask('get_headers', json, (answer) => headersOutcome(answer, max));
      }
      case 'getBlocks':
        return this.#getBlocks(effect.names);
      case 'submit':
        return { type: 'submitted', ...(await this.#submit(effect.blocks)) };
      case 'offer':
        return this.#ask('inv', JSON.stringify({ objects: effect.objects }), wantedOutcome);
      case 'postBlock':
        return this.#postBlock(effect.hash, effect.isCompact);
      case 'postTransactions': {
        const { texts, isList } = effect;
        const [route, json] = isList ? ['txs', `{"txs":[${texts.join(',')}]}`] : ['tx', texts.join('')];
        return this.#ask(route, json, (answer) => postedOutcome(route, answer));
      }
    }
  }

  async #ask(
    route: string,
    json: string | Uint8Array<ArrayBuffer>,
    read: (answer: NodeAnswer) => TalkOutcome,
  ): Promise<TalkOutcome> {
    const answer = await this.client.post(route, json);
    return answer.type === 'failed' ? answer : read(answer);
  }

  async #getBlocks(names: readonly string[]): Promise<TalkOutcome> {
    const answer = await this.client.post('get_blocks', JSON.stringify({ hashes: names }));
    if (answer.type === 'failed') return answer;
    const failure = statusFailure('get_blocks', answer);
    if (failure !== undefined) return failure;
    const { family, thread } = this.options;
    const { params } = family;
    const job = { params, bytes: answer.bytes, countMax: names.length };
    // The thread dies of what takes too much memory; another one is started with the next answer.
    const read = await thread.readAnswer(job).catch(() => undefined);
    return blocksOutcome(read, family);
  }

  /** They are of somebody else: a branch of too little work is refused. */
  #submit(blocks: readonly FetchedBlock[]): ReturnType<NodeHost['submit']> {
    const batch = {
      count: blocks.length,
      records: new Uint8Array(Buffer.concat(blocks.map(({ record }) => record))),
      hashes: new Uint8Array(Buffer.from(blocks.map(({ hash }) => hash).join(''), 'hex')),
    };
    const bodies = blocks.map(({ body }) => body);
    return this.options.host.submit(batch, bodies, 'vision-nodes', true);
  }

  async #postBlock(hash: Uint8Array, isCompact: boolean): Promise<TalkOutcome> {
    const json = await this.#blockJson(hash, isCompact);
    if (json === undefined || json.length > HTTP_BLOCK_BODY_BYTES_MAX)
      return { type: 'posted', result: 'unsent' };
    const route = isCompact ? 'compact_block' : 'block';
    return this.#ask(route, json, (answer) => postedOutcome(route, answer));
  }

  /** @returns undefined if the block is not here any more, or cannot be written */
  async #blockJson(hash: Uint8Array, isCompact: boolean): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const { chain, family, thread } = this.options;
    const { tree } = chain;
    const slot = tree.find(hash);
    if (slot === undefined) return undefined;
    // Copied: what the tree shows may change while the body is read.
    const record = tree.record(slot).slice();
    const parentRecord = tree.parentRecord(slot)?.slice();
    const implied = family.impliedBody({ record, height: tree.height(slot), parentRecord });
    const body = implied ?? (await chain.bodyOf(hash).catch(() => undefined));
    if (body === undefined) return undefined;
    if (isCompact) {
      const nonce = BigInt(Math.floor(Math.random() * 2 ** 48));
      const text = encodeCompactJson(record, hash, body, nonce);
      return text === undefined ? undefined : new TextEncoder().encode(text);
    }
    const raw = await thread.write({ record, body }).catch(() => undefined);
    return raw && new Uint8Array(Buffer.from(Buffer.from(raw).toString('latin1'), 'base64'));
  }
}

function timeNow(): TalkTime {
  return { now: performance.now(), wallTime: Date.now() / 1000 };
}
