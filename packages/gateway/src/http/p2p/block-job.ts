import type { BlockJsonResult, VisionParams } from '@vision-light/protocol';

/** Work for the thread that reads and writes blocks. */
export type BlockJob = BlockWriteJob | BlockReadJob | BlocksReadJob;

/** A block to write as JSON. */
export interface BlockWriteJob {
  readonly kind: 'write';
  readonly record: Uint8Array;
  readonly body: Uint8Array;
}

/** The JSON of a block to read. */
export interface BlockReadJob {
  readonly kind: 'read';
  readonly params: VisionParams;
  readonly text: string;
}

/** An answer to `get_blocks` to read. */
export interface BlocksReadJob {
  readonly kind: 'readAnswer';
  readonly params: VisionParams;
  /** UTF-8. */
  readonly bytes: Uint8Array;
  /** What is beyond so many blocks is ignored. */
  readonly countMax: number;
}

/** The block's JSON in base64, as ASCII; undefined if the body cannot be decoded. */
export type BlockText = Uint8Array<ArrayBuffer> | undefined;

/** A block as its JSON says; undefined if the text is no JSON. */
export type ReadBlock = BlockJsonResult | undefined;

/** The blocks of an answer, in its order; undefined if it is no JSON object with a list of blocks. */
export type ReadBlocks = readonly ReadBlock[] | undefined;

/** The answer to a job. */
export type BlockAnswer = BlockText | ReadBlock | ReadBlocks;
