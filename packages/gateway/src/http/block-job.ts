/** One block for the thread that writes blocks. */
export interface BlockJob {
  readonly record: Uint8Array;
  readonly body: Uint8Array;
}

/** Its answer: the block's JSON in base64, as ASCII; undefined if the body cannot be decoded. */
export type BlockText = Uint8Array<ArrayBuffer> | undefined;
