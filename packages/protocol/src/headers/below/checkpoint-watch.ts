/**
 * Whether the checkpoint that the application gave is on the chain, and how much of the chain still rests on it.
 *
 * It is proven once the chain is verified down to genesis, has its header and chainwork at its height, and the root over the
 * canonical bytes of all headers up to it is the one that it says. It is false if one of these is otherwise. The root costs
 * about 5 ms for 1000 headers: a part of it is computed in each step, while nothing else is verified. That it was right is stored.
 */
import { areEqual } from '../../bytes/compare-bytes.js';
import type { OpenCheckpoint } from '../../checkpoints/checkpoint.js';
import type { HeaderCommitment } from '../../checkpoints/header-commitment.js';
import type { CheckpointState } from '../../io/checkpoint-state.js';
import { isRecordOf, putRecord, select } from '../../io/storage.js';
import type { StoragePort } from '../../io/storage-port.js';
import type { Part } from '../../peer/part.js';
import type { HeaderTree } from '../../tree/header-tree.js';

/** What the watch asks of the node around it. */
export interface WatchListener {
  /** Whether what is stored is being verified. */
  isProving(): boolean;
  /** Whether nothing is being verified that matters more. */
  isAtRest(): boolean;
  /** Peers that have come as far and have another header there. */
  unknowing(): number;
  /** It is false, though the chain is verified without it. */
  falsified(reason: string): void;
  /** The chain is on another branch than the checkpoint, and has not shown as much work. */
  contradicted(checkpoint: OpenCheckpoint): void;
}

/** Compares one checkpoint with the chain; see the head of this file. */
export class CheckpointWatch implements Part {
  readonly name = 'checkpointWatch';
  #checkpoint: OpenCheckpoint | undefined;
  #isFalse = false;
  /** Slot of its header when it was proven. */
  #provenSlot: number | undefined;
  /** True if an earlier run has found the root to be right. */
  #isRootKnown = false;

  constructor(
    readonly tree: HeaderTree,
    readonly commitment: HeaderCommitment,
    readonly storage: StoragePort,
    checkpoint: OpenCheckpoint | undefined,
    readonly listener: WatchListener,
  ) {
    this.#checkpoint = checkpoint;
  }

  /** The checkpoint that is neither refuted nor given up. */
  get checkpoint(): OpenCheckpoint | undefined {
    return this.#checkpoint;
  }

  /** How much of the chain rests on what. */
  get state(): CheckpointState {
    const { tree } = this;
    const { family, tipHeight, assumedHeaders } = tree;
    const base = this.#checkpoint?.base;
    return {
      ...(base && {
        checkpoint: {
          height: base.height,
          hash: family.hashToHex(base.hash),
          time: family.time(base.records, base.records.length - family.recordBytes),
          isProven: this.#provenSlot !== undefined,
        },
      }),
      isFalse: this.#isFalse,
      verifiedHeaders: tipHeight + 1 - assumedHeaders,
      assumedHeaders,
      unknowingPeers: this.listener.unknowing(),
    };
  }

  /** Reads what an earlier run has found. */
  start(): void {
    const checkpoint = this.#checkpoint;
    if (checkpoint === undefined) return;
    this.storage.read([select('meta', 'root')], {
      done: ([record]) => {
        const known = record !== undefined && isRecordOf(record, 'meta') ? record.value : undefined;
        this.#isRootKnown = known !== undefined && areEqual(known, rootRecord(checkpoint));
      },
      // Then it is computed again.
      failed: () => {},
    });
  }

  /** The checkpoint counts no more. */
  drop(): void {
    this.#checkpoint = undefined;
    this.#provenSlot = undefined;
    this.#isFalse = true;
  }

  chainReplaced(): void {
    this.#provenSlot = undefined;
  }

  advance(): void {
    const checkpoint = this.#checkpoint;
    if (checkpoint === undefined || this.listener.isProving()) return;
    const slot = this.tree.at(checkpoint.base.height);
    if (slot === undefined || slot === this.#provenSlot) return;
    this.#provenSlot = undefined;
    const isThere = areEqual(this.tree.hash(slot), checkpoint.base.hash);
    if (!isThere) this.#refute(checkpoint);
    else if (this.tree.assumedHeaders === 0) this.#prove(checkpoint, slot);
  }

  nextWake({ now }: { readonly now: number }): number | undefined {
    return this.#isDue ? now : undefined;
  }

  /** True while a root is being computed. */
  get #isDue(): boolean {
    const { tree, listener } = this;
    const checkpoint = this.#checkpoint;
    if (checkpoint === undefined || this.#provenSlot !== undefined || tree.assumedHeaders > 0) return false;
    return !listener.isProving() && listener.isAtRest() && tree.at(checkpoint.base.height) !== undefined;
  }

  #refute(checkpoint: OpenCheckpoint): void {
    const { tree } = this;
    const hasShown = tree.assumedHeaders === 0 && tree.chainwork(tree.tip) >= checkpoint.base.chainwork;
    if (!hasShown) this.listener.contradicted(checkpoint);
    else this.#falsify('hash');
  }

  #falsify(reason: string): void {
    this.drop();
    this.listener.falsified(reason);
  }

  #prove(checkpoint: OpenCheckpoint, slot: number): void {
    const { base, root } = checkpoint;
    if (this.tree.chainwork(slot) !== base.chainwork) {
      this.#falsify('chainwork');
      return;
    }
    const isRootKnown = this.#isRootKnown && this.tree.family.hashCommits;
    const size = base.height + 1;
    if (!isRootKnown) {
      if (!this.listener.isAtRest() || this.commitment.prepare(size)) return;
      if (!areEqual(this.commitment.root(size), root)) {
        this.#falsify('root');
        return;
      }
      // What is not written is computed again.
      const ignored = { done: () => {}, failed: () => {} };
      this.storage.write([putRecord('meta', 'root', rootRecord(checkpoint))], ignored);
      this.#isRootKnown = true;
    }
    this.#provenSlot = slot;
  }
}

/** Hash of the header (32), root (32). */
function rootRecord({ base, root }: OpenCheckpoint): Uint8Array {
  const record = new Uint8Array(64);
  record.set(base.hash);
  record.set(root, 32);
  return record;
}
