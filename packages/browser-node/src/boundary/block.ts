import type { BodyInfo, HeaderInfo } from '@vision-light/protocol';

/**
 * A block whose body was held to its verified header. What its transactions do is not checked: a light node does not
 * execute them.
 */
export interface Block extends BodyInfo {
  /** Number of its header, from 0 for genesis. */
  readonly height: number;
  /** 64 lowercase hex digits. */
  readonly hash: string;
  /** Its verified header. */
  readonly header: HeaderInfo;
  /** What follows the header in the block, as PROTOCOL.md specifies it; `transactions` has the places in it. */
  readonly body: Uint8Array;
}
