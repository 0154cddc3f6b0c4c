/** What becomes of a request for the lead. */
export interface LeaderEvents {
  /** This tab leads. */
  granted(): void;
  /** It does not lead any more: another tab has stolen the lock, taking this one for frozen. */
  lost(): void;
}

/**
 * Waits for the lock that one tab at a time has, the leader's. Where the browser has no Web Locks (pages that were not
 * loaded securely) or denies them (sandboxed frames), every tab leads a node of its own.
 *
 * @param name    of the lock
 * @param isTheft  takes the lock from the tab that has it
 * @returns what gives the lock back, or ends the waiting for it; nothing is reported afterwards
 */
export function requestLead(name: string, isTheft: boolean, { granted, lost }: LeaderEvents): () => void {
  const waiting = new AbortController();
  let isOver = false;
  let isHeld = false;
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const hold = (): Promise<void> => {
    // The lock may have been on its way when the waiting ended.
    if (isOver) letGo();
    else {
      isHeld = true;
      granted();
    }
    return held;
  };
  const options = isTheft ? { steal: true } : { signal: waiting.signal };
  navigator.locks.request(name, options, hold).catch(() => {
    if (isOver) return;
    if (isHeld) lost();
    else hold();
  });
  return () => {
    isOver = true;
    waiting.abort();
    letGo();
  };
}
