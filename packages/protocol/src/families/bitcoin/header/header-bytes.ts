/** The 80 bytes of a header, as every Bitcoin node writes them: the record, and what a checkpoint commits to. */
import { Sha256 } from '../../../bytes/sha256.js';
import type { HeaderBytes } from '../../../chain/chain-family.js';
import { recordBytes } from './record.js';

/** The canonical bytes of the headers of all Bitcoin networks. */
export const headerBytes: HeaderBytes = {
  hashCommits: true,
  headerBytes: (record) => record.subarray(0, recordBytes),
  readHeaderBytes: (reader) => {
    const bytes = reader.view(recordBytes);
    return reader.failed ? undefined : bytes.slice();
  },
  headerHash: (record) => {
    const hasher = new Sha256();
    hasher.update(record, 0, recordBytes);
    return hasher.doubleDigest();
  },
};
