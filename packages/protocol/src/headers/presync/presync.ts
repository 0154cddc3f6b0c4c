/**
 * Two passes over a branch that has yet to show that it has enough work, so that nothing of it is kept before it has.
 *
 * First pass: every header is held to all rules of its chain (on a window of its last headers, so difficulties are the
 * ones that the rules demand) and hashed (where hashes are claimed, a secret sample: work-samples.ts). Of the headers only
 * their work is added up, and of each `commitmentPeriod`-th one bit is kept: of a hash of its hash, under a secret key.
 * Second pass, once the work suffices: the peer is asked for the same headers again. They wait in a buffer until
 * `bufferHeaders` follow them, each of which had to match its bit; then they go to the verifier, which checks them like
 * any others. The last header of the first pass is known by its whole hash: when it is there again, all is as it was, and
 * the rest is let go.
 *
 * So headers of little work get in only after others of much work were shown, and with a probability of about
 * 2^−(bufferHeaders ÷ commitmentPeriod). The idea and the reasoning are Bitcoin Core's (`src/headerssync.h`);
 * `npm run presync-params` prints where the two numbers come from.
 *
 * Memory of one branch, below PRESYNC_BYTES_MAX: the window and one bit for each period in the first pass (at most
 * PRESYNC_COMMITMENTS_MAX), the bits and the buffer in the second.
 */
import { areEqual } from '../../bytes/compare-bytes.js';
import { readU32 } from '../../bytes/integers.js';
import type { SecretStream } from '../../bytes/secret-stream.js';
import { Sha256 } from '../../bytes/sha256.js';
import type { Ancestry, ChainFamily, HeaderBatch } from '../../chain/chain-family.js';
import { medianTimePast } from '../../chain/median-time.js';
import { PRESYNC_BYTES_MAX, PRESYNC_COMMITMENTS_MAX, PRESYNC_FUTURE_S } from '../../limits.js';
import type { PeerFault } from '../../peer/peer-fault.js';
import type { Answer, OutsideBranch } from '../batch-request.js';
import { type Range, slices } from '../batch-verification.js';
import { BitQueue } from './bit-queue.js';
import { BranchWindow } from './branch-window.js';
import { WorkSamples } from './work-samples.js';

/** A header that is known: where a branch begins, or where its first pass ended. */
interface Mark {
  readonly height: number;
  /** A copy. */
  readonly hash: Uint8Array;
}

/** One branch of one peer. */
export class Presync implements OutsideBranch {
  readonly #family: ChainFamily;
  readonly #key: Uint8Array;
  readonly #hasher = new Sha256();
  /** Which height of each period leaves a bit: nobody outside knows. */
  readonly #offset: number;
  readonly #bitsMax: number;
  readonly #bits = new BitQueue();
  readonly #samples: WorkSamples;
  /** Undefined in the second pass. */
  #window: BranchWindow | undefined;
  /** Where the first pass ended. */
  #end: Mark | undefined;
  #last: Mark;
  #buffer: Answer[] = [];
  #buffered = 0;
  #bufferBytes = 0;
  #isDone = false;
  /** Chainwork up to the last header of the first pass. */
  work: bigint;

  /**
   * @param fork  the branch up to the header that it begins on
   * @param forkHash  hash of that header, copied
   * @param forkWork  its chainwork
   * @param enough  chainwork that the branch has to show
   * @param wallTime  Unix seconds
   */
  constructor(
    family: ChainFamily,
    fork: Ancestry,
    forkHash: Uint8Array,
    readonly forkWork: bigint,
    public enough: bigint,
    secrets: SecretStream,
    wallTime: number,
  ) {
    this.#family = family;
    const { commitmentPeriod, headersPerSecondMax } = family.presync;
    this.#key = secrets.nextBytes();
    this.#offset = Number(secrets.next() % BigInt(commitmentPeriod));
    this.#samples = new WorkSamples(enough - forkWork, () => secrets.next());
    this.#window = new BranchWindow(family, fork);
    this.#last = { height: fork.height, hash: forkHash.slice() };
    this.fork = this.#last;
    this.work = forkWork;
    const since = medianTimePast(this.#window) ?? fork.time(fork.height);
    const headersMax = headersPerSecondMax * Math.max(0, wallTime + PRESYNC_FUTURE_S - since);
    this.#bitsMax = Math.min(PRESYNC_COMMITMENTS_MAX, 1 + Math.floor(headersMax / commitmentPeriod));
  }

  /** The header of the tree that it begins on. */
  readonly fork: Mark;

  /** The pass that is under way; `done` once all of the second has come and nothing waits any more. */
  get pass(): 'first' | 'second' | 'done' {
    return this.#isDone ? 'done' : this.#end === undefined ? 'first' : 'second';
  }

  /** Headers of the first pass. */
  get count(): number {
    return (this.#end ?? this.#last).height - this.fork.height;
  }

  /** Bytes that it holds. */
  get bytes(): number {
    return (this.#window?.bytes ?? 0) + this.#bits.bytes + this.#bufferBytes;
  }

  // What the verifier looks at

  get height(): number {
    return this.#last.height;
  }

  get lastHash(): Uint8Array {
    return this.#last.hash;
  }

  get ancestry(): Ancestry | undefined {
    return this.#window;
  }

  plan(batch: HeaderBatch): readonly Range[] {
    const { claimsHashes, powJobHeaders, recordBytes } = this.#family;
    if (!claimsHashes) return slices(0, batch.count, powJobHeaders);
    const ranges: Range[] = [];
    let { work } = this;
    // What comes the second time is hashed when it is let go, and so is what comes after the work that is needed.
    for (let i = 0; this.#end === undefined && i < batch.count && work < this.enough; i++) {
      const added = this.#family.work(batch.records, i * recordBytes);
      if (this.#samples.take(added)) ranges.push({ from: i, to: i + 1 });
      work += added;
    }
    return ranges;
  }

  // Inputs

  /**
   * The headers of an answer were proven to continue the branch.
   *
   * @returns what is wrong with them all the same
   */
  take(batch: HeaderBatch, answer: Answer): PeerFault | undefined {
    return this.#end === undefined ? this.#add(batch) : this.#compare(batch, answer);
  }

  /** Answers of the second pass that need not wait any longer, in order. */
  release(): readonly Answer[] {
    const { bufferHeaders } = this.#family.presync;
    let count = 0;
    for (const answer of this.#buffer) {
      if (!this.#isDone && this.#buffered - answer.count < bufferHeaders) break;
      this.#buffered -= answer.count;
      this.#bufferBytes -= answer.content.length;
      count++;
    }
    return this.#buffer.splice(0, count);
  }

  #add(batch: HeaderBatch): PeerFault | undefined {
    const { height } = this.#last;
    for (let i = 0; i < batch.count; i++) {
      this.work += this.#family.work(batch.records, i * this.#family.recordBytes);
      if (this.#isCommitted(height + 1 + i)) this.#bits.push(this.#bitOf(batch, i));
      if (this.#bits.count > this.#bitsMax) return 'PEER_HEADERS_TOO_MANY';
      if (this.work < this.enough) continue;
      this.#end = this.#mark(batch, i, height);
      this.#window = undefined;
      this.#last = this.fork;
      return undefined;
    }
    this.#window?.append(batch);
    this.#last = this.#mark(batch, batch.count - 1, height);
    return this.bytes > PRESYNC_BYTES_MAX ? 'PEER_HEADERS_TOO_MANY' : undefined;
  }

  #compare(batch: HeaderBatch, answer: Answer): PeerFault | undefined {
    const { height } = this.#last;
    for (let i = 0; i < batch.count && !this.#isDone; i++) {
      if (this.#isCommitted(height + 1 + i) && this.#bits.next() !== this.#bitOf(batch, i))
        return 'PEER_HEADERS_CHANGED';
      if (height + 1 + i !== this.#end?.height) continue;
      if (!areEqual(this.#end.hash, hashAt(batch, i))) return 'PEER_HEADERS_CHANGED';
      this.#isDone = true;
    }
    this.#last = this.#mark(batch, batch.count - 1, height);
    this.#buffer.push(answer);
    this.#buffered += answer.count;
    this.#bufferBytes += answer.content.length;
    return this.bytes > PRESYNC_BYTES_MAX ? 'PEER_HEADERS_TOO_MANY' : undefined;
  }

  #isCommitted(height: number): boolean {
    return height % this.#family.presync.commitmentPeriod === this.#offset;
  }

  #bitOf(batch: HeaderBatch, index: number): 0 | 1 {
    this.#hasher.update(this.#key, 0, this.#key.length);
    this.#hasher.update(batch.hashes, index * 32, index * 32 + 32);
    return (readU32(this.#hasher.doubleDigest(), 0) & 1) === 1 ? 1 : 0;
  }

  #mark(batch: HeaderBatch, index: number, height: number): Mark {
    return { height: height + 1 + index, hash: hashAt(batch, index).slice() };
  }
}

function hashAt({ hashes }: HeaderBatch, index: number): Uint8Array {
  return hashes.subarray(index * 32, index * 32 + 32);
}
