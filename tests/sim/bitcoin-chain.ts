/** Chains of Bitcoin rules whose proof of work costs two hashes a header. */
import { Sha256d } from '@vision-light/pow';
import type { BitcoinParams, HeaderBatch } from '@vision-light/protocol';
import { bitcoinParams } from '../../packages/protocol/src/families/bitcoin/network-params.js';

const sha256d = new Sha256d();

/** A network like regtest, with changes. */
export function easyNetwork(changes: Partial<BitcoinParams> = {}): BitcoinParams {
  return { ...bitcoinParams.regtest, name: 'bitcoin-easy', ...changes };
}

export interface EasyHeader {
  readonly version?: number;
  readonly time: number;
  readonly bits?: number;
  readonly salt?: number;
  /** 32 bytes, if not of `salt`. */
  readonly merkleRoot?: Uint8Array;
  /** False for a header that misses its target. */
  readonly meetsTarget?: boolean;
}

/** Mines a header on top of `parent`: 80 bytes and its hash. */
export function mineEasy(
  parent: Uint8Array,
  { version = 4, time, bits = 0x207fffff, salt = 0, merkleRoot, meetsTarget = true }: EasyHeader,
): { record: Uint8Array; hash: Uint8Array } {
  const record = new Uint8Array(80);
  const view = new DataView(record.buffer);
  view.setInt32(0, version, true);
  record.set(parent, 4);
  if (merkleRoot === undefined) view.setUint32(36, salt, true);
  else record.set(merkleRoot, 36);
  view.setUint32(68, time, true);
  view.setUint32(72, bits, true);
  for (let nonce = 0; ; nonce++) {
    view.setUint32(76, nonce, true);
    const hash = sha256d.hashChain80(record).slice(0, 32);
    // The easiest target is met by every hash whose top bit is clear.
    if ((hash[31] as number) < 0x7f === meetsTarget) return { record, hash };
  }
}

/** Headers one after the other on genesis, as a batch; their times and whatever else as given. */
export function easyBatch(params: BitcoinParams, headers: readonly EasyHeader[]): HeaderBatch {
  const records = new Uint8Array(headers.length * 80);
  const hashes = new Uint8Array(headers.length * 32);
  let parent = params.genesisHash;
  for (const [i, header] of headers.entries()) {
    const mined = mineEasy(parent, header);
    records.set(mined.record, i * 80);
    hashes.set(mined.hash, i * 32);
    parent = mined.hash;
  }
  return { count: headers.length, records, hashes };
}
