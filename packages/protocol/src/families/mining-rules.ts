/**
 * What a family supplies to a miner that knows headers only: blocks without transactions, on networks where such a block
 * is valid whatever the state is. A template is a record without nonce and proof of work.
 */
import type { Ancestry, ConsensusRules, HeaderBatch } from '../chain/chain-family.js';
import type { PowJob } from '../chain/pow-job.js';

/** What a template of an empty block is made of. */
export interface EmptyTemplateOptions {
  /** The branch to extend. */
  readonly ancestry: Ancestry;
  /** 32 bytes: hash of its last header. */
  readonly parentHash: Uint8Array;
  /** Unix seconds; a fraction is cut off. */
  readonly wallTime: number;
  /** See {@link MiningRules.checkMiner}. */
  readonly miner: string;
}

/** See the head of this file. */
export interface MiningRules extends Pick<ConsensusRules, 'recordBytes' | 'time'> {
  /** Whether a header can have this as its miner field. @throws {RangeError} if not, with the reason */
  checkMiner(miner: string): void;
  /**
   * The header of an empty block, but for nonce and proof of work.
   *
   * @throws {RangeError} if the miner field is wrong, or the branch too short for the difficulty rule
   */
  createTemplate(options: EmptyTemplateOptions): Uint8Array;
  /** The hashing that tries `count` nonces from `startNonce` on; after 2^64 − 1 comes 0. It holds no view of the template. */
  nonceJob(template: Uint8Array, startNonce: bigint, count: number): PowJob;
  /**
   * Takes what that job returned.
   *
   * @returns the finished header with the first nonce that meets the target, as a batch; undefined if none does
   */
  solve(template: Uint8Array, startNonce: bigint, hashes: Uint8Array): HeaderBatch | undefined;
}
