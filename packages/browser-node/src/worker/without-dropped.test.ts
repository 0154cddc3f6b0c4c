import type { NodeNotice } from '@vision-light/protocol';
import { expect, it } from 'vitest';
import { withoutDropped } from './without-dropped.js';

const status: NodeNotice = {
  type: 'status',
  status: {
    phase: 'synced',
    peers: 1,
    bestPeerHeight: 9,
    headersPerSecond: 0,
    storedHeight: 9,
    verifiedFrom: 0,
    progress: 1,
  },
};

it('says nothing to be stored while nothing is kept, and changes nothing else', () => {
  expect(withoutDropped(status, { isPersistent: true })).toBe(status);
  const masked = { ...status, status: { ...status.status, storedHeight: 0 } };
  expect(withoutDropped(status, { isPersistent: false })).toEqual(masked);
  const closed: NodeNotice = { type: 'closed' };
  expect(withoutDropped(closed, { isPersistent: false })).toBe(closed);
});
