import type { NodeStore } from '@vision-light/protocol';

/** A store that says whether what it took is kept. */
export interface BrowserStore extends NodeStore {
  /** False once a change was not kept for later visits: in memory, denied, or dropped since another tab is the writer. */
  readonly isPersistent: boolean;
}
