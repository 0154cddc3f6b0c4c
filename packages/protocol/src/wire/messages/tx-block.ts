/** In which block a transaction is: the request to a peer that keeps an index, and its answer. */
import { SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import type { MessageRow } from '../message-row.js';

/** Asks in which block of the best chain a transaction is. Only of a peer that says it keeps an index. */
export interface GetTxBlock {
  /** Byte 20 on the wire. */
  readonly type: 'getTxBlock';
  /** Chosen by the sender; the answer repeats it. An unsigned varint, at most 2^53 − 1. */
  readonly requestId: number;
  /** 32 bytes, internal order: what the Merkle tree commits to. */
  readonly id: Uint8Array;
}

/** Answers a `getTxBlock`. It is a hint: whoever asked looks into the block. */
export interface TxBlock {
  /** Byte 21 on the wire. */
  readonly type: 'txBlock';
  /** That of the `getTxBlock` it answers. */
  readonly requestId: number;
  /** 32 bytes: hash of the block's header; undefined if the sender knows none on its best chain. */
  readonly block: Uint8Array | undefined;
}

/** Row of {@link GetTxBlock}. */
export const getTxBlock: MessageRow<GetTxBlock> = {
  type: 'getTxBlock',
  typeByte: 20,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'proofs',
  encode(writer, { id }) {
    if (id.length !== 32) throw new RangeError(`id: ${id.length} bytes, must be 32`);
    writer.raw(id);
  },
  decode: (reader, requestId) => ({ type: 'getTxBlock', requestId, id: reader.view(32) }),
};

/** Row of {@link TxBlock}. */
export const txBlock: MessageRow<TxBlock> = {
  type: 'txBlock',
  typeByte: 21,
  kind: 'answer',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 0,
  part: 'proofs',
  encode(writer, { block }) {
    if (block !== undefined && block.length !== 32)
      throw new RangeError(`block: ${block.length} bytes, must be 32`);
    writer.u8(block === undefined ? 0 : 1);
    if (block !== undefined) writer.raw(block);
  },
  decode(reader, requestId) {
    const found = reader.u8();
    if (found > 1) reader.fail();
    return { type: 'txBlock', requestId, block: found === 1 ? reader.view(32) : undefined };
  },
};
