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
 * loaded securely) or denies them, everyone is a writer: each write is whole by itself, and a chain that was mixed is noticed on load.
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
    navigator.locks
      .request(name, { signal: waiting.signal }, hold)
      .catch((error: unknown) => resolve(!(error instanceof DOMException && error.name === 'AbortError')));
  });
  const release = (): void => {
    waiting.abort();
    letGo();
  };
  return { isWriter, release };
}
