/**
 * Nodes that are reached by their HTTP routes alone. What they have is fetched; what is new here is posted to them. So two
 * gateways without any WebRTC between them, each of which names the other, have the same chain and the same transactions.
 *
 * Memory: for each node one question under way, and the names of HTTP_PEER_WAITING_MAX transactions.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  bytesToHex,
  encodeBlockJson,
  encodeCompactJson,
  hexToBytes,
  type JsonValue,
  type NodeNotice,
  type VisionFamily,
} from '@vision-light/protocol';
import type { Logger } from 'pino';
import { BlockThread } from '../http/p2p/block-thread.js';
import type { ServedChain } from '../http/p2p/served-chain.js';
import { transactionJson } from '../http/p2p/transaction-routes.js';
import {
  HTTP_OBJECTS_MAX,
  HTTP_PEER_INTERVAL_MS,
  HTTP_PEER_WAITING_MAX,
  HTTP_TRANSACTIONS_MAX,
} from '../limits.js';
import type { NodeHost } from '../node-host.js';
import { pullBlocks } from './block-pull.js';
import { HttpPeer, HttpPeerError } from './http-peer.js';

/** What it takes to talk to other nodes over HTTP. */
export interface HttpPeersOptions {
  readonly urls: readonly string[];
  readonly host: NodeHost;
  readonly family: VisionFamily;
  readonly chain: ServedChain;
  readonly log: Logger;
}

/** Talks to all of them until it is closed. */
export class HttpPeers {
  readonly #conversations: readonly Conversation[];
  readonly #thread = new BlockThread();
  readonly #unsubscribe: () => void;

  constructor(options: HttpPeersOptions) {
    this.#conversations = options.urls.map(
      (url) => new Conversation(new HttpPeer(url), options, this.#thread),
    );
    this.#unsubscribe = options.host.subscribe((notice) => {
      for (const conversation of this.#conversations) conversation.heard(notice);
    });
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    await Promise.all([...this.#conversations.map((each) => each.close()), this.#thread.close()]);
  }
}

/** What is said to one node, one thing after another: fetch, tell of the tip, tell of transactions, and wait for more. */
class Conversation {
  readonly #waiting = new Set<string>();
  readonly #stop = new AbortController();
  readonly #end: Promise<void>;
  /** The tip that the node was told of last. */
  #told: Uint8Array;
  #wake: (() => void) | undefined;
  #isReachable: boolean | undefined;

  constructor(
    readonly peer: HttpPeer,
    readonly options: HttpPeersOptions,
    readonly thread: BlockThread,
  ) {
    const { tree } = options.host.node;
    this.#told = tree.hash(tree.tip).slice();
    this.#end = this.#talk();
  }

  heard(notice: NodeNotice): void {
    if (notice.type === 'tip') this.#wake?.();
    if (notice.type === 'transactions') this.#tell(notice.added.map(({ id }) => id));
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.peer.close();
    this.#wake?.();
    await this.#end;
  }

  async #talk(): Promise<void> {
    const { host, log } = this.options;
    let pullAt = 0;
    while (!this.#stop.signal.aborted) {
      try {
        if (Date.now() >= pullAt) {
          pullAt = Date.now() + HTTP_PEER_INTERVAL_MS;
          const taken = await pullBlocks(this.peer, { ...this.options, thread: this.thread });
          if (taken > 0)
            log.info({ url: this.peer.url, taken, height: host.node.tip.height }, 'blocks over HTTP');
        }
        await this.#tellTip();
        await this.#tellTransactions();
        this.#reached(true);
      } catch (error) {
        if (!(error instanceof HttpPeerError)) throw error;
        this.#reached(false, error.message);
        this.#waiting.clear();
      }
      if (this.#stop.signal.aborted) return;
      if (this.#isReachable !== true || !this.#hasNews) await this.#rest(pullAt - Date.now());
    }
  }

  /** Whether there is something to say that came while something else was said. */
  get #hasNews(): boolean {
    const { tree } = this.options.host.node;
    return this.#waiting.size > 0 || bytesToHex(tree.hash(tree.tip)) !== bytesToHex(this.#told);
  }

  /** Until there is something to say, or to ask. */
  async #rest(delayMs: number): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const timer = new AbortController();
    const rested = sleep(Math.max(0, delayMs), undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([woken, rested]);
    timer.abort();
    this.#wake = undefined;
  }

  /** Posts the block at the tip if the node says that it lacks it: without its transactions first, then whole. */
  async #tellTip(): Promise<void> {
    const { family, chain } = this.options;
    const { tree } = chain;
    const hash = tree.hash(tree.tip).slice();
    if (bytesToHex(hash) === bytesToHex(this.#told)) return;
    this.#told = hash;
    const record = tree.record(tree.tip).slice();
    const parentRecord = tree.parentRecord(tree.tip)?.slice();
    const implied = family.impliedBody({ record, height: tree.tipHeight, parentRecord });
    const wanted = await this.#want([{ type: 'block', hash: bytesToHex(hash) }]);
    const body = implied ?? (await chain.bodyOf(hash));
    if (wanted.length === 0 || body === undefined) return;
    const nonce = BigInt(Math.floor(Math.random() * 2 ** 48));
    const compact = implied === undefined ? encodeCompactJson(record, hash, body, nonce) : undefined;
    const isTaken = compact !== undefined && (await this.peer.post('compact_block', compact)).status === 200;
    const whole = isTaken ? undefined : encodeBlockJson(record, body);
    if (whole !== undefined) await this.peer.post('block', whole);
  }

  async #tellTransactions(): Promise<void> {
    while (this.#waiting.size > 0) {
      const names = [...this.#waiting].slice(0, HTTP_OBJECTS_MAX);
      for (const name of names) this.#waiting.delete(name);
      const wanted = await this.#want(names.map((hash) => ({ type: 'tx', hash })));
      const texts = wanted.flatMap((name) => {
        const hash = hexToBytes(name, 32);
        return (hash && transactionJson(this.options.chain, hash)) ?? [];
      });
      for (let at = 0; at < texts.length; at += HTTP_TRANSACTIONS_MAX)
        await this.peer.post('txs', `{"txs":[${texts.slice(at, at + HTTP_TRANSACTIONS_MAX).join(',')}]}`);
    }
  }

  /** Transactions to tell the node of; those that it has it does not want. */
  #tell(names: readonly string[]): void {
    for (const name of names) {
      this.#waiting.add(name);
      const [oldest] = this.#waiting;
      if (this.#waiting.size > HTTP_PEER_WAITING_MAX && oldest !== undefined) this.#waiting.delete(oldest);
    }
    this.#wake?.();
  }

  /** Which of some objects the node lacks: all, if it does not say. */
  async #want(objects: readonly { readonly type: string; readonly hash: string }[]): Promise<string[]> {
    const { members } = await this.peer.post('inv', JSON.stringify({ objects }));
    const { want } = members;
    const offered = new Set(objects.map(({ hash }) => hash));
    if (!Array.isArray(want)) return [...offered];
    return want.map(hashOf).filter((hash) => hash !== undefined && offered.delete(hash)) as string[];
  }

  #reached(isReachable: boolean, reason?: string): void {
    if (isReachable === this.#isReachable || this.#stop.signal.aborted) return;
    this.#isReachable = isReachable;
    const { log } = this.options;
    if (isReachable) log.info({ url: this.peer.url }, 'an HTTP peer answers');
    else log.warn({ url: this.peer.url, reason }, 'an HTTP peer does not answer');
  }
}

function hashOf(item: JsonValue): string | undefined {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return undefined;
  const { hash } = item;
  return typeof hash === 'string' ? hash : undefined;
}
