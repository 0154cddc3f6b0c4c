/**
 * Mining in a page: empty blocks on the best verified header. The node's hash workers try the nonces, a slice at a time; each
 * slice is asked for when the one before has been answered, and the node lets it wait while it has headers to verify. So a new
 * tip, and the end, wait for one slice.
 *
 * It is the application's: it begins and ends with the handle that asked for it, in whichever tab the node runs, and it goes on
 * when another tab takes the node over. It rests while nobody reads what it tells, which is something each second.
 *
 * Bounded: one slice of MINING_SLICE_NONCES_MAX nonces under way, MINING_EVENTS_MAX events that wait for their reader.
 */
import {
  ArrayAncestry,
  bytesToHex,
  FIRST_SLICE_NONCES,
  type HeaderBatch,
  MINING_EVENTS_MAX,
  MINING_REPORT_MS,
  MINING_SLICE_MS,
  MINING_SLICE_NONCES_MAX,
  type MiningRules,
  nextSliceNonces,
  PARENT_AGE_MIN_MS,
  ParentRest,
  type TreeBase,
} from '@vision-light/protocol';
import { EventStream } from '../streams/event-stream.js';
import type { MiningEvent } from './mining-events.js';
import type { MiningNode, MiningPlatform } from './mining-node.js';

const SLICE_BOUNDS = { ms: MINING_SLICE_MS, nonces: MINING_SLICE_NONCES_MAX };

/** Who mines what. */
export interface MinerParts {
  readonly node: MiningNode;
  readonly rules: MiningRules;
  readonly platform: MiningPlatform;
  readonly miner: string;
  readonly signal: AbortSignal | undefined;
}

/** See the head of this file. It begins at once. */
export class Miner {
  readonly stream: EventStream<MiningEvent>;
  readonly #parts: MinerParts;
  readonly #rest = new ParentRest<string>();
  #nonce: bigint;
  #sliceNonces = FIRST_SLICE_NONCES;
  #hashes = 0;
  /** Since the last report. */
  #unreported = { hashes: 0, ms: 0 };
  #reportedAt: number;
  #isPaused = false;
  #hasEnded = false;
  #wake = (): void => {};

  constructor(parts: MinerParts) {
    this.#parts = parts;
    const { node, platform, signal } = parts;
    this.#nonce = platform.firstNonce();
    this.#reportedAt = platform.now();
    const wake = (): void => this.#wake();
    const unsubscribes = [node.subscribe('tip', wake), node.subscribe('status', wake)];
    const end = (): void => this.stream.end();
    this.stream = new EventStream<MiningEvent>({
      max: MINING_EVENTS_MAX,
      counts: [],
      onRead: wake,
      onEnd: () => {
        this.#hasEnded = true;
        signal?.removeEventListener('abort', end);
        for (const unsubscribe of unsubscribes) unsubscribe();
        wake();
      },
    });
    signal?.addEventListener('abort', end);
    void node.closed.then(end);
    if (signal?.aborted) end();
    void this.#run();
  }

  async #run(): Promise<void> {
    try {
      while (!this.#hasEnded) await this.#turn();
    } catch (error) {
      const isClosed = (error as { readonly code?: unknown } | undefined)?.code === 'NODE_CLOSED';
      this.stream.end(isClosed ? undefined : { error });
    }
  }

  /** Searches one slice, or waits for whatever it cannot search without. */
  async #turn(): Promise<void> {
    const { node, rules, platform } = this.#parts;
    if (!isAtTip(node)) {
      if (!this.#isPaused) this.stream.push({ kind: 'paused' });
      this.#isPaused = true;
      await this.#change();
      return;
    }
    this.#isPaused = false;
    if (this.stream.isFull) {
      await this.#change();
      return;
    }
    const branch = await node.call('newestHeaders');
    // The node is going, or is not there yet.
    if (branch === undefined) {
      await this.#change(PARENT_AGE_MIN_MS);
      return;
    }
    const ancestry = ancestryOf(branch, rules);
    this.#rest.see(bytesToHex(branch.hash), platform.now(), platform.chance());
    const restMs = this.#rest.restMs(ancestry.time(ancestry.height), platform.now());
    if (restMs > 0) await this.#change(restMs);
    else await this.#search(branch.hash, ancestry);
  }

  async #search(parentHash: Uint8Array, ancestry: ArrayAncestry): Promise<void> {
    const { node, rules, platform, miner } = this.#parts;
    const begun = platform.now();
    const template = rules.createTemplate({ ancestry, parentHash, wallTime: begun / 1000, miner });
    const start = this.#nonce;
    const count = this.#sliceNonces;
    this.#nonce = BigInt.asUintN(64, start + BigInt(count));
    const digests = await node.call('hashForMiner', rules.nonceJob(template, start, count));
    if (digests === undefined) return;
    const elapsedMs = platform.now() - begun;
    this.#sliceNonces = nextSliceNonces(count, elapsedMs, SLICE_BOUNDS);
    this.#count(count, elapsedMs, ancestry.height + 1);
    const found = rules.solve(template, start, digests);
    // A block beside a longer chain is of no use to anybody.
    if (found !== undefined && !this.#hasEnded && node.tip.height <= ancestry.height)
      await this.#submit(found, ancestry.height + 1);
  }

  async #submit(batch: HeaderBatch, height: number): Promise<void> {
    const { node } = this.#parts;
    const { code } = await node.call('submit', batch);
    if (code !== undefined) {
      // Whatever failed, it must not be tried a thousand times a second.
      await this.#change(PARENT_AGE_MIN_MS);
      return;
    }
    const hash = bytesToHex(batch.hashes);
    if ((await node.header(height))?.hash === hash) this.stream.push({ kind: 'mined', height, hash });
  }

  #count(hashes: number, elapsedMs: number, height: number): void {
    this.#hashes += hashes;
    this.#unreported.hashes += hashes;
    this.#unreported.ms += elapsedMs;
    const now = this.#parts.platform.now();
    if (now < this.#reportedAt + MINING_REPORT_MS) return;
    const hashesPerSecond = (1000 * this.#unreported.hashes) / Math.max(this.#unreported.ms, 1);
    this.stream.push({ kind: 'searched', height, hashes: this.#hashes, hashesPerSecond });
    this.#unreported = { hashes: 0, ms: 0 };
    this.#reportedAt = now;
  }

  /** Resolves when something has changed, or after so many milliseconds. */
  #change(ms?: number): Promise<void> {
    if (this.#hasEnded) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (ms !== undefined) this.#parts.node.later(ms, resolve);
    });
  }
}

/** Whether no peer has a longer chain, as far as the node knows. A page alone does not mine: nobody would hear of its blocks. */
function isAtTip({ status }: MiningNode): boolean {
  return status.phase === 'synced' || status.reason === 'GENESIS_ONLY';
}

function ancestryOf({ height, records }: TreeBase, { recordBytes, time }: MiningRules): ArrayAncestry {
  const ancestry = new ArrayAncestry(time, height + 1 - records.length / recordBytes);
  for (let at = 0; at < records.length; at += recordBytes)
    ancestry.push(records.subarray(at, at + recordBytes));
  return ancestry;
}
