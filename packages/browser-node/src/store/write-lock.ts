/** Says whether this worker may write, and releases the right to. */
export interface WriteLock {
  /** True once this is the only writer; false if another one has not let go in time. */
  readonly isWriter: Promise<boolean>;
  release(): void;
}

/**
 * Milliseconds to wait for another writer. A page that reloads finds its own former worker ending for a moment; another
 * tab keeps the lock for as long as it is open.
 */
const WAIT_MS = 2000;

/**
 * Makes sure that only one tab writes to a network's database. Where the browser has no Web Locks (pages that were not
 * loaded securely) or denies them, everyone is a writer: each write is whole by itself, and a chain that was mixed is
 * noticed on load. Only a lock that somebody is seen to hold makes another one the writer.
 *
 * @param name  of the database
 */
export function requestWriteLock(name: string, waitMs = WAIT_MS): WriteLock {
  if (typeof navigator.locks === 'undefined') return { isWriter: Promise.resolve(true), release: () => {} };
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), waitMs);
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const isWriter = new Promise<boolean>((resolve) => {
    const hold = (): Promise<void> => {
      clearTimeout(timer);
      resolve(true);
      return held;
    };
    // Rejects when it is given up, or where the browser denies locks (sandboxed frames): there as without them.
    navigator.locks.request(name, { signal: waiting.signal }, hold).catch(async (error: unknown) => {
      const isGivenUp = error instanceof DOMException && error.name === 'AbortError';
      resolve(!(isGivenUp && (await isHeld(name))));
    });
  });
  const release = (): void => {
    waiting.abort();
    letGo();
  };
  return { isWriter, release };
}

/** True if somebody has the lock; false where that cannot be told. */
async function isHeld(name: string): Promise<boolean> {
  const { held = [] } = await navigator.locks.query().catch(() => ({ held: [] as LockInfo[] }));
  return held.some((lock) => lock.name === name);
}
