/**
 * What the chain of a node begins with, and what follows when that changes: the checkpoint that the application gave, what is
 * stored, or genesis.
 *
 * What is stored comes first, wherever it begins: it is held to the checkpoint when it is verified, and dropped only if it
 * contradicts that. A chain that rests on a header which is not proven is of no use to a node that was given no checkpoint. A
 * checkpoint that is found to be false is dropped, with all that rests on it.
 */
import { areEqual } from '../../bytes/compare-bytes.js';
import type { OpenCheckpoint } from '../../checkpoints/checkpoint.js';
import type { HeaderCommitment } from '../../checkpoints/header-commitment.js';
import { BelowSync } from '../../headers/below/below-sync.js';
import { CheckpointMaker, commitmentOf } from '../../headers/below/checkpoint-maker.js';
import { CheckpointWatch } from '../../headers/below/checkpoint-watch.js';
import type { HeaderSync } from '../../headers/header-sync.js';
import type { ChainProver } from '../../headers/storage/chain-prover.js';
import { decodeBase, hasNoHeaders } from '../../headers/storage/chain-records.js';
import type { ChainWriter } from '../../headers/storage/chain-writer.js';
import {
  type ChainBottom,
  type ChainLayout,
  heightBefore,
  type StoredChain,
  segmentOf,
} from '../../headers/storage/stored-chain.js';
import type { Command } from '../../io/event.js';
import type { StoragePort } from '../../io/storage-port.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Part } from '../../peer/part.js';
import type { Peer } from '../../peer/peer.js';
import type { PeerSet } from '../../peer/peer-set.js';
import type { RequestLedger } from '../../peer/request-ledger.js';
import type { Offence } from '../../peer/verdicts.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import { genesisBase, type TreeBase } from '../../tree/tree-base.js';

/** The parts of the node that these build on. */
export interface CheckpointContext {
  readonly tree: HeaderTree;
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  readonly ledger: RequestLedger;
  readonly storage: StoragePort;
  readonly layout: ChainLayout;
  readonly bottom: ChainBottom;
  readonly sync: HeaderSync;
  readonly prover: ChainProver;
  readonly writer: ChainWriter;
  readonly jobsMax: number;
  nextJob(): number;
  isAtRest(): boolean;
  punish(peer: Peer, code: Offence): void;
  error(code: string, detail: string): void;
  /** The chain begins elsewhere: what is in the tree, and what is stored, is dropped. */
  restart(): void;
}

/** See the head of this file. */
export class Checkpoints implements Part {
  readonly name = 'checkpoints';
  readonly commitment: HeaderCommitment;
  readonly maker: CheckpointMaker;
  readonly watch: CheckpointWatch;
  readonly below: BelowSync;
  #isUnknownTold = false;
  #isOvertaken = false;

  constructor(
    readonly context: CheckpointContext,
    readonly given: OpenCheckpoint | undefined,
  ) {
    const { tree, peers, outbox, ledger, storage, layout, bottom, sync, prover, jobsMax } = context;
    const isAtRest = (): boolean => context.isAtRest();
    const isProving = (): boolean => prover.isProving;
    this.commitment = commitmentOf(tree);
    this.maker = new CheckpointMaker(
      tree,
      this.commitment,
      () => tree.assumedHeaders === 0 && !prover.isProving,
    );
    this.watch = new CheckpointWatch(tree, this.commitment, storage, given, {
      isProving,
      isAtRest,
      unknowing: () => this.below.unknowing,
      falsified: (reason) => this.#tellFalse(reason),
      contradicted: (checkpoint) => {
        context.error('CHECKPOINT_CONFLICT', '');
        this.#restart(checkpoint.base);
      },
    });
    this.below = new BelowSync(
      tree,
      peers,
      outbox,
      ledger,
      layout,
      bottom,
      () => context.nextJob(),
      jobsMax,
      {
        punish: (peer, code) => context.punish(peer, code),
        isDue: () =>
          given !== undefined && bottom.base.height > 0 && tree.assumedHeaders > 0 && !prover.isProving,
        isAtRest,
        isLeader: (peer) => sync.leader === peer,
        unknown: () => this.#tellUnknown(),
        falsified: (reason) => this.#falsified(reason),
        abandoned: () => this.#abandoned(),
      },
    );
  }

  /** Its parts, in the order in which they do what is due. */
  get list(): readonly Part[] {
    return [this, this.below, this.watch, this.maker];
  }

  /** Decides where the chain begins, by what is stored. @returns what of that is to be loaded */
  begin(chain: StoredChain): StoredChain {
    const { tree, layout, bottom, writer } = this.context;
    this.watch.start();
    const stored = chain.base && decodeBase(tree.family, layout, chain.base);
    if (stored !== undefined) {
      const isOfUse = this.given !== undefined || stored.base.height === 0 || stored.start === layout.start;
      if (isOfUse) {
        layout.start = stored.start;
        bottom.base = stored.base;
        return chain;
      }
    } else if (chain.base === undefined) {
      if (hasNoHeaders(chain)) return chain;
      layout.start = 0;
      bottom.base = genesisBase(tree.family);
      return chain;
    }
    // It begins with what nobody vouches for, or with what cannot be read.
    writer.beginElsewhere();
    return { table: undefined, journal: [], tip: undefined };
  }

  /**
   * A stored segment is damaged. If the checkpoint vouches for headers above it, the chain begins with the lowest of them, and
   * what is below is fetched as at first.
   *
   * @returns the number of the segment above that header, or undefined if the checkpoint vouches for nothing
   */
  keepsFrom(segment: number): number | undefined {
    const { layout, bottom, writer } = this.context;
    const base = this.#vouchedFor();
    if (base === undefined) return undefined;
    const lowest = segmentOf(layout, base.height + 1);
    if (lowest <= segment) return undefined;
    this.context.error('STORE_CORRUPT', '');
    bottom.base = base;
    writer.beginHigher();
    return lowest;
  }

  /** The lowest header before a stored segment that the checkpoint is on, or else the checkpoint, if one begins there. */
  #vouchedFor(): TreeBase | undefined {
    const { tree, layout } = this.context;
    const base = this.watch.checkpoint?.base;
    if (base === undefined) return undefined;
    const slot = tree.at(base.height);
    const height = heightBefore(layout, segmentOf(layout, tree.baseHeight) + 1);
    const isOnChain =
      slot !== undefined &&
      areEqual(tree.record(slot), base.records.subarray(-tree.family.recordBytes)) &&
      tree.chainwork(slot) === base.chainwork;
    if (isOnChain && height <= Math.min(base.height, layout.start)) return tree.baseAt(height);
    return base.height === layout.start ? base : undefined;
  }

  /** Answers a `checkpoint` command. */
  make({ height, ticket }: Extract<Command, { kind: 'checkpoint' }>): void {
    this.maker.make(height, (result) => this.context.outbox.emit({ type: 'checkpoint', ticket, result }));
  }

  /** The best chain changed above a height. */
  changed(ancestorHeight: number): void {
    if (ancestorHeight < this.context.bottom.base.height) this.#isOvertaken = true;
  }

  chainReplaced(): void {
    this.#isOvertaken = false;
  }

  /** A heavier branch leaves the chain below what is stored, so it does not have what that rests on. */
  advance(): void {
    if (this.#isOvertaken) this.#falsified('a heavier chain');
  }

  powVerified(job: number, hashes: Uint8Array | undefined): void {
    this.below.powVerified(job, hashes);
  }

  #tellUnknown(): void {
    if (this.#isUnknownTold) return;
    this.#isUnknownTold = true;
    this.context.error('CHECKPOINT_UNKNOWN', '');
  }

  #tellFalse(reason: string): void {
    this.context.error('CHECKPOINT_FALSE', reason);
  }

  #falsified(reason: string): void {
    this.#tellFalse(reason);
    this.watch.drop();
    this.#restart(undefined);
  }

  /** Nobody has it. What that says depends on who is asked, so the work that it claims is what a chain must have to be followed. */
  #abandoned(): void {
    const { sync, bottom } = this.context;
    const { lowWork } = sync;
    const { chainwork } = this.watch.checkpoint?.base ?? bottom.base;
    if (lowWork.minChainwork < chainwork) lowWork.minChainwork = chainwork;
    this.#falsified('no peer has it');
  }

  /** @param base  undefined for genesis */
  #restart(base: TreeBase | undefined): void {
    const { tree, layout, bottom, writer } = this.context;
    bottom.base = base ?? genesisBase(tree.family);
    layout.start = bottom.base.height;
    writer.beginElsewhere();
    this.context.restart();
  }
}
