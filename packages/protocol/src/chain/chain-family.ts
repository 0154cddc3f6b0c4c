/**
 * What a chain family supplies to everything above it: seven facets, each of them made in one room of the family's folder,
 * and the network that they belong to.
 *
 * Sync, storage and wire handle headers only as opaque *records* of a fixed size: everything of a header that is
 * needed to check it, hash it and rebuild it, its parent included. Which byte means what is known in the family's
 * folder and nowhere else.
 */
import type { ByteReader } from '../bytes/byte-reader.js';
import type { ByteWriter } from '../bytes/byte-writer.js';
import type { BodyContext, BodyInfo, BodyVerdict } from './block-body.js';
import type { CompactRules } from './compact-rules.js';
import type { FilterRules } from './filter/filter-rules.js';
import type { HeaderFault } from './header-fault.js';
import type { PowJob } from './pow-job.js';
import type { TouchRules } from './touch-rules.js';
import type { BlockTransaction, TransactionRules } from './transaction-rules.js';

/** Consecutive headers of one branch, lowest height first, packed. */
export interface HeaderBatch {
  /** How many headers there are. One message has at most HEADERS_PER_MESSAGE_MAX. */
  readonly count: number;
  /** `count` × `recordBytes`. */
  readonly records: Uint8Array;
  /**
   * `count` × 32 bytes, the header hashes in internal byte order. A family whose hashes are claimed by the sender
   * (Vision) fills them on decoding; one whose hashes are the proof of work itself (Bitcoin) in `applyPow`.
   */
  readonly hashes: Uint8Array;
  /** What is wrong with the header that would follow: set by `decodeBatch`, for a header that no record can hold. */
  readonly fault?: HeaderFault;
}

/** A branch seen from one of its headers; heights above `height` are not part of it. */
export interface Ancestry {
  /** Height of the last header of the branch: the parent of the header under test. */
  readonly height: number;
  /** First height that is known: 0, or that of the first header of the window before a tree's base. */
  readonly firstHeight: number;
  /** Timestamp at a height of the branch, Unix seconds. @throws {RangeError} outside firstHeight … height */
  time(height: number): number;
  /** Record at a height of the branch, a view that must not be kept. @throws {RangeError} as `time` */
  record(height: number): Uint8Array;
  /** 32 bits of the record at a height, little-endian; makes no view of the record. @throws as `time` */
  word(height: number, offset: number): number;
}

/** The verdict of all rules but the proof of work. */
export type HeaderVerdict =
  | { readonly kind: 'ok' }
  /** Valid but early: to be held until `dueAt`, Unix seconds. */
  | { readonly kind: 'held'; readonly dueAt: number }
  | { readonly kind: 'rejected'; readonly code: HeaderFault; readonly detail: string };

/** A header as the API shows it: hex strings in display order, plain numbers, bigints for 64-bit fields. */
export interface HeaderInfo {
  /** Number of headers below it: 0 for genesis. */
  readonly height: number;
  /** 64 hex digits, in display order. */
  readonly hash: string;
  /** Hash of the header before it, in the same form. */
  readonly parent: string;
  /** Seconds since the Unix epoch, as the miner says. */
  readonly time: number;
  /** The family's own fields, by the names of its specification. */
  readonly fields: Readonly<Record<string, string | number | bigint>>;
}

/** What a header says to the rules, and whether it may stand where it stands. */
export interface ConsensusRules {
  /** Whether the hash by which a header names its parent can be the hash of two headers: then links prove nothing. */
  readonly areLinksWeak: boolean;
  /** Whether a block without transactions repeats the root of its parent: then a header that does so proves nothing. */
  readonly isRootRepeated: boolean;
  /** Size of a record in bytes; a multiple of 4. */
  readonly recordBytes: number;
  /** Byte of a record at which the 32 bytes of its parent's hash begin. */
  readonly parentOffset: number;
  /** Timestamp of the record that begins at byte `at` (0 if absent), Unix seconds. */
  time(records: Uint8Array, at?: number): number;
  /** The 32 bytes by which a record names its parent. A view. */
  parent(record: Uint8Array): Uint8Array;
  /** Work of the header at byte `at` (0 if absent); chainwork is its sum from genesis, genesis included. */
  work(records: Uint8Array, at?: number): bigint;
  /** Lowest height at which any rule looks, for a header above `height`: at least 0, and at most `height`. */
  firstAncestor(height: number): number;
  /**
   * All rules but the hash, cheapest first: fields, height, difficulty, time, and for claimed hashes the target.
   *
   * @param records   the header under test, among others or alone
   * @param ancestry  the branch that it extends
   * @param wallTime  Unix seconds
   * @param at        byte at which it begins; 0 if absent
   */
  checkHeader(records: Uint8Array, ancestry: Ancestry, wallTime: number, at?: number): HeaderVerdict;
}

/** The same, and what people see of a header. */
export interface HeaderRules extends ConsensusRules {
  /** What an application is told of a header: a record with its hash and height. */
  describe(record: Uint8Array, hash: Uint8Array, height: number): HeaderInfo;
}

/** How headers travel and are stored. */
export interface HeaderCodec {
  /** Least number of bytes that one header takes: bounds a count before anything is allocated. */
  readonly encodedHeaderBytesMin: number;
  /**
   * Compact form of consecutive headers, for wire and disk alike; self-contained but for the first parent.
   */
  encodeBatch(writer: ByteWriter, batch: HeaderBatch): void;
  /**
   * Never reads past `count` headers, and allocates `count` × (recordBytes + 32).
   *
   * @param parent  32 bytes: hash of the header before the first
   * @param parentHeight  its height
   * @returns the batch, or up to the first header that no record can hold; or the fault of the bytes
   */
  decodeBatch(
    reader: ByteReader,
    count: number,
    parent: Uint8Array,
    parentHeight: number,
  ): HeaderBatch | HeaderFault;
}

/**
 * A header as bytes that mean the same in every release and every implementation: what checkpoints and proofs are made of.
 * Records and batches are forms of this program; these bytes are what the chain itself defines.
 */
export interface HeaderBytes {
  /** The bytes of one header: one form for each header, and they say where they end. May be a view of the record. */
  headerBytes(record: Uint8Array): Uint8Array;
  /** Reads the bytes of one header. @returns its record, a copy, checked by no rule; undefined if they are no header */
  readHeaderBytes(reader: ByteReader): Uint8Array | undefined;
  /** 32 bytes in internal order: what the next header names as its parent. What it claims where hashes are claimed. */
  headerHash(record: Uint8Array): Uint8Array;
  /** False where two headers with one hash can be made on purpose, so that links of headers prove nothing (vision-mainnet). */
  readonly hashCommits: boolean;
}

/** What is hashed to prove a header, and how hashes are shown. */
export interface ProofOfWork {
  /**
   * True where a header travels with the hash that it claims, so that linkage and target can be checked before any
   * hashing, and headers be hashed in any order; false where hashing is what yields the hashes.
   */
  readonly claimsHashes: boolean;
  /** Headers per `verifyPow` job: small enough that one job takes a few tens of milliseconds. */
  readonly powJobHeaders: number;
  /** What is wrong with the first header that `applyPow` did not count as proven, which is number `index` of the batch. */
  powFault(batch: HeaderBatch, index: number): HeaderFault;
  /**
   * The hashing that proves headers `from` … `to` − 1 of a batch, of which those before `from` have been proven. It may
   * hold views of the batch.
   */
  powJob(batch: HeaderBatch, from: number, to: number): PowJob;
  /**
   * Takes what a job returned; completes the hashes (and parents) of a batch where they were not known before.
   *
   * @returns how many headers from `from` on are proven; less than asked for if one is false
   */
  applyPow(batch: HeaderBatch, from: number, to: number, hashes: Uint8Array): number;
  /** Bytes of a hash as people see it: 64 lowercase hex digits. */
  hashToHex(hash: Uint8Array): string;
  /** @returns 32 bytes, or undefined if the text is no hash of this family */
  hashFromHex(text: string): Uint8Array | undefined;
}

/**
 * Judging an encoded batch in one job of the platform. It finds nothing that the other facets would not find; what it says
 * is good need not be decoded, checked, hashed or linked by them, and what it does not say is good, they judge.
 */
export interface BatchPass {
  /**
   * The job. It may hold the payload.
   *
   * @param parent  32 bytes: hash of the header before the first
   * @param ancestry  the branch that the batch extends
   * @param wallTime  Unix seconds
   * @returns undefined if the platform cannot judge such a batch
   */
  batchJob(
    payload: Uint8Array,
    count: number,
    parent: Uint8Array,
    ancestry: Ancestry,
    wallTime: number,
  ): PowJob | undefined;
  /**
   * Takes what the job returned.
   *
   * @returns the whole batch, with parents and hashes; 'faulty' if any header is; undefined if this is no answer
   */
  readBatch(answer: Uint8Array, count: number): HeaderBatch | 'faulty' | undefined;
  /** First height from this one on whose header the job has not held to every rule: `checkHeader` does. Infinity if none. */
  nextUnchecked(height: number): number;
}

/** Which body belongs to a header, and what it holds. */
export interface BlockRules {
  /** Largest block body, in bytes; with what stands before it in its message, it fits into `messageBytesMax`. */
  readonly bodyBytesMax: number;
  /**
   * Whether a body is the one that a verified header commits to. Cheapest first: size, form, root, witnesses.
   *
   * Costs time in proportion to the body, which must not change meanwhile; nothing of it is kept.
   *
   * @param transactions  what `splitBody` would give for this body, where that is known already. Then no transaction is
   *   hashed again, and the verdict is the same
   */
  checkBody(body: Uint8Array, context: BodyContext, transactions?: readonly BlockTransaction[]): BodyVerdict;
  /**
   * The body that the header alone tells, so that it need not be fetched: `checkBody` accepts it and no other. A copy.
   *
   * @returns undefined if the header does not tell
   */
  impliedBody(context: BodyContext): Uint8Array | undefined;
  /** @returns what a body holds, checked or not; undefined if it cannot be decoded */
  describeBody(body: Uint8Array): BodyInfo | undefined;
}

/**
 * Sizes of the defence against branches of little work (`headers/presync`). No rules of a chain: nodes of one network may
 * differ in them, and its id does not commit to them.
 */
export interface PresyncParams {
  /** A chain with less work is not followed, where the node is not told otherwise: 0 for no such bound. */
  readonly minChainwork: bigint;
  /** In the first pass a bit is kept of one header in so many. */
  readonly commitmentPeriod: number;
  /** In the second pass a header waits until so many follow it. */
  readonly bufferHeaders: number;
  /** Headers of an answer in the second pass, at most. */
  readonly answerHeaders: number;
  /** The most that a valid branch can have a second, for long. */
  readonly headersPerSecondMax: number;
}

/** One network and all its rules. Stateless: the same arguments always give the same answer. */
export interface ChainFamily
  extends HeaderRules,
    HeaderCodec,
    HeaderBytes,
    ProofOfWork,
    BlockRules,
    TransactionRules,
    TouchRules,
    CompactRules {
  /** Whose rules they are. Only code that is made for one family, such as a miner, looks at it. */
  readonly family: 'vision' | 'bitcoin';
  /** Network name, for people. */
  readonly name: string;
  /** 32 bytes that commit to every parameter and the genesis: peers with another value are strangers. */
  readonly networkId: Uint8Array;
  /** Largest wire message of this family's networks, in bytes. */
  readonly messageBytesMax: number;
  /** The header of height 0, which is held to no rule: `recordBytes`, and 32 bytes in internal order. */
  readonly genesis: { readonly record: Uint8Array; readonly hash: Uint8Array };
  /** Seconds between two blocks that the difficulty aims at. */
  readonly targetSpacingS: number;
  /** How branches of little work are kept from filling memory. */
  readonly presync: PresyncParams;
  /** Whether the chain can be rewritten at so little cost that its work says nothing. */
  readonly isWorkWeak: boolean;
  /** Only of a family that has compact filters. */
  readonly filters?: FilterRules;
  /** Only of a family whose hashes are not claimed. */
  readonly batchPass?: BatchPass;
}
