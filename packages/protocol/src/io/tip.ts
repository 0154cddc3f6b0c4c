/** The best verified header, or one on the way to it. */
export interface Tip {
  /** Number of headers below it: 0 for genesis. */
  readonly height: number;
  /** 64 lowercase hex digits (Bitcoin: display order). */
  readonly hash: string;
  /** Unix seconds. */
  readonly time: number;
  /** Sum of the work from genesis to this header. */
  readonly chainwork: bigint;
}
