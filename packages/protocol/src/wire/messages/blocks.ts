/** Block bodies: the request, and its two answers. */
import { BODY_BYTES_MAX, SMALL_MESSAGE_BYTES_MAX } from '../../limits.js';
import { readBlockHashes, writeBlockHashes } from '../fields.js';
import type { MessageRow } from '../message-row.js';

/** Requests block bodies: each hash is answered once, in order, by `blocks` or by `notFound`. */
export interface GetBlocks {
  /** Byte 8 on the wire. */
  readonly type: 'getBlocks';
  /** Chosen by the sender; each answer repeats it. An unsigned varint, at most 2^53 − 1. */
  readonly requestId: number;
  /** 1 to BLOCK_HASHES_MAX, 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
}

/**
 * Answers one hash of a `getBlocks`. One body, so that a window moves with every answer, what is in flight can be
 * counted in bytes, and a sender holds no more than what its peer takes.
 */
export interface Blocks {
  /** Byte 9 on the wire. */
  readonly type: 'blocks';
  /** That of the `getBlocks` it answers. */
  readonly requestId: number;
  /** 32 bytes. */
  readonly hash: Uint8Array;
  /** What follows the header in its block, see `ChainFamily.checkBody`; a view of the message. */
  readonly body: Uint8Array;
}

/** Answers those hashes of a `getBlocks` whose bodies the sender does not have, or no longer. */
export interface NotFound {
  /** Byte 10 on the wire. */
  readonly type: 'notFound';
  /** That of the `getBlocks` it answers. */
  readonly requestId: number;
  /** 1 to BLOCK_HASHES_MAX, 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
}

/** Type, request id and hash stand before a body. */
const BODY_ENVELOPE_BYTES = 64;

/** Row of {@link GetBlocks}. */
export const getBlocks: MessageRow<GetBlocks> = {
  type: 'getBlocks',
  typeByte: 8,
  kind: 'request',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 1,
  part: 'blockSync',
  encode: (writer, { hashes }) => writeBlockHashes(writer, hashes),
  decode: (reader, requestId) => ({ type: 'getBlocks', requestId, hashes: readBlockHashes(reader) }),
};

/** Row of {@link Blocks}. */
export const blocks: MessageRow<Blocks> = {
  type: 'blocks',
  typeByte: 9,
  kind: 'answer',
  bytesMax: BODY_BYTES_MAX + BODY_ENVELOPE_BYTES,
  cost: 0,
  part: 'blockSync',
  sizeHint: ({ body }) => body.length + BODY_ENVELOPE_BYTES,
  encode(writer, { hash, body }) {
    if (body.length === 0 || body.length > BODY_BYTES_MAX)
      throw new RangeError(`body: ${body.length} bytes, must be 1 to ${BODY_BYTES_MAX}`);
    writer.raw(hash);
    writer.raw(body);
  },
  decode(reader, requestId) {
    const hash = reader.view(32);
    if (reader.remaining === 0 || reader.remaining > BODY_BYTES_MAX) reader.fail();
    return { type: 'blocks', requestId, hash, body: reader.view(reader.remaining) };
  },
};

/** Row of {@link NotFound}. */
export const notFound: MessageRow<NotFound> = {
  type: 'notFound',
  typeByte: 10,
  kind: 'answer',
  bytesMax: SMALL_MESSAGE_BYTES_MAX,
  cost: 0,
  part: 'blockSync',
  encode: (writer, { hashes }) => writeBlockHashes(writer, hashes),
  decode: (reader, requestId) => ({ type: 'notFound', requestId, hashes: readBlockHashes(reader) }),
};
