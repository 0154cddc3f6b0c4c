import type { NodeNotice } from '@vision-light/protocol';
import type { BrowserStore } from '../store/browser-store.js';

/** The core counts what the store took; where that is not kept, nothing is said to be stored. */
export function withoutDropped(
  notice: NodeNotice,
  { isPersistent }: Pick<BrowserStore, 'isPersistent'>,
): NodeNotice {
  if (notice.type !== 'status' || isPersistent) return notice;
  return { ...notice, status: { ...notice.status, storedHeight: 0 } };
}
