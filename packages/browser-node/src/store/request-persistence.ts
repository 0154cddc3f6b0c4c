/** Once a page, not once a node. */
let isRequested = false;

/**
 * Asks the browser not to evict what is stored here when space runs short, where that does not bother the visitor.
 *
 * Chromium and Safari decide by themselves; Firefox asks the visitor, so there only a permission that was given before
 * counts. No feature tells the two apart, only the name does.
 */
export async function requestPersistence(): Promise<void> {
  if (isRequested || typeof navigator.storage?.persist !== 'function') return;
  isRequested = true;
  try {
    if (navigator.userAgent.includes('Firefox/')) {
      const { state } = await navigator.permissions.query({ name: 'persistent-storage' });
      if (state !== 'granted') return;
    }
    await navigator.storage.persist();
  } catch {
    // Then the headers may be evicted one day, and are fetched anew.
  }
}
