/** Compact filters of blocks (BIP157): requests and answers. What a filter says is defined by BIP158 and read elsewhere. */
import { FILTER_BYTES_MAX, FILTER_CHECKPOINTS_MAX, FILTER_HASHES_MAX } from '../../limits.js';
import {
  COUNT_BYTES,
  HASH_BYTES,
  readCount,
  readHashes,
  writeCount,
  writeHash,
  writeHashes,
  writeU32,
} from '../fields.js';
import type { BitcoinRow } from '../message-row.js';

/** The one type of filter that is in use (BIP158). */
export const BASIC_FILTER = 0;

/** Asks for filters, or for filter headers, from a height to a block. */
export interface FilterRange<C extends 'getcfilters' | 'getcfheaders'> {
  readonly command: C;
  /** See {@link BASIC_FILTER}; u8. */
  readonly filterType: number;
  /** u32. */
  readonly startHeight: number;
  /** Hash of the last block. */
  readonly stop: Uint8Array;
}

function filterRange<C extends 'getcfilters' | 'getcfheaders'>(command: C): BitcoinRow<FilterRange<C>> {
  return {
    command,
    payloadMax: 1 + 4 + HASH_BYTES,
    decode: (reader) => ({
      command,
      filterType: reader.u8(),
      startHeight: reader.u32(),
      stop: reader.view(HASH_BYTES),
    }),
    encode(writer, { filterType, startHeight, stop }) {
      writer.u8(filterType);
      writeU32(writer, 'startHeight', startHeight);
      writeHash(writer, stop);
    },
  };
}

/** At most 1,000 filters. Each is answered with a `cfilter`, lowest first. */
export const getcfilters = filterRange('getcfilters');
/** At most 2,000 hashes of filters, answered with one `cfheaders`. */
export const getcfheaders = filterRange('getcfheaders');

/** The filter of one block. */
export interface CFilter {
  readonly command: 'cfilter';
  readonly filterType: number;
  readonly blockHash: Uint8Array;
  /** The number of its items and the items; a view when read. */
  readonly filter: Uint8Array;
}

/** See {@link CFilter}. */
export const cfilter: BitcoinRow<CFilter> = {
  command: 'cfilter',
  payloadMax: 1 + HASH_BYTES + 5 + FILTER_BYTES_MAX,
  decode: (reader) => ({
    command: 'cfilter',
    filterType: reader.u8(),
    blockHash: reader.view(HASH_BYTES),
    filter: reader.view(readCount(reader, FILTER_BYTES_MAX)),
  }),
  encode(writer, { filterType, blockHash, filter }) {
    writer.u8(filterType);
    writeHash(writer, blockHash);
    writeCount(writer, filter.length, FILTER_BYTES_MAX);
    writer.raw(filter);
  },
};

/** Hashes of filters, from which filter headers follow. */
export interface CFHeaders {
  readonly command: 'cfheaders';
  readonly filterType: number;
  /** Hash of the last block. */
  readonly stop: Uint8Array;
  /** The filter header below the first hash. */
  readonly previousHeader: Uint8Array;
  /** 32 bytes for each block, lowest first, at most 2,000; a view when read. */
  readonly filterHashes: Uint8Array;
}

/** See {@link CFHeaders}. */
export const cfheaders: BitcoinRow<CFHeaders> = {
  command: 'cfheaders',
  payloadMax: 1 + 2 * HASH_BYTES + COUNT_BYTES + FILTER_HASHES_MAX * HASH_BYTES,
  decode: (reader) => ({
    command: 'cfheaders',
    filterType: reader.u8(),
    stop: reader.view(HASH_BYTES),
    previousHeader: reader.view(HASH_BYTES),
    filterHashes: readHashes(reader, FILTER_HASHES_MAX),
  }),
  encode(writer, { filterType, stop, previousHeader, filterHashes }) {
    writer.u8(filterType);
    writeHash(writer, stop);
    writeHash(writer, previousHeader);
    writeHashes(writer, filterHashes, FILTER_HASHES_MAX);
  },
};

/** Asks for every thousandth filter header up to a block. */
export interface GetCFCheckpt {
  readonly command: 'getcfcheckpt';
  readonly filterType: number;
  /** Hash of the last block. */
  readonly stop: Uint8Array;
}

/** See {@link GetCFCheckpt}. */
export const getcfcheckpt: BitcoinRow<GetCFCheckpt> = {
  command: 'getcfcheckpt',
  payloadMax: 1 + HASH_BYTES,
  decode: (reader) => ({ command: 'getcfcheckpt', filterType: reader.u8(), stop: reader.view(HASH_BYTES) }),
  encode(writer, { filterType, stop }) {
    writer.u8(filterType);
    writeHash(writer, stop);
  },
};

/** The answer to `getcfcheckpt`. */
export interface CFCheckpt {
  readonly command: 'cfcheckpt';
  readonly filterType: number;
  /** Hash of the last block. */
  readonly stop: Uint8Array;
  /** The filter headers at the heights 1000, 2000, …, 32 bytes each; a view when read. */
  readonly filterHeaders: Uint8Array;
}

/** See {@link CFCheckpt}. */
export const cfcheckpt: BitcoinRow<CFCheckpt> = {
  command: 'cfcheckpt',
  payloadMax: 1 + HASH_BYTES + COUNT_BYTES + FILTER_CHECKPOINTS_MAX * HASH_BYTES,
  decode: (reader) => ({
    command: 'cfcheckpt',
    filterType: reader.u8(),
    stop: reader.view(HASH_BYTES),
    filterHeaders: readHashes(reader, FILTER_CHECKPOINTS_MAX),
  }),
  encode(writer, { filterType, stop, filterHeaders }) {
    writer.u8(filterType);
    writeHash(writer, stop);
    writeHashes(writer, filterHeaders, FILTER_CHECKPOINTS_MAX);
  },
};
