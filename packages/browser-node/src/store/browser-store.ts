import type { Store } from '@vision-light/protocol';

/** A store that says whether what it took is kept. */
export interface BrowserStore extends Store {
  /** False once a change was not kept for later visits: in memory, denied, or dropped since another tab is the writer. */
  readonly isPersistent: boolean;
}

/** A store that may be taken away while it is used. */
export interface LosableStore extends Store {
  /**
   * Called when what was written is not there any more, or not known to be. Writes that were asked for before are
   * answered, and count for nothing.
   *
   * `isOutdated`: a later release uses the store, so this one can neither read nor write it.
   */
  onLost: (isOutdated: boolean) => void;
  /**
   * Makes this the only store that may write; whoever wrote before is refused (`FencedError`). The first write does the
   * same if this was not called.
   */
  claim(): Promise<void>;
}

/** A write was refused, since another tab has made itself the writer. */
export class FencedError extends Error {}
