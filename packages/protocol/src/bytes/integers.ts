/**
 * Integers at fixed places of packed records. Plain index arithmetic: a DataView for each record costs more than
 * the whole check of a Bitcoin header.
 *
 * The casts stand for a rule that callers keep, and that nothing asserts yet: a byte beyond the end counts as zero.
 */

/** Little-endian, 4 bytes at `at`; the caller knows that they exist. */
export function readU32(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  return (low | ((bytes[at + 3] as number) << 24)) >>> 0;
}

/** Writes 4 little-endian bytes. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Little-endian, 8 bytes at `at`. */
export function readU64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readU32(bytes, at + 4)) << 32n) | BigInt(readU32(bytes, at));
}

/** As {@link readU64}, as a number: exact up to 2^53, the nearest double above. */
export function readU64AsNumber(bytes: Uint8Array, at: number): number {
  return readU32(bytes, at + 4) * 0x1_0000_0000 + readU32(bytes, at);
}

/** Writes 8 little-endian bytes; `value` is taken modulo 2^64. */
export function writeU64(bytes: Uint8Array, at: number, value: bigint): void {
  writeU32(bytes, at, Number(value & 0xffff_ffffn));
  writeU32(bytes, at + 4, Number((value >> 32n) & 0xffff_ffffn));
}

/** Big-endian, 4 bytes at `at`, as a signed integer: its bits are what counts. */
export function readI32BigEndian(bytes: Uint8Array, at: number): number {
  const high = ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16);
  return high | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
}

/** Writes 4 big-endian bytes. */
export function writeU32BigEndian(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Big-endian, 8 bytes at `at`; a missing byte counts as zero. */
export function readU64BigEndian(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  for (let i = 0; i < 8; i++) value = (value << 8n) | BigInt(bytes[at + i] ?? 0);
  return value;
}

/** Writes 8 big-endian bytes; `value` is taken modulo 2^64. */
export function writeU64BigEndian(bytes: Uint8Array, at: number, value: bigint): void {
  for (let i = 0; i < 8; i++) bytes[at + i] = Number((value >> BigInt(56 - 8 * i)) & 0xffn);
}
