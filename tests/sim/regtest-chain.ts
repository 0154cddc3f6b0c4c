/** Chains of Bitcoin regtest as raw headers, for model nodes. */
import { ByteWriter, resolveNetwork, sha256d } from '@vision-light/protocol';
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

/** The same with one more block, whose body has about so many bytes. */
export function growLarge(from: Uint8Array, bytes: number): { headers: Uint8Array; body: Uint8Array } {
  const body = new ByteWriter(bytes + 100);
  body.u8(1);
  // The coinbase: what it pays to is as long as it takes.
  body.u32(1);
  body.u8(1);
  body.raw(new Uint8Array(32));
  body.u32(0xffffffff);
  body.u8(2);
  body.u8(0x51);
  body.u8(0x51);
  body.u32(0xffffffff);
  body.u8(1);
  body.raw(new Uint8Array(8));
  body.u8(0xfe);
  body.u32(bytes);
  body.raw(new Uint8Array(bytes).fill(0x6a));
  body.u32(0);
  const whole = body.bytes();
  const merkleRoot = sha256d(whole.subarray(1));
  const time = genesisTime + (600 * from.length) / 80;
  const { record } = mineEasy(family.headerHash(from.subarray(-80)), { time, merkleRoot });
  return { headers: Uint8Array.from([...from, ...record]), body: whole };
}
