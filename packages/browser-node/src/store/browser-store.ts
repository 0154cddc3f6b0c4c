import type { Store } from '@vision-light/protocol';

/** A store that says whether what it took is kept. */
export interface BrowserStore extends Store {
  /** False once a change was not kept for later visits: in memory, denied, or dropped since another tab is the writer. */
  readonly isPersistent: boolean;
}
