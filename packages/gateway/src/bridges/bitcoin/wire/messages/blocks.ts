/** `block` and `tx`. What is in them is looked at elsewhere. */
import { BLOCK_BYTES_MAX, TRANSACTION_BYTES_MAX } from '../../limits.js';
import type { BitcoinRow } from '../message-row.js';
import { HEADER_BYTES } from './headers.js';

/** A block, with witnesses if they were asked for. */
export interface Block {
  readonly command: 'block';
  /** 80 bytes; a view when read. */
  readonly header: Uint8Array;
  /** What follows the header: the number of transactions and the transactions; a view when read. */
  readonly body: Uint8Array;
}

/** See {@link Block}. */
export const block: BitcoinRow<Block> = {
  command: 'block',
  payloadMax: BLOCK_BYTES_MAX,
  decode(reader) {
    const header = reader.view(HEADER_BYTES);
    if (reader.remaining === 0) reader.fail();
    return { command: 'block', header, body: reader.view(reader.remaining) };
  },
  encode(writer, { header, body }) {
    if (header.length !== HEADER_BYTES) throw new RangeError(`header: ${header.length} bytes`);
    if (body.length === 0) throw new RangeError('body: no bytes');
    writer.raw(header);
    writer.raw(body);
  },
};

/** A transaction, with witnesses if it was asked for so. */
export interface Tx {
  readonly command: 'tx';
  /** At least one; a view when read. */
  readonly bytes: Uint8Array;
}

/** See {@link Tx}. */
export const tx: BitcoinRow<Tx> = {
  command: 'tx',
  payloadMax: TRANSACTION_BYTES_MAX,
  decode(reader) {
    if (reader.remaining === 0) reader.fail();
    return { command: 'tx', bytes: reader.view(reader.remaining) };
  },
  encode(writer, { bytes }) {
    if (bytes.length === 0) throw new RangeError('bytes: none');
    writer.raw(bytes);
  },
};
