/** Chains of Bitcoin regtest as raw headers, for model nodes. */
import { resolveNetwork } from '@vision-light/protocol';
import { mineEasy } from './bitcoin-chain.js';

/** First bytes of each message of regtest. */
export const magic = 0xdab5bffa;
/** The rules of regtest. */
export const family = resolveNetwork('bitcoin-regtest');
/** The header of height 0. */
export const genesis = family.genesis.record.slice(0, 80);
/** Its time, Unix seconds. */
export const genesisTime = family.time(genesis);

/** Headers of regtest after others, ten minutes apart. */
export function grow(from: Uint8Array, count: number, salt = 0): Uint8Array {
  const headers = new Uint8Array(from.length + 80 * count);
  headers.set(from);
  let parent = family.headerHash(from.subarray(-80));
  for (let at = from.length; at < headers.length; at += 80) {
    const { record, hash } = mineEasy(parent, { time: genesisTime + (600 * at) / 80, salt });
    headers.set(record, at);
    parent = hash;
  }
  return headers;
}

/** Hash of the last header, as people see it. */
export const tipOf = (headers: Uint8Array): string =>
  family.hashToHex(family.headerHash(headers.subarray(-80)));
