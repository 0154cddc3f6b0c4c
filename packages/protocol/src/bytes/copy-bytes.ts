/**
 * Copies a few bytes from one array to another; the caller knows that they exist. For hashes inside larger arrays:
 * `set` needs a view of its source, which costs more than the copy and leaves an object to the garbage collector.
 */
export function copyBytes(
  source: Uint8Array,
  from: number,
  target: Uint8Array,
  at: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) target[at + i] = source[from + i] as number;
}
