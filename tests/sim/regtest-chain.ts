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

/** A chain whose blocks have bodies. */
export interface PayingChain {
  /** 80 bytes each, genesis first. */
  readonly headers: Uint8Array;
  /** From height 1 on: what follows the header. */
  readonly bodies: readonly Uint8Array[];
}

/** Blocks after genesis, each with nothing but a coinbase. @param scriptAt  what it pays to, by height */
export function growPaying(count: number, scriptAt: (height: number) => Uint8Array): PayingChain {
  const headers = new Uint8Array(80 * (count + 1));
  headers.set(genesis);
  const bodies: Uint8Array[] = [];
  for (let height = 1; height <= count; height++) {
    const { headers: next, body } = addPaying(headers.subarray(0, 80 * height), scriptAt(height));
    headers.set(next.subarray(-80), 80 * height);
    bodies.push(body);
  }
  return { headers, bodies };
}

/** One block after others, whose coinbase pays to a script. */
export function addPaying(
  from: Uint8Array,
  script: Uint8Array,
): { readonly headers: Uint8Array; readonly body: Uint8Array } {
  const height = from.length / 80;
  const writer = new ByteWriter(script.length + 100);
  writer.u8(1);
  writer.u32(1);
  writer.u8(1);
  writer.raw(new Uint8Array(32));
  writer.u32(0xffffffff);
  // The height, so that no two have the same id (BIP34).
  writer.u8(5);
  writer.u8(4);
  writer.u32(height);
  writer.u32(0xffffffff);
  writer.u8(1);
  writer.raw(new Uint8Array(8));
  if (script.length < 0xfd) writer.u8(script.length);
  else {
    writer.u8(0xfe);
    writer.u32(script.length);
  }
  writer.raw(script);
  writer.u32(0);
  const body = writer.bytes();
  const time = genesisTime + 600 * height;
  const merkleRoot = sha256d(body.subarray(1));
  const { record } = mineEasy(family.headerHash(from.subarray(-80)), { time, merkleRoot });
  return { headers: Uint8Array.from([...from, ...record]), body };
}
