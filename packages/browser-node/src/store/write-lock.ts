import { inTime } from '../boundary/start-deadline.js';

/** The right to write to a network's database. One tab at a time has it. */
export interface WriteLock {
  /** Whether this tab has the right: true once it does, false if another tab has not let go in time. */
  readonly isWriter: Promise<boolean>;
  /** Fulfilled if another tab has taken the right away. */
  readonly lost: Promise<void>;
  /** Fulfilled if the right comes after `isWriter` was false: the other tab is gone. */
  readonly takenLate: Promise<void>;
  /** Gives the right back, or ends the waiting for it. */
  release(): void;
}

/**
 * Milliseconds to wait for another writer before this tab goes on without the right. A page that reloads finds its own
 * former worker ending for a moment; another tab keeps the lock for as long as it is open.
 */
const WAIT_MS = 2000;

/**
 * Makes sure that only one tab writes to a network's database; whoever waits takes over when the first one goes. Where
 * the browser has no Web Locks (pages that were not loaded securely) or denies them, everyone is a writer: each write is
 * whole by itself, and a chain that was mixed is noticed on load. Only a lock that somebody is seen to hold makes another
 * one the writer.
 *
 * @param name  of the database
 * @param isTheft  takes the right away from whoever has it: a tab that does not answer
 */
export function requestWriteLock(name: string, waitMs = WAIT_MS, isTheft = false): WriteLock {
  const { locks } = navigator;
  let takeLate = (): void => {};
  const takenLate = new Promise<void>((resolve) => {
    takeLate = resolve;
  });
  let lose = (): void => {};
  const lost = new Promise<void>((resolve) => {
    lose = resolve;
  });
  if (locks === undefined) return { isWriter: Promise.resolve(true), lost, takenLate, release: () => {} };
  const waiting = new AbortController();
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let isReader = false;
  let isHeldHere = false;
  const isWriter = new Promise<boolean>((resolve) => {
    let isDecided = false;
    const decide = (hasRight: boolean): void => {
      if (isDecided) return;
      isDecided = true;
      isReader = !hasRight;
      clearTimeout(timer);
      resolve(hasRight);
    };
    const timer = setTimeout(async () => decide(!(await isHeld(name))), waitMs);
    const hold = (): Promise<void> => {
      isHeldHere = true;
      decide(true);
      if (isReader) takeLate();
      return held;
    };
    const options = isTheft ? { steal: true } : { signal: waiting.signal };
    // Rejects when it is released before it was held, when it is taken away, and where the browser denies locks (sandboxed
    // frames): there as without them.
    locks.request(name, options, hold).catch(() => {
      if (isHeldHere) lose();
      else decide(!waiting.signal.aborted);
    });
  });
  const release = (): void => {
    waiting.abort();
    letGo();
  };
  return { isWriter, lost, takenLate, release };
}

/** True if somebody has the lock, or the browser does not say in time; false where that cannot be told. */
function isHeld(name: string): Promise<boolean> {
  const query = navigator.locks.query().then(
    ({ held = [] }) => held.some((lock) => lock.name === name),
    () => false,
  );
  return inTime(query, () => true);
}
