/**
 * The headers below what the tree knows, on their way into it: linked downwards by their hashes as they come, and verified
 * from the top as soon as the ancestors that the rules look at are there.
 *
 * A header is linked if its hash is the one that the header above it names. Where the hash commits to the whole header, that
 * settles what the header is: then a fault of it is a fault of what vouched for it, and never of whoever sent it.
 *
 * Memory: the batches that were handed in, and one of them as a tree. The caller bounds how many those are.
 */
import { assert } from '../../assert.js';
import { ByteReader } from '../../bytes/byte-reader.js';
import { areEqual } from '../../bytes/compare-bytes.js';
import type { ChainFamily, HeaderBatch } from '../../chain/chain-family.js';
import type { HeaderFault } from '../../chain/header-fault.js';
import type { Outbox } from '../../peer/outbox.js';
import type { Peer } from '../../peer/peer.js';
import type { HeaderTree } from '../../tree/header-tree.js';
import { sumWork } from '../../tree/sum-work.js';
import { genesisBase, type TreeBase, withBase } from '../../tree/tree-base.js';
import { SegmentCheck } from '../storage/segment-check.js';

/** Headers that a peer sent. */
export interface SentBatch {
  readonly peer: Peer;
  /** Height of the header before the first, and its hash, 32 bytes. */
  readonly before: number;
  readonly parent: Uint8Array;
  readonly count: number;
  /** In the batch codec. */
  readonly payload: Uint8Array;
}

interface LinkedBatch extends SentBatch {
  readonly batch: HeaderBatch;
}

/** A header that everything above rests on: what is below it is looked for. */
export interface Footing {
  readonly height: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** From genesis on, the header included. */
  readonly chainwork: bigint;
}

/** What became of the topmost batch. */
export type BelowOutcome =
  | { readonly kind: 'extended' }
  /** The headers break a rule, or contradict what vouched for them. */
  | { readonly kind: 'false'; readonly reason: string; readonly peer: Peer }
  /** Nothing could be hashed here. */
  | { readonly kind: 'unavailable' };

/**
 * Their proof of work was judged by a clock of the past, so the clock of today says nothing: a header is too new only beside
 * its ancestors.
 */
const ANY_TIME = Number.MAX_SAFE_INTEGER;

/** Headers below a footing; see the head of this file. */
export class BelowChain {
  /** Topmost first. */
  readonly #linked: LinkedBatch[] = [];
  #footing: Footing;
  #check: SegmentCheck | undefined;

  constructor(
    readonly tree: HeaderTree,
    footing: Footing,
    readonly outbox: Outbox,
    readonly nextJob: () => number,
    readonly jobsMax: number,
  ) {
    this.#footing = footing;
  }

  /** Down to which header everything is verified. */
  get footing(): Footing {
    return this.#footing;
  }

  /** Height and hash of the header that is to be linked next. */
  get next(): { readonly height: number; readonly hash: Uint8Array } {
    const last = this.#linked[this.#linked.length - 1];
    return last === undefined ? this.#footing : { height: last.before, hash: last.parent };
  }

  /**
   * Takes headers that end at {@link next}.
   *
   * @returns a fault of the bytes; UNKNOWN_PARENT if they do not lead there; undefined if they do
   */
  link(sent: SentBatch): HeaderFault | 'UNKNOWN_PARENT' | undefined {
    const { family } = this.tree;
    const { next } = this;
    assert(sent.before + sent.count === next.height, 'what was asked for ends there');
    const reader = new ByteReader(sent.payload);
    const batch = family.decodeBatch(reader, sent.count, sent.parent, sent.before);
    if (typeof batch === 'string') return batch;
    if (batch.fault !== undefined) return batch.fault;
    if (!reader.isDone) return 'HEADER_MALFORMED';
    if (!family.claimsHashes) hashAll(family, batch);
    if (!areEqual(batch.hashes.subarray(-32), next.hash)) return 'UNKNOWN_PARENT';
    this.#linked.push({ ...sent, batch });
    return undefined;
  }

  /** Whether {@link verifyNext} has something to verify: not while it is at another batch. */
  get hasNext(): boolean {
    const [top] = this.#linked;
    if (top === undefined || this.#check !== undefined) return false;
    const { height } = this.next;
    return height === 0 || height < this.tree.family.firstAncestor(top.before);
  }

  /** Verifies the topmost batch, and puts it below the tree. @param done  called once, perhaps at once */
  verifyNext(done: (outcome: BelowOutcome) => void): void {
    const [top] = this.#linked;
    assert(top !== undefined && this.hasNext, 'there is something to verify');
    const { family } = this.tree;
    const { batch, before, parent, count, payload, peer } = top;
    const isFalse = (reason: string): void => done({ kind: 'false', reason, peer });
    const base = this.#baseAt(top, this.#footing.chainwork - sumWork(family, batch.records));
    if (base === undefined) {
      isFalse('work or genesis');
      return;
    }
    const { hash: lastHash, chainwork } = this.#footing;
    const segment = {
      bytes: payload,
      batches: [{ parent, count, payload }],
      before,
      entry: { lastHash, chainwork, digest: 0 },
    };
    const { outbox, nextJob, jobsMax } = this;
    const check = new SegmentCheck(segment, 0, base, family, outbox, nextJob, undefined, jobsMax);
    this.#check = check;
    check.verifyNext(ANY_TIME, (isGood, fault) => {
      if (this.#check !== check) return;
      this.#check = undefined;
      if (fault === 'POW_UNAVAILABLE') {
        done({ kind: 'unavailable' });
      } else if (isGood !== true) {
        isFalse(fault ?? 'work');
      } else if (!this.#extend(check.tree, base)) {
        isFalse('window');
      } else {
        this.#linked.shift();
        this.#footing = base;
        done({ kind: 'extended' });
      }
    });
  }

  /** The answer to a `verifyPow`; one that is not of this chain is passed over. */
  powVerified(job: number, hashes: Uint8Array | undefined): void {
    this.#check?.powVerified(job, hashes, ANY_TIME);
  }

  /** The header before a batch and its window; undefined if it would have no work, or is not the genesis that it should be. */
  #baseAt({ before, parent }: LinkedBatch, chainwork: bigint): TreeBase | undefined {
    const { family } = this.tree;
    const genesis = genesisBase(family);
    if (before === 0)
      return areEqual(parent, genesis.hash) && chainwork === genesis.chainwork ? genesis : undefined;
    if (chainwork <= 0n) return undefined;
    const { recordBytes } = family;
    const first = family.firstAncestor(before);
    const records = new Uint8Array((before - first + 1) * recordBytes);
    if (first === 0) records.set(genesis.records);
    for (const { batch, before: below } of this.#linked.slice(1)) {
      const from = Math.max(first, below + 1);
      const end = below + batch.count;
      if (end < from) continue;
      const known = batch.records.subarray((from - below - 1) * recordBytes);
      records.set(known, (from - first) * recordBytes);
    }
    return { height: before, hash: parent, chainwork, records };
  }

  #extend(verified: HeaderTree, base: TreeBase): boolean {
    const { tree } = this;
    const last = Math.min(verified.tipHeight, tree.verifiedFrom - 1);
    const batch = verified.batch(base.height + 1, last - base.height);
    if (base.height > 0) return batch.count === 0 || tree.extendDown(batch, base.chainwork);
    const { batch: whole, chainworkBefore } = withBase(tree.family, base, batch);
    return tree.extendDown(whole, chainworkBefore);
  }
}

/** Fills in hashes, and the parents that a batch does not give. What it gives otherwise shows in the hashes. */
function hashAll(family: ChainFamily, { count, records, hashes }: HeaderBatch): void {
  const { recordBytes, parentOffset } = family;
  for (let i = 0; i < count; i++) {
    const record = records.subarray(i * recordBytes, (i + 1) * recordBytes);
    if (i > 0) record.set(hashes.subarray((i - 1) * 32, i * 32), parentOffset);
    hashes.set(family.headerHash(record), i * 32);
  }
}
