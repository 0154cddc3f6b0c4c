import type { StoreFault } from '@vision-light/protocol';

/** What the store was doing when the browser refused. */
export type StoreActivity = 'opening' | 'reading' | 'writing';

/** IndexedDB's errors by name, where the name alone decides. */
const faultsByName: Readonly<Record<string, StoreFault>> = {
  QuotaExceededError: 'STORE_QUOTA',
  // Third-party frames, private windows and cookie settings.
  SecurityError: 'STORE_DENIED',
  NotAllowedError: 'STORE_DENIED',
  // The database is of a later version: that of a later release.
  VersionError: 'STORE_NEWER',
  // Chromium, when the files below are damaged.
  DataError: 'STORE_CORRUPT',
  NotReadableError: 'STORE_CORRUPT',
};

/** The store's code for an error of IndexedDB. */
export function storeFaultOf(error: unknown, activity: StoreActivity): StoreFault {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const fault = faultsByName[name];
  if (fault !== undefined) return fault;
  // Browsers say UnknownError, InvalidStateError and more, for storage that is switched off and for damage alike.
  if (activity === 'opening') return 'STORE_DENIED';
  if (activity === 'reading' && name === 'UnknownError') return 'STORE_CORRUPT';
  return 'STORE_FAILED';
}
