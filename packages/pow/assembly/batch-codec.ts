/** Decodes a batch, as `families/bitcoin/header/batch-codec.ts` of the protocol core does. */

import { headers, MEDIAN_SPAN, payload, RUN_HEADERS, times } from './batch-memory';

const FLAG_VERSION: u32 = 1;
const FLAG_BITS: u32 = 2;

/**
 * Decodes `count` headers from `bytes` bytes; the first one's parent stands in its record already, and each RUN_HEADERS
 * headers a parent is given. The other parents are not written.
 *
 * @returns whether the bytes are exactly one encoding of so many headers
 */
export function decodeBatch(count: u32, bytes: u32): bool {
  const end = payload + bytes;
  let at = payload;
  let header = headers;
  let version: u32 = 0;
  let bits: u32 = 0;
  let time: i64 = 0;
  let untilParent: u32 = 0;
  for (let i: u32 = 0; i < count; ++i, header += 80, --untilParent) {
    // A header that reaches beyond the end has read bytes of no meaning, and is refused below.
    if (untilParent == 0) {
      untilParent = RUN_HEADERS;
      if (i > 0) {
        memory.copy(header + 4, at, 32);
        at += 32;
      }
    }
    const flags = <u32>load<u8>(at++);
    if (flags > (FLAG_VERSION | FLAG_BITS)) return false;
    if (flags & FLAG_VERSION) {
      const given = load<u32>(at);
      at += 4;
      if (given == version) return false;
      version = given;
    }
    if (flags & FLAG_BITS) {
      const given = load<u32>(at);
      at += 4;
      if (given == bits) return false;
      bits = given;
    }
    // Zigzag, shortest form. Six bytes and more hold no difference between two times.
    let byte = <u64>load<u8>(at++);
    let zigzag = byte & 0x7f;
    for (let shift: u64 = 7; byte >= 0x80; shift += 7) {
      if (shift > 28) return false;
      byte = <u64>load<u8>(at++);
      if (byte == 0) return false;
      zigzag |= (byte & 0x7f) << shift;
    }
    time += <i64>(zigzag >> 1) ^ -<i64>(zigzag & 1);
    if (time < 0 || time > 0xffffffff) return false;
    store<u32>(header, version);
    v128.store(header, v128.load(at), 36);
    v128.store(header, v128.load(at, 16), 52);
    store<u32>(header, <u32>time, 68);
    store<u32>(header, bits, 72);
    store<u32>(header, load<u32>(at, 32), 76);
    store<u32>(times + ((MEDIAN_SPAN + i) << 2), <u32>time);
    at += 36;
    if (at > end) return false;
  }
  return at == end;
}
