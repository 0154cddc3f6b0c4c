/**
 * The smallest chain family there can be, for tests of everything that must not know a chain's rules: the work stands in
 * the header, hashing is free, and a header says by itself whether its proof of work is false.
 */
import {
  type Ancestry,
  type ByteReader,
  type ByteWriter,
  bytesToHex,
  type ChainFamily,
  type HeaderBatch,
  type HeaderFault,
  type HeaderVerdict,
  hexToBytes,
  type PowJob,
} from '@vision-light/protocol';
import { blake3 } from '../../packages/protocol/src/bytes/blake3.js';
import { compactRules } from '../../packages/protocol/src/families/compact-codec.js';

/** Parent 32, number u32, time u32, work u32, salt u32; integers little-endian. */
export const tinyRecordBytes = 48;

/** What a test says of a header; the rest follows from its parent. */
export interface TinyHeader {
  readonly number: number;
  readonly time?: number;
  readonly work?: number;
  /** Tells headers apart. Its top byte is outside of the hash, so that two records can share one. */
  readonly salt?: number;
}

/** A salt from here to one below {@link twin} marks a false proof of work. */
export const falsePow = 0x0080_0000;
/** Added to a salt it makes another record with the same hash. */
export const twin = 0x0100_0000;

const u32 = (record: Uint8Array, at: number): number =>
  new DataView(record.buffer, record.byteOffset).getUint32(at, true);

/** The record of a header on top of `parent`. */
export function tinyRecord(
  parent: Uint8Array,
  { number, time = number, work = 1, salt = 0 }: TinyHeader,
): Uint8Array {
  const record = new Uint8Array(tinyRecordBytes);
  const view = new DataView(record.buffer);
  record.set(parent);
  for (const [i, value] of [number, time, work, salt].entries()) view.setUint32(32 + 4 * i, value, true);
  return record;
}

/** 32 bytes over all of a record but its last byte. */
export function tinyHash(record: Uint8Array): Uint8Array {
  return blake3(record.subarray(0, tinyRecordBytes - 1));
}

/** A run of headers after `parent`, as a batch. */
export function tinyBatch(parent: Uint8Array, headers: readonly TinyHeader[]): HeaderBatch {
  const records = new Uint8Array(headers.length * tinyRecordBytes);
  const hashes = new Uint8Array(headers.length * 32);
  let before = parent;
  for (const [i, header] of headers.entries()) {
    const record = tinyRecord(before, header);
    before = tinyHash(record);
    records.set(record, i * tinyRecordBytes);
    hashes.set(before, i * 32);
  }
  return { count: headers.length, records, hashes };
}

function checkHeader(records: Uint8Array, ancestry: Ancestry, wallTime: number, at = 0): HeaderVerdict {
  const record = records.subarray(at, at + tinyRecordBytes);
  const rejected = (code: HeaderFault): HeaderVerdict => ({ kind: 'rejected', code, detail: '' });
  if (u32(record, 32) !== ancestry.height + 1) return rejected('HEADER_BAD_HEIGHT');
  if (u32(record, 40) === 0) return rejected('HEADER_BAD_DIFFICULTY');
  const time = u32(record, 36);
  if (time < ancestry.time(ancestry.height)) return rejected('HEADER_TIME_TOO_OLD');
  if (time > wallTime + 7200) return rejected('HEADER_TIME_TOO_NEW');
  return time > wallTime ? { kind: 'held', dueAt: time } : { kind: 'ok' };
}

function encodeBatch(writer: ByteWriter, { count, records }: HeaderBatch): void {
  for (let i = 0; i < count; i++)
    writer.raw(records.subarray(i * tinyRecordBytes + 32, (i + 1) * tinyRecordBytes));
}

function decodeBatch(reader: ByteReader, count: number, parent: Uint8Array): HeaderBatch | HeaderFault {
  const headers = Array.from({ length: count }, () => {
    const [number, time, work, salt] = [reader.u32(), reader.u32(), reader.u32(), reader.u32()];
    return { number, time, work, salt } as TinyHeader;
  });
  return reader.failed ? 'HEADER_MALFORMED' : tinyBatch(parent, headers);
}

/** What honest hashing answers to a job: 1 for each true proof of work, 0 for each false one. */
export function tinyPow(job: PowJob): Uint8Array {
  const answers = new Uint8Array(job.count * 32);
  if (job.algorithm !== 'sha256d-chain') throw new Error('not a job of the tiny family');
  for (let i = 0; i < job.count; i++) {
    const salt = u32(job.headers.subarray(i * tinyRecordBytes, (i + 1) * tinyRecordBytes), 44);
    answers[i * 32] = (salt & falsePow) === 0 ? 1 : 0;
  }
  return answers;
}

/** @param network  makes another genesis, and another network id */
export function createTinyFamily(network = 0): ChainFamily {
  const genesisRecord = tinyRecord(new Uint8Array(32), { number: 0, time: 1, salt: network });
  const genesis = { record: genesisRecord, hash: tinyHash(genesisRecord) };
  return {
    family: 'vision',
    name: `tiny-${network}`,
    networkId: blake3(genesis.hash),
    recordBytes: tinyRecordBytes,
    parentOffset: 0,
    messageBytesMax: 2 * 1024 * 1024,
    targetSpacingS: 600,
    bodyBytesMax: 1024 * 1024,
    encodedHeaderBytesMin: 16,
    genesis,
    isWorkWeak: false,
    presync: {
      minChainwork: 0n,
      commitmentPeriod: 10,
      bufferHeaders: 250,
      answerHeaders: 50,
      headersPerSecondMax: 6,
    },
    areLinksWeak: false,
    isRootRepeated: false,
    committedBytes: (transaction) => transaction,
    addressName: () => undefined,
    touches: () => ({ from: [], to: [] }),
    powJobHeaders: 4,
    powFault: () => 'HEADER_POW_MISMATCH',
    claimsHashes: true,
    time: (records, at = 0) => u32(records, at + 36),
    parent: (record) => record.subarray(0, 32),
    work: (records, at = 0) => BigInt(u32(records, at + 40)),
    // The rules look at the parent alone.
    firstAncestor: (height) => height,
    checkHeader,
    encodeBatch,
    decodeBatch,
    headerBytes: (record) => record,
    readHeaderBytes: (reader) => {
      const record = reader.view(tinyRecordBytes).slice();
      return reader.failed ? undefined : record;
    },
    headerHash: tinyHash,
    hashCommits: true,
    powJob: ({ records }, from, to) => ({
      algorithm: 'sha256d-chain',
      count: to - from,
      headers: records.slice(from * tinyRecordBytes, to * tinyRecordBytes),
    }),
    applyPow: (_batch, from, to, answers) => {
      for (let i = from; i < to; i++) if (answers[(i - from) * 32] !== 1) return i - from;
      return to - from;
    },
    hashToHex: bytesToHex,
    hashFromHex: (text) => hexToBytes(text, 32),
    describe: (record, hash, height) => ({
      height,
      hash: bytesToHex(hash),
      parent: bytesToHex(record.subarray(0, 32)),
      time: u32(record, 36),
      fields: { work: u32(record, 40), salt: u32(record, 44) },
    }),
    // The salt of a header is the first byte of its body.
    checkBody: (body, { record }) =>
      body[0] === record[44]
        ? { kind: 'ok' }
        : { kind: 'rejected', code: 'BODY_ROOT_MISMATCH', detail: `${body[0]}` },
    impliedBody: () => undefined,
    describeBody: (body) => ({ bytes: body.length, transactionCount: 0, transactions: [], fields: {} }),
    // The one byte of a body is its only transaction, and is not relayed.
    transactionBytesMax: 1,
    transactionChecks: [],
    readTransaction: () => undefined,
    splitBody: (body) => [{ id: blake3(body), relayId: blake3(body), bytes: body }],
    joinBody: (transactions) => Uint8Array.from(transactions.flatMap((bytes) => [...bytes])),
    ...compactRules({
      transactionsMax: 1,
      writeSize: (writer, size) => writer.varint(size),
      readSize: (reader) => reader.varint(),
      writeHeader(writer, header) {
        writer.raw(header.records.subarray(0, 32));
        encodeBatch(writer, header);
      },
      readHeader(reader) {
        const batch = decodeBatch(reader, 1, reader.view(32));
        return typeof batch === 'string' ? undefined : batch;
      },
      skipTransaction: (reader) => reader.skip(1),
    }),
  };
}
