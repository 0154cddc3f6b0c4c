import type { BlockJsonResult, VisionParams } from '@vision-light/protocol';

/** One block for the thread that reads and writes blocks. */
export type BlockJob = BlockWriteJob | BlockReadJob;

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

/** The block's JSON in base64, as ASCII; undefined if the body cannot be decoded. */
export type BlockText = Uint8Array<ArrayBuffer> | undefined;

/** A block as its JSON says; undefined if the text is no JSON. */
export type ReadBlock = BlockJsonResult | undefined;

/** The answer to a job. */
export type BlockAnswer = BlockText | ReadBlock;
