/**
 * Compact blocks of Vision, in bytes of our own: existing nodes leave out `miner`, without which no proof of work can be
 * computed (docs/chains/vision.md §9). The header is the batch codec's, after the hash of its parent.
 */

import type { CompactRules } from '../../../chain/compact-rules.js';
import { compactRules } from '../../compact-codec.js';
import { decodeBatch, encodeBatch } from '../header/batch-codec.js';
import { offsets } from '../header/record.js';
import type { VisionParams } from '../network-params.js';
import { bodyTransactionsMax, skipTransaction } from './body-codec.js';

/** The rules of a Vision network. */
export function compactBlockRules(params: VisionParams): CompactRules {
  return compactRules({
    transactionsMax: bodyTransactionsMax,
    writeSize: (writer, size) => writer.varint(size),
    readSize: (reader) => reader.varint(),
    writeHeader(writer, header) {
      writer.raw(header.records.subarray(offsets.parent, offsets.parent + 32));
      encodeBatch(params, writer, header);
    },
    readHeader(reader, height) {
      const parent = reader.view(32);
      const header = height > 0 ? decodeBatch(params, reader, 1, parent, height - 1) : 'HEADER_BAD_HEIGHT';
      return typeof header === 'string' || header.fault !== undefined ? undefined : header;
    },
    skipTransaction,
  });
}
