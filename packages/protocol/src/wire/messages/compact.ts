/** Compact blocks: unasked or asked for, the transactions that a receiver lacks, and who is sent blocks unasked. */
import {
  BLOCK_PLACES_BYTES_MAX,
  BODY_BYTES_MAX,
  COMPACT_BLOCK_BYTES_MAX,
  DUPLICATE_COST,
  SMALL_MESSAGE_BYTES_MAX,
} from '../../limits.js';
import { readCount } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** A compact block: answers a `getCompactBlock`, or with request id 0 comes unasked to a peer that wants it so. */
export interface CompactBlockMessage {
  readonly type: 'compactBlock';
  readonly requestId: number;
  /** Of the block, as the sender says; 0 if the sender does not have it. */
  readonly height: number;
  /** See `ChainFamily.decodeCompact`; a view of the message. Empty if the sender does not have it. */
  readonly block: Uint8Array;
}

/** Asks for some transactions of a block. */
export interface GetBlockTxns {
  readonly type: 'getBlockTxns';
  readonly requestId: number;
  /** See `ChainFamily.decodePlaces`; a view of the message. */
  readonly places: Uint8Array;
}

/** Answers a `getBlockTxns`. */
export interface BlockTxns {
  readonly type: 'blockTxns';
  readonly requestId: number;
  /** See `ChainFamily.decodeTransactions`; a view of the message. No transactions: the sender does not have the block. */
  readonly transactions: Uint8Array;
}

/** Whether the sender wants new blocks unasked as compact blocks. */
export interface SendCompact {
  readonly type: 'sendCompact';
  readonly highBandwidth: boolean;
}

/** Asks for a new block as a compact block. */
export interface GetCompactBlock {
  readonly type: 'getCompactBlock';
  readonly requestId: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
}

/** Type and request id, and the hash or height that follows. */
const ENVELOPE_BYTES = 64;

/** Row of {@link CompactBlockMessage}. */
export const compactBlock: MessageRow<CompactBlockMessage> = {
  type: 'compactBlock',
  typeByte: 14,
  kind: 'answer',
  bytesMax: COMPACT_BLOCK_BYTES_MAX + ENVELOPE_BYTES,
  // It may come unasked, and from several peers.
  cost: DUPLICATE_COST,
  part: 'compactBlocks',
  sizeHint: ({ block }) => block.length + ENVELOPE_BYTES,
  encode(writer, { height, block }) {
    writer.varint(height);
    writer.raw(block);
  },
  decode(reader, requestId) {
    const height = reader.varint();
    if ((height === 0) !== (reader.remaining === 0)) reader.fail();
    return { type: 'compactBlock', requestId, height, block: reader.view(reader.remaining) };
  },
};

/** Row of {@link GetBlockTxns}. */
export const getBlockTxns: MessageRow<GetBlockTxns> = {
  type: 'getBlockTxns',
  typeByte: 15,
  kind: 'request',
  bytesMax: BLOCK_PLACES_BYTES_MAX + ENVELOPE_BYTES,
  cost: 1,
  part: 'compactBlocks',
  sizeHint: ({ places }) => places.length + ENVELOPE_BYTES,
  encode: (writer, { places }) => writer.raw(places),
  decode: (reader, requestId) => ({
    type: 'getBlockTxns',
    requestId,
    places: reader.view(reader.remaining),
  }),
};

/** Row of {@link BlockTxns}. */
export const blockTxns: MessageRow<BlockTxns> = {
  type: 'blockTxns',
  typeByte: 16,
  kind: 'answer',
  bytesMax: BODY_BYTES_MAX + ENVELOPE_BYTES,
  cost: 0,
  part: 'compactBlocks',
  sizeHint: ({ transactions }) => transactions.length + ENVELOPE_BYTES,
  encode: (writer, { transactions }) => writer.raw(transactions),
  decode: (reader, requestId) => ({
    type: 'blockTxns',
    requestId,
    transactions: reader.view(reader.remaining),
  }),
};

/** Row of {@link SendCompact}. */
export const sendCompact: MessageRow<SendCompact> = {
  type: 'sendCompact',
  typeByte: 17,
  kind: 'notice',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'compactBlocks',
  encode: (writer, { highBandwidth }) => writer.u8(highBandwidth ? 1 : 0),
  decode: (reader) => ({ type: 'sendCompact', highBandwidth: readCount(reader, 1) === 1 }),
};

/** Row of {@link GetCompactBlock}. */
export const getCompactBlock: MessageRow<GetCompactBlock> = {
  type: 'getCompactBlock',
  typeByte: 18,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'compactBlocks',
  encode: (writer, { hash }) => writer.raw(hash),
  decode: (reader, requestId) => ({ type: 'getCompactBlock', requestId, hash: reader.view(32) }),
};
