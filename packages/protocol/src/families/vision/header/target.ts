/** Targets of VisionX: only their first 64 bits count (docs/chains/vision.md §2.6). */
import { readU64BigEndian, writeU64BigEndian } from '../../../bytes/integers.js';

const u64Max = 0xffff_ffff_ffff_ffffn;

/** First 64 bits of the target: ⌊(2^64 − 1) / difficulty⌋, all ones for difficulty 0. */
export function targetHigh(difficulty: bigint): bigint {
  return difficulty === 0n ? u64Max : u64Max / difficulty;
}

/** The target as 32 bytes: the high part, big-endian, then ones; nothing but ones for difficulty 0. */
export function targetOf(difficulty: bigint): Uint8Array {
  const target = new Uint8Array(32).fill(0xff);
  writeU64BigEndian(target, 0, targetHigh(difficulty));
  return target;
}

/** True if the first 64 bits of `a` are at most those of `b`; the other 192 are not looked at. */
export function isAtMost(a: Uint8Array, b: Uint8Array): boolean {
  return readU64BigEndian(a, 0) <= readU64BigEndian(b, 0);
}

/** True if a digest satisfies a difficulty. Difficulty 0, which the reference takes for "anything", never. */
export function meetsDifficulty(digest: Uint8Array, difficulty: bigint): boolean {
  return difficulty > 0n && readU64BigEndian(digest, 0) <= targetHigh(difficulty);
}
