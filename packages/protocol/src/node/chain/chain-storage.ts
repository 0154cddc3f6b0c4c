/** The parts that keep the best chain on disk, read it back, prove it, and say what it begins with. */
import { BatchHasher } from '../../headers/batch-hasher.js';
import type { HeaderSync } from '../../headers/header-sync.js';
import { ChainLoader, type LoadOutcome } from '../../headers/storage/chain-loader.js';
import { ChainProver } from '../../headers/storage/chain-prover.js';
import type { SegmentEntries } from '../../headers/storage/chain-records.js';
import { ChainWriter } from '../../headers/storage/chain-writer.js';
import { type ChainBottom, type ChainLayout, chainLayout } from '../../headers/storage/stored-chain.js';
import type { Verifier } from '../../headers/verifier.js';
import type { StoragePort } from '../../io/storage-port.js';
import type { StoreFaultReport } from '../../io/store-fault-report.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Peer } from '../../peer/peer.js';
import type { PeerSet } from '../../peer/peer-set.js';
import type { RequestLedger } from '../../peer/request-ledger.js';
import type { Offence } from '../../peer/verdicts.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import type { TreeBase } from '../../tree/tree-base.js';
import type { LightNodeOptions } from '../node-options.js';
import { Checkpoints } from './checkpoints.js';

/** What they build on. */
export interface ChainStorageContext {
  readonly tree: HeaderTree;
  readonly peers: PeerSet;
  readonly outbox: Outbox;
  readonly ledger: RequestLedger;
  readonly storage: StoragePort;
  readonly storeFaults: StoreFaultReport;
  readonly verifier: Verifier;
  readonly sync: HeaderSync;
  /** Where the chain begins if nothing is stored. */
  readonly base: TreeBase;
  readonly random: () => number;
  readonly nextJob: () => number;
  readonly isAtRest: () => boolean;
  readonly punish: (peer: Peer, code: Offence) => void;
  readonly listener: {
    error(code: string, detail?: string): void;
    damaged(left: SegmentEntries): void;
    restart(): void;
  };
}

/** See the head of this file. */
export class ChainStorage {
  readonly hasher: BatchHasher;
  readonly writer: ChainWriter;
  readonly prover: ChainProver;
  readonly checkpoints: Checkpoints;
  readonly #layout: ChainLayout;
  readonly #bottom: ChainBottom;

  constructor(
    readonly context: ChainStorageContext,
    { segmentHeaders, hashers, checkpoint }: LightNodeOptions,
  ) {
    const { tree, outbox, storage, storeFaults, base, random, nextJob, isAtRest, listener } = context;
    const layout = chainLayout(base.height, segmentHeaders);
    const bottom = { base };
    this.#layout = layout;
    this.#bottom = bottom;
    this.hasher = new BatchHasher(tree.family, outbox, nextJob);
    this.writer = new ChainWriter(
      tree,
      storage,
      layout,
      bottom,
      (failure) => storeFaults.failed('headers', failure),
      isAtRest,
      () => storeFaults.works('headers'),
    );
    this.prover = new ChainProver(tree, this.hasher, storage, outbox, layout, bottom, nextJob, random, {
      keepsFrom: (segment) => this.checkpoints.keepsFrom(segment),
      damaged: (left) => listener.damaged(left),
      isAtRest,
    });
    const { prover, writer } = this;
    this.checkpoints = new Checkpoints(
      {
        ...context,
        layout,
        bottom,
        prover,
        writer,
        jobsMax: Math.max(1, hashers),
        error: (code, detail) => listener.error(code, detail),
        restart: () => listener.restart(),
      },
      checkpoint,
    );
  }

  /** What reads the stored chain into the tree. */
  loader(done: (outcome: LoadOutcome) => void): ChainLoader {
    const { tree, verifier, storage, random } = this.context;
    return new ChainLoader(tree, verifier, this.hasher, storage, this.#layout, this.#bottom, random, done);
  }
}
