/** Entries that one script takes, so that Redis is busy for about a millisecond. */
export const ENTRIES_AT_ONCE = 100;

/** Parts of a list, each small enough for one script. */
export function* slices<T>(entries: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < entries.length; i += ENTRIES_AT_ONCE) yield entries.slice(i, i + ENTRIES_AT_ONCE);
}
